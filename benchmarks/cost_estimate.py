"""How good cost estimates are: each calculation of an archive, estimated from all others of it.

    python benchmarks/cost_estimate.py ARCHIVE [ARCHIVE ...]

prints, for one iteration and for whole calculations, the median of estimate over measurement and the factor
within which two thirds and 95 % of the estimates lie.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

from wadflow.workflows.archive import Archive
from wadflow.workflows.costs import START_SECONDS, CostModel, earlier_calculations


def main(paths: list[str]) -> None:
    """Print the errors of the estimates."""
    finished = [found for path in paths for found in earlier_calculations(Archive(Path(path)))]
    finished = list({outcome.key: (calculation, outcome) for calculation, outcome in finished}.values())
    ratios = []
    memory = []
    for number, (calculation, outcome) in enumerate(finished):
        model = CostModel.of([*finished[:number], *finished[number + 1 :]])
        estimate = model.estimate(calculation, outcome.cores)
        measured = sum(step.wall_seconds * step.cores for step in outcome.ionic_steps)
        ratios.append(estimate.cpu_seconds / (measured + START_SECONDS * outcome.cores))
        memory.append(estimate.memory / outcome.peak_memory)
    print(f"{len(finished)} calculations")
    for what, values in (("processor seconds", ratios), ("memory", memory)):
        logarithms = np.log(values)
        off = np.abs(logarithms)
        print(
            f"{what}: estimate / measurement {np.exp(np.median(logarithms)):.2f}, two thirds within a factor "
            f"of {np.exp(np.quantile(off, 2 / 3)):.2f}, 95 % of {np.exp(np.quantile(off, 0.95)):.2f}"
        )


if __name__ == "__main__":
    main(sys.argv[1:])
