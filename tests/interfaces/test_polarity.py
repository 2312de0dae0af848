"""Tasker's classes of the crystals of the source."""

from __future__ import annotations

import pytest

from wadflow.interfaces.crystals import load_crystal
from wadflow.interfaces.polarity import plane_charges, tasker_class
from wadflow.interfaces.slabs import cut_slab


@pytest.mark.parametrize(
    ("name", "miller", "planes", "expected"),
    [
        ("Li2O", (0, 0, 1), 4, "III"),
        ("Li2O", (1, 1, 0), 4, "I"),
        ("Li2O", (1, 1, 1), 6, "II"),
        ("LiF", (0, 0, 1), 4, "I"),
        ("LiF", (1, 1, 1), 4, "III"),
        ("Li", (1, 1, 0), 4, None),
        ("graphite", (0, 0, 1), 4, None),
    ],
)
@pytest.mark.parametrize("contact", ["top", "bottom"])
def test_class(
    name: str, miller: tuple[int, int, int], planes: int, expected: str | None, contact: str
) -> None:
    crystal = load_crystal(name)
    slab = cut_slab(crystal.structure, miller, planes=planes, contact=contact)  # type: ignore[arg-type]
    assert tasker_class(slab, crystal.formal_charges) == expected


def test_the_class_belongs_to_the_cut() -> None:
    # The same plane of Li2O, cut inside its Li-O-Li trilayer instead of between two of them.
    crystal = load_crystal("Li2O")
    slab = cut_slab(crystal.structure, (1, 1, 1), planes=6, contact="top", termination="Li#2")
    assert tasker_class(slab, crystal.formal_charges) == "III"


def test_a_slab_with_a_net_charge_is_polar() -> None:
    crystal = load_crystal("Li2O")
    slab = cut_slab(crystal.structure, (0, 0, 1), planes=3, contact="top", termination="O")
    assert crystal.formal_charges is not None
    assert plane_charges(slab, crystal.formal_charges).tolist() == [-2, 2, -2]
    assert tasker_class(slab, crystal.formal_charges) == "III"
