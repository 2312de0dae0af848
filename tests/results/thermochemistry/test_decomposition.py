"""Reactions at temperatures and pressures, and the verdict on each salt."""

from __future__ import annotations

from types import SimpleNamespace
from typing import cast

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.constants import R

from wadflow.errors import InputError
from wadflow.results.figure_style import INK, formula_text
from wadflow.results.thermochemistry.conditions import Condition, load_conditions
from wadflow.results.thermochemistry.decomposition import _onset, decomposition_from_tables, salts_of
from wadflow.results.thermochemistry.documents import DecompositionDocument
from wadflow.results.thermochemistry.energetics import Energetics, Turning, energetics_from_tables
from wadflow.results.thermochemistry.gibbs_diagram import channels_of, draw_gibbs_diagram
from wadflow.results.thermochemistry.reactions import Reaction, load_reactions, parse_equation
from wadflow.results.thermochemistry.tables import REFERENCE_TEMPERATURE

CONDITIONS = {name: load_conditions()[name] for name in ("ambient", "vacuum")}


@pytest.fixture(scope="module")
def document() -> DecompositionDocument:
    return decomposition_from_tables(load_reactions(), CONDITIONS)


@given(
    st.floats(min_value=1e-12, max_value=1e3),
    st.floats(min_value=1e-12, max_value=1e3),
    st.floats(min_value=300.0, max_value=1900.0),
)
def test_each_gas_has_its_own_pressure(carbon_dioxide: float, oxygen: float, kelvin: float) -> None:
    energetics = energetics_from_tables(parse_equation("Li2CO3(c) -> 2Li(c) + CO2(g) + 1/2 O2(g)"), "janaf")
    condition = Condition(title="x", pressures={"CO2": carbon_dioxide, "O2": oxygen}, others=1.0)
    difference = energetics.gibbs_energy(kelvin, condition) - energetics.gibbs_energy(kelvin)
    expected = R * kelvin / 1000.0 * (np.log(carbon_dioxide) + 0.5 * np.log(oxygen))
    assert float(difference) == pytest.approx(expected, abs=1e-9)


def test_at_the_turning_temperature_the_gibbs_energy_is_zero_and_changes_its_sign() -> None:
    for reaction in load_reactions().values():
        energetics = energetics_from_tables(reaction.parsed, "nasa")
        for condition in CONDITIONS.values():
            found = energetics.turning(condition, lowest=298.15)
            if found.temperature is None:
                low, high = found.temperature_range
                values = energetics.gibbs_energy(np.linspace(low, high, 50), condition)
                assert (values < 0).all() if found.favourable == "everywhere" else (values > 0).all()
                continue
            zero, below, above = energetics.gibbs_energy(found.temperature + np.array([0, -1, 1]), condition)
            assert zero == pytest.approx(0.0, abs=1e-6)
            assert (above < 0 < below) if found.favourable == "above" else (below < 0 < above)


@pytest.mark.parametrize(
    ("name", "condition", "kelvin"),
    # Boiling points of the tables at 1 bar; the sublimation in the source's vacuum of PHYSICS.md.
    [
        ("li-vapour", "ambient", 1620.1),
        ("na-vapour", "ambient", 1170.5),
        ("li-vapour", "vacuum", 532.0),
        ("na-vapour", "vacuum", 366.0),
    ],
)
def test_metals_boil_where_they_should(
    document: DecompositionDocument, name: str, condition: str, kelvin: float
) -> None:
    record = next(one for one in document.reactions if one.name == name)
    for column in record.columns:
        assert column.turning(condition).temperature == pytest.approx(kelvin, abs=2.0)


def test_an_interval_of_condensed_metal_is_found_where_there_is_one() -> None:
    """Silver oxide's part is played by a reaction that is bound to happen: oxidation turned round."""
    reactions = {
        "back": Reaction(title="t", equation="Li2O2(c) -> 2 Li(c) + O2(g)"),
        "vapour": Reaction(title="t", equation="Li2O2(c) -> 2 Li(g) + O2(g)"),
    }
    nearly_no_oxygen = Condition(title="t", pressures={"O2": 1e-60}, others=1e-4)
    document = decomposition_from_tables(reactions, {"c": nearly_no_oxygen})
    verdict = next(one for one in document.verdicts if one.source == "janaf")
    (interval,) = verdict.metal_intervals
    assert verdict.first == interval.reaction == "back"
    assert verdict.metal_is_first
    boiling = energetics_from_tables(parse_equation("Li(c) -> Li(g)"), "janaf").turning(nearly_no_oxygen)
    assert boiling.temperature is not None
    assert interval.highest == pytest.approx(boiling.temperature, abs=1.0)
    assert interval.lowest == pytest.approx(verdict.first_temperature, abs=1.0)


def test_heat_alone_never_leaves_condensed_metal(document: DecompositionDocument) -> None:
    """The answer to the source's question, by both tables, in air and in its vacuum."""
    assert salts_of(load_reactions()) == ("Li2CO3", "LiF", "Li2O", "Na2CO3", "NaF", "Na2O")
    assert len(document.verdicts) == 6 * 2 * 2
    for verdict in document.verdicts:
        assert verdict.metal_intervals == ()
    firsts = {(one.salt, one.condition): one.first for one in document.verdicts if one.source == "janaf"}
    assert firsts["Li2CO3", "vacuum"] == "li2co3-oxide"
    assert firsts["Na2CO3", "vacuum"] == "na2co3-metal-vapour"
    assert firsts["LiF", "ambient"] == "lif-vapour"


def test_a_gas_is_not_the_salt_and_a_reaction_per_two_units_is_not_compared() -> None:
    reactions = {
        "vapour": load_reactions()["lif-vapour"],
        "gas": Reaction(title="t", equation="LiF(g) -> 1/2 Li2F2(g)"),
        "twice": Reaction(title="t", equation="2 LiF(c) -> 2 Li(c) + F2(g)"),
    }
    document = decomposition_from_tables(reactions, CONDITIONS)
    assert {one.considered for one in document.verdicts if one.salt == "LiF"} == {("vapour",)}
    assert any(note.startswith("2 LiF(c) -> 2 Li(c) + F2(g): not compared") for note in document.notes)
    assert [one.name for one in channels_of(document, "LiF")] == ["vapour"]


def test_metal_is_said_to_be_nowhere_only_as_far_as_its_channels_have_data(
    document: DecompositionDocument,
) -> None:
    verdict = next(one for one in document.verdicts if one.salt == "Na2CO3" and one.source == "janaf")
    metal = [one for one in document.reactions if one.name in ("na2co3-metal", "na2co3-metal-co")]
    assert verdict.metal_highest == min(one.column("janaf").temperature_range[1] for one in metal)
    assert verdict.metal_highest < verdict.highest


def test_what_is_favourable_from_the_beginning_has_no_later_onset() -> None:
    reactions = {"mine": Reaction(title="t", equation="Li2CO3(c) -> Li2O(c) + CO2(g)")}
    nothing = Condition(title="t", pressures={"CO2": 1e-60}, others=1.0)
    document = decomposition_from_tables(reactions, {"c": nothing})
    assert {one.first_temperature for one in document.verdicts} == {REFERENCE_TEMPERATURE}
    assert {one.metal_highest for one in document.verdicts} == {None}


def test_a_channel_whose_data_end_early_is_named(document: DecompositionDocument) -> None:
    """The NASA data of Li2O2 end at 1000 K, before anything becomes favourable in air."""
    verdict = next(
        one
        for one in document.verdicts
        if (one.salt, one.condition, one.source) == ("Li2CO3", "ambient", "nasa")
    )
    assert verdict.ended == {"li2co3-peroxide": 1000.0}
    assert any("Li2CO3, ambient, nasa" in note and "above 1000 K" in note for note in document.notes)
    assert {one.source for one in document.verdicts if one.ended} == {"nasa"}


def test_a_channel_that_is_open_between_two_temperatures_opens_at_the_lower() -> None:
    between = SimpleNamespace(
        temperature_range=(200.0, 2000.0),
        turning=lambda _condition, **_: Turning(800.0, "in between", (200.0, 2000.0)),
        gibbs_energy=lambda kelvin, _condition: abs(kelvin - 900.0) - 100.0,
    )
    assert _onset(cast("Energetics", between), CONDITIONS["vacuum"]) == 800.0


def test_a_document_survives_being_written_and_read(document: DecompositionDocument) -> None:
    assert DecompositionDocument.model_validate_json(document.model_dump_json()) == document


def test_a_reaction_that_no_table_knows_is_refused_by_name() -> None:
    reactions = {"mine": Reaction(title="t", equation="MgO(c) -> Mg(g) + 1/2 O2(g)")}
    with pytest.raises(InputError, match=r"janaf tables have no data of MgO\(c\)") as caught:
        decomposition_from_tables(reactions, CONDITIONS)
    assert caught.value.key == "mine"


def test_the_diagram_shows_each_channel_in_each_panel(document: DecompositionDocument) -> None:
    figure = draw_gibbs_diagram(document, "Na2CO3")
    assert [axes.get_title(loc="left") for axes in figure.axes] == ["ambient", "vacuum"]
    for axes in figure.axes:
        colours = {line.get_color() for line in axes.get_lines()} - {INK}
        assert len(colours) == 5
        assert axes.get_ylim()[0] < 0 < axes.get_ylim()[1]
    texts = [text.get_text() for text in figure.legends[0].get_texts()]
    assert formula_text("Na2CO3(c) → Na2O(c) + CO2(g)") in texts
    with pytest.raises(InputError, match="decomposes 'KF'"):
        draw_gibbs_diagram(document, "KF")
