"""Lattices of relaxed crystals, as documents keep them, in the cells that crystallographers publish."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import gcd, lcm
from typing import TYPE_CHECKING, Final

import numpy as np

from wadflow.errors import InputError
from wadflow.interfaces.crystals import load_crystal

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from wadflow.interfaces.crystals import Crystal
    from wadflow.results.documents import AdhesionDocument
    from wadflow.results.records import CalculationRecord, SideRecord
    from wadflow.results.surface_documents import SurfaceDocument

CUBIC: Final = 195
"""Lowest number of a cubic space group."""

SYMMETRY_TOLERANCE: Final = 0.01
"""angstrom; that of shipped crystals."""

UNSTRAINED: Final = 1e-6
"""Strain measure below which a side of an interface has the lattice of its relaxed crystal."""

LARGEST_CHANGE: Final = 0.08
"""Relative change of a length by relaxation above which the cells of a surface cannot be counted safely."""

MOST_CELLS: Final = 6
"""Surface cells in an interface up to which they can be counted from the area."""


@dataclass(frozen=True)
class CrystalLattice:
    """Lattice parameters of a crystal.

    Attributes
    ----------
    species : str
        Reduced formula.
    space_group : int
        Number.
    lengths : tuple of float
        a, b, c of the conventional cell (angstrom).
    angles : tuple of float
        alpha, beta, gamma (degree).
    volume_per_atom : float
        angstrom3.
    found_in : str
        What it was taken from.
    """

    species: str
    space_group: int
    lengths: tuple[float, float, float]
    angles: tuple[float, float, float]
    volume_per_atom: float
    found_in: str

    def values(self) -> dict[str, tuple[float, str]]:
        """Return the parameters that symmetry does not fix: quantity to value and unit.

        The volume only where there is more than one, and it says something more.
        """
        a = self.lengths[0]
        found = {"lattice constant a": (a, "angstrom")}
        for name, length in zip("bc", self.lengths[1:], strict=True):
            if self.space_group < CUBIC and not (name == "b" and np.isclose(length, a, rtol=1e-6)):
                found[f"lattice constant {name}"] = (length, "angstrom")
        for name, angle in zip(("alpha", "beta", "gamma"), self.angles, strict=True):
            if not np.isclose(angle, [90.0, 120.0], atol=1e-3).any():
                found[f"lattice angle {name}"] = (angle, "degree")
        if len(found) > 1:
            found["volume per atom"] = (self.volume_per_atom, "angstrom3")
        return found


def lattice_of_crystal(crystal: Crystal) -> CrystalLattice:
    """Return the lattice of a crystal as it is shipped or given."""
    return _lattice(crystal, crystal.structure.lattice.matrix, crystal.name)


def lattice_of_bulk(crystal: str, record: CalculationRecord) -> CrystalLattice | None:
    """Return the lattice that the relaxation of a crystal with its cell gave.

    Parameters
    ----------
    crystal : str
        Its name, or the file that it came from.
    record : CalculationRecord
        The relaxation.

    Returns
    -------
    CrystalLattice or None
        None: the record does not keep its atoms, or the crystal's file is not there any more.
    """
    if record.final_atoms is None:
        return None
    return lattice_in_cell(crystal, record, record.final_atoms.cell)


def lattice_in_cell(crystal: str, record: CalculationRecord, relaxed: ArrayLike) -> CrystalLattice | None:
    """Return the lattice of a crystal whose primitive cell became another one.

    Parameters
    ----------
    crystal : str
        Its name, or the file that it came from.
    record : CalculationRecord
        Its relaxation, which started from the crystal as it is shipped.
    relaxed : array_like, shape (3, 3)
        Cell afterwards (angstrom), vectors in the order of those of the record.
    """
    known = known_crystal(crystal)
    if known is None:
        return None
    conventional = known.structure.lattice.matrix
    # The conventional vectors in those of the primitive cell, which relaxation does not change.
    transformation = conventional @ np.linalg.inv(np.array(record.cell))
    if not np.allclose(transformation, transformation.round(), atol=1e-3):
        return None
    cell = transformation.round() @ np.asarray(relaxed, dtype=float)
    return _lattice(known, cell, f"'{record.label}'")


def lattice_of_surfaces(document: SurfaceDocument) -> CrystalLattice | None:
    """Return the relaxed lattice behind surface energies.

    Documents that do not keep the relaxed crystal give it where it is cubic: from the volume of the bulk
    crystals in the cells of the slabs.
    """
    kept = lattice_of_bulk(document.crystal, document.bulk)
    if kept is not None or document.space_group < CUBIC:
        return kept
    known = known_crystal(document.crystal)
    if known is None:
        return None
    bulk = document.faces[0].bulk
    volume_per_atom = abs(float(np.linalg.det(np.array(bulk.cell)))) / bulk.n_atoms
    return lattice_at_volume(known, volume_per_atom, f"volume of '{bulk.label}'")


def lattice_at_volume(crystal: Crystal, volume_per_atom: float, found_in: str) -> CrystalLattice | None:
    """Return the lattice of a cubic crystal of a given volume per atom (angstrom3); None: it is not cubic."""
    given = lattice_of_crystal(crystal)
    if given.space_group < CUBIC:
        return None
    ratio = (volume_per_atom / given.volume_per_atom) ** (1 / 3)
    return _lattice(crystal, ratio * crystal.structure.lattice.matrix, found_in)


def lattice_of_side(document: AdhesionDocument, side: SideRecord) -> CrystalLattice | None:
    """Return the relaxed lattice of a cubic crystal from the area of an interface that does not strain it."""
    known = known_crystal(side.crystal)
    if known is None or side.strain_measure > UNSTRAINED:
        return None
    given = lattice_of_crystal(known)
    if given.space_group < CUBIC:
        return None
    cell = surface_cell_area(known, side.miller)
    count = round(document.area / cell)
    if not 1 <= count <= MOST_CELLS:
        return None
    ratio = (document.area / (count * cell)) ** 0.5
    if abs(ratio - 1) > LARGEST_CHANGE / count:
        return None
    matrix = ratio * known.structure.lattice.matrix
    return _lattice(known, matrix, f"area of {document.name}, where {side.name} is not strained")


def surface_cell_area(crystal: Crystal, miller: tuple[int, int, int]) -> float:
    """Return the area of the primitive cell of a lattice plane (angstrom2), of the crystal as it is given.

    It is the volume of the primitive cell over the distance of the planes.
    """
    from wadflow.interfaces.symmetry import primitive_cell

    structure = crystal.structure
    vectors, _, _ = primitive_cell(
        structure.lattice.matrix,
        structure.frac_coords,
        np.array(structure.atomic_numbers, dtype=np.int64),
    )
    normal = structure.lattice.reciprocal_lattice_crystallographic.get_cartesian_coords(miller)
    # In reciprocal vectors of the primitive cell; the shortest vector with whole numbers.
    parts = [Fraction(float(one)).limit_denominator(1000) for one in vectors @ normal]
    whole = [int(part * lcm(*(one.denominator for one in parts))) for part in parts]
    shortest = np.array(whole) / gcd(*whole)
    reciprocal = np.linalg.inv(vectors).T
    return abs(float(np.linalg.det(vectors))) * float(np.linalg.norm(shortest @ reciprocal))


def _lattice(crystal: Crystal, conventional: ArrayLike, found_in: str) -> CrystalLattice:
    from pymatgen.core import Lattice

    lattice = Lattice(np.asarray(conventional, dtype=float))
    lengths, angles = lattice.parameters[:3], lattice.parameters[3:]
    structure = crystal.structure
    return CrystalLattice(
        species=structure.composition.reduced_formula,
        space_group=int(structure.get_space_group_info(symprec=SYMMETRY_TOLERANCE)[1]),
        lengths=(float(lengths[0]), float(lengths[1]), float(lengths[2])),
        angles=(float(angles[0]), float(angles[1]), float(angles[2])),
        volume_per_atom=float(lattice.volume) / len(structure),
        found_in=found_in,
    )


def known_crystal(crystal: str) -> Crystal | None:
    """Return a crystal, or None where its file is not there any more."""
    try:
        return load_crystal(crystal)
    except InputError:
        return None
