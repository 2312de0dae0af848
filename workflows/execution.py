"""Where and how calculations run: archive, MPI ranks, and who listens.

These do not change any answer, so they are neither part of a protocol nor of a Maker. The command
line sets them for its run with `use_execution`; a job that runs elsewhere (a queue's worker) takes
them from the environment: ``WADFLOW_ARCHIVE``, ``WADFLOW_RANKS`` and ``WADFLOW_DEADLINE``.
"""

from __future__ import annotations

import os
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from wadflow.errors import InputError
from wadflow.workflows.archive import Archive

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Iterator

    from wadflow.workflows.archive import DamagedEntry
    from wadflow.workflows.calculation import Calculation
    from wadflow.workflows.outcome import Outcome

ARCHIVE_VARIABLE = "WADFLOW_ARCHIVE"
RANKS_VARIABLE = "WADFLOW_RANKS"
DEADLINE_VARIABLE = "WADFLOW_DEADLINE"
DEFAULT_ARCHIVE = "wadflow-archive"


class Listener:
    """Hears what happens to calculations; does nothing by itself, displays override it."""

    def found(self, calculation: Calculation, outcome: Outcome) -> None:
        """Hear that a calculation was found in the archive."""

    def waiting(self, calculation: Calculation, owner: str, seconds: float) -> None:
        """Hear that another process has computed this calculation for some seconds."""

    def started(self, calculation: Calculation, ranks: int) -> None:
        """Hear that the engine was started."""

    def event(self, calculation: Calculation, event: dict[str, Any]) -> None:
        """Hear the engine: an SCF iteration, an ionic step."""

    def finished(self, calculation: Calculation, outcome: Outcome) -> None:
        """Hear that a calculation was computed and is in the archive."""

    def damaged(self, entry: DamagedEntry) -> None:
        """Hear that an entry of the archive was found damaged and moved aside."""


@dataclass(frozen=True)
class Execution:
    """Where and how calculations run.

    Attributes
    ----------
    archive : Archive
        The memory of finished calculations.
    ranks : int, optional
        MPI ranks of each calculation; None chooses them for the machine.
    listener : Listener
        Who is told what happens.
    deadline : float, optional
        When calculations are stopped, in seconds since 1970: shortly before a queue would do it.
    computed : set of str
        Keys of the calculations that were computed (and not found) in this execution.
    engines : list of subprocess.Popen
        The engines that run now; an interruption ends them.
    """

    archive: Archive
    ranks: int | None = None
    listener: Listener = field(default_factory=Listener)
    deadline: float | None = None
    computed: set[str] = field(default_factory=set)
    engines: list[subprocess.Popen[str]] = field(default_factory=list)

    @classmethod
    def from_environment(
        cls,
        *,
        archive: Path | None = None,
        ranks: int | None = None,
        listener: Listener | None = None,
    ) -> Execution:
        """Fill in what is not given from the environment, else from the defaults.

        Raises
        ------
        wadflow.errors.InputError
            Where the number of ranks or the deadline is none.
        """
        listener = listener or Listener()
        root = archive or Path(os.environ.get(ARCHIVE_VARIABLE) or DEFAULT_ARCHIVE)
        if ranks is None and (text := os.environ.get(RANKS_VARIABLE)):
            if not text.isdecimal():
                problem = f"{RANKS_VARIABLE} is {text!r}, but it must be a whole number"
                raise InputError(problem, remedy=f"unset it, or set for example {RANKS_VARIABLE}=2")
            ranks = int(text)
        if ranks is not None and ranks < 1:
            problem = f"{ranks} MPI ranks were asked for; at least 1 is needed"
            raise InputError(problem, remedy="leave it out to have ranks chosen for the machine")
        return cls(Archive(root, on_damage=listener.damaged), ranks, listener, _deadline())


def _deadline() -> float | None:
    text = os.environ.get(DEADLINE_VARIABLE)
    if not text:
        return None
    if not text.isdecimal():
        problem = f"{DEADLINE_VARIABLE} is {text!r}, but it must be a whole number of seconds since 1970"
        raise InputError(problem, remedy="unset it, or set it as in: date -d '+1 hour' +%s")
    return float(text)


_active: ContextVar[Execution] = ContextVar("wadflow_execution")


@contextmanager
def use_execution(execution: Execution) -> Iterator[Execution]:
    """Make an execution the current one inside the ``with`` block."""
    token = _active.set(execution)
    try:
        yield execution
    finally:
        _active.reset(token)


def current_execution() -> Execution:
    """Return the execution of the enclosing `use_execution`, else that of the environment."""
    execution = _active.get(None)
    return Execution.from_environment() if execution is None else execution
