"""Reconstruction of polar slabs: ions of one outer plane go to the other face, until no dipole is left.

A slab of Tasker's class III becomes one of class II: of the N planes of the bulk cut and the next plane
beyond the far face, which is equal to the one at the contact, both outer planes are occupied in part, so
that together they hold one full plane. Composition and charge of the cut stay; the occupation is the one at
which the formal dipole vanishes, which is one half wherever the planes are equally spaced.

Which sites are occupied: every pattern of both outer planes is enumerated (`wadflow.interfaces.patterns`),
and the one of the lowest electrostatic energy of the formal charges (Ewald sum of the slab with vacuum) is
taken; of equally good ones the first in the order of enumeration (sites by their place in the cell, top
plane first).
"""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from wadflow.errors import InputError
from wadflow.interfaces.planes import plane_formula
from wadflow.interfaces.polarity import plane_charges
from wadflow.interfaces.slabs import Slab, take_planes

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from ase import Atoms

    from wadflow.interfaces.matching import Supercell
    from wadflow.interfaces.orientation import OrientedCrystal
    from wadflow.interfaces.patterns import Candidates

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]

# Largest in-plane supercell, in units of the definition's cell, that is tried.
MAX_CELLS = 8
# Dipole that may be left, relative to that of the bulk cut: where planes are not equally spaced the exact
# occupation is no simple fraction (0.236 of the Zn of ZnO(0001), for which 1/4 stands).
REST = 0.1


@dataclass(frozen=True)
class Occupation:
    """How full the outer planes of a reconstructed slab are.

    Attributes
    ----------
    top : float
        Occupied fraction of the top plane at which the formal dipole vanishes, 0 to 1; that of the
        bottom plane is ``1 - top``.
    first_plane : int
        Index of the bottom plane in the infinite stack.
    n_planes : int
        Planes, the partly occupied ones included: one more than the bulk cut has.
    from_top : bool
        Whether the ions go from the top plane of the cut to its bottom, or the other way.
    tolerance : float
        Largest deviation from ``top`` that leaves at most `REST` of the dipole of the cut.
    ions : tuple of int
        Ions of each element in the full plane, by atomic number, per primitive in-plane cell.
    """

    top: float
    first_plane: int
    n_planes: int
    from_top: bool
    tolerance: float
    ions: tuple[int, ...]

    def counts(self, cells: int) -> tuple[int, ...] | None:
        """Return how many ions of each element the top plane keeps, or None where no count fits.

        Parameters
        ----------
        cells : int
            Primitive cells of the supercell.
        """
        kept = tuple(round(self.top * ions * cells) for ions in self.ions)
        fractions = {count / (ions * cells) for count, ions in zip(kept, self.ions, strict=True)}
        fraction = fractions.pop()
        fits = not fractions and 0 < fraction < 1 and abs(fraction - self.top) <= self.tolerance + 1e-9
        return kept if fits else None


def occupation(
    oriented: OrientedCrystal, slab: Slab, charges: Mapping[str, float], *, from_top: bool
) -> Occupation:
    """Return the occupation of the outer planes that takes the dipole off a polar slab.

    Parameters
    ----------
    oriented : OrientedCrystal
        Stack that the slab was cut from.
    slab : Slab
        The bulk cut: neutral, with a dipole.
    charges : mapping of str to float
        Formal charge of each element, units of e.
    from_top : bool
        Whether ions of the top plane go to the bottom, or ions of the bottom plane to the top.

    Raises
    ------
    InputError
        The far face does not continue with the plane that gives the ions, or no part of a plane can take
        the dipole off.
    """
    first = slab.first_plane - (1 if from_top else 0)
    last = first + slab.n_planes
    kinds = oriented.classes
    if kinds[first % oriented.n_planes] != kinds[last % oriented.n_planes]:
        raise InputError(
            f"the {slab.n_planes} planes ({' '.join(slab.formulas)}) are no whole repeats, so that the ions "
            "of one face have no sites at the other",
            key="planes",
            remedy=f"give a multiple of {oriented.n_planes} planes",
        )
    per_plane = plane_charges(slab, charges)
    giver = per_plane[-1 if from_top else 0]
    dipole = float(per_plane @ slab.plane_z)
    height = oriented.z(last) - oriented.z(first)
    moved = dipole / (giver * height) * (1 if from_top else -1) if abs(giver) > 1e-6 else math.nan
    if not 1e-3 < moved < 1 - 1e-3:  # also for NaN
        raise InputError(
            f"moving a part of the outer plane {slab.formulas[-1 if from_top else 0]!r} to the other face "
            "cannot take the dipole off",
            key="polar_model",
            remedy="give another contact_termination: this cut may have a face without dipole "
            "(polar_model 'ideal'), or its other outer plane can move",
        )
    top = 1 - moved if from_top else moved
    composition = oriented.composition(first, 1)
    return Occupation(
        top=top,
        first_plane=first,
        n_planes=slab.n_planes + 1,
        from_top=from_top,
        tolerance=REST * moved,
        ions=tuple(composition[number] for number in sorted(composition)),
    )


def smallest_supercells(wanted: Sequence[tuple[Occupation, int]], cell: FloatArray) -> list[Supercell]:
    """Return the smallest in-plane supercells in which the ions of every slab can be parted.

    Parameters
    ----------
    wanted : sequence of (Occupation, int)
        Each slab to be reconstructed, and the number of primitive cells in its cell.
    cell : numpy.ndarray
        In-plane cell that is multiplied, rows, angstrom, shape (2, 2).

    Returns
    -------
    list of tuple
        All shapes of the smallest area, most compact first; rows in units of ``cell``. ``[((1, 0), (0,
        1))]`` where the cell is large enough.

    Raises
    ------
    InputError
        None of up to `MAX_CELLS` cells is enough.
    """
    for cells in range(1, MAX_CELLS + 1):
        if all(occupied.counts(own * cells) is not None for occupied, own in wanted):
            if cells == 1:
                return [((1, 0), (0, 1))]
            shapes = {_compact(matrix, cell) for matrix in _sublattices(cells)}
            return sorted(shapes, key=lambda shape: (_extent(shape, cell), shape))
    fractions = ", ".join(f"{occupied.top:.3f}" for occupied, _ in wanted)
    raise InputError(
        f"no in-plane cell of up to {MAX_CELLS} cells parts the outer plane as needed (fraction {fractions})",
        key="polar_model",
        remedy='give polar_model = "ideal" or "symmetric"',
    )


def reconstructed_slab(
    oriented: OrientedCrystal,
    cut: Slab,
    occupied: Occupation,
    chosen: tuple[Candidates, int, int],
    supercell: Supercell,
) -> Slab:
    """Return the slab with one pattern of its outer planes.

    Parameters
    ----------
    oriented : OrientedCrystal
        Stack of planes.
    cut : Slab
        The bulk cut.
    occupied : Occupation
        How full the outer planes are.
    chosen : tuple of (Candidates, int, int)
        All patterns, and which of the top and of the bottom plane is taken.
    supercell : tuple of tuple of int
        Rows are the cell vectors in units of the primitive in-plane cell's, shape (2, 2).

    Returns
    -------
    Slab
        In the supercell, with one plane more than the cut.
    """
    found, top, bottom = chosen
    atoms = found.atoms
    planes = atoms.arrays["plane"]
    is_inner = (planes > 0) & (planes < occupied.n_planes - 1)
    atoms = atoms[is_inner | found.top[top] | found.bottom[bottom]]
    whole = take_planes(oriented, occupied.first_plane, occupied.n_planes)
    planes = atoms.arrays["plane"]
    formulas = tuple(plane_formula(atoms.symbols[planes == plane]) for plane in range(occupied.n_planes))
    cells = round(np.linalg.det(np.array(supercell)))
    fraction = np.sum(found.top[top]) / np.sum(found.atoms.arrays["plane"] == occupied.n_planes - 1)
    moved = _fraction_text(1 - fraction if occupied.from_top else fraction)
    source, target = ("top", "bottom") if occupied.from_top else ("bottom", "top")
    return replace(
        whole,
        atoms=atoms,
        area=whole.area * cells,
        formulas=formulas,
        termination_bottom=_partial_label(atoms, 0, cells, whole.formulas[0], 1 - fraction),
        termination_top=_partial_label(
            atoms, occupied.n_planes - 1, cells, whole.formulas[-1], float(fraction)
        ),
        stoichiometric=cut.stoichiometric,
        supercell=supercell,
        reconstruction=(
            f"{moved} of the {source} plane {whole.formulas[0]} of {cut.n_planes} bulk planes moved to the "
            f"{target} ({' | '.join(formulas)})"
        ),
    )


def _sublattices(index: int) -> Iterator[FloatArray]:
    """Give one basis of every sublattice of a two-dimensional lattice with this index."""
    for first in range(1, index + 1):
        if index % first == 0:
            for offset in range(first):
                yield np.array([[first, 0], [offset, index // first]])


def _compact(matrix: FloatArray, cell: FloatArray) -> Supercell:
    """Return the shortest right-handed basis (angle 90 to 120 degrees) of a sublattice."""
    first, second = matrix
    while True:  # Gauss
        if np.linalg.norm(second @ cell) < np.linalg.norm(first @ cell) - 1e-3:
            first, second = second, first
        a, b = first @ cell, second @ cell
        shorter = second - int(np.round(a @ b / (a @ a) - 1e-6)) * first
        if np.linalg.norm(shorter @ cell) > np.linalg.norm(b) - 1e-3:
            break
        second = shorter
    if (first @ cell) @ (second @ cell) > 1e-3:
        second = -second
    rows = np.array([first, second])
    if np.linalg.det(rows) < 0:
        rows = np.array([second, first])
    if np.array_equal(rows, -np.eye(2)):
        rows = -rows
    (p, q), (r, s) = rows.astype(int).tolist()
    return (p, q), (r, s)


def _extent(shape: Supercell, cell: FloatArray) -> float:
    """Return the sum of the lengths of a cell's vectors in angstrom, without numerical noise."""
    return round(float(np.linalg.norm(np.array(shape) @ cell, axis=1).sum()), 2)


def _partial_label(atoms: Atoms, plane: int, cells: int, full: str, fraction: float) -> str:
    """Return a plane's formula per primitive cell, or the part of the full plane, ``"1/2 Na"``."""
    found = Counter(atoms.symbols[atoms.arrays["plane"] == plane])
    if all(count % cells == 0 for count in found.values()):
        return plane_formula(symbol for symbol, count in found.items() for _ in range(count // cells))
    return f"{_fraction_text(fraction)} {full}"


def _fraction_text(value: float) -> str:
    return str(Fraction(value).limit_denominator(100))
