"""The PAW corrections of exchange and correlation, in all directions at once as GPAW's one by one."""

from __future__ import annotations

import numpy as np
import pytest
from gpaw.setup import create_setup
from gpaw.xc import XC
from gpaw.xc.gga import GGA

from wadflow.workflows.paw_exchange_correlation import ExchangeCorrelation, GGAInAllDirections

ROUNDING = 1e-12  # hartree; the energies are up to 100 hartree, sums of 50 directions in another order


def functional(name: str) -> object:
    return ExchangeCorrelation(name).functional(collinear=True)  # type: ignore[no-untyped-call]


@pytest.mark.parametrize("spins", [1, 2])
@pytest.mark.parametrize("name", ["PBE", "RPBE", "GGA_X_PBE_SOL+GGA_C_PBE_SOL"])
@pytest.mark.parametrize("symbol", ["Li", "O", "Fe"])
def test_energies_and_derivatives_are_those_of_gpaw(symbol: str, name: str, spins: int) -> None:
    setup = create_setup(symbol, "PBE")
    ours = functional(name)
    assert isinstance(ours, GGAInAllDirections)
    theirs = XC(name)
    random = np.random.default_rng(spins)
    squares = [0.1 * a @ a.T for a in random.standard_normal((spins, setup.ni, setup.ni))]
    pairs = np.triu_indices(setup.ni)
    density = np.array([(2.0 * square - np.diag(np.diag(square)))[pairs] for square in squares])
    start = random.standard_normal(density.shape)
    found, expected = start.copy(), start.copy()  # derivatives are added to what is there
    energy = ours.calculate_paw_correction(setup, density, found)
    assert energy == pytest.approx(theirs.calculate_paw_correction(setup, density, expected), abs=ROUNDING)
    np.testing.assert_allclose(found, expected, rtol=0, atol=ROUNDING)
    assert np.abs(expected - start).max() > 1e-3, "nothing was compared"


def test_the_core_can_be_left_out() -> None:
    setup = create_setup("O", "PBE")
    ours, theirs = functional("PBE"), XC("PBE")
    assert isinstance(ours, GGAInAllDirections)
    density = np.full((1, setup.ni * (setup.ni + 1) // 2), 0.01)
    without = ours.calculate_paw_correction(setup, density, None, addcoredensity=False)
    assert isinstance(theirs, GGA)
    expected = theirs.calculate_paw_correction(setup, density, None, addcoredensity=False)
    assert without == pytest.approx(expected, abs=ROUNDING)
    assert abs(without - ours.calculate_paw_correction(setup, density)) > 1e-3


@pytest.mark.parametrize("name", ["LDA", "TPSS"])
def test_other_functionals_are_left_to_gpaw(name: str) -> None:
    assert type(functional(name)) is type(XC(name))


def test_a_gga_of_gpaws_own_making_is_left_alone() -> None:
    assert type(XC("PBE")) is GGA
    assert ExchangeCorrelation("PBE").todict() == {"name": "PBE"}  # type: ignore[no-untyped-call]
