"""One canonical place and order for a slab, whatever place it was cut at.

Equal slabs then have equal coordinates, so that their calculation is done once and found again, and the
origin lies on a point of the highest symmetry, where a plane-wave code finds every operation (many codes
take only operations without fractional translation).
"""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from wadflow.interfaces.slabs import wrap_in_plane
from wadflow.interfaces.symmetry import SYMMETRY_TOLERANCE, slab_operations

if TYPE_CHECKING:
    from ase import Atoms

FloatArray = NDArray[np.float64]

# Coordinates are compared in steps of this (angstrom). The offset keeps the special values of crystals
# (0, half a lattice constant) away from the rounding edges, where noise would decide.
STEP = 1e-3
OFFSET = 0.2718


def place(atoms: Atoms) -> tuple[Atoms, NDArray[np.intp]]:
    """Return a slab at its canonical place, in canonical order.

    Parameters
    ----------
    atoms : ase.Atoms
        Slab with pbc (True, True, False), c along z; angstrom.

    Returns
    -------
    placed : ase.Atoms
        The same atoms, moved as a whole: centred in z, the in-plane origin at a point of the highest
        symmetry (of several the one that gives the smallest sorted coordinates), sorted by z, x, y and
        atomic number. Arrays are kept.
    order : numpy.ndarray
        Index in ``atoms`` of each atom of ``placed``, shape (atoms,).
    """
    centred = atoms.copy()
    z = centred.positions[:, 2]
    z += centred.cell.array[2, 2] / 2 - (z.min() + z.max()) / 2
    best: tuple[list[tuple[int, ...]], Atoms, NDArray[np.intp]] | None = None
    for origin in _symmetric_origins(centred):
        moved = centred.copy()
        moved.positions[:, :2] -= origin @ centred.cell.array[:2, :2]
        wrap_in_plane(moved)
        steps = np.floor(moved.positions / STEP + OFFSET + 0.5).astype(int)
        keys = np.column_stack([steps[:, 2], steps[:, 0], steps[:, 1], moved.numbers])
        order = np.lexsort(keys.T[::-1])
        ranked = [tuple(row) for row in keys[order].tolist()]
        if best is None or ranked < best[0]:
            best = (ranked, moved, order)
    if best is None:
        raise ArithmeticError("a slab without atoms has no place")
    return best[1][best[2]], best[2]


def _symmetric_origins(atoms: Atoms) -> list[FloatArray]:
    """Return the in-plane points (fractional, each shape (2,)) of the highest symmetry."""
    rotations, translations = _operations(atoms)
    fractional = atoms.cell.scaled_positions(atoms.positions)[:, :2]
    candidates = _centres(rotations, translations)
    if not candidates:
        # Without rotation axes the origin goes to an atom, on a mirror line if there is one.
        candidates = [*fractional, *_mirrored(fractional, rotations, translations)]
    in_plane = atoms.cell.array[:2, :2]

    remaining = _distinct(np.array(candidates), in_plane)
    # Supercells have many translations, and so many candidates: all operations at once, point by point.
    orders = np.empty(len(remaining), dtype=int)
    for number, point in enumerate(remaining):
        moved = rotations @ point + translations - point
        distances = np.linalg.norm((moved - np.round(moved)) @ in_plane, axis=1)
        orders[number] = (distances < 10 * SYMMETRY_TOLERANCE).sum()
    return list(remaining[orders == orders.max()])


def _distinct(points: FloatArray, in_plane: FloatArray) -> FloatArray:
    """Return the points (fractional, shape (n, 2)) that are no lattice vector from an earlier one."""
    kept: list[FloatArray] = []
    while len(points):
        kept.append(points[0])
        differences = points - points[0]
        differences -= np.round(differences)
        far = np.abs(differences @ in_plane).max(axis=1) > 10 * SYMMETRY_TOLERANCE
        points = points[far]
    return np.array(kept)


def _operations(atoms: Atoms) -> tuple[NDArray[np.int64], FloatArray]:
    """Return the in-plane parts of the slab's symmetry: rotations (n, 2, 2), translations (n, 2)."""
    rotations, translations = slab_operations(atoms)
    return rotations[:, :2, :2], translations[:, :2]


def _centres(rotations: NDArray[np.int64], translations: FloatArray) -> list[FloatArray]:
    """Return the fixed points of all operations that have isolated ones."""
    differences = rotations - np.eye(2)
    isolated = np.abs(np.linalg.det(differences)) > 0.5  # a whole number: not zero
    lattice = np.array(list(product((-1, 0, 1), repeat=2)))
    # one system for each operation, with the image of the origin in every neighbouring cell on its right
    right = lattice.T[None] - translations[isolated][:, :, None]
    points = np.linalg.solve(differences[isolated], right) % 1.0
    return list(points.transpose(0, 2, 1).reshape(-1, 2))


def _mirrored(points: FloatArray, rotations: NDArray[np.int64], translations: FloatArray) -> list[FloatArray]:
    """Return the points halfway between each point and its image."""
    lattice = [np.array(pair) for pair in product((0, 1), repeat=2)]
    return [
        ((point + rotation @ point + translation + shift) / 2) % 1.0
        for point in points
        for rotation, translation in zip(rotations, translations, strict=True)
        for shift in lattice
    ]
