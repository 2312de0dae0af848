"""The k-points and the grid of the density that a structure is sampled on."""

from __future__ import annotations

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


def slab_grid_spacing(atoms: Atoms, protocol: Protocol) -> float | None:
    """Return the grid spacing (angstrom) that a slab needs, for the hardest of its elements.

    None where GPAW's own will do: in slabs of soft elements alone, with their default PAW sets. Crystals and
    molecules are taken at another cutoff, or do not move on the grid.
    """
    settings = protocol.electrons
    soft = set(settings.soft_elements) - set(protocol.paw)
    needed = _is_slab(atoms.pbc) and not set(atoms.get_chemical_symbols()) <= soft
    return settings.grid_spacing if needed else None


def is_slab_of_compound(numbers: ArrayLike, pbc: ArrayLike) -> bool:
    """Whether atoms of these numbers, shape (n,), periodic so, shape (3,), are a slab of many elements."""
    return len(np.unique(numbers)) > 1 and _is_slab(pbc)


def _is_slab(pbc: ArrayLike) -> bool:
    return int(np.sum(pbc)) == SLAB_DIRECTIONS
