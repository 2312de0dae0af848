"""What is seen of a periodic slab through a rectangular window."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from ase import Atoms
    from numpy.typing import NDArray

AT_EDGE: Final = 1e-3
"""Tolerance (angstrom): an atom on the edge of a picture is seen at both edges, but an atom on
the front of a cell that is one repeat deep is not seen again at its back."""


@dataclass(frozen=True, slots=True)
class View:
    """Atoms in a window, sorted from back to front.

    Attributes
    ----------
    right, up : ndarray of float, shape (n,)
        Coordinates in the picture (angstrom).
    depth : ndarray of float, shape (n,)
        Distance from the viewer, 0 (front of the window) to 1 (its back).
    index : ndarray of int, shape (n,)
        Which atom of the cell is seen; an atom is seen once in each repeated cell.
    """

    right: NDArray[np.float64]
    up: NDArray[np.float64]
    depth: NDArray[np.float64]
    index: NDArray[np.int64]


def side_view(atoms: Atoms, direction: str, width: float) -> View:
    """Look through the slab along y (x to the right) or along x (y to the right); z is up.

    Parameters
    ----------
    atoms : Atoms
        Slab with a along x and the normal along z.
    direction : str
        ``"y"`` or ``"x"``.
    width : float
        Width of the window (angstrom). Its depth is one repeat of the cell, so that each atom
        is seen once a repeat.
    """
    cell = atoms.cell.array
    if direction == "y":
        right, depth, deep = 0, 1, float(cell[1, 1])
        points, index = _repeat(atoms, (width + AT_EDGE, deep - AT_EDGE))
    else:
        right, depth, deep = 1, 0, float(cell[0, 0])
        points, index = _repeat(atoms, (deep - AT_EDGE, width + AT_EDGE))
    # Back to front: later circles are drawn over earlier ones.
    order = np.argsort(-points[:, depth], kind="stable")
    points, index = points[order], index[order]
    return View(points[:, right], atoms.positions[index, 2], points[:, depth] / deep, index)


def top_view(atoms: Atoms, size: tuple[float, float]) -> View:
    """Look down on the slab: x to the right, y up, the highest atom in front.

    Parameters
    ----------
    atoms : Atoms
        Slab with a along x and the normal along z.
    size : tuple of float
        Width and height of the window (angstrom).
    """
    points, index = _repeat(atoms, (size[0] + AT_EDGE, size[1] + AT_EDGE))
    heights = atoms.positions[index, 2]
    order = np.argsort(heights, kind="stable")
    points, index, heights = points[order], index[order], heights[order]
    span = float(np.ptp(atoms.positions[:, 2]))
    depth = (atoms.positions[:, 2].max() - heights) / (span if span > 0 else 1.0)
    return View(points[:, 0], points[:, 1], depth, index)


def _repeat(atoms: Atoms, size: tuple[float, float]) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Repeat the atoms in the plane and keep those between (0, 0) and `size`, the start included.

    Returns
    -------
    points : ndarray of float, shape (n, 2)
        Positions x and y (angstrom).
    index : ndarray of int, shape (n,)
        Atom of the cell.
    """
    plane_cell = atoms.cell.array[:2, :2]
    corners = np.array([[0.0, 0.0], [size[0], 0.0], [0.0, size[1]], list(size)])
    reach = corners @ np.linalg.inv(plane_cell)
    low, high = np.floor(reach.min(axis=0)) - 1, np.ceil(reach.max(axis=0)) + 1
    shifts = np.array([(i, j) for i in np.arange(low[0], high[0]) for j in np.arange(low[1], high[1])])
    fractions = atoms.get_scaled_positions(wrap=False)[:, :2] % 1.0
    points = (fractions[None, :, :] + shifts[:, None, :]).reshape(-1, 2) @ plane_cell
    index = np.tile(np.arange(len(atoms)), len(shifts))
    seen = np.all((points > -AT_EDGE) & (points < np.array(size)), axis=1)
    return points[seen], index[seen]
