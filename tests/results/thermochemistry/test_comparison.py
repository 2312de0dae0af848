"""Signed errors against the tables."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from wadflow.results.thermochemistry.comparison import signed_errors
from wadflow.results.thermochemistry.computed import Shifted
from wadflow.results.thermochemistry.conditions import load_conditions
from wadflow.results.thermochemistry.decomposition import assemble, energetics_of_tables
from wadflow.results.thermochemistry.energetics import Energetics
from wadflow.results.thermochemistry.reactions import load_reactions
from wadflow.results.thermochemistry.species import parse_species
from wadflow.results.thermochemistry.tables import load_tables

if TYPE_CHECKING:
    from wadflow.results.thermochemistry.documents import ReactionRecord

NAME = "li2co3-oxide"


def record(shift: float) -> ReactionRecord:
    """Return the reaction with one more source: JANAF with CO2 higher by a shift (kJ/mol)."""
    reactions = {NAME: load_reactions()[NAME]}
    substances = dict(load_tables("janaf"))
    gas = parse_species("CO2(g)")
    substances[gas] = Shifted(substances[gas], shift)
    energetics = energetics_of_tables(reactions)
    energetics["shifted"] = {NAME: Energetics(reactions[NAME].parsed, substances)}
    sources = dict.fromkeys(energetics, "a source")
    ambient = {"ambient": load_conditions()["ambient"]}
    return assemble(reactions, energetics, ambient, sources=sources).reactions[0]


def test_errors_are_the_source_minus_the_reference() -> None:
    nasa, shifted = record(10.0).errors
    assert (nasa.source, shifted.source) == ("nasa", "shifted")
    assert abs(nasa.enthalpy_298) < 3.0
    assert shifted.enthalpy_298 == pytest.approx(10.0, abs=1e-3)
    assert shifted.entropy_298 == pytest.approx(0.0, abs=1e-3)
    assert list(shifted.gibbs_energies) == [298.15, 500.0, 750.0, 1000.0, 1250.0, 1500.0]
    assert list(shifted.gibbs_energies.values()) == pytest.approx([10.0] * 6, abs=1e-3)
    assert shifted.turnings["ambient"] > 0.0  # dearer: decomposes later


def test_without_the_reference_there_are_no_errors() -> None:
    assert signed_errors(record(10.0).columns, "absent") == ()


def test_a_gibbs_energy_outside_a_source_has_no_error() -> None:
    whole = record(10.0)
    last = whole.columns[-1]
    fewer = {"temperatures": last.temperatures[:10], "gibbs_energies": last.gibbs_energies[:10]}
    short = last.model_copy(update=fewer)
    (_, errors) = signed_errors((*whole.columns[:-1], short))
    assert list(errors.gibbs_energies) == [298.15, 500.0]
