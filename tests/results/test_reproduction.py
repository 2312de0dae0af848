"""The source number by number: all of ours beside it, careful verdicts, and what it does not say."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from wadflow.results.computed_documents import list_computed, read_computed
from wadflow.results.reproduction import NEAR, SALTS, Reproduction, reproduce
from wadflow.results.thermochemistry.conditions import find_conditions
from wadflow.results.thermochemistry.decomposition import decomposition_from_tables
from wadflow.results.thermochemistry.documents import MetalInterval
from wadflow.results.thermochemistry.reactions import find_reactions

if TYPE_CHECKING:
    from wadflow.results.thermochemistry.documents import DecompositionDocument


@pytest.fixture(scope="module")
def tables() -> DecompositionDocument:
    return decomposition_from_tables(find_reactions(["LiF", "Li2O"]), find_conditions(["ambient", "vacuum"]))


@pytest.fixture(scope="module")
def found(tables: DecompositionDocument) -> Reproduction:
    return reproduce([read_computed(name) for name in list_computed()], [tables])


def test_the_four_contacts_are_there_with_all_of_our_numbers(found: Reproduction) -> None:
    sources = {one.name: one.source for one in found.numbers}
    assert sources == {
        "li110-li110": -1.01,
        "li001-li2o001-li-contact": -1.21,
        "li001-li2o001-o-contact": -6.43,
        "li2o001-li2o001": -7.92,
    }
    oxide = found.numbers[-1]
    document = read_computed("li2o001-li2o001.standard")
    assert [one.name for one in oxide.ours] == ["rigid 2+2", "rigid 4+4", "rigid 6+6", "relaxed 4+4"]
    assert oxide.ours[1].value == document.work_of_adhesion_rigid
    assert oxide.ours[-1].value == document.work_of_adhesion_relaxed
    for one in oxide.ours:
        assert one.difference == pytest.approx(one.value + 7.92)
        assert one.near is (abs(one.value + 7.92) / 7.92 <= NEAR)
        assert one.model == "ideal"


def test_no_verdict_calls_a_number_reproduced(found: Reproduction) -> None:
    verdicts = {one.name: one.verdict for one in found.numbers}
    assert all("no proof that the same was calculated" in one for one in verdicts.values())
    assert not any("reproduce" in one for one in verdicts.values())
    assert "belongs to its model and thickness" in verdicts["li2o001-li2o001"]
    assert "not converged with the number of planes" in verdicts["li2o001-li2o001"]
    assert not any("did not come to rest" in one for one in verdicts.values())
    assert "model" not in verdicts["li110-li110"]
    assert verdicts["li110-li110"].startswith("all of ours are within 5 %")


def test_slabs_that_did_not_come_to_rest_are_said(tables: DecompositionDocument) -> None:
    restless = read_computed("li001-li2o001-o-contact.standard").model_copy(update={"converged": False})
    verdicts = {one.name: one.verdict for one in reproduce([restless], [tables]).numbers}
    assert "The relaxed slabs did not come to rest" in verdicts["li001-li2o001-o-contact"]


def test_what_nobody_computed_is_said(tables: DecompositionDocument) -> None:
    nothing = reproduce([], [tables])
    assert [one.ours for one in nothing.numbers] == [()] * 4
    assert nothing.numbers[0].verdict == "not computed; 'wadflow run li110-li110' does"
    assert {one.ours for one in nothing.unsaid} == {"nothing computed"}


def test_a_rehearsal_is_no_number_of_ours(tables: DecompositionDocument) -> None:
    document = read_computed("li110-li110.standard").model_copy(update={"production": False})
    assert reproduce([document], [tables]).numbers[0].ours == ()


def test_conclusions_are_those_of_the_verdicts(found: Reproduction, tables: DecompositionDocument) -> None:
    assert {one.salt for one in found.conclusions} == {"LiF"}, "the source does not ask of oxides"
    assert set(SALTS) >= {"LiF", "Na2CO3"}
    assert [(one.condition, one.energies) for one in found.conclusions] == [
        ("ambient", "janaf"),
        ("vacuum", "janaf"),
        ("ambient", "nasa"),
        ("vacuum", "nasa"),
    ]
    assert all(one.agrees and not one.metal_is_stable for one in found.conclusions)
    assert found.conclusions[1].first_temperature == pytest.approx(785, abs=1)
    # The same verdicts in a second document are said once.
    assert reproduce([], [tables, tables]).conclusions == found.conclusions


def test_a_verdict_with_metal_differs_and_one_that_was_not_asked_says_so(
    tables: DecompositionDocument,
) -> None:
    interval = MetalInterval(reaction="lif-metal", lowest=900.0, highest=1000.0)
    first, second, *_ = tables.verdicts
    changed = tables.model_copy(
        update={
            "verdicts": (
                first.model_copy(update={"metal_intervals": (interval,)}),
                second.model_copy(update={"metal_highest": None}),
            )
        }
    )
    conclusions = reproduce([], [changed]).conclusions
    assert [one.agrees for one in conclusions] == [False, None]


def test_the_settings_that_the_source_does_not_give_are_listed_with_ours(found: Reproduction) -> None:
    unsaid = {one.setting: one.ours for one in found.unsaid}
    assert unsaid["functional"] == "PBE"
    assert unsaid["code"].startswith("GPAW")
    assert "4+6" in unsaid["thickness of the slabs"]
    assert set(unsaid) >= {"cutoff", "k-points", "polar slabs", "rigid or relaxed slabs"}
