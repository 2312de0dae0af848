"""Cleavage energies and surface energies at a chemical potential, in exact numbers; and their sentences."""

from __future__ import annotations

import math
from typing import Any

import pytest

from wadflow.errors import InputError, SettingsMismatchError
from wadflow.results.adhesion import work_of_adhesion
from wadflow.results.polar import cleavage_energy, excess_atoms, surface_energy_at_potential
from wadflow.results.records import ChemicalPotentialRecord, SideRecord

EV_PER_A2 = 16.02176634  # J/m2, exact by the definition of the coulomb


def test_the_cleavage_energy_is_that_of_both_faces() -> None:
    # Two faces of 0.3 and 0.5 eV on 4 angstrom2.
    slab = 6 * -12.5 + 0.3 + 0.5
    expected = 0.8 / 4 * EV_PER_A2
    assert cleavage_energy(slab=slab, bulk=-12.5, units=6, area=4.0) == pytest.approx(expected, rel=1e-12)


def test_the_work_of_adhesion_of_a_rejoined_crystal_is_minus_its_cleavage_energy() -> None:
    bulk, area, faces = -12.5, 7.0, 0.9
    a, b = 4 * bulk + faces, 6 * bulk + faces
    ab = 10 * bulk + faces  # its far faces are those of A and B, one each
    found = work_of_adhesion(ab, a, b, area)
    assert found == pytest.approx(-cleavage_energy(slab=a, bulk=bulk, units=4, area=area), rel=1e-12)


@pytest.mark.parametrize("potential", [0.0, -1.5])
def test_the_surface_energy_falls_or_rises_with_the_potential(potential: float) -> None:
    # O Li2 O Li2 O: three formula units without two lithium.
    numbers = {"slab": -40.0, "bulk": -15.0, "units": 3, "excess": -2, "reference": -2.0, "area": 10.0}
    expected = (-40.0 + 45.0 + 2 * (-2.0 + potential)) / 20 * EV_PER_A2
    found = surface_energy_at_potential(**numbers, potential=potential)
    assert found == pytest.approx(expected, rel=1e-12)


def test_a_stoichiometric_slab_does_not_depend_on_the_potential() -> None:
    numbers: dict[str, float] = {"slab": -40.0, "bulk": -15.0, "units": 3, "area": 10.0}
    half = cleavage_energy(**numbers) / 2
    for potential in (0.0, -3.0):
        found = surface_energy_at_potential(**numbers, excess=0, reference=-2.0, potential=potential)
        assert found == pytest.approx(half, rel=1e-12)


def test_both_ways_to_count_the_excess_agree_where_both_elements_are_in_equilibrium() -> None:
    # mu(Li) and mu(O) of one bulk: 2 mu(Li) + mu(O) = E(Li2O).
    slab, unit, bulk, area = {"Li": 4, "O": 3}, {"Li": 2, "O": 1}, -15.0, 10.0
    lithium = -2.5
    oxygen = bulk - 2 * lithium
    found = []
    for element, potential in (("Li", lithium), ("O", oxygen)):
        units, excess = excess_atoms(slab, unit, element)
        found.append(
            surface_energy_at_potential(
                slab=-40.0,
                bulk=bulk,
                units=units,
                excess=excess,
                reference=potential,
                potential=0.0,
                area=area,
            )
        )
    assert found[0] == pytest.approx(found[1], rel=1e-12)


@pytest.mark.parametrize(
    ("slab", "element", "expected"),
    [
        ({"Li": 4, "O": 3}, "Li", (3.0, -2.0)),
        ({"Li": 4, "O": 3}, "O", (2.0, 1.0)),
        ({"Li": 8, "O": 4}, "Li", (4.0, 0.0)),
    ],
)
def test_excess_atoms(slab: dict[str, int], element: str, expected: tuple[float, float]) -> None:
    assert excess_atoms(slab, {"Li": 2, "O": 1}, element) == expected


@pytest.mark.parametrize(
    ("slab", "unit", "element", "problem"),
    [
        ({"Li": 4}, {"Li": 2, "O": 1}, "Li", "the slab has Li, the crystal Li, O"),
        ({"Li": 4, "O": 2}, {"Li": 2, "O": 1}, "Na", "potential is that of Na"),
        ({"Li": 4, "C": 2, "O": 5}, {"Li": 2, "C": 1, "O": 3}, "Li", "other than Li are not in the ratio"),
        ({"Li": 4}, {"Li": 2}, "Li", "the crystal Li"),
    ],
)
def test_one_potential_must_be_enough(
    slab: dict[str, int], unit: dict[str, int], element: str, problem: str
) -> None:
    with pytest.raises(InputError, match=problem):
        excess_atoms(slab, unit, element)


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"area": 0.0}, r"area is 0\.0; it must be positive"),
        ({"area": math.inf}, "area is inf; a finite number"),
        ({"slab": math.nan}, "slab is nan; a finite number"),
        ({"units": 0}, "units is 0; it must be positive"),
        ({"potential": 0.2}, r"0\.2 eV above its reference"),
        ({"reference": math.inf}, "reference is inf"),
    ],
)
def test_impossible_numbers_are_refused(changes: dict[str, float], problem: str) -> None:
    numbers: dict[str, float] = {
        "slab": -40.0,
        "bulk": -15.0,
        "units": 3,
        "excess": -2,
        "reference": -2.0,
        "potential": 0.0,
        "area": 10.0,
    }
    with pytest.raises(InputError, match=problem):
        surface_energy_at_potential(**{**numbers, **changes})


MOVED = "1/2 of the top plane Li2 of 4 bulk planes moved to the bottom (Li | O | Li2 | O | Li)"


def polar_side(make_side: Any, **changes: Any) -> SideRecord:
    values = {"crystal": "Li2O", "miller": (0, 0, 1), "tasker_class": "III", "termination": "O"}
    side: SideRecord = make_side(**{**values, **changes})
    return side


def test_a_reconstructed_side_is_said_and_needs_no_dipole_layer(make_document: Any, make_side: Any) -> None:
    side = polar_side(
        make_side, polar_model="tasker2", planes=5, tasker_class_as_run="II", reconstruction=MOVED
    )
    document = make_document(lower=side, upper=side)
    assert f"Tasker III, polar model 'tasker2' ({MOVED}, Tasker II as run)" in document.model
    (sentence,) = document.warnings
    assert sentence.startswith(f"Li2O(001) is a polar cut that was reconstructed (model 'tasker2': {MOVED})")
    assert "not converged with it" not in sentence


def test_a_dipole_that_is_left_needs_a_layer_and_is_said(
    make_document: Any, make_side: Any, make_record: Any, make_settings: Any
) -> None:
    side = polar_side(make_side, polar_model="tasker2", tasker_class_as_run="III", reconstruction=MOVED)
    with pytest.raises(SettingsMismatchError, match="no dipole layer was used"):
        make_document(lower=side)
    layer = make_settings(dipole_layer="xy")
    records = {
        role.lower(): make_record(role, energy, energy - 0.1, equal_settings=layer)
        for role, energy in (("AB", -20.0), ("A", -9.6), ("B", -9.6))
    }
    warnings = make_document(lower=side, **records).warnings
    assert any("keeps a small formal dipole" in text for text in warnings)


def test_a_symmetric_side_is_said_with_its_potential(make_document: Any, make_side: Any) -> None:
    potential = ChemicalPotentialRecord(element="Li", reference="Li", value=-0.5)
    side = polar_side(make_side, polar_model="symmetric", chemical_potential=potential)
    document = make_document(lower=side)
    assert "not stoichiometric, not neutral by formal charges" in document.model
    (sentence,) = document.warnings
    assert "the work of adhesion does not depend on a chemical potential" in sentence
    assert "mu(Li) = E(Li) -0.500 eV" in sentence


def test_unsure_charges_are_said(make_document: Any, make_side: Any) -> None:
    doubt = "formal charges guessed (Ga +3, As -3): other choices balance too"
    document = make_document(lower=make_side(tasker_class="I", charge_doubt=doubt))
    assert document.warnings == (f"Li(110): {doubt}; its Tasker class may be wrong.",)


def test_a_document_without_the_new_keys_still_loads(make_side: Any) -> None:
    side = make_side()
    new = {"free_termination", "tasker_class_as_run", "reconstruction", "chemical_potential", "charge_doubt"}
    assert SideRecord.model_validate(side.model_dump(exclude=new)) == side
