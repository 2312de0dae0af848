"""Whether the planes of slabs kept their order when they relaxed.

A slab of an ideal polar cut can lower its energy by turning over: planes of anions and cations change
places until its dipole is closed. What then meets at the contact is not what was cut, and the number says so.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping

    from wadflow.results.records import AtomsRecord, SideRecord, SlabRole

APART: Final = 0.1
"""Distance of two neighbouring planes (angstrom) from which they have an order."""


def plane_heights(record: AtomsRecord) -> dict[int, float]:
    """Return the mean height (angstrom) of each plane of a structure; none where they are not labelled."""
    if record.plane is None:
        return {}
    planes, heights = np.array(record.plane), np.array(record.positions)[:, 2]
    return {int(plane): float(heights[planes == plane].mean()) for plane in np.unique(planes)}


def planes_of_side(record: AtomsRecord, side: int) -> list[int]:
    """Return the planes of the lower (0) or the upper (1) slab in the order of their cut, from the bottom."""
    labels = zip(record.plane or (), record.side or (), strict=True)
    return sorted({plane for plane, own in labels if own == side})


def contact_planes(record: AtomsRecord) -> tuple[int, int]:
    """Return the planes that meet: the highest one of the lower slab, the lowest one of the upper slab.

    By their mean heights as they are, not by the order of the cut; of planes at one height it is the one that
    was cut to be at the contact.
    """
    heights = plane_heights(record)
    below, above = planes_of_side(record, 0), planes_of_side(record, 1)
    lower, upper = max(below, key=heights.__getitem__), min(above, key=heights.__getitem__)
    return (
        lower if heights[lower] - heights[below[-1]] > APART else below[-1],
        upper if heights[above[0]] - heights[upper] > APART else above[0],
    )


def contact_changed(structures: Mapping[SlabRole, AtomsRecord]) -> bool:
    """Whether other planes meet in the relaxed AB than were cut to meet."""
    return any(cut != met for cut, met in _contacts(structures).values())


def order_sentences(
    structures: Mapping[SlabRole, AtomsRecord], lower: SideRecord, upper: SideRecord
) -> list[str]:
    """Say which planes lost their order, and what meets at the contact where it is not what was cut.

    Parameters
    ----------
    structures : mapping
        Relaxed AB, A and B; those without labels of side and plane are passed over.
    lower, upper : SideRecord
        What was cut.

    Returns
    -------
    list of str
        Sentences for people; none where all planes kept their order.
    """
    sentences = []
    contacts = _contacts(structures)
    sides = {0: lower, 1: upper}
    for side, (cut, met) in contacts.items():
        if cut != met:
            formula = _formula(structures["AB"], met)
            sentences.append(
                f"In the relaxed AB the plane of {sides[side].name} at the contact is {formula}, not "
                f"{sides[side].termination} as it was cut: planes changed places, and the relaxed value "
                "belongs to that structure."
            )
    lost: dict[str, list[str]] = {}  # the two slabs of a homo-interface often say the same
    for role, record in structures.items():
        for side in sorted(set(record.side or ())):
            planes = _lost_planes(record, side)
            if planes:
                lost.setdefault(f"of {sides[side].name}: {', '.join(planes)}", []).append(role)
    sentences += [
        f"In the relaxed {' and '.join(roles)} neighbouring planes fell together or changed places (distance "
        f"upwards in angstrom), {which}."
        for which, roles in lost.items()
    ]
    return sentences


def _lost_planes(record: AtomsRecord, side: int) -> list[str]:
    """Return the pairs of neighbouring planes of a slab that lost their order, in the order of the cut."""
    heights = plane_heights(record)
    return [
        f"{_formula(record, one)} and {_formula(record, two)} ({heights[two] - heights[one]:+.2f})"
        for one, two in pairwise(planes_of_side(record, side))
        if heights[two] - heights[one] < APART
    ]


def _contacts(structures: Mapping[SlabRole, AtomsRecord]) -> dict[int, tuple[int, int]]:
    """Return by side the plane that was cut to be at the contact, and the one that is."""
    record = structures.get("AB")
    if record is None or record.plane is None or set(record.side or ()) != {0, 1}:
        return {}
    lower, upper = contact_planes(record)
    return {0: (planes_of_side(record, 0)[-1], lower), 1: (planes_of_side(record, 1)[0], upper)}


def _formula(record: AtomsRecord, plane: int) -> str:
    """Return the formula of a plane in one cell."""
    from ase import Atoms

    atoms = Atoms(
        [number for number, own in zip(record.numbers, record.plane or (), strict=True) if own == plane]
    )
    return str(atoms.get_chemical_formula("metal"))
