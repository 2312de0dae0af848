"""Workflow overhead: what of a run's wall time is not GPAW.

Runs ``wadflow run`` in an empty archive and compares its wall time with what GPAW needs for the
same calculations: the time that the engines spent solving, and for each of them the start of a
bare GPAW process on as many ranks (interpreter, MPI, imports), measured in the same run.
Everything else is overhead: the command line, jobflow and atomate2, building the slabs, the
engine's own imports, checkpoints, archive.

    python benchmarks/overhead.py [NAME] [--protocol standard] [--ranks 1] [--finished FOLDER]

With ``--finished`` the run is not done again: FOLDER is what ``side_by_side.py`` left of it (the start of a
bare process is measured now).
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from command_cost import command_cost
from side_by_side import finished

from wadflow.workflows.archive import Archive
from wadflow.workflows.launch import engine_environment, on_ranks


def bare_start(ranks: int) -> float:
    """Return the wall time (s) of a process that only imports GPAW; median of three."""
    code = "from gpaw.mpi import world; from gpaw.new.ase_interface import GPAW"
    python = [sys.executable, "-c", code]
    walls = []
    for _ in range(3):
        started = time.perf_counter()
        subprocess.run(on_ranks(python, ranks), check=True, env=engine_environment(ranks))
        walls.append(time.perf_counter() - started)
    return statistics.median(walls)


def main() -> None:
    """Run, measure and print one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("name", nargs="?", default="li110-li110")
    parser.add_argument("--protocol", default="standard")
    parser.add_argument("--ranks", type=int, help="MPI ranks; as wadflow chooses them where this is left out")
    parser.add_argument("--finished", type=Path, metavar="FOLDER", help="of side_by_side.py")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as empty:
        archive = Archive(arguments.finished / "archive" if arguments.finished else Path(empty))
        command = [sys.executable, "-m", "wadflow", "run", arguments.name]
        command += ["--protocol", arguments.protocol, "--archive", str(archive.root)]
        if arguments.ranks is not None:
            command += ["-n", str(arguments.ranks)]
        if arguments.finished:
            wall = json.loads((arguments.finished / "wadflow.json").read_text())["wall_seconds"]
        else:
            wall = command_cost(command)["wall_seconds"]
        again = command_cost(command)["wall_seconds"]  # from the full archive
        outcomes = [
            outcome for _, _, outcome in finished(arguments.name, arguments.protocol, archive).values()
        ]
    start = bare_start(max(outcome.cores for outcome in outcomes))
    gpaw = sum(outcome.gpaw_seconds for outcome in outcomes) + start * len(outcomes)
    report = {
        "name": arguments.name,
        "protocol": arguments.protocol,
        "wall_seconds": round(wall, 2),
        "gpaw_seconds": round(gpaw, 2),
        "bare_gpaw_start_seconds": round(start, 2),
        "overhead_percent": round(100 * (wall - gpaw) / wall, 2),
        "wall_seconds_again": round(again, 2),
        "calculations": {
            outcome.label: {
                "wall_seconds": round(outcome.wall_seconds, 1),
                "cpu_seconds": round(outcome.cpu_seconds, 1),
                "ionic_steps": outcome.n_ionic_steps,
                "scf_iterations": outcome.scf_iterations,
                "cores": outcome.cores,
            }
            for outcome in outcomes
        },
    }
    sys.stdout.write(json.dumps(report, indent=2) + "\n")


if __name__ == "__main__":
    main()
