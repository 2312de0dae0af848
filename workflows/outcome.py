"""Outcome: what the engine leaves in ``result.json``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, Self

from pydantic import BaseModel, ConfigDict, Field

from wadflow.results.documents import AtomsRecord, CalculationRecord, PawDataset, Role
from wadflow.workflows.ionic_steps import IonicStep  # noqa: TC001  # pydantic reads it

if TYPE_CHECKING:
    from wadflow.workflows.calculation import Calculation

INPUT_FILE = "input.json"
RESULT_FILE = "result.json"
STEPS_FILE = "ionic_steps.jsonl"
APPROACH_FILE = "approach_steps.jsonl"
LOG_FILE = "gpaw.txt"
FAILURE_FILE = "failure.json"

Course = tuple[tuple[float, float], ...]
"""Of each ionic step energy (eV) and largest force on an atom (eV/angstrom)."""


class Outcome(BaseModel):
    """A finished calculation.

    ===================  ======  ========================================================
    property             shape   unit
    ===================  ======  ========================================================
    key                  --      key of the calculation
    label                --      name for people
    protocol             --      name of the numerical settings
    task                 --      ``static`` or ``relax``
    atoms                --      angstrom, after the last ionic step
    initial_energy       --      eV, first ionic step (rigid), zero smearing
    energy               --      eV, last ionic step, extrapolated to zero smearing
    forces               (n, 3)  eV/angstrom, last ionic step
    stress               (6,)    eV/angstrom3, Voigt order; None for slabs and molecules
    magnetic_moments     (n,)    Bohr magnetons; None without spin
    max_force            --      eV/angstrom, generalised cell forces included
    converged            --      whether the atoms came to rest within the allowed steps
    n_ionic_steps        --      energies computed
    ionic_steps          (n,)    every step, see `IonicStep`
    scf_iterations       --      over all ionic steps
    irreducible_kpoints  --      number
    symmetries           --      operations that GPAW found
    fermi_level          --      eV
    paw                  --      data sets that GPAW read
    versions             --      versions of the programs
    cores                --      MPI ranks
    cpu_seconds          --      s, all ranks, all attempts recorded in this run
    wall_seconds         --      s, from the checkpoint read to the end, without interruptions
    gpaw_seconds         --      s, of these GPAW solved equations (without its import)
    peak_memory          --      MiB, largest rank
    resumed_steps        --      ionic steps taken over from an interrupted run
    approach_steps       --      ionic steps at the coarse mesh, beside those that are recorded
    course               (n, 2)  eV and eV/angstrom, where the ionic steps are left out
    ===================  ======  ========================================================
    """

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    key: str
    label: str
    protocol: str
    task: Literal["static", "relax"]
    atoms: AtomsRecord
    initial_energy: float
    energy: float
    forces: list[tuple[float, float, float]]
    stress: tuple[float, ...] | None
    magnetic_moments: list[float] | None
    max_force: float = Field(ge=0)
    converged: bool
    n_ionic_steps: int = Field(ge=1)
    ionic_steps: tuple[IonicStep, ...]
    scf_iterations: int = Field(ge=0)
    irreducible_kpoints: int | None
    symmetries: int | None
    fermi_level: float | None
    paw: tuple[PawDataset, ...]
    versions: dict[str, str]
    cores: int = Field(ge=1)
    cpu_seconds: float = Field(ge=0)
    wall_seconds: float = Field(ge=0)
    gpaw_seconds: float = Field(ge=0)
    peak_memory: float = Field(ge=0)
    resumed_steps: int = Field(ge=0)
    approach_steps: int = Field(default=0, ge=0)
    course: Course = ()

    def without_steps(self) -> Self:
        """Return what documents need of it: the course of the ionic steps, not their structures."""
        return self.model_copy(update={"ionic_steps": (), "course": self._course()})

    def _course(self) -> Course:
        return self.course or tuple((step.energy, step.max_force) for step in self.ionic_steps)

    def record(self, calculation: Calculation, *, role: Role, from_archive: bool) -> CalculationRecord:
        """Make the record that documents keep of this calculation."""
        relaxes_cell = calculation.relaxation is not None and calculation.relaxation.relax_cell
        return CalculationRecord(
            key=self.key,
            label=calculation.label,
            role=role,
            task=self.task,
            formula=self.atoms.to_atoms().get_chemical_formula(),
            n_atoms=len(self.atoms.numbers),
            initial_energy=self.initial_energy,
            final_energy=self.energy,
            max_force=self.max_force,
            n_ionic_steps=self.n_ionic_steps,
            converged=self.converged,
            equal_settings=calculation.equal_settings,
            paw=self.paw,
            versions=self.versions,
            cores=self.cores,
            cpu_seconds=self.cpu_seconds,
            wall_seconds=self.wall_seconds,
            from_archive=from_archive,
            final_atoms=self.atoms if relaxes_cell or role == "gas" else None,
            course=self._course() if self.task == "relax" else None,
        )


def unknown_outcome(calculation: Calculation) -> Outcome:
    """Stand in, while planning, for an outcome that is not there yet: the atoms as asked for, no energy."""
    return Outcome.model_construct(
        key=calculation.key,
        label=calculation.label,
        protocol=calculation.protocol,
        task=calculation.task,
        atoms=calculation.atoms,
        initial_energy=0.0,
        energy=0.0,
        converged=False,
    )


class Failure(BaseModel):
    """Why the engine stopped without a result: type and message of the exception."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: str
    message: str
