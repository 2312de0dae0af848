"""Atoms that stand too close to be real."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from ase import Atoms

# Pairs closer than this fraction of the sum of their covalent radii overlap. Real bonds are longer:
# the shortest, the triple bonds, have 0.8.
OVERLAP_FRACTION = 0.6


@dataclass(frozen=True)
class Overlap:
    """Two atoms that overlap.

    Attributes
    ----------
    first, second : int
        Indices of the atoms.
    symbols : tuple of str
        Their elements.
    distance : float
        Their distance in angstrom.
    allowed : float
        Smallest distance in angstrom that is not taken as an overlap.
    """

    first: int
    second: int
    symbols: tuple[str, str]
    distance: float
    allowed: float

    def describe(self) -> str:
        """Return the overlap as words, with distances in angstrom."""
        return (
            f"{self.symbols[0]} (atom {self.first}) and {self.symbols[1]} (atom {self.second}) are "
            f"{self.distance:.3f} angstrom apart, at least {self.allowed:.2f} is expected"
        )


def closest_overlap(atoms: Atoms) -> Overlap | None:
    """Return the worst overlap of ``atoms`` (periodic images included), or None.

    Parameters
    ----------
    atoms : ase.Atoms
        Any structure; lengths in angstrom.
    """
    from ase.data import covalent_radii
    from pymatgen.optimization.neighbors import find_points_in_spheres  # 30 times quicker than ASE's list

    radii = OVERLAP_FRACTION * covalent_radii[atoms.numbers]
    first, second, images, distance = find_points_in_spheres(
        atoms.positions,
        atoms.positions,
        r=2.0 * float(radii.max(initial=0.0)),
        pbc=atoms.pbc.astype(np.int64),
        lattice=atoms.cell.array,
    )
    allowed = radii[first] + radii[second]
    itself = (first == second) & ~images.any(axis=1)
    close = (distance < allowed) & ~itself
    if not close.any():
        return None
    worst = int(np.argmin(np.where(close, distance / allowed, np.inf)))
    i, j = int(first[worst]), int(second[worst])
    symbols = (atoms.symbols[i], atoms.symbols[j])
    return Overlap(i, j, symbols, float(distance[worst]), float(allowed[worst]))
