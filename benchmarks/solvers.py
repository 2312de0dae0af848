"""How eigensolver and mixer of GPAW change what slabs cost; bare GPAW.

    python benchmarks/solvers.py CALCULATIONS LABEL ... > benchmarks/solvers.json

CALCULATIONS is a list of calculations in JSON, as `side_by_side.py` leaves it, or an archive. Each slab is
calculated as wadflow would, and with one eigensolver or mixer exchanged: a first step, and two more in which
its outermost atoms have moved out by 0.03 angstrom each time. Prints JSON: iterations, processor seconds and
energy (eV) of each step.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from wadflow.workflows.archive import Archive
from wadflow.workflows.calculation import Calculation
from wadflow.workflows.gpaw_input import gpaw_parameters
from wadflow.workflows.mixing import KerkerPulay
from wadflow.workflows.outcome import INPUT_FILE
from wadflow.workflows.paw import show_datasets_to_gpaw

if TYPE_CHECKING:
    from collections.abc import Iterator

SOLVERS: dict[str, dict[str, Any]] = {
    "PPCG, 1": {"name": "ppcg", "niter": 1},
    "Davidson, 1": {"name": "davidson", "niter": 1},
    "Davidson, 2": {"name": "davidson", "niter": 2},
}

MIXERS: dict[str, Any] = {
    "MSR1": None,
    "Pulay": {"backend": "pulay", "beta": 0.25, "nmaxold": 8, "weight": 50},
    "Kerker-Pulay": KerkerPulay(beta=0.4, nmaxold=8, weight=20),
}

STEPS = 3
MOVE = 0.03
"""Angstrom, of the outermost atoms in each step after the first."""

MOST_ITERATIONS = 100


def parameters(calculation: Calculation, solver: str, mixer: str) -> dict[str, Any]:
    """Return wadflow's parameters with this eigensolver and this mixer."""
    changed = gpaw_parameters(calculation) | {"eigensolver": SOLVERS[solver], "maxiter": MOST_ITERATIONS}
    changed.pop("mixer", None)
    return changed if MIXERS[mixer] is None else changed | {"mixer": MIXERS[mixer]}


def steps(calculation: Calculation, solver: str, mixer: str) -> Iterator[dict[str, float | int]]:
    """Yield iterations, processor seconds and energy of each step, as far as they converge."""
    from gpaw import KohnShamConvergenceError
    from gpaw.new.ase_interface import GPAW

    atoms = calculation.to_atoms()
    atoms.calc = GPAW(**parameters(calculation, solver, mixer), txt=os.devnull)
    height = atoms.positions[:, 2] - atoms.positions[:, 2].mean()
    outermost = np.abs(height) > np.abs(height).max() - 0.1
    for _ in range(STEPS):
        started = time.process_time()
        try:
            energy = float(atoms.get_potential_energy())
        except KohnShamConvergenceError:
            return
        atoms.get_forces()
        iterations = int(atoms.calc.get_number_of_iterations())
        yield {
            "iterations": iterations,
            "cpu_seconds": round(time.process_time() - started, 1),
            "energy": round(energy, 6),
        }
        atoms.positions[outermost, 2] += MOVE * np.sign(height[outermost])


def known_calculations(source: Path) -> list[Calculation]:
    """Return the calculations of a file or of an archive."""
    if source.is_dir():
        found = (entry.read_json(INPUT_FILE) for entry in Archive(source).entries())
    else:
        found = iter(json.loads(source.read_text(encoding="utf-8")))
    return [Calculation.model_validate(one) for one in found]


def main() -> None:
    """Measure, and print one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("calculations", type=Path)
    parser.add_argument("labels", nargs="+")
    parser.add_argument("--solvers", nargs="+", choices=SOLVERS, default=list(SOLVERS))
    parser.add_argument("--mixers", nargs="+", choices=MIXERS, default=list(MIXERS))
    arguments = parser.parse_args()
    show_datasets_to_gpaw()
    known = {one.label: one for one in known_calculations(arguments.calculations)}
    if missing := [label for label in arguments.labels if label not in known]:
        sys.exit(f"{arguments.calculations} has no {', '.join(missing)}")
    report = [
        {
            "label": label,
            "atoms": len(known[label].atoms.numbers),
            "solver": solver,
            "mixer": mixer,
            "steps": list(steps(known[label], solver, mixer)),
        }
        for label in arguments.labels
        for solver in arguments.solvers
        for mixer in arguments.mixers
    ]
    print(json.dumps(report, indent=1))


if __name__ == "__main__":
    main()
