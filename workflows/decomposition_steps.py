"""Steps of decomposition thermochemistry as plain functions: what to calculate for each species."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from wadflow.errors import InputError
from wadflow.interfaces.crystals import list_crystals
from wadflow.interfaces.symmetry import symmetrized
from wadflow.results.thermochemistry.corrections import needed_references
from wadflow.results.thermochemistry.gases import load_gases
from wadflow.workflows import adhesion_steps
from wadflow.workflows.preparation import prepare_calculation
from wadflow.workflows.sampling import mesh_of_density

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ase import Atoms
    from numpy.typing import NDArray

    from wadflow.results.thermochemistry.gases import Gas
    from wadflow.results.thermochemistry.reactions import Reaction
    from wadflow.results.thermochemistry.species import Species
    from wadflow.workflows.calculation import Calculation
    from wadflow.workflows.outcome import Outcome
    from wadflow.workflows.protocol import Protocol

GRAPHITE = "graphite"
"""The shipped crystal of C(c)."""

BOX_STEP = 0.5
"""angstrom by which the sides of a box differ: no two directions are equal, so that open shells of atoms
occupy one orbital, not a mixture."""


def all_species(reactions: Iterable[Reaction]) -> tuple[Species, ...]:
    """Return every species of reactions, and what the correction schemes need beside them."""
    asked = dict.fromkeys(species for reaction in reactions for species in reaction.parsed.coefficients)
    return tuple(dict.fromkeys([*asked, *needed_references(tuple(asked))]))


def computable(reactions: Mapping[str, Reaction]) -> dict[str, Reaction]:
    """Return the reactions whose gases are known to the first-principles side.

    Raises
    ------
    wadflow.errors.InputError
        There is none; the message names the first gas that is missing.
    """
    found = {name: one for name, one in reactions.items() if not _unknown_gases(one)}
    if not found:
        gas = next(gas for one in reactions.values() for gas in _unknown_gases(one))
        raise InputError(
            f"{gas}: no such gas is known to the first-principles side",
            remedy=f"there are {', '.join(load_gases())}; leave '--protocol' out for the tables alone",
        )
    return found


def left_out(reactions: Mapping[str, Reaction]) -> list[str]:
    """Say of each reaction that has the tables' columns alone why that is so."""
    return [
        f"{one.equation}: tables only, for want of data of {', '.join(map(str, missing))} to compute with."
        for one in reactions.values()
        if (missing := _unknown_gases(one))
    ]


def _unknown_gases(reaction: Reaction) -> list[Species]:
    known = load_gases()
    return [one for one in reaction.parsed.coefficients if one.is_gas and one.formula not in known]


def crystal_of(species: Species) -> str:
    """Return the name of the shipped crystal of a condensed species.

    Raises
    ------
    wadflow.errors.InputError
        There is none.
    """
    name = GRAPHITE if species.formula == "C" else species.formula
    if name not in list_crystals():
        raise InputError(
            f"there is no crystal of {species} to calculate",
            remedy=f"there are {', '.join(list_crystals())}; leave '--protocol' out for the tables alone",
        )
    return name


def gas_calculation(species: Species, protocol: Protocol) -> Calculation:
    """Return the relaxation of a molecule, or the energy of an atom, in a box.

    The cutoff is that of relaxed crystals, with whose energies these are compared.
    """
    gas = load_gases()[species.formula].gas
    atoms = molecule_in_box(species.formula, gas, protocol.molecules.margin)
    return prepare_calculation(
        atoms,
        protocol,
        label=str(species),
        task="static" if len(atoms) == 1 else "relax",
        cutoff=protocol.electrons.bulk_cutoff,
    )


def molecule_in_box(formula: str, gas: Gas, margin: float) -> Atoms:
    """Return a molecule in the middle of a box; angstrom.

    Its wave functions end at the box; but plane waves solve Poisson's equation periodically, so that dipoles
    see their images: LiF(g) is bound by 0.02 eV too much at a margin of 5 angstrom (point charges).

    Parameters
    ----------
    formula : str
        For the symbols.
    gas : Gas
        Positions and spin.
    margin : float
        From the outermost atoms to the faces of the box, angstrom.
    """
    from ase import Atoms
    from ase.data import ground_state_magnetic_moments

    positions = gas.positions or ((0.0, 0.0, 0.0),)
    atoms = Atoms(formula, positions=positions, pbc=False)
    # A spin of S has 2 S unpaired electrons, shared by the atoms of a molecule.
    unpaired = 2 * gas.spin if gas.positions else ground_state_magnetic_moments[atoms.numbers[0]]
    if unpaired:
        atoms.set_initial_magnetic_moments([unpaired / len(atoms)] * len(atoms))
    extent = np.ptp(atoms.positions, axis=0)
    sides = extent + 2 * margin + BOX_STEP * np.arange(3)
    atoms.set_cell(np.diag(sides))
    atoms.center()
    return atoms


def settled_calculation(
    crystal: str, relaxed: Outcome, protocol: Protocol, *, strain: float = 0.0
) -> Calculation:
    """Return the relaxation of a crystal's atoms in its relaxed cell, at the cutoff of its phonons.

    Forces of displaced atoms are differences from the forces at rest, which must be zero.

    Parameters
    ----------
    crystal : str
        Name.
    relaxed : Outcome
        Of the crystal with its cell.
    protocol : Protocol
        Numerical settings.
    strain : float
        Of all lengths alike, in the quasiharmonic approximation. That the shape of the cell stays is an
        approximation where the crystal is not cubic.
    """
    atoms = symmetrized(relaxed.atoms.to_atoms())
    atoms.set_cell((1.0 + strain) * atoms.cell, scale_atoms=True)
    at = f" at {strain:+.1%} strain" if strain else ""
    return prepare_calculation(
        atoms,
        protocol,
        label=f"{crystal} at rest for phonons{at}",
        task="relax",
        cutoff=protocol.phonons.cutoff,
        kpoints=adhesion_steps.bulk_mesh(crystal, relaxed.atoms.to_atoms(), protocol),
    )


def energy_calculation(crystal: str, unstrained: Atoms, at_rest: Atoms, protocol: Protocol) -> Calculation:
    """Return the energy of a crystal at one volume of the quasiharmonic approximation.

    The cutoff is that of relaxed cells: at a lower one plane waves come and go with the volume.
    """
    return prepare_calculation(
        at_rest,
        protocol,
        label=f"{crystal} energy at {at_rest.get_volume():.2f} angstrom3",
        task="static",
        cutoff=protocol.electrons.bulk_cutoff,
        kpoints=adhesion_steps.bulk_mesh(crystal, unstrained, protocol),
    )


def supercell_mesh(
    crystal: str, unstrained: Atoms, matrix: NDArray[np.int64], protocol: Protocol
) -> tuple[int, int, int]:
    """Return the k-points of a supercell, whose vectors are the rows of ``matrix`` in those of the cell."""
    from ase import Atoms as AseAtoms

    cell = AseAtoms(cell=matrix @ unstrained.cell.array, pbc=True)
    if adhesion_steps.is_ionic(crystal):
        return mesh_of_density(cell, protocol.phonons.ionic_kpoint_density)
    if adhesion_steps.is_metal(crystal):
        return mesh_of_density(cell, protocol.electrons.bulk_kpoint_density)
    return mesh_of_density(cell, protocol.phonons.covalent_kpoint_density)


def supercell_calculation(
    crystal: str, number: int | None, supercell: Atoms, protocol: Protocol, *, kpoints: tuple[int, int, int]
) -> Calculation:
    """Return the forces of one supercell with an atom displaced; of that at rest where ``number`` is None."""
    what = "supercell at rest" if number is None else f"displacement {number + 1}"
    return prepare_calculation(
        supercell,
        protocol,
        label=f"{crystal} {what} at {supercell.get_volume():.0f} angstrom3",
        task="static",
        cutoff=protocol.phonons.cutoff,
        kpoints=kpoints,
        kpoint_offset=protocol.phonons.ionic_kpoint_offset if adhesion_steps.is_ionic(crystal) else 0.0,
        forces=protocol.phonons.forces,
    )


def crystal_calculation(crystal: str, protocol: Protocol) -> Calculation:
    """Return the relaxation of a crystal, cell included: the same as for an interface of it."""
    return adhesion_steps.bulk_calculation(crystal, protocol)
