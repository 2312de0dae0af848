"""What the engine decides by itself; its runs are tested with real GPAW elsewhere."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from ase.build import bcc100

from wadflow.workflows.calculation import Calculation
from wadflow.workflows.engine import PATIENCE, GpawSolver
from wadflow.workflows.protocol import load_protocol

if TYPE_CHECKING:
    from pathlib import Path

    from ase import Atoms


class FakeGpaw:
    """Takes a number of SCF iterations for each ionic step; no physics."""

    def __init__(self, iterations: list[int], solver: GpawSolver) -> None:
        self._iterations, self._solver = iterations, solver
        self._taken = 0
        self._positions = np.zeros(0)

    def get_potential_energy(self, atoms: Atoms, *, force_consistent: bool = False) -> float:
        if not np.array_equal(self._positions, atoms.positions):
            total = self._iterations.pop(0)
            for number in range(1, total + 1):
                energies = SimpleNamespace(total_extrapolated=-1.0)
                self._solver._scf_step(SimpleNamespace(niter=number, energies=energies))
            self._taken, self._positions = total, atoms.positions.copy()
        return -2.0 if force_consistent else -1.0

    def get_forces(self, atoms: Atoms) -> Any:
        return np.zeros((len(atoms), 3))

    def get_number_of_iterations(self) -> int:
        return self._taken


class FakeSolver(GpawSolver):
    """A solver whose calculators take the given numbers of iterations, one list for each calculator."""

    def __init__(self, calculation: Calculation, log: Path, iterations: list[list[int]]) -> None:
        super().__init__(calculation, log, lambda **_: None)
        self._waiting = iterations

    def _prepared(self) -> Any:
        if self._calculator is None:
            self._calculator, self._goes_on = FakeGpaw(self._waiting.pop(0), self), False
        return self._calculator

    def _check_datasets(self) -> None:
        return


@pytest.fixture
def slab() -> Atoms:
    atoms = bcc100("Li", (1, 1, 4), a=3.44, vacuum=6.0)
    atoms.pbc = (True, True, False)
    return atoms


def test_a_step_that_goes_on_and_stalls_starts_afresh(slab: Atoms, tmp_path: Path) -> None:
    calculation = Calculation.prepare(slab, load_protocol("smoke"), label="slab", task="relax")
    solver = FakeSolver(calculation, tmp_path / "log", [[PATIENCE + 20, 9, 1000], [30, 8]])
    taken = []
    for _ in range(4):
        taken.append(solver.compute(slab).scf_iterations)
        slab.positions[0, 2] += 0.1
    # The first step may take its time. The third stalls, and what it cost is counted.
    assert taken == [PATIENCE + 20, 9, PATIENCE + 30, 8]
