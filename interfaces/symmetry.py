"""Symmetry operations of a structure, from spglib."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from wadflow.errors import InputError

if TYPE_CHECKING:
    from ase import Atoms
    from numpy.typing import NDArray
    from pymatgen.core import Structure

# Symmetry is searched within this distance (angstrom): above the noise of a relaxed crystal, below any
# real distortion.
SYMMETRY_TOLERANCE = 1e-3


def symmetry_operations(
    lattice: NDArray[np.float64],
    fractional: NDArray[np.float64],
    numbers: NDArray[np.int64],
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Return all operations x -> W x + t (fractional) of a periodic structure.

    Parameters
    ----------
    lattice : numpy.ndarray
        Cell vectors as rows, angstrom, shape (3, 3).
    fractional : numpy.ndarray
        Positions, shape (atoms, 3).
    numbers : numpy.ndarray
        Atomic numbers, shape (atoms,).

    Returns
    -------
    rotations : numpy.ndarray
        W, whole numbers, shape (operations, 3, 3).
    translations : numpy.ndarray
        t, shape (operations, 3).
    """
    import spglib

    cell = (lattice.tolist(), fractional.tolist(), numbers.tolist())
    found = spglib.get_symmetry(cell, symprec=SYMMETRY_TOLERANCE)
    if found is None:
        raise _no_symmetry()
    return np.asarray(found["rotations"], dtype=np.int64), np.asarray(found["translations"], dtype=float)


def slab_operations(atoms: Atoms) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Return all operations x -> W x + t (fractional) of a slab, as `symmetry_operations` does.

    Parameters
    ----------
    atoms : ase.Atoms
        Slab with c along z; its cell may end at the next plane of the bulk. Angstrom.
    """
    cell = atoms.cell.array.copy()
    # The images along z must be too far apart to add operations of a three-dimensional crystal.
    cell[2, 2] += 10.0
    return symmetry_operations(cell, np.linalg.solve(cell.T, atoms.positions.T).T, atoms.numbers)


def asymmetry(
    lattice: NDArray[np.float64],
    fractional: NDArray[np.float64],
    numbers: NDArray[np.int64],
    operations: tuple[NDArray[np.int64], NDArray[np.float64]],
) -> float:
    """Return by how much a structure misses its symmetry, angstrom.

    Parameters
    ----------
    lattice : numpy.ndarray
        Cell vectors as rows, angstrom, shape (3, 3).
    fractional : numpy.ndarray
        Positions, shape (atoms, 3).
    numbers : numpy.ndarray
        Atomic numbers, shape (atoms,).
    operations : tuple of numpy.ndarray
        What `symmetry_operations` returns.

    Returns
    -------
    float
        The largest distance of an atom's image from the nearest atom of its kind, or, if larger, the
        largest change of a cell vector's length or product under an operation.
    """
    metric = lattice @ lattice.T
    other_kind = np.where(numbers[:, None] == numbers[None], 0.0, np.inf)
    worst = 0.0
    for rotation, translation in zip(*operations, strict=True):
        change = np.abs(rotation.T @ metric @ rotation - metric).max() / np.sqrt(metric.max())
        images = fractional @ rotation.T + translation
        between = images[:, None] - fractional[None]
        distances = np.linalg.norm((between - np.round(between)) @ lattice, axis=2) + other_kind
        worst = max(worst, float(change), float(distances.min(axis=1).max()))
    return worst


def symmetrized(crystal: Atoms) -> Atoms:
    """Return a crystal moved onto the symmetry that it has within its noise.

    Relaxations leave 1e-5 angstrom or so. Plane-wave codes and phonopy find a symmetry only where it holds
    better than that, and calculate more k-points and displacements where it does not.

    Parameters
    ----------
    crystal : ase.Atoms
        Periodic in three directions, symmetric within `SYMMETRY_TOLERANCE`; left as it is.
    """
    from ase.spacegroup.symmetrize import refine_symmetry

    atoms: Atoms = crystal.copy()
    refine_symmetry(atoms, symprec=SYMMETRY_TOLERANCE)
    return atoms


def primitive_cell(
    lattice: NDArray[np.float64], fractional: NDArray[np.float64], numbers: NDArray[np.int64]
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.int64]]:
    """Return cell, fractional positions and numbers of the primitive cell; the axes are not turned.

    Parameters
    ----------
    lattice : numpy.ndarray
        Cell vectors as rows, angstrom, shape (3, 3).
    fractional : numpy.ndarray
        Positions, shape (atoms, 3).
    numbers : numpy.ndarray
        Atomic numbers, shape (atoms,).
    """
    cell, coordinates, species = _primitive_cell(
        tuple(lattice.ravel().tolist()), tuple(fractional.ravel().tolist()), tuple(numbers.tolist())
    )
    return cell.copy(), coordinates.copy(), species.copy()


@lru_cache(maxsize=512)  # spglib takes 20 ms for the twelve atoms of Li2O, and a plan asks a dozen times
def _primitive_cell(
    lattice: tuple[float, ...], fractional: tuple[float, ...], numbers: tuple[int, ...]
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.int64]]:
    """Return `primitive_cell` of a cell and positions that are given row by row."""
    import spglib

    cell = (np.reshape(lattice, (3, 3)).tolist(), np.reshape(fractional, (-1, 3)).tolist(), list(numbers))
    # no_idealize keeps the crystal's axes, which the Miller indices refer to.
    found = spglib.standardize_cell(cell, to_primitive=True, no_idealize=True, symprec=SYMMETRY_TOLERANCE)
    if found is None:
        raise _no_symmetry()
    return (
        np.asarray(found[0], dtype=float),
        np.asarray(found[1], dtype=float),
        np.asarray(found[2], dtype=np.int64),
    )


def lattice_symmetry_is_kept(structure: Structure) -> bool:
    """Whether the crystal's point group, with inversion added, is that of its lattice.

    The Wulff construction repeats a face by the symmetry of the lattice; where the crystal has
    less (pyrite, for example), faces that differ would be taken for equal.
    """
    from pymatgen.symmetry.analyzer import SpacegroupAnalyzer

    operations = SpacegroupAnalyzer(structure, symprec=0.01).get_point_group_operations()
    rotations = {tuple(np.rint(operation.rotation_matrix).astype(int).ravel()) for operation in operations}
    laue = rotations | {tuple(-entry for entry in rotation) for rotation in rotations}
    return len(laue) == len(structure.lattice.get_recp_symmetry_operation(symprec=0.01))


def _no_symmetry() -> InputError:
    return InputError(
        "the symmetry of the crystal cannot be found",
        key="crystal",
        remedy="check its cell and coordinates (often two atoms at one place)",
    )
