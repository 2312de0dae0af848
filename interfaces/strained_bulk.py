"""The crystal of one side, with the strain that the interface puts on it and without any."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from wadflow.interfaces.orientation import orient

if TYPE_CHECKING:
    from ase import Atoms
    from numpy.typing import NDArray
    from pymatgen.core import Structure


def strained_bulk(
    structure: Structure,
    miller: tuple[int, int, int],
    supercell: tuple[tuple[int, int], tuple[int, int]],
    strain: NDArray[np.float64],
) -> tuple[Atoms, Atoms]:
    """Return one repeat of a crystal, oriented like a slab, strained in the plane and unstrained.

    The spacing of the planes is kept, as it is when a slab is deformed to an interface's cell.

    Parameters
    ----------
    structure : pymatgen.core.Structure
        Conventional cell of the crystal; angstrom.
    miller : tuple of int
        Indices (hkl) of the plane.
    supercell : tuple of tuple of int
        In-plane supercell of the side; its first row is the x axis of ``strain``.
    strain : numpy.ndarray
        In-plane small-strain tensor, dimensionless, positive = stretched, shape (2, 2).

    Returns
    -------
    strained, unstrained : ase.Atoms
        Periodic in three directions, the same number of atoms.
    """
    from ase import Atoms

    oriented = orient(structure, miller)
    cell = np.zeros((3, 3))
    cell[:2, :2] = oriented.in_plane
    cell[2] = oriented.repeat
    unstrained = Atoms(numbers=oriented.numbers, positions=oriented.positions, cell=cell, pbc=True)
    x, y = np.array(supercell[0]) @ oriented.in_plane / np.linalg.norm(supercell[0] @ oriented.in_plane)
    turn = np.array([[x, -y], [y, x]])  # columns: the strain's axes in the slab's
    deformation = np.eye(3)
    deformation[:2, :2] += turn @ strain @ turn.T
    strained = unstrained.copy()
    strained.set_cell(cell @ deformation, scale_atoms=True)
    return strained, unstrained
