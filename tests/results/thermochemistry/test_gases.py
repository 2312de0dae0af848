"""Ideal gases against the NIST-JANAF tables."""

from __future__ import annotations

import numpy as np
import pytest

from wadflow.errors import InputError
from wadflow.interfaces.toml_models import validate
from wadflow.results.thermochemistry.gases import Gas, load_gases
from wadflow.results.thermochemistry.species import Species
from wadflow.results.thermochemistry.tables import substance

GASES = load_gases()
KELVIN = np.array([298.15, 400.0, 600.0, 800.0, 1000.0, 1200.0, 1500.0])


TOLERANCES = {"H2O": 0.5}
"""kJ/mol where it is not 0.3: water, a reference at 298 K alone, stretches on rotation and vibration."""


@pytest.mark.parametrize("formula", GASES)
def test_free_energies_are_those_of_janaf(formula: str) -> None:
    """Both relative to the enthalpy at 298.15 K, which no table of thermal functions holds."""
    ours, theirs = GASES[formula], substance(Species(formula, "g"), "janaf")
    difference = (ours.gibbs_energy(KELVIN) - ours.enthalpy(298.15)) - (
        theirs.gibbs_energy(KELVIN) - theirs.enthalpy(298.15)
    )
    assert np.abs(difference).max() < TOLERANCES.get(formula, 0.3), difference  # kJ/mol


@pytest.mark.parametrize(
    ("formula", "expected"),
    # H(298.15) - H(0), kJ/mol, NIST-JANAF
    [("O2", 8.683), ("F2", 8.825), ("CO", 8.671), ("CO2", 9.364), ("O", 6.725), ("F", 6.518), ("Li", 6.197)],
)
def test_enthalpies_above_zero_kelvin(formula: str, expected: float) -> None:
    gas = GASES[formula]
    assert float(gas.enthalpy(298.15)) - gas.zero_point_energy == pytest.approx(expected, abs=0.015)


@pytest.mark.parametrize(
    ("formula", "expected"),
    # H(298.15) - H(0), kJ/mol, CODATA Key Values (J. D. Cox et al., 1989): what O2 and F2 are corrected with
    [("H2", 8.468), ("HF", 8.599), ("H2O", 9.905)],
)
def test_enthalpies_of_the_references_of_corrected_gases(formula: str, expected: float) -> None:
    gas = GASES[formula]
    assert float(gas.enthalpy(298.15)) - gas.zero_point_energy == pytest.approx(expected, abs=0.03)


def test_the_functions_belong_together() -> None:
    for gas in GASES.values():
        slope = (gas.gibbs_energy(KELVIN + 0.5) - gas.gibbs_energy(KELVIN - 0.5)) * -1000.0
        assert slope == pytest.approx(gas.entropy(KELVIN), rel=1e-5)


def test_zero_point_energies() -> None:
    """Anharmonic wells: half of the harmonic wavenumber less a quarter of the anharmonicity."""
    assert GASES["H2"].zero_point_energy == pytest.approx(25.96, abs=0.1)  # 2170 1/cm, kJ/mol
    assert GASES["Li"].zero_point_energy == 0.0
    # Not half the sum of the fundamentals (53.9 kJ/mol): what O2 gets from 2 H2 + O2 -> 2 H2O hangs on it.
    assert GASES["H2O"].zero_point_energy == pytest.approx(55.49, abs=0.02)
    assert GASES["HF"].zero_point_energy == pytest.approx(24.5, abs=0.1)
    assert GASES["CO2"].zero_point_energy == pytest.approx(30.3, abs=0.1)


def test_data_that_cannot_be_are_refused() -> None:
    with pytest.raises(InputError, match="an atom has 'levels', a molecule 'positions'"):
        validate(Gas, {"symmetry_number": 1}, file="gases.toml")
    with pytest.raises(InputError, match="a diatomic molecule has 'harmonic'"):
        validate(Gas, {"positions": [[0, 0, 0], [0, 0, 1]], "fundamentals": [100.0]})
    with pytest.raises(InputError, match=r"O2\(g\) at -1 K"):
        GASES["O2"].gibbs_energy(-1.0)
