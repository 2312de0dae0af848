"""Steps of a work of adhesion as plain functions: bulk crystals, slabs, calculations, document.

The jobflow flow (`wadflow.workflows.flows.adhesion`), the plan and the look-up of a finished
result all call these, so that they cannot disagree about what is calculated.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

import wadflow
from wadflow.errors import InputError
from wadflow.interfaces.crystals import load_crystal, shared_crystal
from wadflow.interfaces.faces import has_equal_faces
from wadflow.interfaces.sides import side_of
from wadflow.interfaces.stacking import build_interface
from wadflow.interfaces.strained_bulk import strained_bulk
from wadflow.interfaces.symmetry import primitive_cell
from wadflow.results.adhesion import combine, strain_energy
from wadflow.results.documents import AtomsRecord, ChemicalPotentialRecord, SideRecord, SlabRole
from wadflow.workflows.preparation import prepare_calculation
from wadflow.workflows.sampling import fixed_cell_cutoff, mesh_of_density, slab_grid_spacing

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ase import Atoms
    from pymatgen.core import Structure

    from wadflow.interfaces.definition import InterfaceDefinition
    from wadflow.interfaces.sides import Role
    from wadflow.interfaces.stacking import Interface, InterfaceSide
    from wadflow.results.documents import AdhesionDocument
    from wadflow.results.records import CalculationRecord
    from wadflow.results.scans import RegistryMap, SeparationCurve, ThicknessSeries
    from wadflow.workflows.calculation import Calculation
    from wadflow.workflows.outcome import Outcome
    from wadflow.workflows.protocol import Protocol

    Finished = tuple[Calculation, Outcome]

SLAB_ROLES: tuple[SlabRole, ...] = ("AB", "A", "B")

LATTICE_DECIMALS = 4
"""Decimals (angstrom, degrees) to which relaxed lattice parameters are rounded before slabs are
cut: the noise of a relaxation must not make new keys for every slab of a crystal."""

NO_STRAIN = 1e-4
"""Strain measure below which a side counts as unstrained: twice what the rounding of lattice
parameters of a few angstrom can make."""


@dataclass(frozen=True)
class Extras:
    """What was searched or varied around a work of adhesion, and the calculations behind it."""

    registry_map: RegistryMap | None = None
    thickness_series: ThicknessSeries | None = None
    separation_curve: SeparationCurve | None = None
    records: tuple[CalculationRecord, ...] = ()
    warnings: tuple[str, ...] = ()


def crystals_of(definition: InterfaceDefinition) -> list[str]:
    """Return the distinct crystals of a definition, the lower side's first."""
    return list(dict.fromkeys((definition.lower.crystal, definition.upper.crystal)))


def primitive_crystal(crystal: str) -> Structure:
    """Return the primitive cell of a crystal as it is shipped or given (angstrom)."""
    from pymatgen.core import Structure

    conventional = shared_crystal(crystal).structure
    cell, fractional, numbers = primitive_cell(
        conventional.lattice.matrix,
        conventional.frac_coords,
        np.array(conventional.atomic_numbers, dtype=np.int64),
    )
    return Structure(cell, numbers.tolist(), fractional)


def conventional_crystal(crystal: str, relaxed_primitive: Structure) -> Structure:
    """Return the conventional cell that belongs to a relaxed primitive cell.

    The setting is that of the shipped or given crystal, to which Miller indices refer; lattice
    parameters are rounded to `LATTICE_DECIMALS`.

    Parameters
    ----------
    crystal : str
        Name or path of the crystal.
    relaxed_primitive : Structure
        Primitive cell after relaxation, of the shape that `primitive_crystal` gives.
    """
    given = shared_crystal(crystal).structure.lattice.matrix
    unrelaxed = primitive_crystal(crystal).lattice.matrix
    fractional = relaxed_primitive.frac_coords
    return _conventional_of(
        tuple(given.ravel().tolist()),
        tuple(unrelaxed.ravel().tolist()),
        tuple(relaxed_primitive.lattice.matrix.ravel().tolist()),
        tuple(fractional.ravel().tolist()),
        relaxed_primitive.atomic_numbers,
    ).copy()


@lru_cache(maxsize=512)  # a thousand interfaces are made of a handful of crystals
def _conventional_of(
    given_cell: tuple[float, ...],
    unrelaxed_cell: tuple[float, ...],
    cell: tuple[float, ...],
    fractional: tuple[float, ...],
    numbers: tuple[int, ...],
) -> Structure:
    """Return `conventional_crystal` of cells (angstrom) and fractional coordinates, row by row."""
    from pymatgen.core import Lattice, Structure

    given, unrelaxed = np.reshape(given_cell, (3, 3)), np.reshape(unrelaxed_cell, (3, 3))
    multiples = np.rint(given @ np.linalg.inv(unrelaxed)).astype(int)
    species: list[Any] = list(numbers)
    conventional = Structure(np.reshape(cell, (3, 3)), species, np.reshape(fractional, (-1, 3)))
    conventional.make_supercell(multiples, to_unit_cell=True)
    rounded: list[float] = []
    for value in conventional.lattice.parameters:
        # Parameters that are equal stay equal, also where noise would round them apart.
        equal = [known for known in rounded if abs(known - value) < 10**-LATTICE_DECIMALS]
        rounded.append(equal[0] if equal else round(value, LATTICE_DECIMALS))
    return Structure(Lattice.from_parameters(*rounded), conventional.species, conventional.frac_coords)


def relaxed_crystal(crystal: str, outcome: Outcome) -> Structure:
    """Return the conventional cell (angstrom) that the relaxation of a crystal gave."""
    from pymatgen.core import Structure

    atoms = outcome.atoms
    species: list[Any] = list(atoms.numbers)
    primitive = Structure(atoms.cell, species, atoms.positions, coords_are_cartesian=True)
    return conventional_crystal(crystal, primitive)


def bulk_calculation(crystal: str, protocol: Protocol) -> Calculation:
    """Return the calculation that relaxes a crystal, its cell included.

    Raises
    ------
    wadflow.errors.InputError
        Where a crystal of ions would be smeared as metals may be.
    """
    from ase import Atoms as AseAtoms

    if protocol.electrons.smearing == "marzari-vanderbilt" and is_ionic(crystal):
        raise InputError(
            f"{crystal} consists of ions and has a gap, and the cold smearing of protocol '{protocol.name}' "
            "is for metals: energies of insulators come out up to 0.03 eV too high",
            key="electrons.smearing",
            remedy='set smearing = "gaussian" in the protocol, which serves metals and salts alike',
        )
    primitive = primitive_crystal(crystal)
    # Not through pymatgen.io.ase: its import costs a second of every run and plan.
    atoms = AseAtoms(
        numbers=primitive.atomic_numbers,
        positions=primitive.cart_coords,
        cell=primitive.lattice.matrix,
        pbc=True,
    )
    return prepare_calculation(
        atoms,
        protocol,
        label=bulk_label(crystal),
        task="relax",
        relax_cell=True,
        kpoints=bulk_mesh(crystal, atoms, protocol),
    )


def bulk_mesh(crystal: str, atoms: Atoms, protocol: Protocol) -> tuple[int, int, int]:
    """Return the k-points of a crystal, or of a supercell of it: ions have a gap and need fewer."""
    settings = protocol.electrons
    return mesh_of_density(
        atoms, settings.ionic_bulk_kpoint_density if is_ionic(crystal) else settings.bulk_kpoint_density
    )


def is_ionic(crystal: str) -> bool:
    """Whether a crystal consists of ions, and so has a gap."""
    return shared_crystal(crystal).formal_charges is not None


def is_metal(crystal: str) -> bool:
    """Whether all elements of a crystal are metals."""
    return all(element.is_metal for element in shared_crystal(crystal).structure.elements)


def bulk_label(crystal: str) -> str:
    """Name for people of the relaxation of a crystal."""
    return f"{crystal} bulk"


def build(
    definition: InterfaceDefinition,
    protocol: Protocol,
    relaxed: Mapping[str, Structure] | None = None,
    *,
    cell_gap: float | None = None,
) -> Interface:
    """Cut and stack the slabs of a definition in the cell that the protocol wants.

    Parameters
    ----------
    definition : InterfaceDefinition
        What to build.
    protocol : Protocol
        Gives the vacuum.
    relaxed : mapping of str to Structure, optional
        Relaxed conventional cells by crystal; None takes the crystals as shipped or given.
    cell_gap : float, optional
        Gap (angstrom) for which the cell's height is made; None: the interface's own.
    """
    return build_interface(definition, relaxed, vacuum=protocol.slab.vacuum, cell_gap=cell_gap)


def needs_dipole_layer(interface: Interface) -> bool:
    """Whether AB, A or B has two different faces; all three are then run with a dipole layer."""
    # One after the other: where AB has two faces, the halves need not be made.
    equal = has_equal_faces(interface.ab) and has_equal_faces(interface.a) and has_equal_faces(interface.b)
    return not equal


def mesh(interface: Interface, protocol: Protocol) -> tuple[int, int, int]:
    """Return the k-points of AB, A and B alike: metals need a denser mesh than salts do."""
    settings = protocol.electrons
    densities = (settings.kpoint_density, settings.mixed_kpoint_density, settings.ionic_kpoint_density)
    salts = sum(side.tasker_class is not None for side in interface.sides)
    return mesh_of_density(interface.ab, densities[salts])


def slab_calculations(
    interface: Interface,
    protocol: Protocol,
    *,
    dipole_layer: bool,
    task: Literal["static", "relax"] = "relax",
    name: str | None = None,
    roles: tuple[SlabRole, ...] = SLAB_ROLES,
) -> dict[SlabRole, Calculation]:
    """Return the calculations of AB, A and B; in relaxations the first ionic step is the rigid energy.

    Parameters
    ----------
    interface : Interface
        What was built.
    protocol : Protocol
        Numerical settings.
    dipole_layer : bool
        Whether a dipole layer parts the faces; alike for all three.
    task : {"static", "relax"}
        One energy each, or a relaxation.
    name : str, optional
        Name for people; the definition's if not given.
    roles : tuple of str
        Those of the three that are wanted.
    """
    kpoints = mesh(interface, protocol)
    # As the hardest of AB needs them, also where a side is soft.
    cutoff = fixed_cell_cutoff(interface.ab, protocol)
    grid_spacing = slab_grid_spacing(interface.ab, protocol)
    return {
        role: prepare_calculation(
            _structure(interface, role),
            protocol,
            label=f"{name or interface.definition.name} {role}",
            task=task,
            dipole_layer=dipole_layer,
            kpoints=kpoints,
            cutoff=cutoff,
            grid_spacing=grid_spacing,
        )
        for role in roles
    }


def _structure(interface: Interface, role: SlabRole) -> Atoms:
    """Return AB, A or B; a half is made only where it is asked for."""
    if role == "AB":
        return interface.ab
    return interface.a if role == "A" else interface.b


def strain_calculations(
    interface: Interface, protocol: Protocol, crystals: Mapping[str, Structure] | None
) -> dict[Role, tuple[Calculation, Calculation]]:
    """Return for each strained side the energies of its crystal with and without the strain.

    Both have the k-points of the unstrained crystal, so that only the strain differs.

    Parameters
    ----------
    interface : Interface
        What was built.
    protocol : Protocol
        Numerical settings.
    crystals : mapping of str to Structure, optional
        Relaxed conventional cells by crystal; None takes the crystals as shipped or given.
    """
    found: dict[Role, tuple[Calculation, Calculation]] = {}
    for side in interface.sides:
        if side.strain_measure <= NO_STRAIN:
            continue
        structure = load_crystal(side.crystal).structure if crystals is None else crystals[side.crystal]
        strained, unstrained = strained_bulk(structure, side.miller, side.supercell, side.strain)
        label = f"{bulk_label(side.crystal)} as in {interface.definition.name} {side.role}"
        reference = prepare_calculation(unstrained, protocol, label=f"{label}, unstrained", task="static")
        kpoints = reference.electrons.kpoints
        found[side.role] = (
            prepare_calculation(
                strained, protocol, label=f"{label}, strained", task="static", kpoints=kpoints
            ),
            reference,
        )
    return found


def assemble(
    definition: InterfaceDefinition,
    protocol: Protocol,
    interface: Interface,
    *,
    slabs: Mapping[SlabRole, tuple[Calculation, Outcome]],
    bulk: Mapping[str, tuple[Calculation, Outcome]],
    is_from_archive: Callable[[Calculation], bool],
    strain: Mapping[Role, tuple[Finished, Finished]] | None = None,
    extras: Extras | None = None,
) -> AdhesionDocument:
    """Combine finished calculations to the document of a work of adhesion.

    Parameters
    ----------
    definition, protocol, interface
        What was built, and how it was calculated.
    slabs : mapping of "AB", "A", "B" to (Calculation, Outcome)
        The three relaxations.
    bulk : mapping of str to (Calculation, Outcome)
        The relaxation of each crystal.
    is_from_archive : callable
        Says whether a calculation was found and not computed in this run.
    strain : mapping of "lower", "upper" to pairs of (Calculation, Outcome), optional
        The crystal of each strained side with the strain and without it.
    extras : Extras, optional
        Adhesion map, thickness series, separation curve.

    Raises
    ------
    wadflow.errors.SettingsMismatchError
        Where AB, A and B do not come from equal settings.
    """
    extras = extras or Extras()
    records = {
        role: outcome.record(calculation, role=role, from_archive=is_from_archive(calculation))
        for role, (calculation, outcome) in slabs.items()
    }
    strain = strain or {}
    companions = [
        outcome.record(calculation, role="bulk", from_archive=is_from_archive(calculation))
        for pair in strain.values()
        for calculation, outcome in pair
    ]
    source = definition.source
    return combine(
        name=definition.name,
        title=definition.title,
        protocol=protocol.name,
        production=protocol.production,
        area=interface.area,
        n_interfaces=interface.n_interfaces,
        gap=interface.gap,
        registry=interface.registry,
        faces_differ=needs_dipole_layer(interface),
        lower=_side_record(interface.lower, strain.get("lower"), interface),
        upper=_side_record(interface.upper, strain.get("upper"), interface),
        ab=records["AB"],
        a=records["A"],
        b=records["B"],
        bulk=[
            outcome.record(calculation, role="bulk", from_archive=is_from_archive(calculation))
            for calculation, outcome in bulk.values()
        ],
        structures={
            role: _labelled(outcome.atoms, calculation.atoms)
            for role, (calculation, outcome) in slabs.items()
        },
        companions=[*extras.records, *companions],
        registry_map=extras.registry_map,
        thickness_series=extras.thickness_series,
        separation_curve=extras.separation_curve,
        extra_warnings=extras.warnings,
        source_value=source.work_of_adhesion if source else None,
        source_doi=source.doi if source else None,
        source_citation=source.citation if source else None,
        created=datetime.now(UTC),
        wadflow_version=wadflow.__version__,
    )


def _labelled(final: AtomsRecord, asked: AtomsRecord) -> AtomsRecord:
    """Give relaxed atoms the labels that were asked for.

    A calculation that serves two roles (A and B of a homo-interface) was stored with the labels
    of the role that came first; order and elements agree, since they are part of the key.
    """
    return final.model_copy(update={"side": asked.side, "plane": asked.plane})


def _side_record(
    side: InterfaceSide, strain: tuple[Finished, Finished] | None, interface: Interface
) -> SideRecord:
    potential = side_of(interface.definition, side.role).chemical_potential
    energy: float | None = 0.0
    if strain is not None:
        (_, strained), (_, unstrained) = strain
        n_bulk = len(unstrained.atoms.numbers)
        half = interface.a if side.role == "lower" else interface.b
        per_atom = (strained.energy / n_bulk, unstrained.energy / n_bulk)
        energy = strain_energy(*per_atom, len(half), interface.area)
    elif side.strain_measure > NO_STRAIN:
        energy = None
    return SideRecord(
        crystal=side.crystal,
        miller=side.miller,
        planes=side.n_planes,
        termination=side.contact_termination,
        tasker_class=side.tasker_class,
        polar_model=side.polar_model,
        strain=side.strain.tolist(),
        strain_measure=side.strain_measure,
        strain_energy=energy,
        strain_energy_reason="not computed" if energy is None else None,
        free_termination=side.free_termination,
        tasker_class_as_run=side.tasker_class_as_run,
        reconstruction=side.slab.reconstruction,
        chemical_potential=ChemicalPotentialRecord(**potential.model_dump()) if potential else None,
        charge_doubt=side.charge_doubt,
    )
