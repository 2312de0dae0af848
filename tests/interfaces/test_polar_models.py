"""Polar models of whole interfaces: what is refused, and what the slabs become."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from ase.geometry import get_distances
from ase.spacegroup import crystal as make_crystal

from wadflow.errors import InputError
from wadflow.interfaces.crystals import find_charges, load_crystal
from wadflow.interfaces.definition import InterfaceDefinition
from wadflow.interfaces.faces import has_equal_faces
from wadflow.interfaces.orientation import orient
from wadflow.interfaces.polarity import plane_charges
from wadflow.interfaces.slabs import take_planes
from wadflow.interfaces.stacking import Interface, build_interface

if TYPE_CHECKING:
    from pathlib import Path

EXACT = 1e-6  # angstrom
POTENTIAL = {"element": "Li", "reference": "Li", "value": 0.0}
LI2O = {"crystal": "Li2O", "miller": [0, 0, 1], "planes": 4, "polar_model": "tasker2"}
NAF = {"crystal": "NaF", "miller": [1, 1, 1], "planes": 4, "polar_model": "tasker2"}
SYMMETRIC: dict[str, Any] = {
    "crystal": "Li2O",
    "miller": [0, 0, 1],
    "planes": 5,
    "contact_termination": "O",
    "polar_model": "symmetric",
    "chemical_potential": POTENTIAL,
}
LITHIUM = {"crystal": "Li", "miller": [0, 0, 1], "planes": 4}


def definition(lower: dict[str, Any], upper: dict[str, Any], registry: object) -> InterfaceDefinition:
    return InterfaceDefinition.model_validate(
        {"name": "test", "title": "test", "lower": lower, "upper": upper, "contact": {"registry": registry}}
    )


@cache
def build(asked: InterfaceDefinition) -> Interface:
    return build_interface(asked, vacuum=12.0)


def make(lower: dict[str, Any], upper: dict[str, Any], registry: object = (0.0, 0.0)) -> Interface:
    return build_interface(definition(lower, upper, registry), vacuum=12.0)


JOINED = [
    (LI2O, LI2O),
    ({**LI2O, "contact_termination": "O"}, LI2O),
    ({**LI2O, "planes": 2}, {**LI2O, "planes": 6, "contact_termination": "O"}),
    ({**LI2O, "supercell": [[2, 0], [0, 1]]}, {**LI2O, "supercell": [[2, 0], [0, 1]]}),
    (NAF, NAF),
    ({**NAF, "contact_termination": "F"}, NAF),
    ({**NAF, "supercell": [[2, 0], [0, 2]]}, {**NAF, "supercell": [[2, 0], [0, 2]]}),
]


@pytest.mark.parametrize(("lower", "upper"), JOINED)
def test_joined_halves_are_the_bulk_at_the_contact(lower: dict[str, Any], upper: dict[str, Any]) -> None:
    built = make(lower, upper, "bulk")
    ab, below, above = built.ab, built.lower.slab, built.upper.slab
    cells = round(built.area / load_area(lower))
    total = lower["planes"] + upper["planes"]
    # One plane is shared, and one is parted between the two far faces.
    assert above.first_plane == below.first_plane + below.n_planes - 1
    assert ab.arrays["plane"].max() == total
    bulk = take_planes(
        orient(load_crystal(lower["crystal"]).structure, tuple(lower["miller"])), below.first_plane, total + 1
    )
    planes = ab.arrays["plane"]
    heights = np.array([ab.positions[planes == n, 2].mean() for n in range(total + 1)])
    assert heights - heights[1] == pytest.approx(bulk.plane_z - bulk.plane_z[1], abs=EXACT)
    for n in range(1, total):  # the inner planes, the contact plane included, are whole
        assert sorted(ab.numbers[planes == n]) == sorted(
            bulk.atoms.numbers[bulk.atoms.arrays["plane"] == n].tolist() * cells
        )
    # Each atom has all its neighbours of the bulk, but for those at the far faces.
    reference = bulk.atoms.repeat((3, 3, 1)).get_all_distances(mic=True)
    shortest = reference[reference > EXACT].min()
    assert np.min(built.ab.get_all_distances(mic=True) + 9 * np.eye(len(ab))) > shortest - EXACT
    shared = ab[planes == below.n_planes - 1]
    assert set(shared.arrays["side"].tolist()) == {0, 1}
    assert np.ptp(shared.positions[:, 2]) < EXACT
    assert built.gap == pytest.approx(0.0, abs=EXACT)


def load_area(side: dict[str, Any]) -> float:
    return orient(load_crystal(side["crystal"]).structure, tuple(side["miller"])).area


@pytest.mark.parametrize(("lower", "upper"), JOINED)
@pytest.mark.parametrize("registry", ["bulk", (0.25, 0.5)])
def test_both_slabs_are_neutral_without_dipole_and_lose_no_atom(
    lower: dict[str, Any], upper: dict[str, Any], registry: object
) -> None:
    built = make(lower, upper, registry)
    for side, half in zip(built.sides, (built.a, built.b), strict=True):
        charges = find_charges(side.crystal, load_crystal(side.crystal).structure).values
        assert charges is not None
        per_plane = plane_charges(side.slab, charges)
        assert per_plane.sum() == pytest.approx(0.0)
        assert per_plane @ side.slab.plane_z == pytest.approx(0.0, abs=EXACT)
        per_atom = np.array([charges[symbol] for symbol in half.symbols])
        assert per_atom @ half.positions[:, 2] == pytest.approx(0.0, abs=1e-5)
        assert (side.tasker_class, side.tasker_class_as_run) == ("III", "II")
        assert side.slab.stoichiometric
        assert len(half) == len(side.slab.atoms)
        assert side.slab.supercell == side.supercell
        assert side.strain_measure < 1e-12
    assert sorted(built.ab.numbers) == sorted([*built.a.numbers, *built.b.numbers])
    for number, half in enumerate((built.a, built.b)):
        index = half.arrays["ab_index"]
        assert (built.ab.arrays["side"][index] == number).all()
        assert (half.arrays["plane"] == built.ab.arrays["plane"][index]).all()
        together = built.ab[index].get_all_distances(mic=True)
        assert half.get_all_distances(mic=True) == pytest.approx(together, abs=EXACT)


def test_li2o001_is_li_o_li2_o_li() -> None:
    built = build(definition(LI2O, LI2O, "bulk"))
    for side in built.sides:
        assert side.slab.formulas == ("Li", "O", "Li2", "O", "Li")
        assert (side.contact_termination, side.free_termination) == ("Li", "Li")
        assert side.slab.reconstruction == (
            "1/2 of the top plane Li2 of 4 bulk planes moved to the bottom (Li | O | Li2 | O | Li)"
        )
    # Both faces alike: no dipole layer is needed.
    assert all(has_equal_faces(atoms) for atoms in (built.ab, built.a, built.b))


def test_the_plane_at_the_contact_gives_the_ions() -> None:
    lithium = build(definition({**LI2O, "contact_termination": "Li"}, LITHIUM, (0.0, 0.0)))
    oxygen = build(definition({**LI2O, "contact_termination": "O"}, LITHIUM, (0.0, 0.0)))
    assert lithium.lower.contact_termination == "Li"
    assert oxygen.lower.contact_termination == "1/2 O"
    # Half of one oxygen needs two cells, of both sides alike.
    assert oxygen.area == pytest.approx(2 * lithium.area)
    assert oxygen.upper.supercell == oxygen.lower.supercell != ((1, 0), (0, 1))
    assert oxygen.upper.strain_measure == pytest.approx(lithium.upper.strain_measure)
    assert len(oxygen.b) == 2 * len(lithium.b)


def test_the_supercell_of_the_definition_is_kept_where_it_is_large_enough() -> None:
    wide = ((2, 0), (0, 1))
    side = {**NAF, "supercell": [[2, 0], [0, 1]]}
    assert make(side, side, "bulk").lower.supercell == wide
    uneven = {**NAF, "supercell": [[3, 0], [0, 1]]}
    assert round(np.linalg.det(np.array(make(uneven, uneven, "bulk").lower.supercell))) == 6


def test_a_numeric_registry_stacks_as_usual() -> None:
    built = make(LI2O, LI2O, (0.0, 0.0))
    a, b = (built.ab[built.ab.arrays["side"] == side] for side in (0, 1))
    assert built.gap == pytest.approx(b.positions[:, 2].min() - a.positions[:, 2].max(), abs=EXACT)
    assert built.gap == pytest.approx(2 * 1.28, abs=EXACT)  # lithium on lithium, covalent radii of ASE
    assert built.ab.arrays["plane"].max() == 9
    _, distances = get_distances(a.positions, b.positions, cell=built.ab.cell, pbc=(True, True, False))
    assert distances.min() == pytest.approx(built.gap, abs=EXACT)


def test_a_symmetric_slab_has_equal_faces_and_is_not_stoichiometric() -> None:
    built = make(SYMMETRIC, LITHIUM)
    assert built.lower.slab.formulas == ("O", "Li2", "O", "Li2", "O")
    assert has_equal_faces(built.a)
    assert not built.lower.slab.stoichiometric
    assert built.lower.tasker_class_as_run is None
    assert (built.lower.contact_termination, built.lower.free_termination) == ("O", "O")


def test_symmetric_slabs_join_to_the_bulk() -> None:
    built = make(SYMMETRIC, {**SYMMETRIC, "contact_termination": "Li"}, "bulk")
    assert built.ab.get_chemical_formula() == "Li10O5"
    assert len(built.ab) == len(built.a) + len(built.b)


WRONG: dict[str, tuple[dict[str, Any], dict[str, Any], object, str, str]] = {
    "tasker2 of a neutral plane": (
        {**LI2O, "miller": [1, 1, 0]},
        LITHIUM,
        "[0, 0]",
        r"lower.polar_model': .*this cut has none \(Tasker I\)",
        'polar_model = "ideal"',
    ),
    "tasker2 of a trilayer": (
        {**LI2O, "miller": [1, 1, 1], "planes": 3},
        LITHIUM,
        "[0, 0]",
        r"lower.polar_model': .*none \(Tasker II\)",
        'polar_model = "ideal"',
    ),
    "tasker2 of a charged cut": (
        {**LI2O, "planes": 3},
        LITHIUM,
        "[0, 0]",
        "lower.planes': 3 planes .* not neutral",
        "whole formula units",
    ),
    "tasker2 of a metal": (
        {**LITHIUM, "polar_model": "tasker2"},
        LITHIUM,
        "[0, 0]",
        "lower.polar_model': .*needs formal charges, and Li has none",
        'polar_model = "ideal"',
    ),
    "one side of a bulk contact": (
        LI2O,
        {**LI2O, "polar_model": "ideal"},
        "bulk",
        "contact.registry': .*only one side has polar_model 'tasker2'",
        "both sides",
    ),
    "other side has too many ions": (
        {**LI2O, "supercell": [[4, 0], [0, 4]]},
        {**LITHIUM, "supercell": [[4, 0], [0, 4]]},
        "[0, 0]",
        r"lower.supercell': .*\(32 ions\) can be parted in",
        "a smaller supercell",
    ),
    "symmetric with two faces": (
        {**SYMMETRIC, "planes": 4},
        LITHIUM,
        "[0, 0]",
        r"lower.planes': 4 planes \(Li2 O Li2 O\) do not end with the same face",
        "planes = 3 or 5",
    ),
    "symmetric already": (
        {**SYMMETRIC, "miller": [1, 1, 0], "contact_termination": "Li2O"},
        LITHIUM,
        "[0, 0]",
        "lower.polar_model': the 5 planes are stoichiometric and have equal faces",
        'polar_model = "ideal"',
    ),
    "potential of a foreign element": (
        {**SYMMETRIC, "chemical_potential": {**POTENTIAL, "element": "Na", "reference": "Na"}},
        LITHIUM,
        "[0, 0]",
        "lower.chemical_potential.element': the slab holds no 'Na', only Li, O",
        "one of Li, O",
    ),
    "reference of two elements": (
        {**SYMMETRIC, "chemical_potential": {**POTENTIAL, "reference": "Li2O"}},
        LITHIUM,
        "[0, 0]",
        "lower.chemical_potential.reference': .*consists of Li, O, not of Li alone",
        "a crystal of Li",
    ),
    "missing reference": (
        {**SYMMETRIC, "chemical_potential": {**POTENTIAL, "reference": "nowhere.cif"}},
        LITHIUM,
        "[0, 0]",
        "lower.chemical_potential.reference': 'nowhere.cif' is neither",
        "shipped are",
    ),
}


@pytest.mark.parametrize("case", list(WRONG))
def test_models_that_do_not_fit_are_refused(case: str) -> None:
    lower, upper, registry, problem, remedy = WRONG[case]
    shift = registry if registry == "bulk" else (0.0, 0.0)
    with pytest.raises(InputError, match=f"(?s)'test', key '{problem}.*Remedy: .*{remedy}"):
        make(lower, upper, shift)


def write_own(folder: Path, name: str, symbols: list[str], spacegroup: int, **cell: Any) -> str:
    atoms = make_crystal(symbols, spacegroup=spacegroup, **cell)
    atoms.write(folder / name)
    return str(folder / name)


ROCK_SALT = {"basis": [(0, 0, 0), (0.5, 0.5, 0.5)], "cellpar": [4.21, 4.21, 4.21, 90, 90, 90]}
WURTZITE = {"basis": [(1 / 3, 2 / 3, 0), (1 / 3, 2 / 3, 0.3819)], "cellpar": [3.25, 3.25, 5.207, 90, 90, 120]}
ZINC_BLENDE = {"basis": [(0, 0, 0), (0.25, 0.25, 0.25)], "cellpar": [5.65, 5.65, 5.65, 90, 90, 90]}


def test_an_own_ionic_crystal_has_a_class_and_every_model(tmp_path: Path) -> None:
    own = write_own(tmp_path, "mgo.cif", ["Mg", "O"], 225, **ROCK_SALT)
    side = {"crystal": own, "miller": [1, 1, 1], "planes": 4}
    ideal = make(side, side, "bulk")
    assert (ideal.lower.tasker_class, ideal.lower.charge_doubt) == ("III", None)
    flat = {**side, "miller": [0, 0, 1]}
    assert make(flat, flat, "bulk").lower.tasker_class == "I"
    moved = make({**side, "polar_model": "tasker2"}, {**side, "polar_model": "tasker2"}, "bulk")
    assert moved.lower.tasker_class_as_run == "II"
    magnesium = write_own(tmp_path, "mg.cif", ["Mg"], 229, basis=[(0, 0, 0)], cellpar=[3.6] * 3 + [90] * 3)
    symmetric = {
        **side,
        "planes": 5,
        "polar_model": "symmetric",
        "chemical_potential": {"element": "Mg", "reference": magnesium, "value": -1.0},
    }
    assert not make(symmetric, {**symmetric, "contact_termination": None}).lower.slab.stoichiometric


def test_no_number_of_planes_makes_a_polar_crystal_symmetric(tmp_path: Path) -> None:
    own = write_own(tmp_path, "zno.cif", ["Zn", "O"], 186, **WURTZITE)
    side = {
        "crystal": own,
        "miller": [0, 0, 1],
        "planes": 5,
        "polar_model": "symmetric",
        "chemical_potential": {"element": "Zn", "reference": "Li", "value": 0.0},
    }
    with pytest.raises(
        InputError, match=r"(?s)lower.planes': 5 planes .*Remedy: no number of planes has equal"
    ):
        make(side, side)


def test_an_unsure_guess_is_said_and_can_be_replaced(tmp_path: Path) -> None:
    own = write_own(tmp_path, "gaas.cif", ["Ga", "As"], 216, **ZINC_BLENDE)
    side = {"crystal": own, "miller": [1, 1, 1], "planes": 4}
    guessed = make(side, side, "bulk").lower
    assert guessed.tasker_class == "III"
    assert guessed.charge_doubt is not None
    assert guessed.charge_doubt.startswith("formal charges guessed (Ga +3, As -3): other choices balance")
    given = {**side, "formal_charges": {"Ga": 3, "As": -3}}
    assert make(given, given, "bulk").lower.charge_doubt is None


def test_charges_that_are_given_come_before_the_table() -> None:
    structure = load_crystal("Li2O").structure
    assert find_charges("Li2O", structure).values == {"Li": 1, "O": -2}
    with pytest.raises(InputError, match=r"add up to \+8 e per cell \(Li8 O4\)"):
        find_charges("Li2O", structure, {"Li": 2, "O": -2})
    with pytest.raises(InputError, match="all formal charges are 0"):
        find_charges("Li2O", structure, {"Li": 0, "O": 0})
    with pytest.raises(InputError, match="of Li are given, but the crystal has Li, O"):
        find_charges("Li2O", structure, {"Li": 1})
    assert find_charges("Li2O", structure, {"Li": -1, "O": 2}).values == {"Li": -1, "O": 2}


@pytest.mark.parametrize(
    ("symbols", "values", "doubt"),
    [
        (["Mg", "O"], {"Mg": 2, "O": -2}, None),
        (["Fe", "S"], {"Fe": 2, "S": -2}, None),
        (["Cu", "Au"], None, None),
        (["Cu", "Cu"], None, None),
        (["Li", "O"], {"Li": 1, "O": -1}, "these oxidation states are unusual"),
        (["He", "Ne"], None, "no formal charges balance"),
    ],
)
def test_guessed_charges(
    tmp_path: Path, symbols: list[str], values: dict[str, float] | None, doubt: str | None
) -> None:
    cell = {**ROCK_SALT, "cellpar": [7.0, 7.0, 7.0, 90, 90, 90]}
    structure = load_crystal(write_own(tmp_path, "own.cif", symbols, 225, **cell)).structure
    found = find_charges("own.cif", structure)
    assert found.values == values
    assert (found.doubt is None) == (doubt is None)
    assert doubt is None or doubt in str(found.doubt)


def test_mixed_valence_has_mean_charges() -> None:
    magnetite = load_crystal("Li2O").structure.copy()
    magnetite.remove_sites(range(len(magnetite)))
    for n, symbol in enumerate(["Fe"] * 3 + ["O"] * 4):
        magnetite.append(symbol, [n / 7, n / 7, n / 7])
    found = find_charges("fe3o4.cif", magnetite)
    assert found.values == pytest.approx({"Fe": 8 / 3, "O": -2.0})
    assert "several valences" in str(found.doubt)
