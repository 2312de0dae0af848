"""The checkpoint: torn lines are not believed, and a resumed relaxation is the uninterrupted one.

EMT (a cheap model potential) stands in for GPAW: this is about files and optimizers, not physics.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from ase.build import fcc111
from ase.calculators.emt import EMT
from ase.optimize import BFGS, LBFGS

from wadflow.workflows.ionic_steps import IonicStep, IonicStepFile, ReplayCalculator

if TYPE_CHECKING:
    from pathlib import Path

    from ase import Atoms
    from ase.optimize.optimize import Optimizer


def slab() -> Atoms:
    atoms: Atoms = fcc111("Cu", (2, 2, 3), vacuum=6.0)
    atoms.rattle(0.1, seed=7)
    return atoms


def solve_with_emt(atoms: Atoms) -> IonicStep:
    copy = atoms.copy()
    copy.calc = EMT()
    return IonicStep(
        positions=copy.positions.tolist(),
        cell=copy.cell.array.tolist(),
        energy=copy.get_potential_energy(),
        free_energy=copy.get_potential_energy(),
        forces=copy.get_forces().tolist(),
        stress=None,
        magnetic_moments=None,
        scf_iterations=1,
        wall_seconds=0.0,
    )


def relax(
    recorded: list[IonicStep], optimizer: type[Optimizer], steps: int = 100
) -> tuple[ReplayCalculator, Atoms, list[IonicStep]]:
    computed: list[IonicStep] = []
    calculator = ReplayCalculator(recorded, solve_with_emt, computed.append)
    atoms = slab()
    atoms.calc = calculator
    optimizer(atoms, logfile=None).run(fmax=0.01, steps=steps)
    return calculator, atoms, computed


@pytest.mark.parametrize("optimizer", [BFGS, LBFGS])
@pytest.mark.parametrize("interrupted_after", [1, 2, 5])
def test_a_resumed_relaxation_takes_the_path_of_the_uninterrupted_one(
    tmp_path: Path, optimizer: type[Optimizer], interrupted_after: int
) -> None:
    whole, atoms, all_computed = relax([], optimizer)
    assert len(all_computed) > interrupted_after + 1, "nothing would be left to resume"
    file = IonicStepFile(tmp_path / "steps.jsonl")
    for step in all_computed[:interrupted_after]:
        file.append(step)
    resumed, atoms_again, computed = relax(file.read(), optimizer)
    assert len(computed) == len(all_computed) - interrupted_after
    assert len(resumed.steps) == len(whole.steps)
    # The disk keeps every bit of a float, so the paths agree to rounding of sums.
    np.testing.assert_allclose(atoms_again.positions, atoms.positions, atol=1e-10)


def test_a_record_of_another_structure_is_not_used() -> None:
    other = solve_with_emt(fcc111("Cu", (2, 2, 3), vacuum=6.0))
    calculator, _, computed = relax([other], BFGS, steps=1)
    assert len(computed) == len(calculator.steps)


def test_what_follows_a_step_off_the_path_is_dropped() -> None:
    _, _, steps = relax([], BFGS)
    shifted = steps[1].model_copy(update={"positions": [(x + 1e-3, y, z) for x, y, z in steps[1].positions]})
    _, _, computed = relax([steps[0], shifted, *steps[2:]], BFGS)
    assert len(computed) == len(steps) - 1


def test_a_departure_from_the_record_is_told_with_the_steps_that_still_hold() -> None:
    _, _, steps = relax([], BFGS)
    other = solve_with_emt(fcc111("Cu", (2, 2, 3), vacuum=6.0))
    kept: list[list[IonicStep]] = []
    calculator = ReplayCalculator(
        [steps[0], other], solve_with_emt, lambda _: None, lambda valid: kept.append(list(valid))
    )
    atoms = slab()
    atoms.calc = calculator
    BFGS(atoms, logfile=None).run(fmax=0.01, steps=2)
    assert kept == [[steps[0]]]


def test_every_torn_end_of_the_file_is_ignored(tmp_path: Path) -> None:
    _, _, steps = relax([], BFGS, steps=2)
    file = IonicStepFile(tmp_path / "steps.jsonl")
    for step in steps[:2]:
        file.append(step)
    content = file.path.read_bytes()
    first = content.index(b"\n") + 1
    for end in range(first, len(content), 97):
        file.path.write_bytes(content[:end])
        assert file.read() == steps[:1], f"believed a torn line at byte {end}"
    file.path.write_bytes(content)
    assert file.read() == steps[:2]


def test_after_a_torn_line_the_file_can_grow_again(tmp_path: Path) -> None:
    _, _, steps = relax([], BFGS, steps=2)
    file = IonicStepFile(tmp_path / "steps.jsonl")
    file.append(steps[0])
    with file.path.open("ab") as raw:
        raw.write(b'{"positions": [[0.1, ')
    file.keep(file.read())
    file.append(steps[1])
    assert file.read() == steps[:2]


def test_garbage_in_the_middle_ends_the_record(tmp_path: Path) -> None:
    _, _, steps = relax([], BFGS, steps=2)
    file = IonicStepFile(tmp_path / "steps.jsonl")
    file.append(steps[0])
    with file.path.open("ab") as raw:
        raw.write(b'{"energy": 1.0}\n')
    file.append(steps[1])
    assert file.read() == steps[:1]


def test_no_file_is_no_record(tmp_path: Path) -> None:
    assert IonicStepFile(tmp_path / "steps.jsonl").read() == []
