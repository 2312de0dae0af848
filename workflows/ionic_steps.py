"""Ionic steps on disk: the checkpoint of a relaxation.

One JSON line a step, flushed to the disk before the next step starts. A killed process leaves at
most one torn last line, which is ignored. Optimizers are deterministic functions of the energies
and forces that they have seen, so a relaxation resumes by showing a fresh optimizer the recorded
steps (`ReplayCalculator`): no state of any optimizer is kept in a format of its own, and the
resumed path is the uninterrupted one.
"""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from ase.calculators.calculator import Calculator, all_changes
from pydantic import BaseModel, ConfigDict, ValidationError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from ase import Atoms
    from numpy.typing import ArrayLike, NDArray

SAME_POSITION = 1e-8
"""Largest difference (angstrom) between two structures that count as the same step."""


def largest_force(forces: ArrayLike) -> float:
    """Return the length of the longest force (eV/angstrom), shape (n, 3)."""
    return float(np.linalg.norm(forces, axis=1).max())


class IonicStep(BaseModel):
    """One structure and what was computed for it.

    ================  ======  =====================================================
    property          shape   unit
    ================  ======  =====================================================
    positions         (n, 3)  angstrom
    cell              (3, 3)  angstrom
    energy            --      eV, extrapolated to zero smearing
    free_energy       --      eV, what the forces are derivatives of
    forces            (n, 3)  eV/angstrom
    stress            (6,)    eV/angstrom3, Voigt order; None where it is not defined
    magnetic_moments  (n,)    Bohr magnetons; None without spin
    scf_iterations    --      number
    wall_seconds      --      s
    cores             --      MPI ranks
    ================  ======  =====================================================
    """

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    positions: list[tuple[float, float, float]]
    cell: tuple[tuple[float, float, float], ...]
    energy: float
    free_energy: float
    forces: list[tuple[float, float, float]]
    stress: tuple[float, ...] | None
    magnetic_moments: list[float] | None
    scf_iterations: int
    wall_seconds: float
    cores: int = 1

    @property
    def max_force(self) -> float:
        """Largest force on an atom (eV/angstrom)."""
        return largest_force(self.forces)

    def is_for(self, atoms: Atoms) -> bool:
        """Whether this step was computed for these positions and this cell."""
        if len(self.positions) != len(atoms):
            return False
        shift = np.abs(np.asarray(self.positions) - atoms.positions).max()
        strain = np.abs(np.asarray(self.cell) - atoms.cell.array).max()
        return bool(max(shift, strain) < SAME_POSITION)


class IonicStepFile:
    """A file of ionic steps that survives a kill.

    Parameters
    ----------
    path : Path
        The file; it need not exist.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def read(self) -> list[IonicStep]:
        """Return the steps up to the first line that is torn or no step."""
        steps: list[IonicStep] = []
        try:
            lines = self.path.read_bytes().split(b"\n")
        except FileNotFoundError:
            return steps
        for line in lines[:-1]:  # what follows the last newline is torn or empty
            try:
                steps.append(IonicStep.model_validate_json(line))
            except ValidationError:
                break
        return steps

    def keep(self, steps: list[IonicStep]) -> None:
        """Replace the content by these steps: drops a torn line before appending goes on."""
        aside = self.path.with_name(f"{self.path.name}.new")
        with aside.open("wb") as file:
            for step in steps:
                file.write(_line(step))
            file.flush()
            os.fsync(file.fileno())
        aside.replace(self.path)

    def append(self, step: IonicStep) -> None:
        """Add one step and wait until the disk has it."""
        with self.path.open("ab") as file:
            file.write(_line(step))
            file.flush()
            os.fsync(file.fileno())


class ReplayCalculator(Calculator):
    """Answer from recorded ionic steps as long as they last, then compute.

    Parameters
    ----------
    recorded : list of IonicStep
        Steps of the interrupted run, in their order.
    compute : callable
        Computes one ionic step of `ase.Atoms`.
    on_step : callable
        Called with each newly computed step, before the optimizer sees it.
    on_departure : callable, optional
        Called with the steps so far when the path leaves the record, whose rest is void then.

    Attributes
    ----------
    steps : list of IonicStep
        All steps so far, recorded and computed; a structure that is met again makes no new one.
    current : IonicStep
        That of the structure asked for last.
    """

    implemented_properties: ClassVar[list[str]] = [  # type: ignore[misc]  # ASE: any attribute
        "energy",
        "free_energy",
        "forces",
        "stress",
        "magmoms",
    ]

    def __init__(
        self,
        recorded: list[IonicStep],
        compute: Callable[[Atoms], IonicStep],
        on_step: Callable[[IonicStep], None],
        on_departure: Callable[[list[IonicStep]], None] = lambda _steps: None,
    ) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # ASE
        self.steps: list[IonicStep] = []
        self.current: IonicStep
        self._recorded = list(recorded)
        self._compute = compute
        self._on_step = on_step
        self._on_departure = on_departure

    def calculate(
        self,
        atoms: Atoms | None = None,
        properties: Any = None,
        system_changes: Any = all_changes,
    ) -> None:
        """Fill in ``results`` for the given atoms, from the record or by computing."""
        super().calculate(atoms, properties, system_changes)  # type: ignore[no-untyped-call]  # ASE
        current: Any = self.atoms
        step = next((one for one in reversed(self.steps) if one.is_for(current)), None)
        if step is None:
            step = self._next_recorded(current)
            if step is None:
                step = self._compute(current)
                self._on_step(step)
            self.steps.append(step)
        self.current = step
        self.results: dict[str, float | NDArray[np.float64]] = {
            "energy": step.energy,
            "free_energy": step.free_energy,
            "forces": np.array(step.forces),
        }
        if step.stress is not None:
            self.results["stress"] = np.array(step.stress)
        if step.magnetic_moments is not None:
            self.results["magmoms"] = np.array(step.magnetic_moments)

    def _next_recorded(self, atoms: Atoms) -> IonicStep | None:
        if not self._recorded:
            return None
        step = self._recorded.pop(0)
        if step.is_for(atoms):
            return step
        # The path has left the record (another machine's rounding, say): what follows in the
        # record belongs to another path.
        self._recorded.clear()
        self._on_departure(self.steps)
        return None


def _line(step: IonicStep) -> bytes:
    return json.dumps(step.model_dump(mode="json"), separators=(",", ":")).encode() + b"\n"
