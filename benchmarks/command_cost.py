"""What a command costs: for the benchmarks, which time wadflow and scripts as processes of their own."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path


def command_cost(
    command: list[str], environment: dict[str, str] | None = None, answer: Path = Path(os.devnull)
) -> dict[str, float]:
    """Run a command, its output to a file; exit where it fails.

    Returns
    -------
    dict
        Wall time and processor time (s) of it and all that it started, and the most memory of one of them
        (MiB).
    """
    started = time.perf_counter()
    with answer.open("wb") as output:
        process = subprocess.Popen(command, env=environment, stdout=output)
        _, status, usage = os.wait4(process.pid, 0)
    if status != 0:
        sys.exit(f"{' '.join(command)}: ended with status {status}")
    return {
        "cpu_seconds": usage.ru_utime + usage.ru_stime,
        "wall_seconds": time.perf_counter() - started,
        "peak_memory_mib": usage.ru_maxrss / 1024.0,
    }
