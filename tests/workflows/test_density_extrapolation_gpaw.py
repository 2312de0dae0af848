"""The density follows the atoms: fewer iterations to the same energy and forces, with real GPAW."""

from __future__ import annotations

import gc
from typing import TYPE_CHECKING

import numpy as np
import pytest

from wadflow.interfaces.definition import load_definition
from wadflow.workflows import adhesion_steps as steps
from wadflow.workflows.engine import GpawSolver
from wadflow.workflows.protocol import load_protocol

if TYPE_CHECKING:
    from pathlib import Path

    from wadflow.workflows.ionic_steps import IonicStep

pytestmark = pytest.mark.gpaw

TOLERANCE = 0.003  # eV, of the slab of six atoms
FORCE_TOLERANCE = 0.05  # eV/angstrom


def nothing(**_: object) -> None:
    """Receive events."""


@pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_polar_slab_whose_atoms_moved_goes_on_from_the_step_before(tmp_path: Path) -> None:
    smoke = load_protocol("smoke")
    interface = steps.build(load_definition("li001-li2o001-li-contact"), smoke)
    calculation = steps.slab_calculations(interface, smoke, dipole_layer=True, task="static")["A"]
    electrons = calculation.electrons.model_copy(update={"kpoints": (3, 3, 1)})
    calculation = calculation.model_copy(update={"electrons": electrons})
    atoms = calculation.to_atoms()
    moved = atoms.copy()
    moved.positions[:, 2] += 0.1 * np.sin(2.0 * atoms.positions[:, 2])  # each plane as a whole

    def solve_in_turn(*structures: object) -> IonicStep:
        solver = GpawSolver(calculation, tmp_path / "gpaw.txt", nothing)
        for structure in structures:
            step = solver.compute(structure)  # type: ignore[arg-type]
        del solver
        gc.collect()  # GPAW's objects hold each other, and the log
        return step

    afresh = solve_in_turn(moved)
    following = solve_in_turn(atoms, moved)
    assert following.energy == pytest.approx(afresh.energy, abs=TOLERANCE)
    assert np.allclose(following.forces, afresh.forces, atol=FORCE_TOLERANCE)
    assert following.scf_iterations <= 0.6 * afresh.scf_iterations
