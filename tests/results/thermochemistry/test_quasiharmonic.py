"""The quasiharmonic approximation of a crystal whose thermodynamics are known: Einstein and Grueneisen."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.constants import R, physical_constants

from wadflow.errors import CalculationError
from wadflow.results.thermochemistry.computed import KJ_PER_MOL, VibrationalFunctions
from wadflow.results.thermochemistry.quasiharmonic import quasiharmonic

KELVIN = np.arange(10.0, 1200.0, 5.0)
GRUNEISEN, THETA, VOLUME, MODULUS = 1.5, 500.0, 16.0, 0.45  # -, K, angstrom3, eV/angstrom3
VOLUMES = tuple(VOLUME * (1.0 + strain) ** 3 for strain in (-0.01, 0.0, 0.01, 0.02, 0.03))
GPA = physical_constants["elementary charge"][0] * 1e21


def einstein(theta: float) -> VibrationalFunctions:
    """Return the functions of two atoms that vibrate with a temperature of theta (K)."""
    x = theta / KELVIN
    return VibrationalFunctions(
        temperatures=KELVIN,
        free_energies=6 * R / 1000 * (theta / 2 + KELVIN * np.log(-np.expm1(-x))),
        entropies=6 * R * (x / np.expm1(x) - np.log(-np.expm1(-x))),
        heat_capacities=6 * R * x**2 * np.exp(x) / np.expm1(x) ** 2,
    )


def vibrations(gruneisen: float = GRUNEISEN) -> list[VibrationalFunctions]:
    return [einstein(THETA * (volume / VOLUME) ** -gruneisen) for volume in VOLUMES]


def energies() -> list[float]:
    """Return those of a Vinet crystal (eV)."""
    x = (np.array(VOLUMES) / VOLUME) ** (1 / 3)
    eta = 1.5 * (4.5 - 1.0)
    scale = 9 * MODULUS * VOLUME / eta**2
    return list(-5.0 + scale * (1 - (1 - eta * (1 - x)) * np.exp(eta * (1 - x))))


def test_expansion_and_heat_capacity_are_those_of_thermodynamics() -> None:
    functions, record = quasiharmonic("X", VOLUMES, energies(), vibrations(), reference=-5.0)
    at = int(np.argmin(np.abs(functions.temperatures - 300.0)))
    kelvin = functions.temperatures[at]
    theta = THETA * (record.volume_298 / VOLUME) ** -GRUNEISEN
    cv = float(np.interp(kelvin, KELVIN, einstein(theta).heat_capacities)) / 1000 / KJ_PER_MOL  # eV/K
    modulus = record.bulk_modulus_298 / GPA
    expected = GRUNEISEN * cv / (modulus * record.volume_298)
    assert record.expansion_298 == pytest.approx(expected, rel=0.02)
    gained = 1000 * KJ_PER_MOL * expected**2 * modulus * record.volume_298 * kelvin
    assert functions.heat_capacities[at] == pytest.approx(1000 * KJ_PER_MOL * cv + gained, rel=0.005)
    assert record.volume_298 > VOLUME
    entropy = np.interp(kelvin, KELVIN, einstein(theta).entropies)
    assert functions.entropies[at] == pytest.approx(entropy, rel=0.002)


def test_without_anharmonicity_the_functions_are_the_harmonic_ones() -> None:
    functions, record = quasiharmonic("X", VOLUMES, energies(), vibrations(0.0), reference=-5.0)
    harmonic = einstein(THETA)
    count = len(functions.temperatures)
    np.testing.assert_allclose(functions.free_energies, harmonic.free_energies[:count], atol=1e-3)
    np.testing.assert_allclose(
        functions.heat_capacities[5:-5], harmonic.heat_capacities[5 : count - 5], atol=0.05
    )
    assert record.expansion_298 == pytest.approx(0.0, abs=1e-7)


def test_temperatures_end_where_the_crystal_leaves_its_volumes() -> None:
    functions, record = quasiharmonic("X", VOLUMES, energies(), vibrations(2.5), reference=-5.0)
    assert record.highest_temperature == functions.temperatures[-1] < KELVIN[-10]


def test_volumes_that_miss_the_minimum_are_refused() -> None:
    with pytest.raises(CalculationError, match="not among the computed"):
        quasiharmonic("X", VOLUMES, energies(), vibrations(12.0), reference=-5.0)


def test_too_few_volumes_are_refused() -> None:
    with pytest.raises(CalculationError, match="4 volumes"):
        quasiharmonic("X", VOLUMES[:4], energies()[:4], vibrations()[:4], reference=-5.0)
