"""Several test processes on one machine: each computes on cores of its own.

MPI ranks that wait keep their core busy: two that share a core with something else are many times slower.
"""

from __future__ import annotations

import os
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

CORES = sorted(os.sched_getaffinity(0))


def divide_cores() -> None:
    """Bind this process, and what it will start, to its share of the cores; a lone process keeps them all."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")
    workers = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
    share = CORES[int(worker) :: workers]
    if share:
        os.sched_setaffinity(0, share)


@contextmanager
def all_cores() -> Iterator[None]:
    """Let what is started inside use every core."""
    share = os.sched_getaffinity(0)
    os.sched_setaffinity(0, CORES)
    try:
        yield
    finally:
        os.sched_setaffinity(0, share)
