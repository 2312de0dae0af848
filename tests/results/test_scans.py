"""Adhesion map, thickness series and separation curve: verdicts and the Rose fit."""

from __future__ import annotations

import numpy as np
import pytest
from pydantic import ValidationError

from wadflow.errors import InputError
from wadflow.results.scans import (
    RegistryMap,
    RegistryPoint,
    ThicknessPoint,
    ThicknessSeries,
    fit_rose,
    rose,
)

SQUARE = ((3.3, 0.0), (0.0, 3.3))


def series(*works: float) -> ThicknessSeries:
    return ThicknessSeries(
        points=tuple(
            ThicknessPoint(
                lower_planes=2 * n, upper_planes=2 * n, work_of_adhesion=work, keys=("ab", "a", "b")
            )
            for n, work in enumerate(works, start=1)
        )
    )


def test_a_polar_series_is_not_converged_and_says_its_spread() -> None:
    polar = series(-4.8, -7.9, -8.6)
    assert not polar.converged
    assert polar.spread == pytest.approx(3.8)
    assert polar.last_change == pytest.approx(-0.7)
    sentence = polar.sentence()
    assert "NOT converged with thickness" in sentence
    assert "spread 3.80 J/m2" in sentence
    assert "-7.90 (4+4)" in sentence


def test_a_series_whose_last_step_is_small_is_converged_whatever_came_before() -> None:
    settled = series(-0.5, -1.0, -1.01)
    assert settled.converged
    assert ": converged with thickness" in settled.sentence()


def test_one_thickness_is_no_series() -> None:
    with pytest.raises(ValidationError):
        series(-1.0)


def test_the_rose_fit_finds_what_the_points_were_made_of() -> None:
    separations = [-0.3, 0.0, 0.4, 1.0, 2.0, 3.5]
    works = rose(np.array(separations), 1.21, 0.07, 0.8).tolist()
    fit = fit_rose(separations, works)
    assert (fit.depth, fit.minimum, fit.length) == pytest.approx((1.21, 0.07, 0.8), abs=1e-5)
    assert fit.residual < 1e-6
    assert fit.work_of_adhesion(0.07) == pytest.approx(-1.21)


def test_the_largest_stress_is_the_steepest_slope_of_the_curve() -> None:
    fit = fit_rose([0.0, 0.5, 1.0, 2.0], rose(np.array([0.0, 0.5, 1.0, 2.0]), 2.0, 0.0, 0.6).tolist())
    fine = np.linspace(0.0, 3.0, 20001)
    slope = np.gradient(fit.work_of_adhesion(fine), fine).max()  # J/m2 per angstrom
    assert fit.largest_stress == pytest.approx(10.0 * slope, rel=1e-4)


def test_a_residual_tells_of_points_that_no_rose_curve_has() -> None:
    fit = fit_rose([0.0, 0.5, 1.0, 1.5, 2.0], [-1.0, -0.9, -0.2, -0.6, -0.1])
    assert fit.residual > 0.1


@pytest.mark.parametrize(
    ("separations", "works", "message"),
    [
        ([0.0, 1.0, 2.0], [-1.0, -0.5, -0.1], "3 points"),
        ([0.0, 0.5, 1.0, 2.0], [0.4, 0.3, 0.2, 0.1], "bound"),
    ],
)
def test_what_cannot_be_fitted_is_refused(separations: list[float], works: list[float], message: str) -> None:
    with pytest.raises(InputError, match=message):
        fit_rose(separations, works)


def point(registry: tuple[float, float], work: float) -> RegistryPoint:
    return RegistryPoint(
        registry=registry, images=(registry,), gap=2.0, work_of_adhesion=work, converged=True, key="k"
    )


def test_the_corrugation_is_the_range_of_the_map() -> None:
    found = RegistryMap(
        cell=SQUARE, lattice=SQUARE, points=(point((0, 0), -1.0), point((0.5, 0.5), -1.6)), best=1
    )
    assert found.corrugation == pytest.approx(0.6)


def test_a_map_cannot_name_a_best_shift_that_it_does_not_hold() -> None:
    with pytest.raises(ValidationError, match="index 1, but there are 1"):
        RegistryMap(cell=SQUARE, lattice=SQUARE, points=(point((0, 0), -1.0),), best=1)
