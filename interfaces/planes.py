"""Atomic planes: groups of atoms of nearly equal height, and their formulas."""

from __future__ import annotations

from collections import Counter
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from numpy.typing import NDArray

# Atoms within this height (angstrom) of the lowest atom of a plane belong to it. Atomic planes of real
# crystals are either flat, rumpled by less than this, or further apart.
PLANE_TOLERANCE = 0.1


def group_planes(heights: NDArray[np.float64], tolerance: float = PLANE_TOLERANCE) -> list[NDArray[np.intp]]:
    """Group atoms into planes, from the bottom up.

    Parameters
    ----------
    heights : numpy.ndarray
        Heights along the surface normal, angstrom, shape (atoms,).
    tolerance : float
        Largest height difference inside one plane, angstrom.

    Returns
    -------
    list of numpy.ndarray
        Indices of the atoms of each plane, each shape (atoms in the plane,), ascending.

    Examples
    --------
    >>> [plane.tolist() for plane in group_planes(np.array([2.0, 0.0, 2.04, 1.0]))]
    [[1], [3], [0, 2]]
    """
    order = np.argsort(heights, kind="stable")
    planes: list[list[int]] = []
    for index in order:
        # The span is limited, not the step: a chain of small steps must not become one plane.
        if planes and heights[index] - heights[planes[-1][0]] <= tolerance:
            planes[-1].append(int(index))
        else:
            planes.append([int(index)])
    return [np.sort(np.array(plane, dtype=np.intp)) for plane in planes]


def group_periodic_planes(
    heights: NDArray[np.float64], period: float, tolerance: float = PLANE_TOLERANCE
) -> tuple[list[NDArray[np.intp]], NDArray[np.float64]]:
    """Group atoms into planes where the heights repeat.

    Parameters
    ----------
    heights : numpy.ndarray
        Heights of the atoms of one repeat, angstrom, shape (atoms,); only their value modulo ``period``
        counts.
    period : float
        Height of one repeat, angstrom.
    tolerance : float
        Largest height difference inside one plane, angstrom.

    Returns
    -------
    planes : list of numpy.ndarray
        Indices of the atoms of each plane from the bottom of the repeat up.
    heights : numpy.ndarray
        Heights moved by whole periods such that the repeat starts at the first plane above the widest
        gap, angstrom, shape (atoms,).
    """
    # An atom at height 0 must not count as one at a whole period because of numerical noise.
    folded = (heights + 1e-3) % period
    ascending = np.sort(folded)
    steps = np.diff(ascending, append=ascending[0] + period)
    # Rounded, so that numerical noise does not choose among equal gaps; the first of equals is taken.
    widest = int(np.argmax(np.round(steps, 3)))
    start = ascending[(widest + 1) % len(ascending)]
    # Half the gap below the first plane, so that noise cannot move an atom into the next repeat.
    base = start - min(steps[widest], period) / 2
    unfolded = base + (folded - base) % period - 1e-3
    return group_planes(unfolded, tolerance), unfolded


def plane_formula(symbols: Iterable[str]) -> str:
    """Return the formula of a plane's atoms.

    Examples
    --------
    >>> plane_formula(["O", "Li", "Li"])
    'Li2O'
    """
    return _formula(tuple(Counter(symbols).items()))


@lru_cache(maxsize=1024)
def _formula(counts: tuple[tuple[str, int], ...]) -> str:
    """Return the formula of so many atoms of each element."""
    from ase.formula import Formula

    return Formula.from_dict(dict(counts)).format("metal")


def is_multiple(composition: Mapping[int, int], unit: Mapping[int, int]) -> bool:
    """Tell whether a composition is a whole or fractional multiple of another.

    Parameters
    ----------
    composition, unit : mapping of int to int
        Number of atoms of each atomic number.

    Examples
    --------
    >>> is_multiple({3: 8, 8: 4}, {3: 2, 8: 1})
    True
    >>> is_multiple({3: 8, 8: 5}, {3: 2, 8: 1})
    False
    """
    if set(composition) != set(unit):
        return False
    first = next(iter(unit))
    return all(composition[kind] * unit[first] == unit[kind] * composition[first] for kind in unit)
