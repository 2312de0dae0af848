"""Polarity of a slab after Tasker, from the formal charges of its planes.

P. W. Tasker, J. Phys. C 12, 4977 (1979), doi 10.1088/0022-3719/12/22/036:

=========  ===========================================================================================
class I    every plane is neutral
class II   charged planes, but the slab, a stack of whole repeat units, has no dipole along its normal
class III  the slab has a dipole: its surface energy diverges with the thickness unless charge moves
=========  ===========================================================================================
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Literal

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from wadflow.interfaces.slabs import Slab

TaskerClass = Literal["I", "II", "III"]

# Formal charges are whole numbers, so that any charge at all is at least 1 e.
CHARGE_TOLERANCE = 1e-6
# A dipole is at least 1 e times the distance of two planes, which is above PLANE_TOLERANCE.
DIPOLE_TOLERANCE = 0.05  # e angstrom per primitive in-plane cell


def plane_charges(slab: Slab, charges: Mapping[str, float]) -> NDArray[np.float64]:
    """Return the formal charge of each plane of a slab, bottom first.

    Parameters
    ----------
    slab : Slab
        The slab.
    charges : mapping of str to float
        Formal charge of each element, units of e.

    Returns
    -------
    numpy.ndarray
        Charge per primitive in-plane cell in units of e, shape (planes,).
    """
    return np.array(
        [sum(charges[symbol] * n for symbol, n in _counts(text)) for text in slab.formulas], dtype=float
    )


@lru_cache(maxsize=1024)
def _counts(formula: str) -> tuple[tuple[str, int], ...]:
    """Return how many atoms of each element a formula holds."""
    from ase.formula import Formula

    return tuple(Formula(formula).count().items())


def tasker_class(slab: Slab, charges: Mapping[str, float] | None) -> TaskerClass | None:
    """Return Tasker's class of a slab as it is cut.

    Parameters
    ----------
    slab : Slab
        The slab. One that is not neutral as a whole is called III: no stack of dipole-free repeats ends
        in a net charge.
    charges : mapping of str to float, or None
        Formal charge of each element, units of e; None for metals and elements.

    Returns
    -------
    {"I", "II", "III"} or None
        None without formal charges: polarity in this sense is not defined.
    """
    if charges is None:
        return None
    per_plane = plane_charges(slab, charges)
    if np.abs(per_plane).max() < CHARGE_TOLERANCE:
        return "I"
    dipole = float(per_plane @ slab.plane_z)
    if abs(per_plane.sum()) < CHARGE_TOLERANCE and abs(dipole) < DIPOLE_TOLERANCE:
        return "II"
    return "III"
