"""The slope method: exact on exact lines, honest about scatter."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wadflow.errors import InputError
from wadflow.results.adhesion import EV_PER_ANGSTROM2, surface_energy
from wadflow.results.surface_fit import fit_slope

AREA = 8.7  # angstrom2, about that of Li(110)


def line(units: list[int], gamma: float, bulk: float, area: float = AREA) -> list[float]:
    """Energies (eV) of slabs with surface energy `gamma` (J/m2) and bulk energy (eV)."""
    return [2 * gamma / EV_PER_ANGSTROM2 * area + bulk * n for n in units]


@given(
    units=st.lists(st.integers(1, 60), min_size=3, max_size=8, unique=True),
    gamma=st.floats(-1.0, 5.0),
    bulk=st.floats(-500.0, 10.0),
    area=st.floats(1.0, 500.0),
)
def test_an_exact_line_gives_its_numbers_back(
    units: list[int], gamma: float, bulk: float, area: float
) -> None:
    fit = fit_slope(units, line(units, gamma, bulk, area), area)
    # Energies of up to 3e4 eV are exact to about 1e-11 eV; the intercept amplifies that at most by
    # 60, an area of 1 angstrom2 by 16.
    assert fit.surface_energy == pytest.approx(gamma, abs=1e-7)
    assert fit.bulk_energy == pytest.approx(bulk, abs=1e-8)
    assert fit.spread == pytest.approx(0, abs=1e-6)
    assert fit.standard_error == pytest.approx(0, abs=1e-6)
    assert len(fit.residuals) == len(units)
    assert len(fit.pair_energies) == len(units) - 1


def test_it_agrees_with_the_definition_where_the_bulk_is_right() -> None:
    units = [5, 9, 14]
    energies = line(units, 0.5, -1.9)
    direct = [surface_energy(energy, -1.9, n, AREA) for n, energy in zip(units, energies, strict=True)]
    assert direct == pytest.approx([fit_slope(units, energies, AREA).surface_energy] * 3)


def test_a_wrong_bulk_energy_does_not_enter() -> None:
    """The reason for the method: with a bulk energy that is off by 10 meV the definition diverges."""
    units = [5, 9, 14, 30]
    energies = line(units, 0.5, -1.9)
    direct = [surface_energy(energy, -1.91, n, AREA) for n, energy in zip(units, energies, strict=True)]
    assert direct[-1] - direct[0] > 0.2
    assert fit_slope(units, energies, AREA).surface_energy == pytest.approx(0.5)


def test_noise_is_seen_in_every_measure_and_the_error_is_the_textbook_one() -> None:
    units = [4, 8, 12, 16]
    noise = np.array([0.002, -0.004, 0.003, -0.001])  # eV
    fit = fit_slope(units, (np.array(line(units, 0.5, -1.9)) + noise).tolist(), AREA)
    coefficients, covariance = np.polyfit(
        units, np.array(line(units, 0.5, -1.9)) + noise, 1, cov=True
    )  # numpy scales the covariance by the residuals over (points - 2), like ours
    per_face = EV_PER_ANGSTROM2 / (2 * AREA)
    assert fit.bulk_energy == pytest.approx(coefficients[0])
    assert fit.surface_energy == pytest.approx(coefficients[1] * per_face)
    assert fit.standard_error == pytest.approx(np.sqrt(covariance[1, 1]) * per_face)
    assert sum(fit.residuals) == pytest.approx(0, abs=1e-12)
    assert fit.spread > 0.02
    assert min(fit.pair_energies) < fit.surface_energy < max(fit.pair_energies)


def test_the_order_of_the_slabs_does_not_matter() -> None:
    units = [5, 9, 14]
    energies = [-8.1, -15.9, -25.4]
    assert fit_slope(units[::-1], energies[::-1], AREA) == fit_slope(units, energies, AREA)


@pytest.mark.parametrize(
    ("units", "energies", "area", "message"),
    [
        ([5, 9], [-1.0, -2.0], AREA, "at least three different thicknesses"),
        ([5, 9, 9], [-1.0, -2.0, -2.0], AREA, "at least three different thicknesses"),
        ([5, 9, 9, 12], [-1.0, -2.0, -2.0, -3.0], AREA, "at least three different thicknesses"),
        ([5, 9, 13], [-1.0, -2.0], AREA, "3 thicknesses but 2 energies"),
        ([0, 9, 13], [-1.0, -2.0, -3.0], AREA, "0 formula units"),
        ([5, 9, 13], [-1.0, float("nan"), -3.0], AREA, "finite numbers of eV"),
        ([5, 9, 13], [-1.0, -2.0, -3.0], 0.0, "positive number of angstrom2"),
        ([5, 9, 13], [-1.0, -2.0, -3.0], float("inf"), "positive number of angstrom2"),
    ],
)
def test_what_gives_no_line_is_refused(
    units: list[int], energies: list[float], area: float, message: str
) -> None:
    with pytest.raises(InputError, match=message):
        fit_slope(units, energies, area)
