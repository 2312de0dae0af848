"""Smearing leaves an insulator as it is, with real GPAW."""

from __future__ import annotations

import gc
from typing import TYPE_CHECKING

import pytest

from wadflow.workflows import adhesion_steps as steps
from wadflow.workflows.engine import GpawSolver
from wadflow.workflows.preparation import WHOLE_OCCUPATIONS, prepare_calculation
from wadflow.workflows.protocol import load_protocol

if TYPE_CHECKING:
    from pathlib import Path

    from wadflow.workflows.calculation import Calculation

pytestmark = pytest.mark.gpaw

TOLERANCE = 1e-4  # eV per formula unit


def energy(calculation: Calculation, folder: Path) -> float:
    """Return the energy of a structure, eV."""
    solver = GpawSolver(calculation, folder / "gpaw.txt", lambda **_: None)
    step = solver.compute(calculation.to_atoms())
    del solver
    gc.collect()  # GPAW's objects hold each other, and the log
    return step.energy


@pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")
def test_an_insulator_has_the_energy_of_whole_occupations(tmp_path: Path) -> None:
    # Cold smearing put the Fermi level of Na2O to the top of its valence bands, 0.056 eV too high.
    protocol = load_protocol("smoke")  # has the widest
    atoms = steps.bulk_calculation("Na2O", protocol).to_atoms()
    smeared = prepare_calculation(
        atoms, protocol, label="Na2O", task="static", kpoints=(3, 3, 3), cutoff=350.0
    )
    name, width = WHOLE_OCCUPATIONS
    electrons = smeared.electrons.model_copy(update={"smearing": name, "smearing_width": width})
    whole = smeared.model_copy(update={"electrons": electrons})
    assert energy(smeared, tmp_path) == pytest.approx(energy(whole, tmp_path), abs=TOLERANCE)
