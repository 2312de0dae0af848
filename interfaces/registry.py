"""Lateral shifts of an interface: the distinct ones, and how they neighbour each other.

A shift of the upper slab by a lattice vector of either slab changes nothing, and neither does one that
a symmetry common to both slabs turns into another. So the shifts to be searched fill one cell of the
lattice that both slabs' translations span together (the displacement-shift-complete lattice of
coincidence theory, W. Bollmann, Crystal Defects and Crystalline Interfaces, Springer 1970, chapter 12),
and of a grid in it one shift of each orbit is enough.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from wadflow.interfaces.symmetry import SYMMETRY_TOLERANCE, slab_operations

if TYPE_CHECKING:
    from ase import Atoms

    from wadflow.interfaces.stacking import Interface

FloatArray = NDArray[np.float64]

# Shifts closer than this (angstrom) are the same.
SAME_SHIFT = 10 * SYMMETRY_TOLERANCE
POINTS = 4
POINTS_HEXAGONAL = 6  # with thirds, where a hexagonal lattice has its hollows, and halves


@dataclass(frozen=True)
class Shift:
    """One of the distinct lateral shifts.

    Attributes
    ----------
    registry : tuple of float
        Shift in fractions of the interface's a and b, as definitions give it.
    images : tuple of tuple of float
        All shifts of the grid that symmetry makes equal to this one, itself included; fractions.
    neighbour : int or None
        Index of the nearest shift that comes earlier in the list; None for the first.
    """

    registry: tuple[float, float]
    images: tuple[tuple[float, float], ...]
    neighbour: int | None


def shift_lattice(interface: Interface) -> FloatArray:
    """Return the vectors by which the upper side can be shifted without any change.

    Parameters
    ----------
    interface : Interface
        The interface at any numeric registry.

    Returns
    -------
    numpy.ndarray
        Reduced basis, rows, angstrom, shape (2, 2).
    """
    cell = interface.ab.cell.array[:2, :2]
    vectors: FloatArray = _shift_lattice(cell, _shift_maps(interface.ab)) @ cell
    return vectors


def distinct_shifts(interface: Interface, points: int | None = None) -> tuple[Shift, ...]:
    """Return the shifts of a grid that symmetry does not make equal.

    Parameters
    ----------
    interface : Interface
        The interface at any numeric registry.
    points : int, optional
        Grid points along each vector of the cell of distinct shifts; None: 6 where that cell is hexagonal
        (so that the hollows at thirds are in it), else 4.

    Returns
    -------
    tuple of Shift
        The first is (0, 0); each further one is the nearest to those before it, so that a search can
        start from its neighbour's result.
    """
    cell = interface.ab.cell.array[:2, :2]
    maps = _shift_maps(interface.ab)
    here = np.array(interface.registry)
    basis = _shift_lattice(cell, maps)
    count = points or (POINTS_HEXAGONAL if _is_hexagonal(basis @ cell) else POINTS)
    grid = [(i / count) * basis[0] + (j / count) * basis[1] for i, j in product(range(count), repeat=2)]
    orbits: list[FloatArray] = []
    for point in grid:
        if not any(_is_among(point, orbit, cell, basis) for orbit in orbits):
            # A map acts on displacements from the registry for which it was found.
            orbits.append(_unique(_images(point - here, maps) + here, cell, basis))
    return _ordered(orbits, cell, basis)


def _shift_maps(ab: Atoms) -> list[tuple[NDArray[np.int64], FloatArray]]:
    """Return all (W, t) that turn a displacement d of the upper slab into the equivalent W d + t.

    Fractions of a and b. An operation of the lower slab, x -> W x + p, takes the displaced upper slab to
    W d + p, seen from where the upper slab's own operation with the same W, x -> W x + q, leaves it.
    """
    operations = []
    for side in (0, 1):
        rotations, translations = slab_operations(ab[ab.arrays["side"] == side])
        upward = rotations[:, 2, 2] == 1
        operations.append(list(zip(rotations[upward, :2, :2], translations[upward, :2], strict=True)))
    lower, upper = operations
    return [(w, p - q) for w, p in lower for v, q in upper if np.array_equal(w, v)]


def _shift_lattice(cell: FloatArray, maps: list[tuple[NDArray[np.int64], FloatArray]]) -> FloatArray:
    """Return a reduced basis of the translations that change nothing; rows, fractions, shape (2, 2)."""
    pure = [t for w, t in maps if np.array_equal(w, np.eye(2))]
    candidates = [t - np.round(t) + np.array(step) for t in pure for step in product((-1, 0, 1), repeat=2)]
    lengths = [float(np.linalg.norm(candidate @ cell)) for candidate in candidates]
    by_length = [
        candidates[n] for n in np.argsort(np.round(lengths, 3), kind="stable") if lengths[n] > SAME_SHIFT
    ]
    # The interface's own vectors come first among equals: the grid then lies along them.
    for own in reversed(np.eye(2)):
        if np.linalg.norm(own @ cell) < np.linalg.norm(by_length[0] @ cell) + SAME_SHIFT:
            by_length.insert(0, own)
    first = by_length[0]
    for second in by_length:
        area = float(np.linalg.det(np.array([first, second]) @ cell))
        if area > SAME_SHIFT:
            return np.array([first, second])
    raise ArithmeticError("a lattice without two directions")


def _is_hexagonal(basis: FloatArray) -> bool:
    lengths = np.linalg.norm(basis, axis=1)
    cosine = abs(float(basis[0] @ basis[1]) / float(lengths[0] * lengths[1]))
    return bool(abs(lengths[0] - lengths[1]) < SAME_SHIFT and abs(cosine - 0.5) < 1e-3)


def _images(displacement: FloatArray, maps: list[tuple[NDArray[np.int64], FloatArray]]) -> FloatArray:
    return np.array([w @ displacement + t for w, t in maps])


def _distances(point: FloatArray, others: FloatArray, cell: FloatArray, basis: FloatArray) -> FloatArray:
    """Return the distances (angstrom, shape (n,)) of a shift from others, modulo the lattice of shifts."""
    steps = np.linalg.solve(basis.T, (point - others).T).T
    steps -= np.round(steps)
    around = steps[:, None] + np.array(list(product((-1, 0, 1), repeat=2)))
    distances: FloatArray = np.linalg.norm(around @ basis @ cell, axis=2).min(axis=1)
    return distances


def _is_among(point: FloatArray, others: FloatArray, cell: FloatArray, basis: FloatArray) -> bool:
    return bool((_distances(point, others, cell, basis) < SAME_SHIFT).any())


def _unique(points: FloatArray, cell: FloatArray, basis: FloatArray) -> FloatArray:
    found = points[:1]
    for point in points[1:]:
        if not _is_among(point, found, cell, basis):
            found = np.vstack([found, point])
    return found


def _ordered(orbits: list[FloatArray], cell: FloatArray, basis: FloatArray) -> tuple[Shift, ...]:
    """Order orbits such that each is the nearest to those before it (Prim's spanning tree)."""
    between = np.array(
        [[_distances(one[0], other, cell, basis).min() for other in orbits] for one in orbits]
    ).round(3)
    order: list[int] = [0]
    neighbours: list[int | None] = [None]
    while len(order) < len(orbits):
        rest = [n for n in range(len(orbits)) if n not in order]
        _, new, place = min((between[n, m], n, k) for n in rest for k, m in enumerate(order))
        order.append(new)
        neighbours.append(place)
    return tuple(
        Shift(
            registry=_fractions(orbits[n][0], basis),
            images=tuple(sorted(_fractions(image, basis) for image in orbits[n])),
            neighbour=neighbour,
        )
        for n, neighbour in zip(order, neighbours, strict=True)
    )


def _fractions(point: FloatArray, basis: FloatArray) -> tuple[float, float]:
    """Return a shift inside the cell of distinct shifts, rounded to 1e-9, in fractions of a and b."""
    steps = np.linalg.solve(basis.T, point)
    steps -= np.floor(steps + 1e-6)
    fx, fy = np.round(steps @ basis, 9) + 0.0
    return float(fx), float(fy)
