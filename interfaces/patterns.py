"""Patterns of partly occupied outer planes, and their electrostatic energies."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import combinations, product
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from wadflow.errors import InputError
from wadflow.interfaces.matching import expand
from wadflow.interfaces.slabs import take_planes

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ase import Atoms

    from wadflow.interfaces.matching import Supercell
    from wadflow.interfaces.orientation import OrientedCrystal
    from wadflow.interfaces.reconstruction import Occupation

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]

# Most patterns of one face; a half-filled plane of 12 ions has 924.
MAX_PATTERNS = 1000
# Patterns whose electrostatic energies differ by less (eV per cell) are equally good.
TIE = 1e-5
# Vacuum (angstrom) of the Ewald sum: slabs without dipole hardly see their images.
VACUUM = 15.0


@dataclass(frozen=True)
class Candidates:
    """All patterns of a slab in one supercell, with their electrostatic energies.

    Attributes
    ----------
    atoms : ase.Atoms
        The planes with every site occupied, in the supercell.
    top, bottom : numpy.ndarray
        Patterns of the outer planes: whether each atom of ``atoms`` is an occupied site of that plane;
        shapes (patterns, atoms).
    energy : numpy.ndarray
        Electrostatic energy of the formal charges with each pattern of the top and of the bottom plane,
        eV, shape (patterns of the top, patterns of the bottom).
    """

    atoms: Atoms
    top: BoolArray
    bottom: BoolArray
    energy: FloatArray


def candidates(
    oriented: OrientedCrystal, occupied: Occupation, charges: Mapping[str, float], supercell: Supercell
) -> Candidates:
    """Enumerate the patterns of both outer planes and their electrostatic energies.

    Parameters
    ----------
    oriented : OrientedCrystal
        Stack of planes.
    occupied : Occupation
        How full the outer planes are.
    charges : mapping of str to float
        Formal charge of each element, units of e.
    supercell : tuple of tuple of int
        Rows are the cell vectors in units of the primitive in-plane cell's, shape (2, 2).

    Raises
    ------
    InputError
        The supercell has more patterns than can be looked through.
    """
    cells = round(np.linalg.det(np.array(supercell)))
    atoms = expand(take_planes(oriented, occupied.first_plane, occupied.n_planes).atoms, supercell)
    atoms = atoms[np.lexsort([*_places(atoms).T, atoms.arrays["plane"]])]
    kept = occupied.counts(cells)
    if kept is None:
        problem = f"supercell {supercell} cannot part the outer plane"
        raise ArithmeticError(problem)
    planes = atoms.arrays["plane"]
    top = _patterns(atoms, planes == occupied.n_planes - 1, kept)
    rest = [ions * cells - count for ions, count in zip(occupied.ions, kept, strict=True)]
    bottom = _patterns(atoms, planes == 0, rest)
    matrix = _ewald_matrix(atoms, charges)
    inner = ~((planes == 0) | (planes == occupied.n_planes - 1)).astype(bool)
    core = matrix[np.ix_(inner, inner)].sum()
    field = 2 * matrix[:, inner].sum(axis=1)

    def alone(pattern: BoolArray) -> FloatArray:
        energies: FloatArray = np.einsum("pi,ij,pj->p", pattern, matrix, pattern) + pattern @ field
        return energies

    upper, lower = top.astype(float), bottom.astype(float)
    energy = core + alone(upper)[:, None] + alone(lower)[None] + 2 * upper @ matrix @ lower.T
    return Candidates(atoms, top, bottom, energy)


def best(energy: FloatArray) -> tuple[int, ...]:
    """Return the place of the lowest energy (eV); of those within `TIE` of it the first."""
    flat = int(np.flatnonzero(energy.ravel() < energy.min() + TIE)[0])
    return tuple(int(index) for index in np.unravel_index(flat, energy.shape))


def matching_pattern(lower: Candidates, pattern: int, upper: Candidates) -> int:
    """Return the bottom pattern of ``upper`` that fills the sites that ``lower`` leaves empty on top.

    Parameters
    ----------
    lower, upper : Candidates
        Two slabs of one stack; the top plane of the lower is the bottom plane of the upper.
    pattern : int
        Top pattern of ``lower``.
    """
    is_site = lower.atoms.arrays["plane"] == lower.atoms.arrays["plane"].max()
    empty = lower.atoms[is_site & ~lower.top[pattern]]
    sites = np.flatnonzero(upper.atoms.arrays["plane"] == 0)
    cell = upper.atoms.cell.array[:2, :2]
    wanted = np.zeros(len(upper.atoms), dtype=bool)
    for atom in empty:
        between = upper.atoms.positions[sites, :2] - atom.position[:2]
        fractions = np.linalg.solve(cell.T, between.T).T
        distances = np.linalg.norm((fractions - np.round(fractions)) @ cell, axis=1)
        distances[upper.atoms.numbers[sites] != atom.number] = np.inf
        wanted[sites[int(np.argmin(distances))]] = True
    return int(np.flatnonzero((upper.bottom == wanted).all(axis=1))[0])


def _patterns(atoms: Atoms, is_site: BoolArray, counts: Sequence[int]) -> BoolArray:
    """Return all ways to occupy sites of a plane with ``counts`` ions of each element (by number)."""
    numbers = sorted(set(atoms.numbers[is_site].tolist()))
    sites = [np.flatnonzero(is_site & (atoms.numbers == number)) for number in numbers]
    ways = math.prod(math.comb(len(own), count) for own, count in zip(sites, counts, strict=True))
    if ways > MAX_PATTERNS:
        raise InputError(
            f"the outer plane of the supercell ({int(is_site.sum())} ions) can be parted in {ways} ways, at "
            f"most {MAX_PATTERNS} are looked through",
            key="supercell",
            remedy="give a smaller supercell",
        )
    patterns = np.zeros((ways, len(atoms)), dtype=bool)
    choices = product(*(combinations(own, count) for own, count in zip(sites, counts, strict=True)))
    for row, choice in enumerate(choices):
        patterns[row, [index for group in choice for index in group]] = True
    return patterns


def _places(atoms: Atoms) -> FloatArray:
    """Return whole numbers that order the atoms of a plane by their place, shape (atoms, 2)."""
    scaled = atoms.cell.scaled_positions(atoms.positions)[:, :2]
    # The offset keeps 0, 1/4, 1/3, ... away from the rounding edges, where noise would decide.
    places: FloatArray = np.floor(((scaled + 1e-4) % 1.0) * 1000 + 0.2718)
    return places


def _ewald_matrix(atoms: Atoms, charges: Mapping[str, float]) -> FloatArray:
    """Return pair energies (eV, shape (atoms, atoms)) whose sum over a neutral set is its Ewald energy."""
    from pymatgen.analysis.ewald import EwaldSummation
    from pymatgen.core import Lattice, Species, Structure

    cell = atoms.cell.array.copy()
    cell[2] = [0.0, 0.0, np.ptp(atoms.positions[:, 2]) + VACUUM]
    species = [Species(symbol, charges[symbol]) for symbol in atoms.symbols]
    structure = Structure(Lattice(cell), species, atoms.positions, coords_are_cartesian=True)
    matrix: FloatArray = EwaldSummation(structure).total_energy_matrix
    return matrix
