"""Superlattices of two plane lattices that nearly coincide, and which of them make one interface.

A. Zur and T. C. McGill, J. Appl. Phys. 55, 378 (1984), doi 10.1063/1.333084. pymatgen's `ZSLGenerator` lists
the superlattices of nearly equal area. It would compare their reduced cells, which says neither how the two
lattices are turned against each other nor whether one is the other's mirror image; so every right-handed
pair of short bases is compared here.

Two pairs are one interface if a symmetry of the lower crystal and one of the upper, both rotations or both
mirrors, turn one into the other. The relation ``lower^-1 upper`` of the supercells tells it: it is the same
in every common cell of one interface, and such symmetries multiply it from left and right.
"""

from __future__ import annotations

from itertools import combinations, product

import numpy as np
from numpy.typing import NDArray

from wadflow.interfaces.definition import MAX_SUPERCELL

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

# Cells of equal vectors come back from arithmetic with this relative noise.
NOISE = 1e-6


def coinciding_superlattices(
    lower: FloatArray,
    upper: FloatArray,
    *,
    max_area: float,
    max_length_mismatch: float,
    max_angle_mismatch: float,
) -> tuple[IntArray, IntArray]:
    """Return bases of the superlattices whose vectors match in length and angle.

    Pairs whose common cell is not the smallest of its interface are left out.

    Parameters
    ----------
    lower, upper : numpy.ndarray
        Primitive in-plane cells, rows, angstrom, shape (2, 2).
    max_area : float
        Largest area of either superlattice, angstrom2; slightly larger ones are returned too.
    max_length_mismatch : float
        Largest relative difference of corresponding vectors, dimensionless.
    max_angle_mismatch : float
        Largest difference of the angles between the vectors, degrees.

    Returns
    -------
    own, other : numpy.ndarray
        Right-handed supercells of the lower and the upper side, each shape (pairs, 2, 2).
    """
    from pymatgen.analysis.interfaces.zsl import ZSLGenerator

    length, angle = max_length_mismatch + NOISE, max_angle_mismatch + NOISE
    generator = ZSLGenerator(
        max_area=max_area * (1 + 3 * length),
        # Wider than any pair of vectors within the limits: both lengths, and the sine of the angle.
        max_area_ratio_tol=(1 + length) ** 2 / np.cos(np.radians(30 + angle)) * np.cos(np.radians(30)) - 1,
    )
    reduced: dict[int, IntArray] = {}
    bases: dict[int, IntArray] = {}
    found: list[tuple[IntArray, IntArray]] = []
    for upper_set, lower_set in generator.generate_sl_transformation_sets(
        np.linalg.det(upper), np.linalg.det(lower)
    ):
        many, few = round(np.linalg.det(upper_set[0])), round(np.linalg.det(lower_set[0]))
        if max(many, few) > MAX_SUPERCELL:
            continue
        if few not in reduced:
            reduced[few] = _reduced(_whole(lower_set), lower)
        if many not in bases:
            bases[many] = _short_bases(_reduced(_whole(upper_set), upper)).reshape(-1, 2, 2)
        own, other = reduced[few], bases[many]
        lengths, angles = lengths_and_angles(own @ lower)
        turned_lengths, turned_angles = lengths_and_angles(other @ upper)
        mismatch = np.abs(turned_lengths[None] / lengths[:, None] - 1).max(axis=2)
        fits = (mismatch <= length) & (np.abs(turned_angles[None] - angles[:, None]) <= angle)
        first, second = np.nonzero(fits)
        found.append((own[first], other[second]))
    if not found:
        return np.zeros((0, 2, 2), dtype=np.int64), np.zeros((0, 2, 2), dtype=np.int64)
    own, other = (np.concatenate(parts) for parts in zip(*found, strict=True))
    smallest = _are_smallest(own, other)
    return own[smallest], other[smallest]


def _whole(transformations: list[FloatArray]) -> IntArray:
    return np.round(transformations).astype(np.int64)


def lengths_and_angles(cells: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return lengths (angstrom, shape (cells, 2)) and angles (degrees, shape (cells,)) of in-plane cells."""
    angles = np.arctan2(np.linalg.det(cells), (cells[:, 0] * cells[:, 1]).sum(axis=1))
    return np.linalg.norm(cells, axis=2), np.degrees(angles)


def _reduced(bases: IntArray, cell: FloatArray) -> IntArray:
    """Return the reduced right-handed bases of superlattices, with angles of 90 to 120 degrees.

    Of equally short ones it is that whose first vector is the least turned from the cell's a, so that the
    basis of the cell itself is the cell.
    """
    bases = bases.copy()
    while True:  # Gauss
        a, b = np.moveaxis(bases @ cell, 1, 0)
        squares, products = (a * a).sum(axis=1), (a * b).sum(axis=1)
        swap = (b * b).sum(axis=1) < squares * (1 - NOISE)
        steps = np.round(products / squares - np.sign(products) * NOISE).astype(int)
        if not (swap | (steps != 0)).any():
            break
        bases[~swap, 1] -= steps[~swap, None] * bases[~swap, 0]
        bases[swap] = bases[swap][:, ::-1]
    choices = _short_bases(bases)
    a, b = np.moveaxis(choices @ cell, 2, 0)
    angles = np.round(np.degrees(np.arctan2(a[..., 1], a[..., 0])), 3)
    acute = (a * b).sum(axis=2) > NOISE * (a * a).sum(axis=2)
    lengths = [np.round(np.linalg.norm(vectors, axis=2), 4) for vectors in (a, b)]
    order = np.lexsort((-angles, np.abs(angles), acute, lengths[1], lengths[0]), axis=1)
    return np.take_along_axis(choices, order[:, :1, None, None], axis=1)[:, 0]


def _short_bases(bases: IntArray) -> IntArray:
    """Return every right-handed basis made of the shortest vectors of lattices, shape (lattices, n, 2, 2)."""
    changes = np.array(list(product((-1, 0, 1), repeat=4)), dtype=np.int64).reshape(-1, 2, 2)
    handedness = np.sign(np.linalg.det(bases)).astype(int)
    unimodular = {sign: changes[np.round(np.linalg.det(changes)) == sign] for sign in (-1, 1)}
    stacked: IntArray = np.array([unimodular[sign] for sign in handedness.tolist()]) @ bases[:, None]
    return stacked


def _are_smallest(own: IntArray, other: IntArray) -> NDArray[np.bool_]:
    """Tell of each pair whether no lattice finer than the common one is common to both sides too.

    The rows of ``(own other)``, whole vectors of both lattices at once, must generate all such vectors:
    then, and only then, their 2x2 minors have no common divisor.
    """
    rows = np.concatenate([own, other], axis=2)
    minors = [
        rows[:, 0, i] * rows[:, 1, j] - rows[:, 0, j] * rows[:, 1, i] for i, j in combinations(range(4), 2)
    ]
    smallest: NDArray[np.bool_] = np.gcd.reduce(minors, axis=0) == 1
    return smallest


def interface_keys(
    own: IntArray, other: IntArray, lower_operations: IntArray, upper_operations: IntArray
) -> list[tuple[int, ...]]:
    """Return for each pair of supercells a key that equivalent interfaces, and no others, share."""
    (p, q), (r, s) = np.moveaxis(own, 0, -1)
    adjugate = np.moveaxis(np.array([[s, -q], [-r, p]]), -1, 0)
    relations = adjugate @ other  # the determinant times own^-1 other, whole numbers
    handedness = np.linalg.det(lower_operations)[:, None] * np.linalg.det(upper_operations)[None] > 0
    before, after = np.nonzero(handedness)
    # The lower operations form a group: all of them are all of their inverses.
    images = lower_operations[before] @ relations[:, None] @ upper_operations[after]
    sizes = (p * s - q * r).tolist()
    return [
        (size, *min(map(tuple, rows)))
        for size, rows in zip(sizes, images.reshape(*images.shape[:2], 4).tolist(), strict=True)
    ]
