"""The engine: one process (or MPI group) that runs one calculation in one directory.

``mpiexec -n N python -m wadflow.workflows.engine DIR`` reads ``DIR/input.json``, appends each
ionic step to ``DIR/ionic_steps.jsonl`` and writes ``DIR/result.json``. Killed at any moment and
started again, it goes on after the last recorded ionic step. DIR can be rerun by hand; events
(one JSON object a line) go to standard output, GPAW's own log to ``DIR/gpaw.txt``.

Exit codes: 0 a result was written, 3 the calculation failed and ``failure.json`` says why.
"""

from __future__ import annotations

import gc
import json
import os
import resource
import sys
import time
import warnings
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from wadflow.errors import CalculationError
from wadflow.results.documents import AtomsRecord
from wadflow.workflows.calculation import Calculation
from wadflow.workflows.density_extrapolation import move_atoms_with_density, start_with_density
from wadflow.workflows.durable import replace_file
from wadflow.workflows.gpaw_input import gpaw_parameters
from wadflow.workflows.ionic_steps import IonicStep, IonicStepFile, ReplayCalculator
from wadflow.workflows.outcome import (
    APPROACH_FILE,
    FAILURE_FILE,
    INPUT_FILE,
    LOG_FILE,
    RESULT_FILE,
    STEPS_FILE,
    Failure,
    Outcome,
)
from wadflow.workflows.paw import show_datasets_to_gpaw
from wadflow.workflows.rehearsal import RehearsalSolver
from wadflow.workflows.relaxation import relax
from wadflow.workflows.tether import TETHERED_VARIABLE, end_with_parent

if TYPE_CHECKING:
    from collections.abc import Callable

    from ase import Atoms

FAILED = 3
"""Exit code of a calculation that failed and said why."""

AFRESH_DISTANCE = 0.5
"""How far an atom goes (angstrom) before an ionic step starts from atomic orbitals again."""

MOST_ITERATIONS_GOING_ON = 60
"""Iterations after which an ionic step that went on from the step before starts from atomic orbitals."""

HIGHEST_RISE_GOING_ON = 1.0
"""Energy (eV) above the step before at which a step that went on from it starts from atomic orbitals.

Atoms of a relaxation seldom climb so far, but an eigensolver that has lost an occupied state does.
"""

ABORT_SECONDS = 1.0
"""Time between the failure of a rank and the end of all ranks."""


class _StalledError(Exception):
    """The self-consistent field did not converge well from the step before; it may from atomic orbitals."""

    def __init__(self, iterations: int) -> None:
        super().__init__(iterations)
        self.iterations = iterations


class GpawSolver:
    """Computes ionic steps of one calculation with GPAW, on all ranks alike.

    Parameters
    ----------
    calculation : Calculation
        What is to be solved.
    log : Path
        File for GPAW's own log.
    emit : callable
        Receives events as keyword arguments.

    Attributes
    ----------
    beside : GpawSolver, optional
        Solves the same atoms at other k-points: where it is at the same place, its density is the start.
    """

    def __init__(self, calculation: Calculation, log: Path, emit: Callable[..., None]) -> None:
        self._calculation = calculation
        self._log = log
        self._emit = emit
        self._calculator: Any = None
        self._started_from: Atoms | None = None  # the atoms of the last start from atomic orbitals
        self._most_iterations: int | None = None  # of a step that goes on from the step before
        self._energy_before = float("inf")  # of the step before
        self.beside: GpawSolver | None = None
        self.seconds = 0.0  # spent in GPAW, without its import

    def compute(self, atoms: Atoms) -> IonicStep:
        """Solve for these atoms; lengths in angstrom, energies in eV."""
        import gpaw.new.ase_interface  # noqa: F401  # before the clock starts
        from gpaw.mpi import world

        started = time.perf_counter()
        atoms = atoms.copy()
        stalled = 0
        if starts_afresh(self._started_from, atoms):
            self._start(atoms)
        else:
            try:
                self._go_on(atoms)
            except _StalledError as error:
                stalled = error.iterations
                self._start(atoms)
        calculator = self._calculator
        energy = self._energy_before = calculator.get_potential_energy(atoms)
        free_energy = calculator.get_potential_energy(atoms, force_consistent=True)
        forces = calculator.get_forces(atoms)
        stress = calculator.get_stress(atoms) if atoms.pbc.all() else None
        spin = self._calculation.electrons.spin_polarized
        moments = calculator.get_magnetic_moments(atoms) if spin else None
        seconds = time.perf_counter() - started
        self.seconds += seconds
        return IonicStep(
            positions=atoms.positions.tolist(),
            cell=atoms.cell.array.tolist(),
            energy=float(energy),
            free_energy=float(free_energy),
            forces=forces.tolist(),
            stress=None if stress is None else tuple(stress.tolist()),
            magnetic_moments=None if moments is None else moments.tolist(),
            scf_iterations=int(calculator.get_number_of_iterations()) + stalled,
            wall_seconds=seconds,
            cores=world.size,
        )

    def calculator_at(self, atoms: Atoms) -> Any:
        """Return GPAW as it has solved these atoms; None where the last step, if any, was of others."""
        if self._calculator is None:
            return None
        here: Atoms = self._calculator.atoms
        same = (here.positions == atoms.positions).all() and (here.cell.array == atoms.cell.array).all()
        return self._calculator if same else None

    def facts(self) -> dict[str, Any]:
        """Return what GPAW says of itself; Nones where every step came from the record."""
        if self._calculator is None:
            return {"irreducible_kpoints": None, "symmetries": None, "fermi_level": None}
        # A molecule of fixed moment has two levels, one for each spin.
        periodic = any(self._calculation.atoms.pbc)
        return {
            "irreducible_kpoints": len(self._calculator.get_ibz_k_points()),
            "symmetries": len(self._calculator.dft.ibzwfs.ibz.symmetries),
            "fermi_level": float(self._calculator.get_fermi_level()) if periodic else None,
        }

    def _start(self, atoms: Atoms) -> None:
        """Make a calculator that will start from atomic orbitals."""
        from gpaw.new.ase_interface import GPAW

        self._calculator = None
        self._most_iterations = None
        gc.collect()  # GPAW's objects hold each other: 15 MiB a start
        show_datasets_to_gpaw()
        # Rank 0 alone writes. Appended: the log has every start of this calculation.
        log = self._log.open("a", encoding="utf-8")
        self._calculator = GPAW(**gpaw_parameters(self._calculation), txt=log)
        self._calculator.hooks["scf_step"] = self._scf_step
        self._started_from = atoms
        known = None if self.beside is None else self.beside.calculator_at(atoms)
        if known is not None:
            start_with_density(self._calculator, atoms, known)

    def _go_on(self, atoms: Atoms) -> None:
        """Solve from the step before.

        Raises
        ------
        _StalledError
            Where that takes more iterations than a good start does, ends far above the step before, or the
            atoms have lost a symmetry.
        """
        from gpaw.new.symmetry import SymmetryBrokenError

        if (self._calculator.atoms.cell.array == atoms.cell.array).all():
            try:
                move_atoms_with_density(self._calculator, atoms)
            except SymmetryBrokenError as error:
                raise _StalledError(0) from error
        self._most_iterations = MOST_ITERATIONS_GOING_ON
        energy = self._calculator.get_potential_energy(atoms)
        self._most_iterations = None
        if energy > self._energy_before + HIGHEST_RISE_GOING_ON:
            raise _StalledError(int(self._calculator.get_number_of_iterations()))

    def _scf_step(self, context: Any) -> None:
        from ase.units import Hartree

        if context.niter == 1:
            self._check_datasets()
        energy = float(context.energies.total_extrapolated) * Hartree
        self._emit(event="scf", iteration=int(context.niter), energy=energy)
        if self._most_iterations is not None and context.niter >= self._most_iterations:
            raise _StalledError(self._most_iterations)

    def _check_datasets(self) -> None:
        """Refuse to compute with other PAW files than those that the key names."""
        used = {setup.symbol: setup.fingerprint for setup in self._calculator.setups}
        for data in self._calculation.electrons.paw:
            if used[data.symbol] != data.fingerprint:
                problem = (
                    f"GPAW read the PAW data set {used[data.symbol]} for {data.symbol}, but the "
                    f"calculation is for {data.fingerprint}\n"
                    "  Remedy: use the same GPAW_SETUP_PATH where calculations are planned and run"
                )
                raise CalculationError(problem)


class RecordedPath:
    """The ionic steps of a calculation: those on file first, then new ones, which are added to the file.

    All MPI ranks make one together; only rank 0 writes.

    Parameters
    ----------
    calculation : Calculation
        What is computed at each step.
    directory : Path
        Where the file of steps and GPAW's log lie.
    steps_name : str
        Name of the file.
    emit : callable
        Receives events as keyword arguments.

    Attributes
    ----------
    recorded : list of IonicStep
        What was on file.
    solver : GpawSolver or RehearsalSolver
        Computes what was not.
    calculator : ReplayCalculator
        For `ase.Atoms`.
    """

    def __init__(
        self, calculation: Calculation, directory: Path, steps_name: str, emit: Callable[..., None]
    ) -> None:
        from gpaw.mpi import world

        file = IonicStepFile(directory / steps_name)
        self.recorded = file.read()
        world.barrier()  # all ranks have read before rank 0 writes

        def keep(steps: list[IonicStep]) -> None:
            if world.rank == 0:
                file.keep(steps)

        def checkpoint(step: IonicStep) -> None:
            if world.rank == 0:
                file.append(step)
            emit(event="ionic_step", energy=step.energy, max_force=step.max_force)

        keep(self.recorded)
        solver = GpawSolver if calculation.solver == "gpaw" else RehearsalSolver
        self.solver = solver(calculation, directory / LOG_FILE, emit)
        self.calculator = ReplayCalculator(self.recorded, self.solver.compute, checkpoint, keep)

    def start_beside(self, other: RecordedPath) -> None:
        """Let each of two paths start from the density of the other where both are at one place."""
        if isinstance(self.solver, GpawSolver) and isinstance(other.solver, GpawSolver):
            self.solver.beside, other.solver.beside = other.solver, self.solver

    @property
    def replayed(self) -> list[IonicStep]:
        """The steps of the path that were on file."""
        return [step for step in self.calculator.steps if any(step is old for old in self.recorded)]


def starts_afresh(start: Atoms | None, atoms: Atoms) -> bool:
    """Return whether an ionic step starts from atomic orbitals, not from the step before.

    A symmetric calculation keeps the number of bands of each symmetry that it starts with, and where atoms go
    far the bands change their order: a step that is started from atomic orbitals finds all that are occupied.
    A cell that changes is GPAW's to follow.

    Parameters
    ----------
    start : ase.Atoms
        Of the last start from atomic orbitals.
    atoms : ase.Atoms
        Where the atoms are now.
    """
    if start is None:
        return True
    if (start.cell.array != atoms.cell.array).any():
        return False
    return bool(np.linalg.norm(atoms.positions - start.positions, axis=1).max() > AFRESH_DISTANCE)


def run(calculation: Calculation, directory: Path, emit: Callable[..., None]) -> Outcome:
    """Run a calculation in a directory, going on after its recorded ionic steps.

    All MPI ranks call this together; only rank 0 writes.

    Parameters
    ----------
    calculation : Calculation
        What is to be run.
    directory : Path
        Where checkpoint and log lie.
    emit : callable
        Receives events as keyword arguments.

    Returns
    -------
    Outcome
        On every rank; the sums over ranks are in it.
    """
    from gpaw.mpi import world

    started = time.perf_counter()
    atoms = calculation.to_atoms()
    coarse = calculation.approaching
    path = RecordedPath(calculation, directory, STEPS_FILE, emit)
    paths = [path]
    if coarse is not None:
        paths.append(RecordedPath(coarse, directory, APPROACH_FILE, partial(emit, approach=True)))
    emit(event="start", resumed_steps=sum(len(one.recorded) for one in paths))
    atoms.calc = path.calculator
    hessian = None
    if coarse is not None:
        atoms.get_forces()  # of the structure as it was given: its first ionic step
        near = coarse.to_atoms()
        near.calc = paths[1].calculator
        path.start_beside(paths[1])
        hessian = relax(near, coarse).hessian
        atoms.positions = near.positions
    relaxed = relax(atoms, calculation, hessian)
    steps = path.calculator.steps
    last = path.calculator.current
    usage = resource.getrusage(resource.RUSAGE_SELF)
    replayed = [step for one in paths for step in one.replayed]
    earlier = sum(step.wall_seconds for step in replayed)
    earlier_cpu = sum(step.wall_seconds * step.cores for step in replayed)
    return Outcome(
        key=calculation.key,
        label=calculation.label,
        protocol=calculation.protocol,
        task=calculation.task,
        atoms=AtomsRecord.from_atoms(atoms),
        initial_energy=steps[0].energy,
        energy=last.energy,
        forces=last.forces,
        stress=last.stress,
        magnetic_moments=last.magnetic_moments,
        max_force=relaxed.max_force,
        converged=relaxed.converged,
        n_ionic_steps=len(steps),
        ionic_steps=tuple(steps),
        scf_iterations=sum(step.scf_iterations for step in steps),
        paw=calculation.electrons.paw,
        versions=program_versions() | ({} if calculation.solver == "gpaw" else {"gpaw": "none, a rehearsal"}),
        cores=world.size,
        cpu_seconds=float(world.sum_scalar(usage.ru_utime + usage.ru_stime)) + earlier_cpu,
        wall_seconds=time.perf_counter() - started + earlier,
        gpaw_seconds=sum(one.solver.seconds for one in paths) + earlier,
        peak_memory=float(world.max_scalar(usage.ru_maxrss / 1024.0)),
        resumed_steps=len(replayed),
        approach_steps=sum(len(one.calculator.steps) for one in paths[1:]),
        **path.solver.facts(),
    )


def program_versions() -> dict[str, str]:
    """Return the versions of what computes: Python, wadflow, GPAW, ASE, NumPy, SciPy, libxc."""
    import platform
    from importlib.metadata import version

    import gpaw.cgpaw

    packages = ("wadflow", "gpaw", "gpaw-data", "ase", "numpy", "scipy")
    versions = {name: version(name) for name in packages}
    return {
        "python": platform.python_version(),
        **versions,
        "libxc": str(getattr(gpaw.cgpaw, "libxc_version", "unknown")),
    }


def keep_to_a_core(rank: int, ranks: int) -> None:
    """Keep this rank to one core, where the ranks are as many as the cores that they may use.

    They wait for each other some ten times in an iteration, and while the kernel moves one all wait. Where
    there are more cores, other runs may have them, and the kernel knows better. Where the kernel will not
    have it, or knows no such thing, ranks go where they go.
    """
    with suppress(OSError, AttributeError):
        cores = sorted(os.sched_getaffinity(0))
        if len(cores) == ranks:
            os.sched_setaffinity(0, {cores[rank]})


def main(arguments: list[str]) -> int:
    """Run the calculation in the directory that the only argument names."""
    if len(arguments) != 1:
        sys.stderr.write("usage: python -m wadflow.workflows.engine DIR\n")
        return 2
    directory = Path(arguments[0])
    if os.environ.get(TETHERED_VARIABLE):
        end_with_parent()
    from gpaw.mpi import world

    keep_to_a_core(world.rank, world.size)

    def emit(**event: Any) -> None:
        if world.rank == 0:
            sys.stdout.write(json.dumps(event) + "\n")
            sys.stdout.flush()

    # GPAW announces grids and coming versions; the log has them, and nobody reads stderr.
    warnings.simplefilter("ignore")
    calculation = Calculation.model_validate_json((directory / INPUT_FILE).read_bytes())
    try:
        outcome = run(calculation, directory, emit)
    except Exception as error:  # noqa: BLE001  # whatever it is, the caller must hear it
        message = str(error) or error.__doc__ or "no message"
        failure = Failure(kind=type(error).__name__, message=message)
        emit(event="failure", kind=failure.kind, message=failure.message)  # also where the disk is full
        with suppress(OSError):
            replace_file(directory / FAILURE_FILE, failure.model_dump_json(indent=1).encode())
        if world.size > 1:
            # Other ranks may wait for this one for ever: an abort ends them all. Those that fail
            # too get a moment to say why.
            time.sleep(ABORT_SECONDS)
            world.abort(FAILED)
        return FAILED
    if world.rank == 0:
        replace_file(directory / RESULT_FILE, outcome.model_dump_json(indent=1).encode())
        emit(event="end", converged=outcome.converged, energy=outcome.energy)
    return 0


if __name__ == "__main__":
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    sys.exit(main(sys.argv[1:]))
