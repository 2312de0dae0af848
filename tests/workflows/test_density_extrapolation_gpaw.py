"""The density follows the atoms: fewer iterations to the same energy and forces, with real GPAW."""

from __future__ import annotations

import gc
from typing import TYPE_CHECKING

import numpy as np
import pytest

from wadflow.interfaces.definition import load_definition
from wadflow.workflows import adhesion_steps as steps
from wadflow.workflows import engine, gpaw_input
from wadflow.workflows.density_extrapolation import move_atoms_with_density
from wadflow.workflows.engine import GpawSolver
from wadflow.workflows.protocol import load_protocol

if TYPE_CHECKING:
    from pathlib import Path

    from wadflow.workflows.calculation import Calculation

pytestmark = pytest.mark.gpaw

TOLERANCE = 0.003  # eV, of the slab of six atoms
FORCE_TOLERANCE = 0.05  # eV/angstrom


@pytest.fixture
def slab(monkeypatch: pytest.MonkeyPatch) -> Calculation:
    """Return A of the Li contact, Li2O(001) with one face of oxygen and one of lithium, at few k-points.

    It mixes as the whole contact does, damped: with GPAW's mixer a fresh start is too quick to show the gain.
    """
    monkeypatch.setattr(gpaw_input, "_charges_balance", lambda _: False)
    smoke = load_protocol("smoke")
    interface = steps.build(load_definition("li001-li2o001-li-contact"), smoke)
    calculation = steps.slab_calculations(interface, smoke, dipole_layer=True, task="static")["A"]
    electrons = calculation.electrons.model_copy(update={"kpoints": (3, 3, 1)})
    return calculation.model_copy(update={"electrons": electrons})


@pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")
def test_steps_go_on_from_the_step_before_or_start_again_where_that_goes_wrong(
    slab: Calculation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from gpaw.new.symmetry import SymmetryBrokenError

    atoms = slab.to_atoms()
    moved, askew = atoms.copy(), atoms.copy()
    moved.positions[:, 2] += 0.1 * np.sin(2.0 * atoms.positions[:, 2])  # each plane as a whole
    askew.positions[1, 0] += 0.05
    solver = GpawSolver(slab, tmp_path / "gpaw.txt", lambda **_: None)
    afresh = solver.compute(atoms)
    there = solver.compute(moved)
    back = solver.compute(atoms)
    assert back.energy == pytest.approx(afresh.energy, abs=TOLERANCE)
    assert np.allclose(back.forces, afresh.forces, atol=FORCE_TOLERANCE)
    assert max(there.scf_iterations, back.scf_iterations) <= 0.6 * afresh.scf_iterations

    monkeypatch.setattr(engine, "MOST_ITERATIONS_GOING_ON", 2)
    again = solver.compute(moved)
    assert again.energy == pytest.approx(there.energy, abs=TOLERANCE)
    assert again.scf_iterations > afresh.scf_iterations
    assert again.energy != there.energy, "it came from another start"

    monkeypatch.undo()
    monkeypatch.setattr(gpaw_input, "_charges_balance", lambda _: False)
    monkeypatch.setattr(engine, "HIGHEST_RISE_GOING_ON", -1000.0)  # as if it had ended in a wrong state
    right = solver.compute(atoms)
    assert right.energy == pytest.approx(afresh.energy, abs=1e-6)
    assert right.scf_iterations > afresh.scf_iterations
    with pytest.raises(SymmetryBrokenError):
        move_atoms_with_density(solver._calculator, askew)  # the engine starts afresh
    del solver
    gc.collect()  # GPAW's objects hold each other, and the log


@pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")
def test_another_mesh_of_kpoints_starts_from_the_density_of_this_one(
    slab: Calculation, tmp_path: Path
) -> None:
    electrons = slab.electrons.model_copy(update={"kpoints": (4, 4, 1)})
    finer = slab.model_copy(update={"electrons": electrons})
    atoms = slab.to_atoms()
    coarse, alone, helped = (
        GpawSolver(one, tmp_path / f"{number}.txt", lambda **_: None)
        for number, one in enumerate((slab, finer, finer))
    )
    coarse.compute(atoms)
    helped.beside = coarse
    afresh, handed_over = alone.compute(atoms), helped.compute(atoms)
    assert handed_over.energy == pytest.approx(afresh.energy, abs=TOLERANCE)
    assert np.allclose(handed_over.forces, afresh.forces, atol=FORCE_TOLERANCE)
    assert handed_over.scf_iterations <= 0.7 * afresh.scf_iterations
    moved = atoms.copy()
    moved.positions[0, 2] += 0.01
    assert coarse.calculator_at(moved) is None, "a density of other atoms"
    del coarse, alone, helped
    gc.collect()
