"""Sides that part when they relax are found and said."""

from __future__ import annotations

import numpy as np
import pytest

from wadflow.results.computed_documents import read_computed
from wadflow.results.contact_distance import closest_pair, parted_sentences, sides_parted
from wadflow.results.records import AtomsRecord

CELL = ((3.0, 0.0, 0.0), (-1.5, 3.0, 0.0), (0.0, 0.0, 30.0))


def two_atoms(shift: tuple[float, float], gap: float) -> AtomsRecord:
    """Return one lithium atom a side."""
    return AtomsRecord(
        numbers=(3, 3),
        positions=((0.1, 0.1, 1.0), (0.1 + shift[0], 0.1 + shift[1], 1.0 + gap)),
        cell=CELL,
        pbc=(True, True, False),
        side=(0, 1),
        plane=(0, 1),
    )


@pytest.mark.parametrize("steps", [(0, 0), (1, 0), (0, 1), (-1, 1)])
def test_the_nearest_image_counts(steps: tuple[int, int]) -> None:
    shift = tuple((np.array([0.5, 0.0]) + np.array(steps) @ np.array(CELL)[:2, :2]).tolist())
    pair = closest_pair(two_atoms(shift, 2.0))
    assert pair is not None
    assert (pair.lower, pair.upper) == ("Li", "Li")
    assert pair.distance == pytest.approx(np.hypot(0.5, 2.0))
    assert pair.ratio == pytest.approx(pair.distance / 2.56)


def test_sides_that_part_are_said_with_their_distance() -> None:
    assert not sides_parted({"AB": two_atoms((0.0, 0.0), 3.0)})
    assert parted_sentences({"AB": two_atoms((0.0, 0.0), 3.0)}) == []
    (sentence,) = parted_sentences({"AB": two_atoms((0.0, 0.0), 4.0)})
    assert "Li and Li, are 4.00 angstrom apart" in sentence
    assert "no bond" in sentence


def test_what_has_no_sides_is_passed_over() -> None:
    alone = two_atoms((0.0, 0.0), 4.0).model_copy(update={"side": None, "plane": None})
    assert closest_pair(alone) is None
    assert not sides_parted({"AB": alone})
    assert not sides_parted({})


def test_of_the_shipped_interfaces_only_lithium_on_lithium_of_the_oxide_parts() -> None:
    parted = read_computed("li2o001-li2o001-li-li.standard")
    assert sides_parted(parted.relaxed_structures)
    assert any("the sides do not touch" in warning for warning in parted.warnings)
    assert not sides_parted(read_computed("li110-li110.standard").relaxed_structures)
    assert not sides_parted(read_computed("li2o111-li2o111-twist60.standard").relaxed_structures)
