"""What a local run shows: a live table at a terminal, plain lines elsewhere."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Self

from rich.console import Console, Group
from rich.live import Live
from rich.table import Table
from rich.text import Text

from wadflow.workflows.execution import Listener

if TYPE_CHECKING:
    from types import TracebackType

    from wadflow.workflows.archive import DamagedEntry
    from wadflow.workflows.calculation import Calculation
    from wadflow.workflows.outcome import Outcome

HEARTBEAT_SECONDS = 30.0
"""Time after which a plain display says that a calculation still runs."""


class PlainDisplay(Listener):
    """One line for each thing that happens; for logs and pipes.

    Parameters
    ----------
    console : rich.console.Console
        Where to write.
    """

    def __init__(self, console: Console) -> None:
        self._console = console
        self._started = time.monotonic()
        self._last_line = self._started
        self._step = 0
        self._done: set[str] = set()

    def __enter__(self) -> Self:
        """Start the clock."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Nothing to clear away."""

    def found(self, calculation: Calculation, outcome: Outcome) -> None:
        """Say that the archive had it, unless it came there in this run."""
        if calculation.label not in self._done:
            self._say(calculation, f"in the archive, E = {outcome.energy:.4f} eV")

    def waiting(self, calculation: Calculation, owner: str, seconds: float) -> None:
        """Say now and then who computes it."""
        if seconds < 1.0 or self._is_quiet():
            self._say(calculation, f"computed by {owner}; waiting")

    def started(self, calculation: Calculation, ranks: int) -> None:
        """Say how it runs."""
        self._step = 0
        mesh = calculation.electrons.mesh_text
        text = f"{len(calculation.atoms.numbers)} atoms, k-points {mesh}, MPI ranks {ranks}"
        self._say(calculation, text)

    def event(self, calculation: Calculation, event: dict[str, Any]) -> None:
        """Say each ionic step, and an SCF iteration when it was quiet for long."""
        if event["event"] == "start" and event["resumed_steps"]:
            self._say(calculation, f"goes on after ionic step {event['resumed_steps']}")
            self._step = event["resumed_steps"]
        elif event["event"] == "ionic_step":
            self._step += 1
            coarse = " (approach)" if event.get("approach") else ""
            self._say(
                calculation,
                f"ionic step {self._step}{coarse}, E = {event['energy']:.4f} eV, "
                f"largest force {event['max_force']:.4f} eV/angstrom",
            )
        elif event["event"] == "scf" and self._is_quiet():
            self._say(
                calculation,
                f"ionic step {self._step + 1}, SCF iteration {event['iteration']}, "
                f"E = {event['energy']:.4f} eV",
            )

    def finished(self, calculation: Calculation, outcome: Outcome) -> None:
        """Say what came out."""
        self._done.add(calculation.label)
        state = "converged" if outcome.converged else "NOT converged"
        self._say(calculation, f"{state}, E = {outcome.energy:.4f} eV, {outcome.wall_seconds:.0f} s")

    def damaged(self, entry: DamagedEntry) -> None:
        """Say what was found damaged."""
        self._console.print(Text(str(entry)), soft_wrap=True)

    def _is_quiet(self) -> bool:
        return time.monotonic() - self._last_line > HEARTBEAT_SECONDS

    def _say(self, calculation: Calculation, text: str) -> None:
        self._last_line = time.monotonic()
        elapsed = self._last_line - self._started
        line = Text(f"[{elapsed:6.0f} s] {calculation.label}: {text}")
        self._console.print(line, soft_wrap=True)


@dataclass
class _Row:
    """What the live table knows of one calculation."""

    state: str
    started: float = field(default_factory=time.monotonic)
    seconds: float | None = None
    step: int = 0
    iteration: int | None = None
    energy: float | None = None
    max_force: float | None = None


class LiveDisplay(Listener):
    """A table that is redrawn in place: calculation, ionic step, force, energy, SCF, time.

    Parameters
    ----------
    console : rich.console.Console
        A terminal.
    """

    def __init__(self, console: Console) -> None:
        self._console = console
        self._rows: dict[str, _Row] = {}
        self._live = Live(get_renderable=self._render, console=console, refresh_per_second=4, transient=False)

    def __enter__(self) -> Self:
        """Start to draw."""
        self._live.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Draw once more and leave the table standing."""
        if kind is not None:
            for row in self._rows.values():
                if row.seconds is None:
                    row.seconds = time.monotonic() - row.started
                    row.state = "interrupted" if kind is KeyboardInterrupt else "failed"
        self._live.stop()

    def found(self, calculation: Calculation, outcome: Outcome) -> None:
        """Fill the row from the archive, unless it came there in this run."""
        row = self._rows.setdefault(calculation.label, _Row("in the archive"))
        if row.seconds is not None:
            return
        row.state = "in the archive"
        self._fill(row, outcome, seconds=0.0)

    def waiting(self, calculation: Calculation, owner: str, seconds: float) -> None:
        """Show who computes it."""
        row = self._rows.setdefault(calculation.label, _Row("waiting"))
        row.state = f"waiting for {owner}"
        row.started = time.monotonic() - seconds

    def started(self, calculation: Calculation, ranks: int) -> None:
        """Open the row."""
        self._rows[calculation.label] = _Row(f"running, {ranks} rank{'s' if ranks > 1 else ''}")

    def event(self, calculation: Calculation, event: dict[str, Any]) -> None:
        """Update the row."""
        row = self._rows[calculation.label]
        if event["event"] == "start":
            row.step = event["resumed_steps"]
        elif event["event"] == "scf":
            row.iteration = event["iteration"]
            row.energy = event["energy"]
        elif event["event"] == "ionic_step":
            row.step += 1
            row.energy = event["energy"]
            row.max_force = event["max_force"]

    def finished(self, calculation: Calculation, outcome: Outcome) -> None:
        """Close the row."""
        row = self._rows[calculation.label]
        row.state = "converged" if outcome.converged else "NOT converged"
        self._fill(row, outcome, seconds=time.monotonic() - row.started)

    def damaged(self, entry: DamagedEntry) -> None:
        """Say above the table what was found damaged."""
        self._console.print(Text(str(entry), style="yellow"))

    def _fill(self, row: _Row, outcome: Outcome, *, seconds: float) -> None:
        row.seconds = seconds
        row.step = outcome.n_ionic_steps
        row.iteration = None
        row.energy = outcome.energy
        row.max_force = outcome.max_force

    def _render(self) -> Group:
        table = Table(box=None, pad_edge=False, header_style="dim")
        table.add_column("calculation")
        table.add_column("state")
        for name in ("ionic step", "SCF", "energy (eV)", "force (eV/Å)", "time (s)"):
            table.add_column(name, justify="right")
        for label, row in self._rows.items():
            elapsed = time.monotonic() - row.started if row.seconds is None else row.seconds
            running = row.seconds is None
            table.add_row(
                label,
                Text(row.state, style=_style(row.state)),
                str(row.step + 1 if running else row.step),
                "" if row.iteration is None or not running else str(row.iteration),
                "" if row.energy is None else f"{row.energy:.4f}",
                "" if row.max_force is None else f"{row.max_force:.4f}",
                f"{elapsed:.0f}",
            )
        return Group(table)


def _style(state: str) -> str:
    if state in ("converged", "in the archive"):
        return "green"
    if state in ("NOT converged", "failed", "interrupted"):
        return "red"
    return "cyan"


def display_for(console: Console) -> PlainDisplay | LiveDisplay:
    """Choose the live table for a terminal, plain lines elsewhere."""
    return LiveDisplay(console) if console.is_terminal else PlainDisplay(console)
