"""A crystal turned so that a lattice plane lies flat: in-plane cell, repeat and atomic planes.

Cutting tools count slabs in unit cells of some oriented cell and offer the terminations of one tolerance.
Here planes are counted, from any termination, in the smallest repeat that the lattice has, so that every
slab of a crystal is a run of consecutive planes of one infinite stack.
"""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from wadflow.errors import InputError
from wadflow.interfaces.planes import group_periodic_planes, plane_formula
from wadflow.interfaces.symmetry import (
    SYMMETRY_TOLERANCE,
    asymmetry,
    primitive_cell,
    symmetrized,
    symmetry_operations,
)

if TYPE_CHECKING:
    from pymatgen.core import Structure

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

# Relative difference up to which lengths count as equal, when the shorter of two vectors is wanted.
EQUAL_LENGTHS = 1e-3
# Plane-wave codes use a symmetry where it holds within about 1e-7 of the cell.
EXACT_SYMMETRY = 1e-8  # angstrom


@dataclass(frozen=True, eq=False)  # compared by identity: arrays have no equality, and caches need one
class OrientedCrystal:
    """The infinite stack of atomic planes parallel to (hkl), as one repeat of it.

    Attributes
    ----------
    miller : tuple of int
        Indices in the conventional cell.
    in_plane : numpy.ndarray
        Primitive, reduced in-plane cell; rows a (along +x) and b, angstrom, shape (2, 2). Right-handed,
        the angle between 90 and 120 degrees.
    repeat : numpy.ndarray
        Lattice vector from a plane to its equal in the next repeat above, angstrom, shape (3,). Its z
        component is the height of the repeat.
    numbers : numpy.ndarray
        Atomic numbers of one repeat, shape (atoms,).
    positions : numpy.ndarray
        Positions of one repeat, angstrom, shape (atoms, 3).
    planes : tuple of numpy.ndarray
        Indices of the atoms of each plane of the repeat, from the bottom up.
    plane_z : numpy.ndarray
        Mean height of each plane, angstrom, shape (planes,).
    in_plane_operations : numpy.ndarray
        Point operations of the crystal that keep every plane where it is, without their translations:
        rows are the images of a and b in units of a and b, shape (operations, 2, 2). Rotations
        (determinant 1) and mirrors (determinant -1); the identity comes first.
    classes : tuple of int
        For each plane the lowest plane of the repeat that a symmetry of the crystal maps it on without
        turning the normal over. Planes of one class are the same termination.
    """

    miller: tuple[int, int, int]
    in_plane: FloatArray
    repeat: FloatArray
    numbers: NDArray[np.int64]
    positions: FloatArray
    planes: tuple[NDArray[np.intp], ...]
    plane_z: FloatArray
    in_plane_operations: IntArray
    classes: tuple[int, ...]

    def __post_init__(self) -> None:
        # One oriented crystal is handed to everyone who asks for it.
        shape = (self.in_plane, self.repeat, self.in_plane_operations)
        for array in (*shape, self.numbers, self.positions, *self.planes, self.plane_z):
            array.flags.writeable = False

    @property
    def n_planes(self) -> int:
        """Number of atomic planes of one repeat."""
        return len(self.planes)

    @property
    def area(self) -> float:
        """Area of the primitive in-plane cell in angstrom2."""
        return float(np.linalg.det(self.in_plane))

    @cached_property
    def formulas(self) -> tuple[str, ...]:
        """Formula of each plane of the repeat, per primitive in-plane cell."""
        from ase.data import chemical_symbols

        return tuple(
            plane_formula(chemical_symbols[number] for number in self.numbers[plane]) for plane in self.planes
        )

    def z(self, plane: int) -> float:
        """Return the mean height in angstrom of plane ``plane`` (any integer) of the infinite stack."""
        repeats, index = divmod(plane, self.n_planes)
        return float(self.plane_z[index] + repeats * self.repeat[2])

    def spacing_above(self, plane: int) -> float:
        """Return the distance in angstrom from plane ``plane`` to the next one above."""
        return self.z(plane + 1) - self.z(plane)

    def lowest(self, plane: int) -> float:
        """Return the height in angstrom of the lowest atom of plane ``plane`` (any integer)."""
        repeats, index = divmod(plane, self.n_planes)
        return float(self.positions[self.planes[index], 2].min() + repeats * self.repeat[2])

    def composition(self, first: int, count: int) -> Counter[int]:
        """Return how many atoms of each atomic number ``count`` planes from ``first`` up hold."""
        total: Counter[int] = Counter()
        for plane in range(first, first + count):
            total.update(self.numbers[self.planes[plane % self.n_planes]].tolist())
        return total


def orient(structure: Structure, miller: tuple[int, int, int]) -> OrientedCrystal:
    """Turn a crystal so that (hkl) lies flat and its normal points along +z.

    Parameters
    ----------
    structure : pymatgen.core.Structure
        Conventional cell; lengths in angstrom.
    miller : tuple of int
        Indices (hkl) in that cell, without a common divisor.

    Raises
    ------
    InputError
        The indices are all zero or have a common divisor.
    """
    if math.gcd(*miller) != 1:
        raise InputError(
            f"Miller indices {tuple(miller)} are zero or have a common divisor",
            key="miller",
            remedy="give whole numbers without a common divisor, for example [1, 1, 0]",
        )
    # Plain values, not the crystal itself: a structure can be changed after it was oriented.
    return _oriented(
        tuple(structure.lattice.matrix.ravel().tolist()),
        tuple(structure.frac_coords.ravel().tolist()),
        structure.atomic_numbers,
        (miller[0], miller[1], miller[2]),
    )


# A registry scan orients the same two crystals dozens of times, and so do a thousand definitions.
@lru_cache(maxsize=512)
def _oriented(
    cell: tuple[float, ...],
    coordinates: tuple[float, ...],
    species: tuple[int, ...],
    miller: tuple[int, int, int],
) -> OrientedCrystal:
    """Return `orient` of a cell (angstrom) and fractional coordinates, both row by row."""
    from ase import Atoms

    conventional = np.array(cell).reshape(3, 3)
    lattice, fractional, numbers = primitive_cell(
        conventional, np.array(coordinates).reshape(-1, 3) % 1.0, np.array(species, dtype=np.int64)
    )
    to_primitive = lattice @ np.linalg.inv(conventional)
    operations = symmetry_operations(lattice, fractional, numbers)
    if asymmetry(lattice, fractional, numbers, operations) > EXACT_SYMMETRY:
        crystal = symmetrized(Atoms(numbers=numbers, cell=lattice, scaled_positions=fractional, pbc=True))
        lattice, fractional = crystal.cell.array, crystal.get_scaled_positions()
    indices = _coprime(to_primitive @ np.array(miller, dtype=float))
    first, second, out = _lattice_basis(indices)
    normal = np.linalg.solve(lattice, indices.astype(float))  # the reciprocal vector of the plane
    normal /= np.linalg.norm(normal)
    first, second = _reduced_in_plane(first, second, lattice, to_primitive, normal)

    a = first @ lattice
    x_axis = a / np.linalg.norm(a)
    turn = np.array([x_axis, np.cross(normal, x_axis), normal]).T
    turned = lattice @ turn
    in_plane = np.array([first, second]) @ turned
    # The lattice vector out of the plane leads to the nearest equal atom of the next repeat.
    sideways = np.linalg.solve(in_plane[:, :2].T, (out @ turned)[:2])
    steps = np.round(sideways + 1e-6).astype(int)  # a shift of exactly a half always falls the same way
    out = out - steps[0] * first - steps[1] * second
    repeat = out @ turned

    phases = fractional @ indices
    planes, heights = group_periodic_planes(phases * repeat[2], float(repeat[2]))
    jumps = np.round((heights - phases * repeat[2]) / repeat[2])
    positions = fractional @ turned + jumps[:, None] * repeat
    plane_z = np.array([positions[plane, 2].mean() for plane in planes])
    return OrientedCrystal(
        miller=miller,
        in_plane=np.array([[np.linalg.norm(a), 0.0], in_plane[1, :2]]),
        repeat=repeat,
        numbers=numbers,
        positions=positions,
        planes=tuple(planes),
        plane_z=plane_z,
        in_plane_operations=_in_plane_operations(first, second, indices, operations),
        classes=_plane_classes(plane_z, float(repeat[2]), indices, operations),
    )


def _coprime(indices: FloatArray) -> IntArray:
    """Return the smallest whole numbers in the ratio of ``indices`` (multiples of 1/6)."""
    # Centred cells halve or third the indices: primitive rows are halves or thirds of conventional ones.
    whole = np.round(indices * 6).astype(np.int64)
    return whole // math.gcd(*whole.tolist())


def _lattice_basis(indices: IntArray) -> tuple[IntArray, IntArray, IntArray]:
    """Return whole-number vectors u, v in the plane (u.h = v.h = 0) and w out of it (w.h = 1).

    They have determinant +-1, so that they are a basis of the lattice and u, v one of the plane.
    """
    h, k, m = (int(index) for index in indices)
    g, p, q = _bezout(h, k)
    if g == 0:
        return np.array([1, 0, 0]), np.array([0, 1, 0]), np.array([0, 0, m])
    _, r, s = _bezout(g, m)
    return np.array([k // g, -h // g, 0]), np.array([p * m, q * m, -g]), np.array([r * p, r * q, s])


def _bezout(m: int, n: int) -> tuple[int, int, int]:
    """Return g, p, q with g = gcd(m, n) = p m + q n."""
    old, new = (m, 1, 0), (n, 0, 1)
    while new[0]:
        quotient = old[0] // new[0]
        old, new = new, (old[0] - quotient * new[0], old[1] - quotient * new[1], old[2] - quotient * new[2])
    return old if old[0] >= 0 else (-old[0], -old[1], -old[2])


def _reduced_in_plane(
    first: IntArray, second: IntArray, lattice: FloatArray, to_primitive: FloatArray, normal: FloatArray
) -> tuple[IntArray, IntArray]:
    """Return the shortest right-handed in-plane basis with an angle of 90 to 120 degrees.

    Where several vectors are equally short, the choice must depend neither on numerical noise nor on the
    lattice constant, or a registry would mean another shift after the crystal is relaxed. It falls on the
    vector with the largest conventional fractional coordinates, which are exact.
    """
    while True:  # Gauss
        if np.linalg.norm(second @ lattice) < np.linalg.norm(first @ lattice) * (1 - EQUAL_LENGTHS):
            first, second = second, first
        a, b = first @ lattice, second @ lattice
        steps = int(np.round(a @ b / (a @ a)))
        shorter = second - steps * first
        if np.linalg.norm(shorter @ lattice) > np.linalg.norm(b) * (1 - EQUAL_LENGTHS):
            break
        second = shorter
    coefficients = [(i, j) for i in (-1, 0, 1) for j in (-1, 0, 1) if (i, j) != (0, 0)]
    vectors = [i * first + j * second for i, j in coefficients]

    def is_allowed(pair: tuple[IntArray, IntArray]) -> bool:
        a, b = pair[0] @ lattice, pair[1] @ lattice
        return bool(np.cross(a, b) @ normal > 0 and a @ b <= EQUAL_LENGTHS * (a @ a))

    def fractions(pair: tuple[IntArray, IntArray]) -> tuple[float, ...]:
        return tuple(np.round(np.concatenate([vector @ to_primitive for vector in pair]), 3) + 0.0)

    shortest: list[tuple[IntArray, IntArray]] = []
    allowed = [(a, b) for a in vectors for b in vectors if is_allowed((a, b))]
    for index in (0, 1):  # first the shortest a, then the shortest b beside it
        lengths = np.array([np.linalg.norm(pair[index] @ lattice) for pair in allowed])
        shortest = [allowed[n] for n in np.flatnonzero(lengths < lengths.min() * (1 + EQUAL_LENGTHS))]
        allowed = shortest
    return max(shortest, key=fractions)


def _in_plane_operations(
    first: IntArray, second: IntArray, indices: IntArray, operations: tuple[IntArray, FloatArray]
) -> IntArray:
    """Return the distinct point operations that map every plane on itself, in units of the in-plane cell."""
    basis = np.array([first, second])
    found: set[tuple[int, ...]] = set()
    for rotation, translation in zip(*operations, strict=True):
        jump = float(indices @ translation)
        if np.array_equal(indices @ rotation, indices) and abs(jump - round(jump)) < EQUAL_LENGTHS:
            images = np.linalg.lstsq(basis.T.astype(float), (rotation @ basis.T).astype(float))[0].T
            found.add(tuple(np.round(images).astype(int).ravel().tolist()))
    ordered = sorted(found, key=lambda images: (images != (1, 0, 0, 1), images))
    return np.array(ordered, dtype=np.int64).reshape(-1, 2, 2)


def _plane_classes(
    plane_z: FloatArray, period: float, indices: IntArray, operations: tuple[IntArray, FloatArray]
) -> tuple[int, ...]:
    """Return for each plane the lowest plane equivalent to it by a symmetry that keeps the normal."""
    classes = list(range(len(plane_z)))
    for rotation, translation in zip(*operations, strict=True):
        if not np.array_equal(indices @ rotation, indices):
            continue
        shift = float(indices @ translation) * period
        for lower, z in enumerate(plane_z):
            distances = (plane_z - z - shift + period / 2) % period - period / 2
            image = int(np.argmin(np.abs(distances)))
            if abs(distances[image]) < 10 * SYMMETRY_TOLERANCE:
                merged = {classes[lower], classes[image]}
                classes = [min(merged) if entry in merged else entry for entry in classes]
    return tuple(classes)
