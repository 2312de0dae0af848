"""Wulff shapes of known bodies."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import pytest

from wadflow.results.wulff import NoWulffShapeError, wulff_facets, wulff_record

if TYPE_CHECKING:
    from wadflow.results.surface_documents import Miller, WulffRecord

CUBIC = [[3.44, 0.0, 0.0], [0.0, 3.44, 0.0], [0.0, 0.0, 3.44]]
TETRAGONAL = [[3.0, 0.0, 0.0], [0.0, 3.0, 0.0], [0.0, 0.0, 5.0]]


def shares(record: WulffRecord) -> dict[Miller, float]:
    return {face.miller: face.area_fraction for face in record.faces}


def test_one_family_of_100_is_a_cube() -> None:
    record = wulff_record(CUBIC, {(1, 0, 0): 0.46})
    assert shares(record) == {(1, 0, 0): pytest.approx(1.0)}
    assert record.weighted_surface_energy == pytest.approx(0.46)
    assert record.anisotropy == pytest.approx(0, abs=1e-9)
    assert record.shape_factor == pytest.approx(6.0)  # 6 a^2 / a^2
    facets = wulff_facets(record)
    assert len(facets) == 6
    for facet in facets:
        assert facet.corners.shape == (4, 3)
        # Its distance from the origin is the surface energy.
        assert facet.corners @ facet.normal == pytest.approx(np.full(4, 0.46))


def test_one_family_of_110_is_a_rhombic_dodecahedron() -> None:
    record = wulff_record(CUBIC, {(1, 1, 0): 0.5})
    facets = wulff_facets(record)
    assert len(facets) == 12
    assert all(len(facet.corners) == 4 for facet in facets)
    # Inradius r: surface 12 sqrt(2) r^2, volume 4 sqrt(2) r^3.
    assert record.shape_factor == pytest.approx(12 * math.sqrt(2) / (4 * math.sqrt(2)) ** (2 / 3))


def test_a_cuboid_has_the_shares_and_the_mean_of_its_sides() -> None:
    low, high = 0.4, 0.6
    record = wulff_record(TETRAGONAL, {(1, 0, 0): high, (0, 0, 1): low})
    # Half edges are the energies: sides 2*high, height 2*low.
    top, sides = 2 * (2 * high) ** 2, 4 * (2 * high) * (2 * low)
    share = top / (top + sides)
    assert shares(record) == {(0, 0, 1): pytest.approx(share), (1, 0, 0): pytest.approx(1 - share)}
    mean = share * low + (1 - share) * high
    assert record.weighted_surface_energy == pytest.approx(mean)
    spread = math.sqrt(share * (low - mean) ** 2 + (1 - share) * (high - mean) ** 2)
    assert record.anisotropy == pytest.approx(spread / mean)


def test_a_costly_face_is_absent_but_listed() -> None:
    record = wulff_record(CUBIC, {(1, 0, 0): 0.46, (1, 1, 1): 0.46 * math.sqrt(3) * 1.01})
    assert shares(record)[1, 1, 1] == 0
    assert {facet.miller for facet in wulff_facets(record)} == {(1, 0, 0)}


def test_facets_close_the_surface() -> None:
    """Areas times normals of a closed body add up to zero, and are all convex polygons."""
    record = wulff_record(CUBIC, {(1, 1, 0): 0.50, (1, 0, 0): 0.46, (1, 1, 1): 0.54, (2, 1, 1): 0.545})
    total = np.zeros(3)
    areas: dict[Miller, float] = {}
    for facet in wulff_facets(record):
        ahead = np.roll(facet.corners, -1, axis=0)
        vector = np.cross(facet.corners, ahead).sum(axis=0) / 2
        assert vector @ facet.normal > 0, "the corners do not run around the normal"
        areas[facet.miller] = areas.get(facet.miller, 0.0) + float(np.linalg.norm(vector))
        total += vector
    assert total == pytest.approx(np.zeros(3), abs=1e-7)
    surface = sum(areas.values())
    assert {miller: area / surface for miller, area in areas.items()} == pytest.approx(
        shares(record), abs=1e-6
    )


def test_faces_that_enclose_nothing_give_no_shape() -> None:
    with pytest.raises(NoWulffShapeError, match="enclose no body"):
        wulff_record(TETRAGONAL, {(0, 0, 1): 0.5})
    with pytest.raises(NoWulffShapeError, match="enclose no body"):
        wulff_record(TETRAGONAL, {(1, 0, 0): 0.5, (1, 1, 0): 0.5})


@pytest.mark.parametrize("energy", [0.0, -0.1])
def test_an_energy_that_is_not_positive_gives_no_shape(energy: float) -> None:
    with pytest.raises(NoWulffShapeError, match="not positive"):
        wulff_record(CUBIC, {(1, 0, 0): 0.5, (1, 1, 0): energy})
