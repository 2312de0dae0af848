"""The tables of experiment: interpolated without loss, and refused outside their range."""

from __future__ import annotations

import numpy as np
import pytest

from wadflow.errors import InputError
from wadflow.results.thermochemistry.energetics import energetics_from_tables
from wadflow.results.thermochemistry.reactions import load_reactions
from wadflow.results.thermochemistry.species import parse_species
from wadflow.results.thermochemistry.tables import TableName, load_tables, read_janaf, substance

ROWS = [row for row in read_janaf() if row["dfG"]]
REACTIONS = load_reactions()


@pytest.mark.parametrize("name", REACTIONS)
def test_gibbs_energies_are_those_of_the_tables_own_formation_energies(name: str) -> None:
    """Our dG from entropies and enthalpies, theirs from the column of formation Gibbs energies."""
    equation = REACTIONS[name].parsed
    own = {(f"{row['species']}({row['phase']})", float(row["T_K"])): float(row["dfG"]) for row in ROWS}
    energetics = energetics_from_tables(equation, "janaf")
    compared = 0
    for kelvin in np.arange(300.0, 3000.0, 100.0):
        if all((str(species), kelvin) in own for species in equation.coefficients):
            expected = sum(float(nu) * own[str(one), kelvin] for one, nu in equation.coefficients.items())
            assert float(energetics.gibbs_energy(kelvin)) == pytest.approx(expected, abs=0.1)  # kJ/mol
            compared += 1
    assert compared >= 13  # 300 to 1500 K at least


@pytest.mark.parametrize("species", load_tables("janaf"), ids=str)
def test_janaf_rows_come_back(species: object) -> None:
    found = substance(species, "janaf")  # type: ignore[arg-type]
    rows = [row for row in read_janaf() if f"{row['species']}({row['phase']})" == str(species)]
    upper = {float(row["T_K"]): row for row in rows}  # of two rows of one temperature the upper phase
    kelvin = np.array(list(upper))
    # S = gef + (H - H298) / T carries the rounding of H, 0.0005 kJ/mol, which is most at 100 K.
    for quantity, column, tolerance in (("entropy", "S", 0.008), ("heat_capacity", "Cp", 1e-9)):
        values = np.array([float(row[column]) for row in upper.values()])
        assert getattr(found, quantity)(kelvin) == pytest.approx(values, abs=tolerance)


@pytest.mark.parametrize("tables", ["janaf", "nasa"])
def test_the_thermodynamic_identities_hold_between_the_rows(tables: TableName) -> None:
    for one in load_tables(tables).values():
        low, high = one.temperature_range
        kelvin = np.linspace(max(low, 298.15) + 0.37, min(high, 2900.0) - 5.0, 97)
        edges = [transition.temperature for transition in one.transitions] + [107.25, 1000.0, 500.0, 600.0]
        kelvin = kelvin[np.min(np.abs(kelvin[:, None] - np.array([*edges, 800.0])), axis=1) > 0.6]
        slope = (one.gibbs_energy(kelvin + 0.25) - one.gibbs_energy(kelvin - 0.25)) / 0.5
        assert -1000.0 * slope == pytest.approx(one.entropy(kelvin), rel=3e-3, abs=0.15)
        identity = one.enthalpy(kelvin) - kelvin * one.entropy(kelvin) / 1000.0
        assert one.gibbs_energy(kelvin) == pytest.approx(identity, abs=1e-6)


@pytest.mark.parametrize("tables", ["janaf", "nasa"])
def test_gibbs_energies_are_continuous_at_every_transition(tables: TableName) -> None:
    for species, one in load_tables(tables).items():
        for transition in one.transitions:
            below, above = one.gibbs_energy(transition.temperature + np.array([-1e-6, 1e-6]))
            assert above == pytest.approx(below, abs=0.02), f"{species} {transition}"


def test_melting_points_are_told_as_such() -> None:
    lithium = substance(parse_species("Li(c)"), "janaf")
    assert [one.temperature for one in lithium.transitions if one.is_melting] == [453.69]
    sodium = substance(parse_species("Na(c)"), "nasa")
    assert [one.temperature for one in sodium.transitions if one.is_melting] == [371.01]


@pytest.mark.parametrize("kelvin", [50.0, 2200.5, float("nan"), -3.0])
def test_a_temperature_outside_a_table_is_refused(kelvin: float) -> None:
    with pytest.raises(InputError, match=r"Li\(c\): .* K is outside the data \(NIST-JANAF table Li-004\)"):
        substance(parse_species("Li(c)"), "janaf").gibbs_energy(kelvin)


def test_a_species_without_data_is_refused_with_what_there_is() -> None:
    with pytest.raises(InputError, match=r"no data of CO2\(c\)\n.*they have CO2\(g\)"):
        substance(parse_species("CO2(c)"), "janaf")
