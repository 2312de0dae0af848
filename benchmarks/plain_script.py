"""The calculations of an interface as a competent script of ASE and GPAW does them: the baseline.

    mpiexec -n 2 python benchmarks/plain_script.py CALCULATIONS RESULTS [--tutorial 0.2] [--most SECONDS]
        [--forces] [--convergence]

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

With `--most SECONDS` relaxations end where all together have cost so much processor time: what is told then
is a lower bound of the cost, and "stopped". With `--forces` the largest force at the end is told as well.
"""

from __future__ import annotations

import argparse
import json
import resource
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from wadflow.workflows.calculation import Calculation
from wadflow.workflows.gpaw_input import DISTRIBUTIONS, gpaw_parameters

if TYPE_CHECKING:
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


def calculate(
    calculation: Calculation,
    log: Path,
    spacing: float | None,
    most: float,
    *,
    forces: bool,
    convergence: bool,
) -> dict[str, Any]:
    """Do one calculation in about so much processor time (s); return energies (eV), steps and its cost."""
    from ase.filters import FrechetCellFilter
    from ase.optimize import BFGS
    from gpaw import KohnShamConvergenceError
    from gpaw.mpi import world

    started, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_SELF)

    def spent() -> float:
        now = resource.getrusage(resource.RUSAGE_SELF)
        return float(world.sum_scalar(now.ru_utime + now.ru_stime - before.ru_utime - before.ru_stime))

    atoms = calculation.to_atoms()
    if spacing is None or all(atoms.pbc):
        atoms.calc = plain_calculator(calculation, log, convergence=convergence)
    else:
        atoms.center(vacuum=TUTORIAL_VACUUM, axis=2)
        atoms.calc = tutorial_calculator(calculation, log, spacing)
    counter = Counter(atoms)
    relaxation = calculation.relaxation
    converged, stopped = True, False
    final = None
    if relaxation is None:
        counter.take()
    elif relaxation.moves == "gap":
        final = scan_gap(atoms, counter)
    else:
        optimizer = BFGS(FrechetCellFilter(atoms) if relaxation.relax_cell else atoms, logfile=None)
        optimizer.attach(counter.take)
        try:
            for at_rest in optimizer.irun(fmax=relaxation.fmax, steps=MOST_STEPS):
                converged = bool(at_rest)
                stopped = not converged and spent() > most
                if stopped:
                    break
        except KohnShamConvergenceError:  # a person would change the mixer here, and begin again
            if not counter.energies:
                raise
            converged, stopped = False, True
    # Only where asked for: a single energy is cheaper without.
    largest_force = float(np.linalg.norm(atoms.get_forces(), axis=1).max()) if forces else None
    return {
        "key": calculation.key,
        "label": calculation.label,
        "initial_energy": counter.energies[0],
        "final_energy": counter.energies[-1] if final is None else final,
        "converged": converged,
        "stopped": stopped,
        "largest_force": largest_force,
        "ionic_steps": len(counter.energies),
        "scf_iterations": counter.iterations,
        "cpu_seconds": spent(),
        "wall_seconds": time.perf_counter() - started,
        "peak_memory_mib": float(
            world.max_scalar(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024.0)
        ),
    }


def main() -> None:
    """Do the calculations of a file that have no result yet."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("calculations", type=Path, help="JSON, a list of calculations")
    parser.add_argument("results", type=Path, help="JSON lines, to which results are appended")
    parser.add_argument("--tutorial", type=float, metavar="H", help="a grid of this spacing, angstrom")
    parser.add_argument("--most", type=float, default=float("inf"), metavar="S", help="processor time, s")
    parser.add_argument("--convergence", action="store_true", help="wadflow's criteria, not GPAW's")
    parser.add_argument("--forces", action="store_true", help="tell the largest force at the end")
    arguments = parser.parse_args()
    from gpaw.mpi import world

    calculations = [Calculation.model_validate(one) for one in json.loads(arguments.calculations.read_text())]
    lines = arguments.results.read_text().splitlines() if arguments.results.exists() else []
    wanted = {one.key for one in calculations}
    known = [one for one in map(json.loads, lines) if one["key"] in wanted]
    # What was stopped is done again where it may cost more now.
    more_time = sum(one["cpu_seconds"] for one in known) < arguments.most
    done = {one["key"]: one["cpu_seconds"] for one in known if not (one["stopped"] and more_time)}
    world.barrier()
    for calculation in calculations:
        if calculation.key in done:
            continue
        log = arguments.results.with_name(f"{arguments.results.stem}.{calculation.key[:12]}.txt")
        most = arguments.most - sum(done.values())
        result = calculate(
            calculation,
            log,
            arguments.tutorial,
            most,
            forces=arguments.forces,
            convergence=arguments.convergence,
        )
        done[calculation.key] = result["cpu_seconds"]
        if world.rank == 0:
            with arguments.results.open("a") as file:
                file.write(json.dumps(result) + "\n")


if __name__ == "__main__":
    main()
