"""Distinct shifts: none missing, none twice, and each orbit really one structure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from wadflow.interfaces.definition import InterfaceDefinition
from wadflow.interfaces.registry import distinct_shifts
from wadflow.interfaces.stacking import build_interface

if TYPE_CHECKING:
    from collections.abc import Callable

VACUUM = 10.0


def definition(lower: dict[str, Any], upper: dict[str, Any], **contact: Any) -> InterfaceDefinition:
    return InterfaceDefinition.model_validate(
        {
            "name": "test",
            "title": "test",
            "lower": lower,
            "upper": upper,
            "contact": {"registry": "scan", **contact},
        }
    )


LI_ON_OXIDE = definition(
    {"crystal": "Li2O", "miller": [0, 0, 1], "planes": 4, "contact_termination": "Li"},
    {"crystal": "Li", "miller": [0, 0, 1], "planes": 3},
)
OXIDE_110 = definition(
    {"crystal": "Li2O", "miller": [1, 1, 0], "planes": 2},
    {"crystal": "Li2O", "miller": [1, 1, 0], "planes": 2},
)
OXIDE_111 = definition(
    {"crystal": "Li2O", "miller": [1, 1, 1], "planes": 3, "contact_termination": "Li#1"},
    {"crystal": "Li2O", "miller": [1, 1, 1], "planes": 3, "contact_termination": "Li#1"},
    scan_points=3,
)
TWISTED = definition(
    {"crystal": "Li", "miller": [0, 0, 1], "planes": 3, "supercell": [[2, 1], [-1, 2]]},
    {"crystal": "Li", "miller": [0, 0, 1], "planes": 3, "supercell": [[1, 2], [-2, 1]]},
)
SUPERCELL = definition(
    {"crystal": "Li", "miller": [0, 0, 1], "planes": 3, "supercell": [[2, 0], [0, 2]]},
    {"crystal": "Li", "miller": [0, 0, 1], "planes": 3, "supercell": [[2, 0], [0, 2]]},
)


def fingerprint(asked: InterfaceDefinition, registry: tuple[float, float]) -> np.ndarray[Any, Any]:
    """Return all distances across the contact with the elements: equal for equal structures."""
    interface = build_interface(asked.at(registry, 3.0), vacuum=VACUUM)
    ab = interface.ab
    cell = ab.cell.array[:2, :2]
    lower, upper = (ab[ab.arrays["side"] == side] for side in (0, 1))
    rows = []
    for one in lower:
        for other in upper:
            offset = other.position - one.position
            for i in range(-4, 5):
                for j in range(-4, 5):
                    image = offset + np.array([*(np.array([i, j]) @ cell), 0.0])
                    if np.linalg.norm(image) < 7.0:
                        rows.append((one.number * 100 + other.number, np.linalg.norm(image), offset[2]))
    return np.array(sorted((int(a), round(float(b), 3), round(float(c), 3)) for a, b, c in rows))


@pytest.mark.parametrize("asked", [LI_ON_OXIDE, OXIDE_110, OXIDE_111], ids=["li-li2o", "110", "111"])
def test_every_shift_of_the_grid_is_in_exactly_one_orbit(asked: InterfaceDefinition) -> None:
    shifts = distinct_shifts(build_interface(asked, vacuum=VACUUM), asked.contact.scan_points)
    count = asked.contact.scan_points or 4
    images = [image for shift in shifts for image in shift.images]
    expected = {(round(i / count, 6), round(j / count, 6)) for i in range(count) for j in range(count)}
    assert len(images) == len(expected)
    assert {(round(fx, 6), round(fy, 6)) for fx, fy in images} == expected


@pytest.mark.parametrize("asked", [LI_ON_OXIDE, OXIDE_110, OXIDE_111], ids=["li-li2o", "110", "111"])
def test_images_of_a_shift_are_the_same_structure_and_other_shifts_are_not(
    asked: InterfaceDefinition,
) -> None:
    shifts = distinct_shifts(build_interface(asked, vacuum=VACUUM), asked.contact.scan_points)
    prints = [fingerprint(asked, shift.registry) for shift in shifts]
    for shift, own in zip(shifts, prints, strict=True):
        for image in shift.images:
            assert np.allclose(fingerprint(asked, image), own, atol=2e-3)
    for n, one in enumerate(prints):
        for other in prints[:n]:
            assert one.shape != other.shape or not np.allclose(one, other, atol=2e-3)


def test_the_square_oxide_has_six_shifts_of_sixteen() -> None:
    shifts = distinct_shifts(build_interface(LI_ON_OXIDE, vacuum=VACUUM))
    assert sorted(len(shift.images) for shift in shifts) == [1, 1, 2, 4, 4, 4]


def test_shifts_start_at_zero_and_each_has_an_earlier_neighbour() -> None:
    for asked in (LI_ON_OXIDE, OXIDE_110, OXIDE_111, TWISTED):
        shifts = distinct_shifts(build_interface(asked, vacuum=VACUUM), asked.contact.scan_points)
        assert shifts[0].neighbour is None
        assert shifts[0].images[0] == (0.0, 0.0)
        for place, shift in enumerate(shifts[1:], start=1):
            assert shift.neighbour is not None
            assert 0 <= shift.neighbour < place


def test_a_twist_makes_the_cell_of_distinct_shifts_smaller() -> None:
    # Sigma 5: both lattices together span one with a fifth of the primitive cell's area.
    shifts = distinct_shifts(build_interface(TWISTED, vacuum=VACUUM))
    largest = max(max(image) for shift in shifts for image in shift.images)
    assert sum(len(shift.images) for shift in shifts) == 16
    assert largest < 0.2


def test_a_supercell_has_the_shifts_of_its_primitive_cell() -> None:
    shifts = distinct_shifts(build_interface(SUPERCELL, vacuum=VACUUM))
    assert sum(len(shift.images) for shift in shifts) == 16
    assert max(max(image) for shift in shifts for image in shift.images) < 0.5


def test_a_hexagonal_cell_gets_its_hollows() -> None:
    asked = OXIDE_111.model_copy(update={"contact": LI_ON_OXIDE.contact})
    images = {
        (round(fx, 4), round(fy, 4))
        for shift in distinct_shifts(build_interface(asked, vacuum=VACUUM))
        for fx, fy in shift.images
    }
    assert len(images) == 36
    assert {(0.3333, 0.6667), (0.6667, 0.3333), (0.5, 0.0)} <= images


def test_the_shift_of_the_interface_itself_does_not_matter() -> None:
    def orbits(build: Callable[[], Any]) -> set[tuple[tuple[float, float], ...]]:
        return {tuple(np.round(shift.images, 6).flatten()) for shift in distinct_shifts(build())}

    here = orbits(lambda: build_interface(LI_ON_OXIDE, vacuum=VACUUM))
    there = orbits(lambda: build_interface(LI_ON_OXIDE.at((0.13, 0.41), 3.0), vacuum=VACUUM))
    assert here == there
