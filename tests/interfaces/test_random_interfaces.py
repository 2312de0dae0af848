"""Random interfaces of many crystals: built as asked, or refused with an explanation.

Each seed draws two crystals, planes, terminations, sizes and sharing of the misfit, finds a common cell by
coincidence matching and builds it. What must hold is worked out here from the crystals alone.
"""

from __future__ import annotations

from collections import Counter
from functools import cache
from itertools import pairwise, product
from math import gcd
from random import Random
from typing import Any

import numpy as np
import pytest
from pymatgen.core import Lattice, Structure

from wadflow.errors import InputError
from wadflow.interfaces.coincidence import Candidate, MatchLimits, find_candidates
from wadflow.interfaces.crystals import list_crystals, load_crystal
from wadflow.interfaces.definition import InterfaceDefinition
from wadflow.interfaces.orientation import OrientedCrystal, orient
from wadflow.interfaces.overlap import closest_overlap
from wadflow.interfaces.slabs import terminations
from wadflow.interfaces.stacking import Interface, InterfaceSide, build_interface

N_SEEDS = 210
# A seed that finds no common cell draws other surfaces; this many times.
DRAWS = 4
# Of the seeds; the others are cuts that are not neutral, or planes without a common cell.
SMALLEST_BUILT = 130
PLANES_OF_A_CRYSTAL = 6
VACUUM = 10.0
LIMITS = MatchLimits(max_area=100.0, max_strain=0.08, max_length_mismatch=0.09, max_angle_mismatch=6.0)
MILLER = [(h, k, m) for h, k, m in product(range(-3, 4), repeat=3) if gcd(h, k, m) == 1]


@cache
def structures() -> dict[str, Structure]:
    """The shipped crystals and some that are not, of six crystal systems."""

    def made(group: str, lattice: Lattice, species: list[str], places: list[list[float]]) -> Structure:
        return Structure.from_spacegroup(group, lattice, species, places)

    origin, half, quarter = [0.0, 0.0, 0.0], [0.5, 0.5, 0.5], [0.25, 0.25, 0.25]
    own = {
        "MgO": made("Fm-3m", Lattice.cubic(4.211), ["Mg", "O"], [origin, half]),
        "Cu": made("Fm-3m", Lattice.cubic(3.615), ["Cu"], [origin]),
        "Si": made("Fd-3m", Lattice.cubic(5.431), ["Si"], [origin]),
        "ZnS": made("F-43m", Lattice.cubic(5.41), ["Zn", "S"], [origin, quarter]),
        "CsCl": made("Pm-3m", Lattice.cubic(4.12), ["Cs", "Cl"], [origin, half]),
        "TiO2": made(
            "P4_2/mnm", Lattice.tetragonal(4.594, 2.959), ["Ti", "O"], [origin, [0.3053, 0.3053, 0]]
        ),
        "Mg": made("P6_3/mmc", Lattice.hexagonal(3.209, 5.211), ["Mg"], [[1 / 3, 2 / 3, 0.25]]),
        "Al2O3": made(
            "R-3c", Lattice.hexagonal(4.759, 12.991), ["Al", "O"], [[0, 0, 0.3522], [0.3064, 0, 0.25]]
        ),
        "Ga": made("Cmce", Lattice.orthorhombic(4.519, 7.658, 4.526), ["Ga"], [[0, 0.1539, 0.081]]),
        "quartz": made(
            "P3_221", Lattice.hexagonal(4.913, 5.405), ["Si", "O"], [[0.4697, 0, 0], [0.4135, 0.2669, 0.1191]]
        ),
    }
    return own | {name: load_crystal(name).structure for name in list_crystals()}


@cache
def planes_of(name: str) -> list[tuple[int, int, int]]:
    """A few planes of a crystal, half of them of low index, drawn once: turning a crystal takes time."""
    random = Random(name)  # noqa: S311
    low = [hkl for hkl in MILLER if max(map(abs, hkl)) == 1]
    half = PLANES_OF_A_CRYSTAL // 2
    return random.sample(low, half) + random.sample(MILLER, half)


@cache
def oriented(name: str, miller: tuple[int, int, int]) -> OrientedCrystal:
    return orient(structures()[name], miller)


Built = tuple[Interface, Candidate]


def draw(random: Random, role: str) -> tuple[dict[str, Any], OrientedCrystal]:
    """Draw a surface, its termination and its size."""
    name = random.choice(sorted(structures()))
    miller = random.choice(planes_of(name))
    stack = oriented(name, miller)
    label = random.choice(list(terminations(stack, "top" if role == "lower" else "bottom")))
    thick = random.random() < 0.9
    size = {"thickness": random.uniform(2.0, 6.0)} if thick else {"planes": random.randint(1, 6)}
    return {"crystal": name, "miller": miller, "contact_termination": label, **size}, stack


def outcome(seed: int) -> tuple[Built | None, list[InputError]]:
    """Draw pairs until one matches, and build it; return the refusals too."""
    random = Random(seed)  # noqa: S311
    refusals: list[InputError] = []
    contact: dict[str, Any] = {
        "registry": [random.random(), random.random()],
        "strained_side": random.choice(["lower", "upper", "both"]),
    }
    if contact["strained_side"] == "both":
        contact["lower_strain_share"] = random.random()
    for _ in range(DRAWS):
        (lower, stack), (upper, other) = draw(random, "lower"), draw(random, "upper")
        data = {"name": "random", "title": "random", "lower": lower, "upper": upper, "contact": contact}
        try:
            share = InterfaceDefinition.model_validate(data).contact.lower_share
            candidates = find_candidates(stack, other, LIMITS, lower_share=share)
            chosen = random.choice(candidates[:3])
            lower["supercell"], upper["supercell"] = chosen.lower, chosen.upper
            definition = InterfaceDefinition.model_validate(data)
            return (build_interface(definition, structures(), vacuum=VACUUM), chosen), refusals
        except InputError as error:
            refusals.append(error)
    return None, refusals


@cache
def outcomes() -> list[tuple[Built | None, list[InputError]]]:
    return [outcome(seed) for seed in range(N_SEEDS)]


def in_plane(atoms: Any) -> np.ndarray:
    return np.asarray(atoms.cell.array[:2, :2])


def bulk_in_plane_lattice(name: str, miller: tuple[int, int, int]) -> float:
    """Area of the primitive surface cell, from the volume of the primitive cell and the plane spacing."""
    structure = structures()[name]
    primitive = structure.get_primitive_structure()
    # All primitive lattice vectors have whole phases h.r; their smallest positive one is the spacing.
    rows = primitive.lattice.matrix @ np.linalg.inv(structure.lattice.matrix)
    phases = rows @ np.array(miller, dtype=float)
    whole = np.round(phases * 12).astype(int)
    spacing = structure.lattice.d_hkl(miller) * gcd(*whole.tolist()) / 12
    return float(primitive.volume / spacing)


def check_side(interface: Interface, side: InterfaceSide, candidate: Candidate) -> None:
    number = ("lower", "upper").index(side.role)
    asked = getattr(interface.definition, side.role)
    members = interface.ab[interface.ab.arrays["side"] == number]
    supercell = np.array(asked.supercell)
    cells = round(float(np.linalg.det(supercell)))

    # Every atom of the planes, as often as there are cells, and none else.
    stack = oriented(side.crystal, side.miller)
    expected: Counter[int] = Counter()
    for plane in range(side.n_planes):
        index = stack.planes[(side.slab.first_plane + plane) % stack.n_planes]
        expected.update(np.repeat(stack.numbers[index], cells).tolist())
    assert Counter(members.numbers.tolist()) == expected
    if side.slab.stoichiometric:
        bulk_composition = structures()[side.crystal].composition.fractional_composition
        for symbol, count in members.symbols.formula.count().items():
            assert count / len(members) == pytest.approx(bulk_composition[symbol])

    # Labels: planes one above the other, counted from the bottom of AB, the one at the contact as asked for.
    planes = members.arrays["plane"] - (interface.lower.n_planes if number else 0)
    assert sorted(set(planes.tolist())) == list(range(side.n_planes))
    z = [members.positions[planes == plane, 2] for plane in range(side.n_planes)]
    assert all(below.max() < above.min() for below, above in pairwise(z))
    assert side.contact_termination == asked.contact_termination
    facing = members[planes == (0 if number else side.n_planes - 1)]
    formula = asked.contact_termination.split("#")[0]
    assert facing.symbols.formula.count() == {
        symbol: n * cells for symbol, n in type(facing.symbols.formula)(formula).count().items()
    }

    # Area and strain against the crystal's own lattice.
    own_area = cells * bulk_in_plane_lattice(side.crystal, side.miller)
    stretched = np.linalg.det(np.eye(2) + side.strain)
    assert interface.area == pytest.approx(own_area * stretched, rel=1e-5)
    own = supercell @ stack.in_plane
    gradient = np.linalg.solve(own, in_plane(interface.ab)).T
    green = (gradient.T @ gradient - np.eye(2)) / 2  # rotation drops out; the eigenvalues name the strain
    assert np.linalg.eigvalsh(green) == pytest.approx(
        np.linalg.eigvalsh(side.strain + side.strain @ side.strain / 2), abs=1e-9
    )
    assert abs(side.strain).max() <= LIMITS.max_strain + 1e-6
    promised = candidate.upper_strain if number else candidate.lower_strain
    assert side.strain == pytest.approx(promised, abs=1e-9)

    # The strained bulk keeps its density but for the strain.
    repeat = len(stack.numbers) * cells
    volume = interface.area * stack.repeat[2] / repeat
    bulk = structures()[side.crystal]
    assert volume == pytest.approx(bulk.volume / len(bulk) * stretched, rel=1e-5)

    # Bonds: nothing in the slab is closer than the bulk's shortest distance, shortened by the strain.
    distances = members.get_all_distances(mic=True) if len(members) < 150 else np.array([[np.inf]])
    np.fill_diagonal(distances, np.inf)
    shortest = min(bulk.get_neighbor_list(6.0)[3])
    assert distances.min() > shortest * (1 - 1.01 * abs(np.linalg.eigvalsh(side.strain)).max()) - 1e-6


def check(interface: Interface, candidate: Candidate) -> None:
    ab = interface.ab
    assert closest_overlap(ab) is None
    assert ab.pbc.tolist() == [True, True, False]
    assert interface.area == pytest.approx(np.linalg.norm(np.cross(*ab.cell.array[:2])), rel=1e-9)
    assert interface.area == pytest.approx(candidate.area, rel=1e-9)
    assert interface.area <= LIMITS.max_area * (1 + 1e-6)
    for side in interface.sides:
        check_side(interface, side, candidate)
    measure = sum(side.strain_measure for side in interface.sides)
    assert measure == pytest.approx(candidate.strain_measure, abs=1e-9)

    # A and B are the atoms of AB, each once, moved as a whole.
    indices = [half.arrays["ab_index"] for half in (interface.a, interface.b)]
    assert sorted(np.concatenate(indices).tolist()) == list(range(len(ab)))
    for half, index in zip((interface.a, interface.b), indices, strict=True):
        assert half.cell.array == pytest.approx(ab.cell.array)
        assert (half.numbers == ab.numbers[index]).all()
        shifts = half.positions - ab.positions[index]
        fractions = np.linalg.solve(ab.cell.array.T, (shifts - shifts[0]).T).T
        assert np.abs(fractions - np.round(fractions))[:, :2].max() < 1e-6
        assert np.ptp(shifts[:, 2]) < 1e-8

    # The gap and the registry are those that were asked for.
    lower, upper = (ab[ab.arrays["side"] == number] for number in (0, 1))
    assert upper.positions[:, 2].min() - lower.positions[:, 2].max() == pytest.approx(interface.gap, abs=1e-6)
    assert interface.gap >= 0
    assert np.ptp(ab.positions[:, 2]) + VACUUM == pytest.approx(ab.cell.array[2, 2], abs=1e-6)


@pytest.mark.parametrize("seed", range(N_SEEDS))
def test_a_random_interface_is_right_or_refused_with_a_reason(seed: int) -> None:
    built, refusals = outcomes()[seed]
    for refusal in refusals:
        assert refusal.problem
        assert refusal.remedy
        assert refusal.key
    if built is not None:
        check(*built)


def test_most_random_interfaces_are_built() -> None:
    built = [result for result, _ in outcomes() if result is not None]
    reasons = Counter(refusal.key for _, refusals in outcomes() for refusal in refusals)
    assert len(built) >= SMALLEST_BUILT, reasons
    pairs = {(side.crystal, side.miller) for interface, _ in built for side in interface.sides}
    assert len(pairs) > 60, "the sweep draws too few different surfaces"
