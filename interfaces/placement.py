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

from wadflow.interfaces.slabs import wrap_positions
from wadflow.interfaces.symmetry import SYMMETRY_TOLERANCE, slab_operations

if TYPE_CHECKING:
    from ase import Atoms

FloatArray = NDArray[np.float64]

# Coordinates are compared in steps of this (angstrom). The offset keeps the special values of crystals
# (0, half a lattice constant) away from the rounding edges, where noise would decide.
STEP = 1e-3
OFFSET = 0.2718
AT_ONCE = 2**16  # pairs of a point and an operation, each of some hundred bytes


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
    in_plane = centred.cell.array[:2, :2]
    best: tuple[list[list[int]], FloatArray, NDArray[np.intp]] | None = None
    for origin in _symmetric_origins(centred):
        moved = centred.positions.copy()
        moved[:, :2] -= origin @ in_plane
        wrap_positions(moved, in_plane)
        steps = np.floor(moved / STEP + OFFSET + 0.5).astype(int)
        keys = np.column_stack([steps[:, 2], steps[:, 0], steps[:, 1], centred.numbers])
        order = np.lexsort(keys.T[::-1])
        ranked = keys[order].tolist()
        if best is None or ranked < best[0]:
            best = (ranked, moved, order)
    if best is None:
        raise ArithmeticError("a slab without atoms has no place")
    centred.positions[:] = best[1]
    return centred[best[2]], best[2]


def _symmetric_origins(atoms: Atoms) -> list[FloatArray]:
    """Return the in-plane points (fractional, each shape (2,)) of the highest symmetry."""
    rotations, translations = _operations(atoms)
    fractional = atoms.cell.scaled_positions(atoms.positions)[:, :2]
    candidates = _centres(rotations, translations)
    if len(candidates) == 0:
        # Without rotation axes the origin goes to an atom, on a mirror line if there is one.
        candidates = np.concatenate([fractional, _mirrored(fractional, rotations, translations)])
    in_plane = atoms.cell.array[:2, :2]

    remaining = _distinct(candidates, in_plane)
    # Supercells have many translations, and so many candidates: a part of the points at a time.
    at_once = max(1, AT_ONCE // len(rotations))
    parts = [
        _fixed_by(remaining[start : start + at_once], rotations, translations, in_plane)
        for start in range(0, len(remaining), at_once)
    ]
    orders = np.concatenate(parts)
    return list(remaining[orders == orders.max()])


def _fixed_by(
    points: FloatArray, rotations: NDArray[np.int64], translations: FloatArray, in_plane: FloatArray
) -> NDArray[np.intp]:
    """Return how many operations leave each point (fractional, shape (n, 2)) in its place, shape (n,)."""
    images = (rotations[None] @ points[:, None, :, None])[..., 0]
    moved = images + translations - points[:, None]
    distances = np.linalg.norm((moved - np.round(moved)) @ in_plane, axis=2)
    fixed: NDArray[np.intp] = (distances < 10 * SYMMETRY_TOLERANCE).sum(axis=1)
    return fixed


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


def _centres(rotations: NDArray[np.int64], translations: FloatArray) -> FloatArray:
    """Return the fixed points (fractional, shape (n, 2)) of all operations that have isolated ones."""
    differences = rotations - np.eye(2)
    isolated = np.abs(np.linalg.det(differences)) > 0.5  # a whole number: not zero
    lattice = np.array(list(product((-1, 0, 1), repeat=2)))
    # one system for each operation, with the image of the origin in every neighbouring cell on its right
    right = lattice.T[None] - translations[isolated][:, :, None]
    points: FloatArray = np.linalg.solve(differences[isolated], right) % 1.0
    return points.transpose(0, 2, 1).reshape(-1, 2)


def _mirrored(points: FloatArray, rotations: NDArray[np.int64], translations: FloatArray) -> FloatArray:
    """Return the points halfway between each point and its images, fractional, shape (n, 2)."""
    lattice = np.array(list(product((0, 1), repeat=2)))
    images = points[:, None] + (rotations[None] @ points[:, None, :, None])[..., 0] + translations
    halfway: FloatArray = ((images[:, :, None] + lattice) / 2) % 1.0
    return halfway.reshape(-1, 2)
