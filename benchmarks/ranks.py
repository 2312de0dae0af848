"""How much processor time an interface takes on one, two and more MPI ranks.

    python benchmarks/ranks.py [NAME] [--protocol standard] [--ranks 1 2] [--repeats 3]

Runs ``wadflow run`` from an empty archive on each number of ranks, in turns, so that a machine that slows
down slows all of them. The efficiency is the processor time of the engines on the first number of ranks over
that on each, of medians and of the least: waiting in MPI counts as processor time, as the bill of a queue
does, and so does what neighbours on a machine cost: the times that equal pieces of work take on one core tell
how much that is. Prints JSON.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import mean, median, stdev

import numpy as np

from wadflow.workflows.archive import Archive
from wadflow.workflows.launch import read_outcome


def engine_seconds(name: str, protocol: str, ranks: int) -> dict[str, float]:
    """Return the processor seconds of each calculation of an interface, by label."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "wadflow", "run", name, "--protocol", protocol, "-n", str(ranks)]
        subprocess.run([*command, "--archive", folder], check=True, stdout=subprocess.DEVNULL)
        outcomes = [read_outcome(entry) for entry in Archive(Path(folder)).entries()]
    if any(outcome.cores != ranks for outcome in outcomes):
        sys.exit(f"a calculation of {name} ran on another number of ranks than {ranks}")
    return {outcome.label: outcome.cpu_seconds for outcome in outcomes}


PIECES = 60
FOURIER_TRANSFORMS = 40


def equal_pieces() -> dict[str, float]:
    """Return how long equal pieces of work take on one core: mean (s) and relative standard deviation."""
    density = np.random.default_rng(0).random((28, 28, 250))
    times = []
    for _ in range(PIECES):
        started = time.process_time()
        for _ in range(FOURIER_TRANSFORMS):
            np.fft.rfftn(density)
        times.append(time.process_time() - started)
    return {"mean_seconds": round(mean(times), 3), "relative_deviation": round(stdev(times) / mean(times), 3)}


def main() -> None:
    """Measure, and print one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("name", nargs="?", default="li110-li110")
    parser.add_argument("--protocol", default="standard")
    parser.add_argument("--ranks", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--repeats", type=int, default=3)
    arguments = parser.parse_args()
    runs: dict[int, list[dict[str, float]]] = {ranks: [] for ranks in arguments.ranks}
    for _ in range(arguments.repeats):
        for ranks, found in runs.items():
            found.append(engine_seconds(arguments.name, arguments.protocol, ranks))
    first = runs[arguments.ranks[0]]
    sums = {ranks: [sum(one.values()) for one in found] for ranks, found in runs.items()}
    alone = sums[arguments.ranks[0]]
    report = {
        "name": arguments.name,
        "protocol": arguments.protocol,
        "equal_pieces": equal_pieces(),
        "ranks": {
            str(ranks): {
                "cpu_seconds": [round(one, 1) for one in sums[ranks]],
                "efficiency": round(median(alone) / median(sums[ranks]), 3),
                "efficiency_of_least": round(min(alone) / min(sums[ranks]), 3),
                "by_calculation": {
                    label: round(median(one[label] for one in first) / median(one[label] for one in found), 3)
                    for label in found[0]
                },
            }
            for ranks, found in runs.items()
        },
    }
    print(json.dumps(report, indent=1))


if __name__ == "__main__":
    main()
