"""A first guess of the Hessian: a spring between each two atoms, stiffer the nearer they are.

An optimizer that starts from one number for all directions overshoots the stiff ones and creeps along the
soft ones: C-O bonds have 50 eV/angstrom2, Li-O contacts 3, a film of Li that expands as a whole 0.1. Springs
know the difference. Their constants follow the inverse sixth power of the distance (a Badger rule, R. M.
Badger, J. Chem. Phys. 2, 128 (1934), doi 10.1063/1.1749433), with the one number that gives O2, CO, F2 and
LiF their measured force constants within a fifth; bulk moduli of Li, LiF and Li2O come out from right to too
stiff by a factor of two and a half. The guess only shortens the way: where it leads, the forces decide.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

if TYPE_CHECKING:
    from ase import Atoms
    from numpy.typing import ArrayLike, NDArray

STIFFNESS: Final = 220.0
"""eV angstrom4: the force constant times the sixth power of the distance."""

STIFFEST: Final = 120.0
"""eV/angstrom2: of CO; no guess is stiffer."""

REACH: Final = 5.0
"""Angstrom, beyond which there are no springs: they have 0.01 eV/angstrom2 there."""

ACROSS: Final = 0.1
"""How stiff a spring is against motion across its direction, as a part of its force constant."""


def force_constants(distances: ArrayLike) -> NDArray[np.float64]:
    """Return the force constants (eV/angstrom2) of springs of these lengths (angstrom), in their shape."""
    lengths = np.asarray(distances, dtype=float)
    result: NDArray[np.float64] = np.minimum(STIFFNESS / lengths**6, STIFFEST)
    return result


def spring_hessian(atoms: Atoms, *, floor: float, cell_factor: float | None = None) -> NDArray[np.float64]:
    """Return the second derivatives of the energy by the positions of all atoms, as springs give them.

    Parameters
    ----------
    atoms : ase.Atoms
        Where the atoms are; periodic images take part.
    floor : float
        What is added to each second derivative (eV/angstrom2): springs do not hold everything.
    cell_factor : float, optional
        With it come derivatives by the cell as `ase.filters.FrechetCellFilter` counts them: nine more rows
        and columns for the logarithm of the deformation gradient times this factor.

    Returns
    -------
    ndarray
        eV/angstrom2, shape (3 n, 3 n), or (3 n + 9, 3 n + 9) with a cell factor.
    """
    from ase.neighborlist import neighbor_list

    first, second, vectors, lengths = neighbor_list("ijDd", atoms, REACH)
    n_positions = 3 * len(atoms)
    hessian = np.eye(n_positions + (0 if cell_factor is None else 9)) * floor
    for i, j, vector, stiffness in zip(first, second, vectors, force_constants(lengths), strict=True):
        change: Any = np.zeros((3, len(hessian)))  # of the vector from i to j, by all that moves
        change[:, 3 * i : 3 * i + 3] -= np.eye(3)
        change[:, 3 * j : 3 * j + 3] += np.eye(3)
        if cell_factor is not None:
            for axis in range(3):
                change[axis, n_positions + 3 * axis : n_positions + 3 * axis + 3] = vector / cell_factor
        along = vector / np.linalg.norm(vector)
        spring = stiffness * ((1 - ACROSS) * np.outer(along, along) + ACROSS * np.eye(3))
        hessian += change.T @ spring @ change / 2  # each pair is met from both of its ends
    return hessian
