"""Hess's law: sums of reactions, formations, and what cannot be had."""

from __future__ import annotations

import pytest

from wadflow.results.thermochemistry.energetics import energetics_from_tables
from wadflow.results.thermochemistry.hess import formation, sum_of_reactions
from wadflow.results.thermochemistry.reactions import load_reactions, parse_equation
from wadflow.results.thermochemistry.species import parse_species
from wadflow.results.thermochemistry.tables import load_tables

JANAF = load_tables("janaf")


@pytest.mark.parametrize("name", ["Li2CO3(c)", "Na2O2(c)", "CO2(g)", "CO(g)", "LiF(g)", "F(g)", "Na(g)"])
def test_formation_enthalpies_from_the_shipped_reactions_are_those_of_the_tables(name: str) -> None:
    species = parse_species(name)
    reactions = [one.parsed for one in load_reactions().values()]
    target = formation(species)
    assert target is not None
    weights = sum_of_reactions(target, [one.coefficients for one in reactions])
    assert weights is not None
    enthalpies = [float(energetics_from_tables(one, "janaf").enthalpy(298.15)) for one in reactions]
    total = sum(weight * one for weight, one in zip(weights, enthalpies, strict=True))
    assert total == pytest.approx(float(JANAF[species].enthalpy(298.15)), abs=1e-6)


def test_a_sum_that_is_not_there_is_not_made_up() -> None:
    oxide = parse_equation("Li2O(c) -> 2 Li(c) + 1/2 O2(g)").coefficients
    for name in ("LiF(c)", "Na2O(c)"):
        target = formation(parse_species(name))
        assert target is not None
        assert sum_of_reactions(target, [oxide]) is None
    assert sum_of_reactions({}, []) is None


def test_gases_may_be_left_over() -> None:
    vapour = parse_equation("Li(c) -> Li(g)").coefficients
    metal = parse_species("Li(c)")
    assert sum_of_reactions({metal: 1.0}, [vapour]) is None
    assert sum_of_reactions({metal: 1.0}, [vapour], ignored={parse_species("Li(g)")}) == pytest.approx(
        (-1.0,)
    )


def test_elements_in_their_reference_state_have_no_formation() -> None:
    assert formation(parse_species("O2(g)")) is None
    assert formation(parse_species("KF(c)")) is None  # potassium has no reference here
