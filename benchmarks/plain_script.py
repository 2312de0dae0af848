"""The calculations of an interface as a competent script of ASE and GPAW does them: the baseline.

    mpiexec -n 2 python benchmarks/plain_script.py CALCULATIONS RESULTS [--tutorial 0.2] [--most SECONDS]
        [--first KEY ...] [--forces] [--convergence]

Functional, cutoff, k-points, smearing, vacuum, dipole layer and the limit of forces are wadflow's; all else
is what the manuals of ASE and GPAW show, with their defaults: one calculator for each structure, GPAW's own
eigensolver, mixer and convergence, BFGS from ASE's own first Hessian, the gap of a registry scan from five
energies. Slabs and starting geometries are given, so that building them is free.

With `--tutorial H` slabs have the settings of GPAW's tutorial "Setting up an aluminium surface" in the place
of wadflow's: finite differences on a grid of H angstrom (the tutorial's 0.25 is for aluminium, GPAW's default
is 0.2), 7.5 angstrom of vacuum on both sides, GPAW's own smearing. K-points stay: the tutorial leaves them
to its reader. Crystals keep plane waves, for finite differences have no stress.

With `--convergence` self-consistent fields end by wadflow's criteria in the place of GPAW's: looser ones of
density and wave functions, tighter ones of energy and forces.

With `--most SECONDS` all ends where it has cost so much processor time, in the midst of a self-consistent
field (on one rank; more of them end after an ionic step): what is told of a calculation then is a lower bound
of its cost, and "stopped", and it is done again where it may cost more. Calculations named after `--first` do
their first ionic steps before all others, and go on after them, so that rigid works of adhesion are known
early. With `--forces` the largest force at the end is told as well.
"""

from __future__ import annotations

import argparse
import json
import resource
import signal
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from wadflow.workflows.calculation import Calculation
from wadflow.workflows.gpaw_input import DISTRIBUTIONS, gpaw_parameters

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from ase import Atoms

MOST_STEPS = 100
GAPS = (-0.4, -0.2, 0.0, 0.2, 0.4)
"""Gaps of a registry scan (angstrom), against the one that it starts from."""


TUTORIAL_VACUUM = 7.5
"""Angstrom, on each side of a slab."""


def tutorial_calculator(calculation: Calculation, log: Path, spacing: float) -> Any:
    """Return GPAW with a grid of this spacing (angstrom), as its tutorial of surfaces has it."""
    from gpaw import GPAW

    electrons = calculation.electrons
    more = {"poissonsolver": {"dipolelayer": "xy"}} if electrons.dipole_layer else {}
    return GPAW(
        mode="fd",
        h=spacing,
        xc=electrons.functional,
        kpts={"size": electrons.kpoints, "gamma": True},
        txt=str(log),
        **more,
    )


def plain_calculator(calculation: Calculation, log: Path, *, convergence: bool = False) -> Any:
    """Return GPAW as its manual shows it, with the settings that decide the answer.

    With `convergence` self-consistent fields end by wadflow's criteria too.
    """
    from gpaw import GPAW, PW

    electrons = calculation.electrons
    more: dict[str, Any] = {}
    if electrons.dipole_layer:
        more["poissonsolver"] = {"dipolelayer": "xy"}
    if electrons.grid_spacing is not None:
        more["h"] = electrons.grid_spacing
    if convergence:
        more["convergence"] = gpaw_parameters(calculation)["convergence"]
    named = {data.symbol: data.name for data in electrons.paw if data.name != "default"}
    if named:
        more["setups"] = named
    return GPAW(
        mode=PW(electrons.cutoff),
        xc=electrons.functional,
        kpts={"size": electrons.kpoints, "gamma": True},
        occupations={**DISTRIBUTIONS[electrons.smearing], "width": electrons.smearing_width},
        txt=str(log),
        **more,
    )


class Counter:
    """Energies and self-consistent iterations of one calculation."""

    def __init__(self, atoms: Atoms) -> None:
        self.atoms = atoms
        self.energies: list[float] = []
        self.iterations = 0

    def take(self) -> float:
        """Note the step that the atoms are at; eV."""
        self.energies.append(float(self.atoms.get_potential_energy()))
        self.iterations += int(self.atoms.calc.get_number_of_iterations())
        return self.energies[-1]


def scan_gap(atoms: Atoms, counter: Counter) -> float:
    """Return the lowest energy (eV) over the gap, of a parabola through five."""
    upper = atoms.arrays["side"] == 1
    energies = []
    for displacement in GAPS:
        moved = atoms.positions.copy()
        moved[upper, 2] += displacement
        at_gap = atoms.copy()
        at_gap.positions = moved
        at_gap.calc = counter.atoms.calc
        counter.atoms = at_gap
        energies.append(counter.take())
    parabola = np.polyfit(GAPS, energies, 2)
    return float(np.polyval(parabola, -parabola[1] / (2.0 * parabola[0])))


class Running:
    """A calculation that is done step by step, and what it has cost so far.

    Parameters
    ----------
    calculation : Calculation
        What is calculated.
    log : Path
        File for GPAW's log.
    spacing : float or None
        Of a grid as in the tutorial, angstrom.
    forces : bool
        Whether the largest force at the end is wanted. Only then: a single energy is cheaper without.
    convergence : bool
        Whether self-consistent fields end by wadflow's criteria.
    """

    def __init__(
        self,
        calculation: Calculation,
        log: Path,
        spacing: float | None,
        *,
        forces: bool,
        convergence: bool,
    ) -> None:
        self.calculation = calculation
        self.cpu_seconds = 0.0
        self.wall_seconds = 0.0
        self.finished = False
        self.stopped = False
        self._log = log
        self._spacing = spacing
        self._forces = forces
        self._convergence = convergence
        self._counter: Counter | None = None
        self._converged = False
        self._final: float | None = None
        self._largest_force: float | None = None
        self._steps = self._ionic_steps()

    def step(self) -> None:
        """Do the next ionic step, or all of what has no steps.

        Raises
        ------
        OutOfTimeError
            By the signal of `limit_time`, which is heard here alone.
        """
        started, before = time.perf_counter(), spent()
        try:
            signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGPROF])
            next(self._steps)
        except StopIteration:
            self.finished = True
        finally:
            signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGPROF])
            self.cpu_seconds += spent() - before
            self.wall_seconds += time.perf_counter() - started
        if self.finished and self._counter is not None:
            self._counter.atoms.calc = None  # its wave functions are no longer needed

    def _ionic_steps(self) -> Iterator[None]:
        from ase.filters import FrechetCellFilter
        from ase.optimize import BFGS
        from gpaw import KohnShamConvergenceError

        calculation, spacing = self.calculation, self._spacing
        atoms = calculation.to_atoms()
        if spacing is None or all(atoms.pbc):
            atoms.calc = plain_calculator(calculation, self._log, convergence=self._convergence)
        else:
            atoms.center(vacuum=TUTORIAL_VACUUM, axis=2)
            atoms.calc = tutorial_calculator(calculation, self._log, spacing)
        counter = self._counter = Counter(atoms)
        relaxation = calculation.relaxation
        if relaxation is None:
            counter.take()
            self._converged = True
        elif relaxation.moves == "gap":
            self._final = scan_gap(atoms, counter)
            self._converged = True
        else:
            optimizer = BFGS(FrechetCellFilter(atoms) if relaxation.relax_cell else atoms, logfile=None)
            optimizer.attach(counter.take)
            try:
                for at_rest in optimizer.irun(fmax=relaxation.fmax, steps=MOST_STEPS):
                    self._converged = bool(at_rest)
                    if not at_rest:
                        yield
            except KohnShamConvergenceError:  # a person would change the mixer here, and begin again
                if not counter.energies:
                    raise
                self.stopped = True
        if self._forces:
            self._largest_force = float(np.linalg.norm(atoms.get_forces(), axis=1).max())

    def report(self) -> dict[str, Any]:
        """Return energies (eV; None where there is none yet), steps and cost."""
        from gpaw.mpi import world

        counter = self._counter
        energies = [] if counter is None else counter.energies
        final = self._final if self._final is not None else next(reversed(energies), None)
        return {
            "key": self.calculation.key,
            "label": self.calculation.label,
            "initial_energy": next(iter(energies), None),
            "final_energy": final,
            "converged": self._converged,
            "stopped": self.stopped,
            "largest_force": self._largest_force,
            "ionic_steps": len(energies),
            "scf_iterations": 0 if counter is None else counter.iterations,
            "cpu_seconds": self.cpu_seconds,
            "wall_seconds": self.wall_seconds,
            "peak_memory_mib": float(
                world.max_scalar(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024.0)
            ),
        }


def spent() -> float:
    """Return the processor time of all ranks so far, s."""
    from gpaw.mpi import world

    usage = resource.getrusage(resource.RUSAGE_SELF)
    return float(world.sum_scalar(usage.ru_utime + usage.ru_stime))


class OutOfTimeError(Exception):
    """All together has cost as much as it may."""


def limit_time(seconds: float) -> None:
    """Raise `OutOfTimeError` after so much processor time, on one rank; more of them would not agree when."""
    from gpaw.mpi import world

    def stop(*_: object) -> None:
        raise OutOfTimeError

    if world.size == 1 and seconds < float("inf"):
        signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGPROF])
        signal.signal(signal.SIGPROF, stop)
        signal.setitimer(signal.ITIMER_PROF, max(seconds, 1e-3))


def run_all(
    runs: Sequence[Running], keys_first: Sequence[str], most: float, write: Callable[[Running], None]
) -> None:
    """Do all runs to their ends, in about so much processor time (s); write what is finished.

    Raises
    ------
    OutOfTimeError
        Where that does not do.
    """
    started = spent()
    first = [run for run in runs if run.calculation.key in keys_first]
    for run in first:
        run.step()
    for run in [*(run for run in runs if run not in first), *first]:
        while not run.finished:
            if spent() - started > most:
                raise OutOfTimeError
            run.step()
        write(run)


def append_report(results: Path, most: float, run: Running) -> None:
    """Append what a run says to the file of results, and how much processor time (s) all might take."""
    from gpaw.mpi import world

    report = run.report() | {"most": most if most < float("inf") else None}
    if world.rank == 0:
        with results.open("a") as file:
            file.write(json.dumps(report) + "\n")


def main() -> None:
    """Do the calculations of a file that have no result yet."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("calculations", type=Path, help="JSON, a list of calculations")
    parser.add_argument("results", type=Path, help="JSON lines, to which results are appended")
    parser.add_argument("--tutorial", type=float, metavar="H", help="a grid of this spacing, angstrom")
    parser.add_argument("--most", type=float, default=float("inf"), metavar="S", help="processor time, s")
    parser.add_argument("--first", nargs="*", default=(), metavar="KEY", help="do their first steps first")
    parser.add_argument("--convergence", action="store_true", help="wadflow's criteria, not GPAW's")
    parser.add_argument("--forces", action="store_true", help="tell the largest force at the end")
    arguments = parser.parse_args()
    from gpaw.mpi import world

    calculations = [Calculation.model_validate(one) for one in json.loads(arguments.calculations.read_text())]
    lines = arguments.results.read_text().splitlines() if arguments.results.exists() else []
    wanted = {one.key for one in calculations}
    known = {one["key"]: one for one in map(json.loads, lines) if one["key"] in wanted}
    # What was stopped is done again, from its first step, where it may cost more than then.
    known = {
        key: one
        for key, one in known.items()
        if not (one["stopped"] and one["most"] is not None and arguments.most > one["most"])
    }
    before = sum(one["cpu_seconds"] for one in known.values())
    world.barrier()

    runs = [
        Running(
            calculation,
            arguments.results.with_name(f"{arguments.results.stem}.{calculation.key[:12]}.txt"),
            arguments.tutorial,
            forces=arguments.forces,
            convergence=arguments.convergence,
        )
        for calculation in calculations
        if calculation.key not in known
    ]
    write = partial(append_report, arguments.results, arguments.most)
    try:
        limit_time(arguments.most - before)
        run_all(runs, arguments.first, arguments.most - before, write)
    except OutOfTimeError:
        for run in runs:
            if not run.finished:
                run.stopped = True
                write(run)


if __name__ == "__main__":
    main()
