"""Computed substances and the schemes that correct them, with tables in the place of a DFT code."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.constants import R

from wadflow.errors import InputError
from wadflow.results.thermochemistry.computed import (
    KJ_PER_MOL,
    ComputedCrystal,
    ComputedGas,
    MeasuredTransition,
    Shifted,
    VibrationalFunctions,
    measured_transitions,
)
from wadflow.results.thermochemistry.corrections import (
    ANIONS,
    CORRECTED_GASES,
    SCHEMES,
    corrected,
    corrections,
)
from wadflow.results.thermochemistry.energetics import Energetics
from wadflow.results.thermochemistry.gases import load_gases
from wadflow.results.thermochemistry.reactions import load_reactions, parse_equation
from wadflow.results.thermochemistry.species import parse_species
from wadflow.results.thermochemistry.tables import Transition, load_tables

if TYPE_CHECKING:
    from wadflow.results.thermochemistry.species import Species
    from wadflow.results.thermochemistry.tables import Substance

JANAF = load_tables("janaf")
KELVIN = np.arange(5.0, 2001.0, 5.0)


def einstein(temperature: float, modes: int) -> VibrationalFunctions:
    """An Einstein solid: every mode at one frequency, given as a temperature (K)."""
    x = temperature / KELVIN
    free = modes * R / 1000.0 * (temperature / 2 + KELVIN * np.log(-np.expm1(-x)))
    entropy = modes * R * (x / np.expm1(x) - np.log(-np.expm1(-x)))
    capacity = modes * R * x**2 * np.exp(-x) / np.expm1(-x) ** 2
    return VibrationalFunctions(KELVIN, free, entropy, capacity)


def test_a_crystal_without_transitions_is_its_energy_and_its_vibrations() -> None:
    crystal = ComputedCrystal(-2.0, einstein(400.0, 6), (), "test")
    assert float(crystal.gibbs_energy(5.0)) == pytest.approx(
        -2.0 * KJ_PER_MOL + 6 * R / 1000 * 200.0, abs=1e-6
    )
    assert float(crystal.heat_capacity(2000.0)) == pytest.approx(6 * R, rel=0.01)  # Dulong and Petit
    slope = (crystal.gibbs_energy(600.5) - crystal.gibbs_energy(599.5)) * -1000.0
    assert float(slope) == pytest.approx(float(crystal.entropy(600.0)), rel=1e-5)


def test_melting_comes_from_the_tables() -> None:
    melting = MeasuredTransition(Transition(453.69, "crystal <--> liquid"), 3.0)
    solid = ComputedCrystal(-1.9, einstein(300.0, 3), (), "solid")
    both = ComputedCrystal(-1.9, einstein(300.0, 3), (melting,), "solid and liquid")
    assert float(both.gibbs_energy(453.69) - solid.gibbs_energy(453.69)) == pytest.approx(0.0, abs=1e-9)
    assert float(both.gibbs_energy(400.0)) == float(solid.gibbs_energy(400.0))
    assert float(both.gibbs_energy(907.38) - solid.gibbs_energy(907.38)) == pytest.approx(-3.0)
    assert float(both.enthalpy(460.0) - solid.enthalpy(460.0)) == pytest.approx(3.0)
    assert float(both.entropy(460.0) - solid.entropy(460.0)) == pytest.approx(6.612, abs=0.001)


@pytest.mark.parametrize(
    ("species", "expected"),
    # kJ/mol, NIST-JANAF
    [("Li(c)", [3.0]), ("LiF(c)", [27.087]), ("Li2CO3(c)", [0.561, 2.238, 44.769])],
)
def test_enthalpies_of_transitions_are_read_from_the_tables(species: str, expected: list[float]) -> None:
    found = measured_transitions(JANAF[parse_species(species)])
    assert [one.enthalpy for one in found] == pytest.approx(expected, abs=0.003)


def test_a_computed_gas_has_the_entropy_of_its_table() -> None:
    gas = ComputedGas(-9.0, load_gases()["O2"], "O2")
    kelvin = np.array([300.0, 1000.0])
    assert gas.entropy(kelvin) == pytest.approx(JANAF[parse_species("O2(g)")].entropy(kelvin), abs=0.02)
    assert gas.heat_capacity(kelvin) == pytest.approx(
        JANAF[parse_species("O2(g)")].heat_capacity(kelvin), abs=0.05
    )
    with pytest.raises(InputError, match="O2: computed from"):
        gas.gibbs_energy(1e4)


ERRORS = st.floats(min_value=-150.0, max_value=150.0)  # kJ/mol


@given(st.fixed_dictionaries(dict.fromkeys(CORRECTED_GASES, ERRORS)))
def test_the_gas_references_undo_any_error_of_these_gases(errors: dict[str, float]) -> None:
    wrong: dict[Species, Substance] = dict(JANAF)
    for text, error in errors.items():
        wrong[parse_species(text)] = Shifted(JANAF[parse_species(text)], error)
    right = corrected("gas-references", wrong)
    for reaction in load_reactions().values():
        ours = Energetics(reaction.parsed, right).gibbs_energy(500.0)
        assert float(ours) == pytest.approx(
            float(Energetics(reaction.parsed, dict(JANAF)).gibbs_energy(500.0)), abs=1e-6
        )


def test_no_scheme_touches_solids_but_the_one_that_says_so() -> None:
    assert corrections("raw", dict(JANAF)) == {}
    gases = corrections("gas-references", dict(JANAF))
    assert all(species.is_gas for species in gases)
    assert max(map(abs, gases.values())) < 1e-9
    anions = corrections("anions", dict(JANAF))
    assert anions[parse_species("Li2O(c)")] == pytest.approx(ANIONS["Li2O(c)"] * KJ_PER_MOL)
    assert set(SCHEMES) == {"raw", "gas-references", "anions"}


def test_constants_per_anion_leave_the_formation_of_carbon_dioxide_as_measured() -> None:
    wrong: dict[Species, Substance] = dict(JANAF)
    for text in ("CO2(g)", "CO(g)", "O2(g)"):
        wrong[parse_species(text)] = Shifted(JANAF[parse_species(text)], 30.0)
    found = corrections("anions", wrong)
    assert found[parse_species("CO2(g)")] == pytest.approx(0.0, abs=1e-9)  # 30 of its own, 30 of O2
    assert found[parse_species("CO(g)")] == pytest.approx(-15.0)
    assert parse_species("O2(g)") not in found


def test_constants_per_anion_are_pymatgens() -> None:
    """MP2020Compatibility of the installed pymatgen has the constants that are written down here."""
    from pymatgen.entries.compatibility import MaterialsProject2020Compatibility

    found = MaterialsProject2020Compatibility().comp_correction
    assert found["oxide"] == ANIONS["Li2O(c)"]
    assert found["F"] == ANIONS["LiF(c)"]
    assert 2 * found["peroxide"] == ANIONS["Li2O2(c)"]
    assert 2 * found["superoxide"] == ANIONS["NaO2(c)"]


def test_a_missing_reference_is_named() -> None:
    few = {parse_species(text): JANAF[parse_species(text)] for text in ("O2(g)", "H2(g)")}
    with pytest.raises(InputError, match=r"needs H2O\(g\), which was not computed"):
        corrections("gas-references", few)
    assert parse_equation("H2(g) + 1/2 O2(g) -> H2O(g)").coefficients  # and says of which reaction
