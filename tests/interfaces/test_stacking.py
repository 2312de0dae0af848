"""Interfaces: AB is what was asked for, and A and B are its halves."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import spglib
from ase.data import covalent_radii
from ase.geometry import get_distances
from hypothesis import given, settings
from hypothesis import strategies as st
from pymatgen.core import Lattice, Structure

from wadflow.errors import InputError
from wadflow.interfaces.crystals import load_crystal
from wadflow.interfaces.definition import InterfaceDefinition, load_definition
from wadflow.interfaces.orientation import orient
from wadflow.interfaces.placement import place
from wadflow.interfaces.slabs import cut_slab, take_planes
from wadflow.interfaces.stacking import Interface, build_interface

if TYPE_CHECKING:
    from ase import Atoms

BCC_LI = Structure(Lattice.cubic(3.44), ["Li", "Li"], np.array([[0, 0, 0], [0.5, 0.5, 0.5]]))
VACUUM = 12.0
# Rounding of double precision after a few changes of cell.
EXACT = 1e-6


@cache
def structure(name: str) -> Structure:
    return load_crystal(name).structure


def definition(
    lower: dict[str, Any], upper: dict[str, Any], registry: object = "bulk", **contact: object
) -> InterfaceDefinition:
    return InterfaceDefinition.model_validate(
        {
            "name": "test",
            "title": "test",
            "lower": lower,
            "upper": upper,
            "contact": {"registry": registry, **contact},
        }
    )


@cache  # definitions are frozen, and nothing here changes what is built
def build(asked: InterfaceDefinition, vacuum: float = VACUUM) -> Interface:
    names = {asked.lower.crystal, asked.upper.crystal}
    return build_interface(asked, {name: structure(name) for name in names}, vacuum=vacuum)


def li_on_li2o(**contact: Any) -> InterfaceDefinition:
    lower = {"crystal": "Li2O", "miller": [0, 0, 1], "planes": 4, "contact_termination": "O"}
    upper = {"crystal": "Li", "miller": [0, 0, 1], "planes": 5}
    return definition(lower, upper, **{"registry": [0.5, 0.5], **contact})


HOMO = [
    ("Li", (1, 1, 0), 3, 4, None),
    ("Li2O", (0, 0, 1), 4, 2, "O"),
    ("Li2O", (1, 1, 1), 3, 6, None),
    ("LiF", (1, 1, 0), 2, 3, None),
    ("Li2CO3", (0, 0, 1), 5, 5, None),
]


def same_slab(one: Atoms, other: Atoms) -> bool:
    """Whether two slabs of one cell are the same at the same place, whatever the order of the atoms."""
    _, distances = get_distances(one.positions, other.positions, cell=one.cell, pbc=(True, True, False))
    nearest = distances.argmin(axis=1)
    return bool(
        len(one) == len(other)
        and sorted(nearest) == list(range(len(other)))
        and distances.min(axis=1).max() < EXACT
        and (one.numbers == other.numbers[nearest]).all()
    )


@pytest.mark.parametrize(("name", "miller", "lower", "upper", "termination"), HOMO)
def test_bulk_registry_is_the_thicker_slab_of_the_bulk(
    name: str, miller: tuple[int, int, int], lower: int, upper: int, termination: str | None
) -> None:
    side = {"crystal": name, "miller": miller}
    below = {**side, "planes": lower, "contact_termination": termination}
    built = build(definition(below, {**side, "planes": upper}))
    stack = orient(structure(name), miller)
    whole = take_planes(stack, built.lower.slab.first_plane, lower + upper)
    atoms = whole.atoms.copy()
    atoms.cell[2, 2] = built.ab.cell[2, 2]
    assert same_slab(place(atoms)[0], built.ab)
    lower_top = built.ab.positions[built.ab.arrays["side"] == 0][:, 2].max()
    upper_bottom = built.ab.positions[built.ab.arrays["side"] == 1][:, 2].min()
    assert built.gap == pytest.approx(upper_bottom - lower_top, abs=EXACT)
    assert built.ab.arrays["plane"].max() == lower + upper - 1


def test_li110_halves_are_one_calculation() -> None:
    built = build_interface(load_definition("li110-li110"), {"Li": BCC_LI}, vacuum=VACUUM)
    assert built.area == pytest.approx(3.44**2 / np.sqrt(2), rel=1e-9)
    assert built.gap == pytest.approx(3.44 / np.sqrt(2), rel=1e-9)
    assert (len(built.a), len(built.b), len(built.ab)) == (4, 4, 8)
    assert np.abs(built.a.positions - built.b.positions).max() < EXACT
    assert built.n_interfaces == 1
    assert built.lower.strain_measure < 1e-12
    assert built.lower.tasker_class is None


@pytest.mark.parametrize("planes", [3, 4, 5, 6])
def test_equal_halves_have_equal_coordinates_for_odd_and_even_planes(planes: int) -> None:
    side = {"crystal": "Li2O", "miller": [1, 1, 0], "planes": planes}
    built = build(definition(side, side))
    assert np.abs(built.a.positions - built.b.positions).max() < EXACT
    assert (built.a.numbers == built.b.numbers).all()


@cache
def doubled_trilayer() -> Atoms:
    slab: Atoms = cut_slab(structure("Li2O"), (1, 1, 1), planes=3, contact="top").atoms * (2, 1, 1)
    slab.cell[2, 2] += 10.0
    return slab


@settings(max_examples=25, deadline=None, derandomize=True)
@given(shift=st.tuples(st.floats(-2, 2), st.floats(-2, 2)), seed=st.integers(0, 99), up=st.floats(-1, 1))
def test_placement_forgets_where_a_slab_was_cut(shift: tuple[float, float], seed: int, up: float) -> None:
    slab = doubled_trilayer()
    moved = slab[np.random.default_rng(seed).permutation(len(slab))]
    moved.positions += [*(np.array(shift) @ slab.cell.array[:2, :2]), up]
    reference, order = place(slab)
    placed, _ = place(moved)
    assert np.abs(placed.positions - reference.positions).max() < EXACT
    assert (placed.numbers == reference.numbers).all()
    assert (reference.numbers == slab.numbers[order]).all()


@pytest.mark.parametrize(
    ("name", "miller", "planes", "expected"),
    [
        # Order of the point group at the best place of the slab: even counts of bcc(110) planes have
        # their inversion centres between atoms, odd ones mmm on an atom.
        ("Li", (1, 1, 0), 3, 8),
        ("Li", (0, 0, 1), 3, 16),
        ("LiF", (0, 0, 1), 3, 16),
        ("Li2O", (1, 1, 1), 3, 12),
    ],
)
def test_the_origin_has_the_highest_symmetry(
    name: str, miller: tuple[int, int, int], planes: int, expected: int
) -> None:
    atoms = cut_slab(structure(name), miller, planes=planes, contact="top").atoms
    atoms.cell[2, 2] += 10.0
    atoms.positions += [0.123, 0.456, 0.789]
    placed, _ = place(atoms)
    cell = (placed.cell.array, placed.get_scaled_positions(wrap=False) - [0, 0, 0.5], placed.numbers)
    found = spglib.get_symmetry(cell, symprec=1e-5)
    assert found is not None
    translations = found["translations"]
    without = np.abs(translations - np.round(translations)).max(axis=1) < 1e-6
    assert without.sum() == expected


def test_the_noise_of_a_relaxation_does_not_matter() -> None:
    """A relaxed cell is symmetric within its noise only; the slabs must be so to machine precision."""
    crystal = structure("Li2O")
    noise = np.random.default_rng(1).uniform(-5e-5, 5e-5, (len(crystal), 3))
    relaxed = Structure(
        crystal.lattice.matrix * (np.diag([1e-5, -2e-5, 1e-5]) + 1),
        crystal.species,
        crystal.frac_coords + noise,
    )
    side = {"crystal": "Li2O", "miller": [1, 1, 0], "planes": 4}
    built = build_interface(definition(side, side), {"Li2O": relaxed}, vacuum=VACUUM)
    assert np.abs(built.a.positions - built.b.positions).max() < EXACT
    counts = []
    for tolerance in (1e-7, 1e-3):
        cell = (built.ab.cell.array, built.ab.get_scaled_positions(), built.ab.numbers)
        found = spglib.get_symmetry(cell, symprec=tolerance)
        assert found is not None
        counts.append(len(found["rotations"]))
    assert counts[0] == counts[1] == 8


@pytest.mark.parametrize(
    "asked",
    [
        li_on_li2o(),
        li_on_li2o(registry=[0.25, 0.0], gap=2.2, strained_side="lower"),
        li_on_li2o(strained_side="both"),
        definition(
            {"crystal": "Li2O", "miller": [0, 0, 1], "planes": 2, "supercell": [[2, 0], [0, 1]]},
            {"crystal": "Li", "miller": [0, 0, 1], "planes": 3, "supercell": [[2, 0], [0, 1]]},
            [0.1, 0.2],
        ),
    ],
)
def test_halves_are_rigid_parts_of_ab(asked: InterfaceDefinition) -> None:
    built = build(asked)
    for number, half in enumerate((built.a, built.b)):
        index = half.arrays["ab_index"]
        assert (built.ab.arrays["side"][index] == number).all()
        assert (half.arrays["side"] == number).all()
        assert (half.arrays["plane"] == built.ab.arrays["plane"][index]).all()
        assert (half.numbers == built.ab.numbers[index]).all()
        together = built.ab[index].get_all_distances(mic=True)
        assert half.get_all_distances(mic=True) == pytest.approx(together, abs=EXACT)
        assert (half.cell.array == built.ab.cell.array).all()
        assert half.pbc.tolist() == built.ab.pbc.tolist() == [True, True, False]
    indices = np.concatenate([built.a.arrays["ab_index"], built.b.arrays["ab_index"]])
    assert sorted(indices) == list(range(len(built.ab)))


@pytest.mark.parametrize("vacuum", [5.0, 12.0, 15.5])
def test_vacuum_and_centre(vacuum: float) -> None:
    built = build(li_on_li2o(), vacuum)
    height = built.ab.cell.array[2, 2]
    for atoms in (built.ab, built.a, built.b):
        z = atoms.positions[:, 2]
        assert (z.min() + z.max()) / 2 == pytest.approx(height / 2, abs=1e-9)
        assert (np.diff(z) > -1e-3).all()  # sorted from the bottom up
    assert height - np.ptp(built.ab.positions[:, 2]) == pytest.approx(vacuum, abs=1e-9)


def across(built: Interface) -> tuple[np.ndarray, np.ndarray]:
    """Distances across the contact and the sums of covalent radii, angstrom."""
    a, b = (built.ab[built.ab.arrays["side"] == side] for side in (0, 1))
    _, distances = get_distances(a.positions, b.positions, cell=built.ab.cell, pbc=(True, True, False))
    return distances, covalent_radii[a.numbers][:, None] + covalent_radii[b.numbers][None]


@pytest.mark.parametrize("registry", [[0.0, 0.0], [0.5, 0.5], [0.5, 0.0], [0.13, 0.37]])
def test_without_a_gap_the_closest_pair_touches(registry: list[float]) -> None:
    built = build(li_on_li2o(registry=registry))
    distances, radii = across(built)
    assert (distances - radii).min() == pytest.approx(0.0, abs=EXACT)
    assert built.registry == pytest.approx(registry, abs=EXACT)


def test_registry_zero_puts_the_contact_atoms_above_each_other() -> None:
    built = build(li_on_li2o(registry=[0.0, 0.0], gap=2.5))
    distances, _ = across(built)
    assert distances.min() == pytest.approx(2.5, abs=EXACT)
    assert built.gap == 2.5


def test_the_strain_does_not_depend_on_the_supercell() -> None:
    small = build(li_on_li2o())
    sides: list[dict[str, Any]] = [
        {"crystal": "Li2O", "miller": [0, 0, 1], "planes": 2, "supercell": [[2, 1], [-1, 2]]},
        {"crystal": "Li", "miller": [0, 0, 1], "planes": 3, "supercell": [[2, 1], [-1, 2]]},
    ]
    large = build(definition(sides[0], sides[1], [0.0, 0.0]))
    # Both lattices are square: Li takes a(Li2O)/sqrt(2) instead of a(Li).
    expected = 4.619 / np.sqrt(2) / 3.5093 - 1
    for built in (small, large):
        assert np.linalg.eigvalsh(built.upper.strain) == pytest.approx([expected, expected], abs=1e-6)
        assert built.upper.strain_measure == pytest.approx(abs(expected), abs=1e-6)
        assert built.lower.strain_measure == pytest.approx(0.0, abs=1e-12)
    assert large.area == pytest.approx(5 * small.area)


def test_the_strained_side_is_the_one_that_is_named() -> None:
    lower = build(li_on_li2o(strained_side="lower"))
    assert lower.upper.strain_measure == pytest.approx(0.0, abs=1e-12)
    assert lower.area == pytest.approx(3.5093**2, rel=1e-6)
    both = build(li_on_li2o(strained_side="both"))
    assert both.area == pytest.approx(((3.5093 + 4.619 / np.sqrt(2)) / 2) ** 2, rel=1e-6)
    assert both.lower.strain[0, 0] * both.upper.strain[0, 0] < 0


def test_terminations_of_both_faces_are_reported() -> None:
    built = build(li_on_li2o())
    assert (built.lower.contact_termination, built.lower.free_termination) == ("O", "Li2")
    assert built.lower.tasker_class == "III"
    assert built.upper.tasker_class is None
    assert built.ab.symbols[built.ab.arrays["plane"] == 3].get_chemical_formula() == "O"


def test_turning_the_contact_over_keeps_the_atoms() -> None:
    asked = li_on_li2o()
    lower = asked.lower.model_copy(update={"contact_termination": "Li2"})
    turned = build(asked.model_copy(update={"lower": lower}))
    assert turned.lower.contact_termination == "Li2"
    assert sorted(turned.a.numbers) == sorted(build(asked).a.numbers)


def test_relaxed_cells_must_be_complete() -> None:
    with pytest.raises(InputError, match=r"key 'upper.crystal': no structure of 'Li' is given.*Li2O"):
        build_interface(li_on_li2o(), {"Li2O": structure("Li2O")}, vacuum=VACUUM)
