"""Compensation charges are those of GPAW, wherever atoms lie and however plane waves are taken in turns."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from ase import Atoms

from wadflow.workflows import compensation_charges
from wadflow.workflows.compensation_charges import CompensationCharges

if TYPE_CHECKING:
    from gpaw.core.pwacf import PWAtomCenteredFunctions

pytestmark = pytest.mark.gpaw


def in_a_skew_cell() -> Atoms:
    # Kinds in turns, so that atoms of one kind are not neighbours in the list.
    cell = [[4.0, 0.3, 0.0], [-1.0, 3.5, 0.2], [0.4, 0.5, 5.0]]
    places = [[0.1, 0.2, 0.3], [0.6, 0.1, 0.7], [0.4, 0.8, 0.1], [0.9, 0.5, 0.55]]
    return Atoms("OLiOLi", scaled_positions=places, cell=cell, pbc=True)


@pytest.fixture
def own() -> PWAtomCenteredFunctions:
    """GPAW's own charges of oxygen and lithium."""
    from gpaw.dft import Parameters

    builder = Parameters(mode={"name": "pw", "ecut": 150.0}, xc="PBE").dft_component_builder(in_a_skew_cell())
    charges: PWAtomCenteredFunctions = builder.create_poisson_solver([]).ghat_aLh
    return charges


@pytest.fixture
def random() -> np.random.Generator:
    return np.random.default_rng(7)


def charges_of(own: Any) -> CompensationCharges:
    from gpaw.mpi import serial_comm

    return CompensationCharges(own, serial_comm)


def coefficients(own: Any, random: np.random.Generator) -> Any:
    found = own.empty()
    found.data[:] = random.normal(size=found.data.shape)
    return found


def potential(own: Any, random: np.random.Generator) -> Any:
    found = own.pw.empty()
    count = len(found.data)
    found.data[:] = random.normal(size=count) + 1j * random.normal(size=count)
    found.data[0] = found.data[0].real
    return found


def differences(own: Any, charges: CompensationCharges, random: np.random.Generator) -> tuple[float, float]:
    """Return how far charges and integrals are from GPAW's, relative to the largest."""
    given, field = coefficients(own, random), potential(own, random)
    expected, found = own.pw.zeros(), own.pw.zeros()
    own.add_to(expected, given)
    charges.add_to(found, given)
    integrals = own.integrate(field)
    return (
        abs(found.data - expected.data).max() / abs(expected.data).max(),
        abs(charges.integrate(field).data - integrals.data).max() / abs(integrals.data).max(),
    )


@pytest.mark.parametrize("most_phases", [0, 10**9], ids=["calculated anew", "kept"])
@pytest.mark.parametrize("block", [997, 10**9], ids=["in turns", "at once"])
def test_charges_and_integrals_are_those_of_gpaw(
    own: PWAtomCenteredFunctions,
    random: np.random.Generator,
    monkeypatch: pytest.MonkeyPatch,
    most_phases: int,
    block: int,
) -> None:
    monkeypatch.setattr(compensation_charges, "MOST_PHASES", most_phases)
    monkeypatch.setattr(compensation_charges, "BLOCK", block)
    assert len(own.pw.empty().data) > 2 * 997
    assert max(differences(own, charges_of(own), random)) < 1e-13


def test_they_are_added_to_what_is_there(own: PWAtomCenteredFunctions, random: np.random.Generator) -> None:
    charge = potential(own, random)
    before = charge.data.copy()
    alone = own.pw.zeros()
    given = coefficients(own, random)
    own.add_to(alone, given)
    charges_of(own).add_to(charge, given)
    assert charge.data - before == pytest.approx(alone.data, abs=1e-12)


def test_they_move_with_the_atoms(own: PWAtomCenteredFunctions, random: np.random.Generator) -> None:
    charges = charges_of(own)
    moved = own.relpos_ac + random.normal(scale=0.05, size=own.relpos_ac.shape)
    charges.move(moved, own.atomdist)
    assert max(differences(own, charges, random)) < 1e-13
    field = potential(own, random)
    assert charges.derivative(field).data == pytest.approx(own.derivative(field).data)
