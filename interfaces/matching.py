"""Two in-plane lattices become one: supercells, deformation, strain and the height of the gap."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from wadflow.errors import InputError
from wadflow.interfaces.slabs import wrap_in_plane

if TYPE_CHECKING:
    from ase import Atoms

FloatArray = NDArray[np.float64]
Supercell = tuple[tuple[int, int], tuple[int, int]]

# Largest principal strain (dimensionless) of one side. Beyond it the side is another material.
MAX_STRAIN = 0.10
# Only atoms within this depth (angstrom) of the contact can touch across it.
CONTACT_DEPTH = 6.0


def expand(atoms: Atoms, supercell: Supercell) -> Atoms:
    """Return an in-plane supercell, with the arrays of ``atoms``.

    Parameters
    ----------
    atoms : ase.Atoms
        Slab; angstrom.
    supercell : tuple of tuple of int
        Rows are the new cell vectors in units of a and b, shape (2, 2).
    """
    from ase.build import make_supercell

    (p, q), (r, s) = supercell
    expanded: Atoms = make_supercell(atoms, [[p, q, 0], [r, s, 0], [0, 0, 1]])
    return expanded


def upright(cell: FloatArray) -> FloatArray:
    """Return an in-plane cell turned such that a points along +x; rows, angstrom, shape (2, 2)."""
    length = np.linalg.norm(cell[0])
    return np.array([[length, 0.0], [cell[0] @ cell[1] / length, np.linalg.det(cell) / length]])


def shared_cell(lower: FloatArray, upper: FloatArray, lower_share: float) -> FloatArray:
    """Return the cell in which two in-plane cells meet.

    Parameters
    ----------
    lower, upper : numpy.ndarray
        In-plane cells of the two sides, rows, angstrom, shape (2, 2).
    lower_share : float
        Fraction of the misfit that the lower side takes, 0 to 1; the upper takes the rest.

    Returns
    -------
    numpy.ndarray
        Rows a (along +x) and b, angstrom, shape (2, 2).
    """
    return (1 - lower_share) * upright(lower) + lower_share * upright(upper)


def common_cell(lower: FloatArray, upper: FloatArray, lower_share: float) -> FloatArray:
    """Return the in-plane cell of an interface: `shared_cell`, if no side is strained too much.

    Raises
    ------
    InputError
        A side would be strained by more than 10 %.
    """
    first, second = upright(lower), upright(upper)
    cell = shared_cell(lower, upper, lower_share)
    worst = max(float(np.abs(np.linalg.eigvalsh(small_strain(own, cell))).max()) for own in (first, second))
    if worst > MAX_STRAIN:
        raise InputError(
            f"the lattices do not match: {100 * worst:.1f} % strain, at most {100 * MAX_STRAIN:.0f} % is "
            f"allowed; lower {describe(first)}, upper {describe(second)}",
            remedy="give supercells of the two sides that match (keys lower.supercell, upper.supercell)",
        )
    return cell


def describe(cell: FloatArray) -> str:
    """Return an in-plane cell as words: lengths in angstrom, angle in degrees."""
    a, b = np.linalg.norm(cell, axis=1)
    angle = np.degrees(np.arccos(np.clip(cell[0] @ cell[1] / (a * b), -1, 1)))
    return f"a = {a:.3f}, b = {b:.3f} angstrom, angle {angle:.1f} degrees"


def small_strain(own: FloatArray, cell: FloatArray) -> FloatArray:
    """Return the strain that takes one in-plane cell to another, rotation removed.

    Parameters
    ----------
    own, cell : numpy.ndarray
        In-plane cells before and after, rows, angstrom, shape (2, 2).

    Returns
    -------
    numpy.ndarray
        Symmetric (Biot) strain tensor, dimensionless, positive = stretched, in the axes of ``own`` with a
        along +x, shape (2, 2).
    """
    gradient = np.linalg.solve(upright(own), upright(cell)).T
    values, vectors = np.linalg.eigh(gradient.T @ gradient)
    strain: FloatArray = (vectors * np.sqrt(values)) @ vectors.T - np.eye(2)
    return strain


def deform(atoms: Atoms, cell: FloatArray) -> Atoms:
    """Return a slab with another in-plane cell, its atoms carried along; heights stay.

    Parameters
    ----------
    atoms : ase.Atoms
        Slab; angstrom.
    cell : numpy.ndarray
        New in-plane cell, rows, angstrom, shape (2, 2).
    """
    deformed: Atoms = atoms.copy()
    full = atoms.cell.array.copy()
    full[:2, :2] = cell
    deformed.set_cell(full, scale_atoms=True)
    wrap_in_plane(deformed)
    return deformed


def contact_gap(lower: Atoms, upper: Atoms, cell: FloatArray) -> float:
    """Return the gap at which the closest pair across has the sum of its covalent radii.

    Parameters
    ----------
    lower, upper : ase.Atoms
        Slabs at their lateral places; their heights do not matter. Angstrom.
    cell : numpy.ndarray
        In-plane cell, rows, angstrom, shape (2, 2).

    Returns
    -------
    float
        Height from the highest atom of ``lower`` to the lowest of ``upper`` in angstrom, at least 0: then
        every pair across is at least as far apart as the sum of its covalent radii (``ase.data``).
    """
    from ase.data import covalent_radii

    depth_below = lower.positions[:, 2].max() - lower.positions[:, 2]
    depth_above = upper.positions[:, 2] - upper.positions[:, 2].min()
    near_below, near_above = depth_below < CONTACT_DEPTH, depth_above < CONTACT_DEPTH
    reach = (
        covalent_radii[lower.numbers[near_below]][:, None] + covalent_radii[upper.numbers[near_above]][None]
    )
    sideways = upper.positions[near_above][None, :, :2] - lower.positions[near_below][:, None, :2]
    # Rows of the inverse cell bound how many images the longest reach can touch.
    heights = np.linalg.det(cell) / np.linalg.norm(cell[::-1], axis=1)
    images = np.ceil(reach.max() / heights).astype(int) + 1
    gap = 0.0
    for i, j in product(*(range(-n, n + 1) for n in images)):
        room = reach**2 - ((sideways + np.array([i, j]) @ cell) ** 2).sum(axis=2)
        needed = np.sqrt(np.maximum(room, 0.0)) - depth_below[near_below][:, None] - depth_above[near_above]
        gap = max(gap, float(needed[room > 0].max(initial=0.0)))
    return gap
