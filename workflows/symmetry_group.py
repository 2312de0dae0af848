"""Whether the symmetries that GPAW has found are a group, asked of all pairs at once.

GPAW 26.7 multiplies each pair of operations and looks for the product, one by one in Python. For the 48 of a
cubic crystal that took 0.7 s, on each MPI rank, at each change of the cell: a tenth of what lithium costs.
The question is the same here.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from gpaw.dft import Symmetry
from gpaw.new.symmetry import Symmetries, SymmetryAnalysisBug

TOLERANCE = 1e-10
"""How far a translation may be from that of an operation of the group, in cell vectors (GPAW's own)."""


class QuicklyCheckedSymmetry(Symmetry):
    """The parameter that asks GPAW for symmetries; its arguments are GPAW's."""

    def build(self, *args: Any, **kwargs: Any) -> Symmetries:
        """Return the symmetries of atoms (GPAW's own method)."""
        gpaws_own = Symmetries.group_check
        Symmetries.group_check = check_group  # type: ignore[method-assign,assignment]  # no other way in
        try:
            return super().build(*args, **kwargs)
        finally:
            Symmetries.group_check = gpaws_own  # type: ignore[method-assign]


def check_group(symmetries: Symmetries) -> None:
    """Check that each product of two operations is one of them.

    Parameters
    ----------
    symmetries : gpaw.new.symmetry.Symmetries
        Rotations and translations, in cell vectors.

    Raises
    ------
    gpaw.new.symmetry.SymmetryAnalysisBug
        Where one is not, as GPAW does.
    """
    rotations, translations = symmetries.rotation_scc, symmetries.translation_sc
    for rotation, translation in zip(rotations, translations, strict=True):
        products = rotation @ rotations
        shifts = translation @ rotations + translations
        same = (products[:, np.newaxis] == rotations).all(axis=(2, 3))
        apart = shifts[:, np.newaxis] - translations
        same &= (abs(apart - apart.round()) <= TOLERANCE).all(axis=2)
        if not same.any(axis=1).all():
            raise SymmetryAnalysisBug("Sorry!  Try using spglib.standardize_cell(...)")
