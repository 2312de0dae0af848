"""A tether: a process that ends when its parent does.

Without it, an engine whose runner was killed would go on, and write into the directory of the
engine that the next run starts.
"""

from __future__ import annotations

import ctypes
import signal
import sys

TETHERED_VARIABLE = "WADFLOW_ENGINE_TETHERED"
"""Environment variable that asks the engine to tether itself too: between it and the runner
stands ``mpiexec``, which may be killed alone. Not set where a person starts the engine."""

_SET_PARENT_DEATH_SIGNAL = 1  # PR_SET_PDEATHSIG of prctl(2)


def end_with_parent() -> None:
    """Ask the kernel to terminate this process when its parent dies (Linux; elsewhere nothing)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_SET_PARENT_DEATH_SIGNAL, signal.SIGTERM)
