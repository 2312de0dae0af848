"""Stops that are asked for from outside: a queue's warning before the walltime, or a plain ``kill``.

They take the way of an interrupt from the keyboard, which ends the engine and leaves each finished ionic step
in the archive's working directory; only the exit code differs, so that a batch script can tell that the same
command goes on.
"""

from __future__ import annotations

import signal
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType

CONTINUE = 75
"""Exit code after a stop that was asked for: EX_TEMPFAIL of sysexits.h, "try again later"."""

STOP_SIGNALS = (signal.SIGTERM, signal.SIGUSR1, signal.SIGUSR2, signal.SIGXCPU)
"""SIGUSR1 is what Slurm is asked to send and what SGE sends before a soft limit, SIGUSR2 what LSF sends,
SIGXCPU a limit of processor time, SIGTERM everybody's."""


class Stop:
    """Whether a stop was asked for.

    Attributes
    ----------
    name : str, optional
        Of the signal, for people; None: no stop was asked for.
    """

    def __init__(self) -> None:
        self.name: str | None = None

    def ask(self, number: int, _frame: FrameType | None) -> None:
        """Handle a signal: remember it, and interrupt once."""
        if self.name is None:
            self.name = signal.Signals(number).name
            raise KeyboardInterrupt


@contextmanager
def stop_signals() -> Iterator[Stop]:
    """Turn the stop signals into interrupts inside the ``with`` block; in the main thread.

    After a stop they stay ignored: queues and shells signal more than once, and the process must live to say
    by its exit code that the run goes on.
    """
    stop = Stop()
    before = {number: signal.signal(number, stop.ask) for number in STOP_SIGNALS}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler if stop.name is None else signal.SIG_IGN)
