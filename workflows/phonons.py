"""Phonons of a crystal by finite displacements, through phonopy: supercells out, forces in.

Pure functions; who computes the forces is not known here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from wadflow.errors import CalculationError
from wadflow.results.thermochemistry.computed import LOWEST_TEMPERATURE, VibrationalFunctions
from wadflow.results.thermochemistry.energetics import HIGHEST_TEMPERATURE
from wadflow.results.thermochemistry.records import PhononRecord

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ase import Atoms
    from numpy.typing import NDArray

    from wadflow.workflows.protocol import PhononSettings

TEMPERATURE_STEP = 5.0
"""Kelvin between the temperatures at which vibrational functions are evaluated."""

MOST = 6
"""Cells along each direction of the largest supercells that are tried."""

SAME_VECTOR = 1e-6
"""Fractions of a lattice vector that count as none."""

STATED_TEMPERATURES = (298.15, 1000.0)
"""Kelvin at which it is said how much of the free energy is that of imaginary modes."""

IMAGINARY = 0.05
"""THz: modes below minus this are imaginary; nearer to zero are the acoustic ones at rest, left out."""


@dataclass(frozen=True)
class DisplacedSupercells:
    """What is to be computed for the phonons of a crystal.

    Attributes
    ----------
    phonopy : phonopy.Phonopy
        With its displacements.
    at_rest : ase.Atoms
        The supercell without any; angstrom.
    supercells : tuple of ase.Atoms
        One a displacement; angstrom.
    """

    phonopy: Any
    at_rest: Atoms
    supercells: tuple[Atoms, ...]


def displaced_supercells(
    primitive: Atoms, matrix: NDArray[np.int64], settings: PhononSettings
) -> DisplacedSupercells:
    """Make the supercells of a crystal, in each of which one atom is displaced.

    Parameters
    ----------
    primitive : ase.Atoms
        Relaxed primitive cell; angstrom.
    matrix : ndarray of int, shape (3, 3)
        See `supercell_matrix`. Not chosen here: all volumes of the quasiharmonic approximation share one.
    settings : PhononSettings
        Supercell and displacement.
    """
    from ase import Atoms
    from phonopy import Phonopy
    from phonopy.structure.atoms import PhonopyAtoms

    cell = PhonopyAtoms(
        symbols=primitive.get_chemical_symbols(), cell=primitive.cell.array, positions=primitive.positions
    )
    phonopy = Phonopy(cell, supercell_matrix=matrix.T, primitive_matrix="P")  # phonopy's vectors are columns
    phonopy.generate_displacements(distance=settings.displacement)

    def to_atoms(one: PhonopyAtoms) -> Atoms:
        return Atoms(symbols=one.symbols, positions=one.positions, cell=one.cell, pbc=True)

    displaced = (one for one in phonopy.supercells_with_displacements or () if one is not None)
    return DisplacedSupercells(phonopy, to_atoms(phonopy.supercell), tuple(map(to_atoms, displaced)))


def supercell_matrix(primitive: Atoms, min_length: float) -> NDArray[np.int64]:
    """Return the smallest supercell that has the symmetry of its crystal and a length.

    Multiples of the primitive and of the conventional cell are tried. With less symmetry than the crystal
    more displacements would be needed (36 instead of 18 for Li2CO3): phonopy's
    `estimate_supercell_matrix` keeps it too, but counts atoms where this asks for a length, and knows
    conventional cells only, so that the cells of salts of rocksalt structure come out larger than need be.

    Parameters
    ----------
    primitive : ase.Atoms
        Cell to be repeated.
    min_length : float
        Smallest distance of an atom from its images, angstrom.

    Returns
    -------
    ndarray of int, shape (3, 3)
        The supercell's vectors as rows, in terms of those of the primitive cell.

    Raises
    ------
    wadflow.errors.CalculationError
        Where no such supercell has vectors of up to `MOST` primitive ones.
    """
    import spglib
    from ase.geometry import minkowski_reduce

    cell = primitive.cell.array
    symmetry = spglib.get_symmetry_dataset((cell, primitive.get_scaled_positions(), primitive.numbers))
    if symmetry is None:
        raise CalculationError(f"spglib finds no symmetry of {primitive.get_chemical_formula()}")
    conventional = np.rint(symmetry.std_lattice @ symmetry.std_rotation_matrix @ np.linalg.inv(cell))
    multiples = [np.diag(counts) for counts in np.ndindex(MOST, MOST, MOST)]
    candidates = [
        (multiple + np.eye(3)) @ base for multiple in multiples for base in (np.eye(3), conventional)
    ]
    for matrix in sorted(candidates, key=lambda one: round(abs(np.linalg.det(one)))):
        # A rotation W takes vectors of this lattice to vectors of this lattice.
        taken = np.linalg.inv(matrix.T) @ symmetry.rotations @ matrix.T
        if np.abs(taken - np.rint(taken)).max() > SAME_VECTOR:
            continue
        shortest = np.linalg.norm(minkowski_reduce(matrix @ cell)[0], axis=1).min()
        if shortest >= min_length:
            return np.rint(matrix).astype(np.int64)
    raise CalculationError(
        f"no supercell of {primitive.get_chemical_formula()} has images {min_length:g} angstrom apart"
    )


def _imaginary_share(frequencies: NDArray[np.float64], weights: NDArray[np.float64], kelvin: float) -> float:
    """Return the free energy (kJ/mol of cells) of imaginary modes that count as real."""
    from scipy.constants import R, h, k

    quantum = h * 1e12 * np.abs(frequencies) / (k * kelvin)
    imaginary = frequencies < -IMAGINARY
    each = np.zeros_like(frequencies)
    each[imaginary] = quantum[imaginary] / 2 + np.log(-np.expm1(-quantum[imaginary]))
    return float(R * kelvin / 1000.0 * (each.sum(axis=1) @ weights) / weights.sum())


def vibrations(
    displaced: DisplacedSupercells,
    forces: Sequence[NDArray[np.float64]],
    settings: PhononSettings,
    *,
    at_rest: NDArray[np.float64],
    crystal: str,
    units: int,
) -> tuple[VibrationalFunctions, PhononRecord]:
    """Return vibrational functions per formula unit, and what is to be said of the phonons.

    What the forces at rest are not zero, because the mesh of the supercell is another than that of the cell
    in which its atoms came to rest, is subtracted: in Li2CO3 it would be 0.3 of 4 eV/angstrom2.
    Imaginary modes count as real ones of the same size (phonopy's ``pretend_real``), for a crystal has them
    all: one left out would take kT ln(kT / h nu) with it, 0.26 eV for 1 THz at 1000 K. What a soft mode has
    in truth is in the anharmonic part of its energy; the record says how many there are, and how much of
    the free energy is theirs.

    Parameters
    ----------
    displaced : DisplacedSupercells
        What was computed.
    forces : sequence of ndarray, shape (n, 3)
        Of each supercell, in their order (eV/angstrom).
    settings : PhononSettings
        Mesh of wave vectors.
    at_rest : ndarray, shape (n, 3)
        Forces of the supercell without displacement (eV/angstrom).
    crystal : str
        Name, for the record.
    units : int
        Formula units in the primitive cell.

    Raises
    ------
    wadflow.errors.CalculationError
        Where forces are missing.
    """
    if len(forces) != len(displaced.supercells):
        problem = (
            f"phonons of {crystal}: {len(forces)} sets of forces for {len(displaced.supercells)} supercells"
        )
        raise CalculationError(problem)
    phonopy = displaced.phonopy
    phonopy.forces = np.array(forces) - at_rest
    phonopy.produce_force_constants()
    phonopy.symmetrize_force_constants()
    phonopy.run_mesh(settings.mesh_length)
    mesh = phonopy.get_mesh_dict()
    frequencies, weights = np.asarray(mesh["frequencies"]), np.asarray(mesh["weights"], dtype=float)
    kelvin = np.arange(LOWEST_TEMPERATURE, HIGHEST_TEMPERATURE + TEMPERATURE_STEP, TEMPERATURE_STEP)
    phonopy.run_thermal_properties(temperatures=kelvin, cutoff_frequency=IMAGINARY, pretend_real=True)
    thermal = phonopy.get_thermal_properties_dict()
    imaginary = (frequencies < -IMAGINARY).sum(axis=1) @ weights / weights.sum()
    share = {kelvin: _imaginary_share(frequencies, weights, kelvin) / units for kelvin in STATED_TEMPERATURES}
    record = PhononRecord(
        crystal=crystal,
        supercell_atoms=len(displaced.supercells[0]),
        supercell_matrix=tuple(tuple(row) for row in np.asarray(phonopy.supercell_matrix).tolist()),
        displacements=len(displaced.supercells),
        lowest_frequency=float(frequencies.min()),
        highest_frequency=float(frequencies.max()),
        imaginary_modes=float(imaginary),
        imaginary_share=share if imaginary else {},
        modes=int(frequencies.shape[1]),
    )
    functions = VibrationalFunctions(
        temperatures=kelvin,
        free_energies=np.asarray(thermal["free_energy"]) / units,
        entropies=np.asarray(thermal["entropy"]) / units,
        heat_capacities=np.asarray(thermal["heat_capacity"]) / units,
    )
    return functions, record
