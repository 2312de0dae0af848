"""Common cells against lattices whose coincidences are known."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING

import numpy as np
import pytest
from pymatgen.core import Lattice, Structure

from wadflow.errors import InputError
from wadflow.interfaces.coincidence import MatchLimits, find_candidates
from wadflow.interfaces.crystals import load_crystal
from wadflow.interfaces.matching import MAX_STRAIN, common_cell, small_strain
from wadflow.interfaces.orientation import OrientedCrystal, orient
from wadflow.interfaces.slabs import take_planes

if TYPE_CHECKING:
    from numpy.typing import NDArray

EXACT = 1e-9


def surface(group: str, lattice: Lattice, miller: tuple[int, int, int] = (0, 0, 1)) -> OrientedCrystal:
    return orient(Structure.from_spacegroup(group, lattice, ["Li"], [[0.0, 0.0, 0.0]]), miller)


SQUARE = surface("Pm-3m", Lattice.cubic(3.0))
HEXAGONAL = surface("P6/mmm", Lattice.hexagonal(3.0, 5.0))


def twists(side: OrientedCrystal, area: float) -> dict[int, list[float]]:
    """Angles of the strain-free candidates of a crystal with itself, by the number of cells."""
    found: dict[int, list[float]] = {}
    for one in find_candidates(side, side, MatchLimits(max_area=area, max_strain=1e-4)):
        found.setdefault(one.lower_cells, []).append(round(one.twist, 2))
    return found


def test_the_coincidence_lattices_of_the_square_lattice() -> None:
    # The coincidence index of a square lattice is the odd part of m^2 + n^2; the angle is 2 atan(m/n).
    # 4mm on both sides: twists t, -t and 90 - t are one interface.
    found = twists(SQUARE, 9.0 * 30)
    assert set(found) == {1, 5, 13, 17, 25, 29}
    assert found[1] == [0.0]
    assert found[5] == [36.87]
    assert found[13] == [22.62]
    assert found[17] == [28.07]
    assert found[25] == [16.26]
    assert found[29] == [43.6]


def test_the_coincidence_lattices_of_the_hexagonal_lattice() -> None:
    found = twists(HEXAGONAL, HEXAGONAL.area * 20)
    assert set(found) == {1, 7, 13, 19}
    assert (found[7], found[13], found[19]) == ([21.79], [27.8], [13.17])


def test_a_crystal_of_lower_symmetry_has_more_twists() -> None:
    # Graphite's layers have a threefold axis only: turned by 60 degrees it is another stacking.
    graphite = orient(load_crystal("graphite").structure, (0, 0, 1))
    assert twists(graphite, graphite.area * 1.1) == {1: [0.0, 60.0]}


def test_a_mirror_image_is_no_match() -> None:
    # The plane lattice is oblique; a crystal seen from below is its mirror image.
    oblique = Structure(Lattice.from_parameters(3.0, 3.7, 6.1, 90, 90, 101), ["Li"], np.zeros((1, 3)))
    up, down = orient(oblique, (0, 0, 1)), orient(oblique, (0, 0, -1))
    limits = MatchLimits(max_area=up.area * 1.1, max_strain=0.01)
    assert len(find_candidates(up, up, limits)) == 1
    with pytest.raises(InputError, match="no common cell"):
        find_candidates(up, down, limits)


@pytest.mark.parametrize("angle", [36.87, 53.13, -36.87, 126.87])
def test_a_twist_can_be_asked_for(angle: float) -> None:
    limits = MatchLimits(max_area=50.0, max_strain=0.01)
    (found,) = find_candidates(SQUARE, SQUARE, limits, twist=angle)
    assert found.lower_cells == 5
    assert found.twist == pytest.approx(angle, abs=0.01)


@pytest.mark.parametrize("share", [0.0, 0.25, 0.5, 1.0])
def test_strain_is_that_of_the_cells_and_shared_as_asked(share: float) -> None:
    lithium, oxide = (orient(load_crystal(name).structure, (0, 0, 1)) for name in ("Li", "Li2O"))
    candidates = find_candidates(oxide, lithium, MatchLimits(max_area=120.0), lower_share=share)
    areas = [one.area for one in candidates]
    assert areas == sorted(areas)
    for one in candidates:
        own = [np.array(cells) @ side.in_plane for cells, side in ((one.lower, oxide), (one.upper, lithium))]
        cell = common_cell(own[0], own[1], share)
        assert one.area == pytest.approx(np.linalg.det(cell), rel=EXACT)
        for cells, strain in zip(own, (one.lower_strain, one.upper_strain), strict=True):
            assert strain == pytest.approx(small_strain(cells, cell), abs=EXACT)
            assert np.abs(np.linalg.eigvalsh(strain)).max() <= 0.05 + 1e-6
        if share == 0:
            assert np.abs(one.lower_strain).max() < EXACT
        if share == 1:
            assert np.abs(one.upper_strain).max() < EXACT


def brute_force(lower: OrientedCrystal, upper: OrientedCrystal, limits: MatchLimits) -> set[tuple[int, int]]:
    """Numbers of cells of every pair of right-handed supercells of small entries within the limits."""
    matrices = [np.array(entries).reshape(2, 2) for entries in product(range(-2, 3), repeat=4)]
    cells = []
    for side in (lower, upper):
        found = []
        for matrix in matrices:
            size = round(float(np.linalg.det(matrix)))
            a, b = vectors = matrix @ side.in_plane
            reduced = a @ a <= b @ b + 1e-6 and -1e-6 <= -(a @ b) <= (a @ a) / 2 + 1e-6
            if 0 < size * side.area <= limits.max_area and (reduced or side is upper):
                found.append((size, vectors))
        cells.append(found)
    met = set()
    for (n, own), (m, other) in product(*cells):
        angles = [np.degrees(np.arctan2(np.linalg.det(one), one[0] @ one[1])) for one in (own, other)]
        ratios = np.linalg.norm(other, axis=1) / np.linalg.norm(own, axis=1)
        if abs(angles[1] - angles[0]) > limits.max_angle_mismatch:
            continue
        if np.abs(ratios - 1).max() > limits.max_length_mismatch:
            continue
        if np.abs(np.linalg.eigvalsh(small_strain(other, own))).max() <= limits.max_strain:
            met.add((n, m))
    return met


def test_nothing_is_missed_that_brute_force_finds() -> None:
    lithium, oxide = (orient(load_crystal(name).structure, (0, 0, 1)) for name in ("Li", "Li2O"))
    limits = MatchLimits(max_area=54.0, max_strain=0.08, max_length_mismatch=0.09)
    found = {(one.lower_cells, one.upper_cells) for one in find_candidates(lithium, oxide, limits)}
    smallest = {pair for pair in brute_force(lithium, oxide, limits) if np.gcd(*pair) == 1}
    assert smallest
    assert smallest <= found


@pytest.mark.parametrize(
    ("changed", "key"),
    [
        ({"max_area": 5.0}, "max_area"),
        ({"max_area": 14.0, "max_strain": 0.001}, "max_strain"),
    ],
)
def test_an_empty_list_says_what_to_relax(changed: dict[str, float], key: str) -> None:
    other = surface("Pm-3m", Lattice.cubic(3.1))
    with pytest.raises(InputError, match=r"Remedy: raise") as caught:
        find_candidates(SQUARE, other, MatchLimits(**changed))
    assert caught.value.key == key


def test_the_remedy_for_an_empty_list_works() -> None:
    other = surface("Pm-3m", Lattice.cubic(3.1))
    with pytest.raises(InputError, match=r"raise max_strain to 0\.033"):
        find_candidates(SQUARE, other, MatchLimits(max_area=14.0, max_strain=0.001))
    assert find_candidates(SQUARE, other, MatchLimits(max_area=14.0, max_strain=0.033))


@pytest.mark.parametrize(
    "limits",
    [
        {"max_area": 0.0},
        {"max_area": float("nan")},
        {"max_strain": 2 * MAX_STRAIN},
        {"max_angle_mismatch": -1.0},
    ],
)
def test_impossible_limits_are_refused(limits: dict[str, float]) -> None:
    with pytest.raises(InputError, match="more than 0 and at most"):
        MatchLimits(**limits)


@pytest.mark.parametrize("name", ["Li", "Li2O", "Li2CO3", "Na2CO3", "graphite", "NaF", "Li2O2"])
@pytest.mark.parametrize("miller", [(0, 0, 1), (1, 0, 0), (1, 1, 0), (1, 1, 1), (1, 0, 2), (2, -1, 1)])
def test_terminations_are_merged_exactly_where_half_crystals_are_congruent(
    name: str, miller: tuple[int, int, int]
) -> None:
    """Compare the stacks above two planes as point sets, without symmetry operations of the crystal."""
    stack = orient(load_crystal(name).structure, miller)
    count = max(stack.n_planes, 2) + 2
    prints = [fingerprint(stack, plane, count) for plane in range(stack.n_planes)]
    for first in range(stack.n_planes):
        for second in range(first):
            same = prints[first] == prints[second]
            assert same == (stack.classes[first] == stack.classes[second]), (first, second)


def steps(lengths: NDArray[np.float64]) -> NDArray[np.int64]:
    """Lengths (angstrom) in steps of 0.02, moved off the rounding edges where special positions lie."""
    return np.floor(lengths * 50 + 0.2718).astype(int)


def fingerprint(stack: OrientedCrystal, plane: int, count: int) -> tuple[tuple[int, ...], ...]:
    """Surroundings of the atoms of a half crystal by depth: kinds, heights and sideways distances.

    They do not change when the half crystal is turned about its normal, mirrored or moved sideways.
    """
    slab = take_planes(stack, plane, count).atoms
    heights = steps(slab.positions[:, 2] - slab.positions[:, 2].min())
    rows = []
    for atom, (number, height) in enumerate(zip(slab.numbers, heights, strict=True)):
        vectors = slab.get_distances(atom, range(len(slab)), mic=True, vector=True)
        sideways = steps(np.linalg.norm(vectors[:, :2], axis=1))
        around = sorted(zip(slab.numbers.tolist(), heights.tolist(), sideways.tolist(), strict=True))
        rows.append((int(number), int(height), *(value for entry in around for value in entry)))
    return tuple(sorted(rows))
