"""The k-points, plane waves and grid that a structure is sampled on."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from ase import Atoms
    from numpy.typing import ArrayLike

    from wadflow.workflows.protocol import Protocol

SLAB_DIRECTIONS = 2
"""In so many directions slabs are periodic."""


def mesh_of_density(atoms: Atoms, density: float) -> tuple[int, int, int]:
    """Return the smallest Monkhorst-Pack mesh of at least this density (points per inverse angstrom)."""
    from ase.calculators.calculator import kptdensity2monkhorstpack

    first, second, third = kptdensity2monkhorstpack(atoms, density, even=False)
    return int(first), int(second), int(third)


def fixed_cell_cutoff(atoms: Atoms, protocol: Protocol) -> float:
    """Return the cutoff (eV) in a cell that does not relax, for the hardest of its elements."""
    settings = protocol.electrons
    if settings.soft_cutoff is not None and _is_soft(atoms, protocol):
        return settings.soft_cutoff
    return settings.cutoff


def own_grid_spacing(cutoff: float) -> float:
    """Return the most (angstrom) that GPAW leaves between points of its grid at this cutoff (eV).

    GPAW 26.7, `gpaw.utilities.gpts.get_number_of_grid_points`. A coarser grid does not hold the plane waves
    of its electrostatic potential, and GPAW ends with an error that names no setting.
    """
    from ase.units import Bohr, Hartree

    return math.pi / math.sqrt(4 * cutoff / Hartree) * Bohr


def slab_grid_spacing(atoms: Atoms, protocol: Protocol) -> float | None:
    """Return the grid spacing (angstrom) that a slab needs, for the hardest of its elements.

    None where GPAW's own will do: in slabs of soft elements alone. Crystals and molecules are taken at
    another cutoff, or do not move on the grid.
    """
    needed = _is_slab(atoms.pbc) and not _is_soft(atoms, protocol)
    return protocol.electrons.grid_spacing if needed else None


def finer_than_own(spacing: float | None, cutoff: float) -> float | None:
    """Return a grid spacing (angstrom), or None where GPAW's own at this cutoff (eV) is as fine."""
    return None if spacing is None or spacing >= own_grid_spacing(cutoff) else spacing


def is_slab_of_compound(numbers: ArrayLike, pbc: ArrayLike) -> bool:
    """Whether atoms of these numbers, shape (n,), periodic so, shape (3,), are a slab of many elements."""
    return len(np.unique(numbers)) > 1 and _is_slab(pbc)


def _is_soft(atoms: Atoms, protocol: Protocol) -> bool:
    """Whether all elements are soft, with their default PAW sets."""
    return set(atoms.get_chemical_symbols()) <= set(protocol.electrons.soft_elements) - set(protocol.paw)


def _is_slab(pbc: ArrayLike) -> bool:
    return int(np.sum(pbc)) == SLAB_DIRECTIONS
