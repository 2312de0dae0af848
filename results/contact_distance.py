"""Whether the two sides of an interface still touch when it has relaxed.

Two slabs of an ideal polar cut can turn, each for itself, into slabs without a dipole, and part. The relaxed
work of adhesion is then no bond: it is what AB gained by rearranging and what A and B, alone, did not find.
"""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping

    from wadflow.results.records import AtomsRecord, SlabRole

TOUCHING: Final = 1.4
"""Largest distance of atoms that touch, in sums of their covalent radii: 1.2 in bcc lithium."""

IMAGES: Final = (-2, -1, 0, 1, 2)
"""Cells along each in-plane vector in which the nearest image is looked for; they are reduced."""


class ClosestPair(NamedTuple):
    """The two atoms that are nearest across a contact, in the measure of their covalent radii.

    ``lower`` and ``upper`` are their symbols, ``distance`` is in angstrom, ``ratio`` in sums of the radii.
    """

    lower: str
    upper: str
    distance: float
    ratio: float


def closest_pair(record: AtomsRecord) -> ClosestPair | None:
    """Return the nearest pair across the contact; None where the atoms have no sides."""
    from ase.data import chemical_symbols, covalent_radii

    sides = np.array(record.side or (), dtype=int)
    if set(sides.tolist()) != {0, 1}:
        return None
    numbers, positions = np.array(record.numbers), np.array(record.positions)
    in_plane = np.array(record.cell)[:2]
    shifts = np.array([np.array(step) @ in_plane for step in product(IMAGES, repeat=2)])
    below, above = np.flatnonzero(sides == 0), np.flatnonzero(sides == 1)
    across = positions[above][None] - positions[below][:, None]
    distances = np.linalg.norm(across[:, :, None] + shifts, axis=3).min(axis=2)
    radii = covalent_radii[numbers]
    ratios = distances / (radii[below][:, None] + radii[above][None])
    low, high = np.unravel_index(int(np.argmin(ratios)), ratios.shape)
    return ClosestPair(
        chemical_symbols[numbers[below[low]]],
        chemical_symbols[numbers[above[high]]],
        float(distances[low, high]),
        float(ratios[low, high]),
    )


def sides_parted(structures: Mapping[SlabRole, AtomsRecord]) -> bool:
    """Whether no atoms touch across the contact of the relaxed AB."""
    return _parted(structures) is not None


def parted_sentences(structures: Mapping[SlabRole, AtomsRecord]) -> list[str]:
    """Say that the sides parted, and what the relaxed number is worth then; nothing where they touch."""
    pair = _parted(structures)
    if pair is None:
        return []
    sentence = (
        f"In the relaxed AB the sides do not touch: the nearest atoms across, {pair.lower} and {pair.upper}, "
        f"are {pair.distance:.2f} angstrom apart. The relaxed work of adhesion is no bond but the difference "
        "between what the slabs gained by rearranging in AB and what they found alone."
    )
    return [sentence]


def _parted(structures: Mapping[SlabRole, AtomsRecord]) -> ClosestPair | None:
    """Return the nearest pair of a relaxed AB whose sides do not touch."""
    pair = closest_pair(structures["AB"]) if "AB" in structures else None
    return pair if pair is not None and pair.ratio > TOUCHING else None
