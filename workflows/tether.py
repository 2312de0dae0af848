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

# Looked up here: between fork and exec, beside other threads, a child must not load libraries.
_prctl = ctypes.CDLL(None).prctl if sys.platform == "linux" else None


def end_with_parent() -> None:
    """Ask the kernel to terminate this process when its parent dies (Linux; elsewhere nothing)."""
    if _prctl is not None:
        _prctl(_SET_PARENT_DEATH_SIGNAL, signal.SIGTERM)
