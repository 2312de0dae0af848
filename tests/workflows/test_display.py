"""What a run shows while it works: lines for a pipe, a table for a terminal."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import pytest
from ase.build import bulk
from rich.console import Console

from wadflow.workflows import display
from wadflow.workflows.display import LiveDisplay, PlainDisplay, display_for
from wadflow.workflows.ionic_steps import IonicStep
from wadflow.workflows.outcome import Outcome
from wadflow.workflows.preparation import prepare_calculation
from wadflow.workflows.protocol import load_protocol

if TYPE_CHECKING:
    from wadflow.workflows.execution import Listener

CALCULATION = prepare_calculation(
    bulk("Li"), load_protocol("smoke"), label="li110-li110 AB", task="relax", relax_cell=True
)


def outcome(*, converged: bool = True) -> Outcome:
    step = IonicStep(
        positions=[(0.0, 0.0, 0.0)],
        cell=CALCULATION.atoms.cell,
        energy=-1.9,
        free_energy=-1.9,
        forces=[(0.0, 0.0, 0.012)],
        stress=(0.0,) * 6,
        magnetic_moments=None,
        scf_iterations=9,
        wall_seconds=3.0,
    )
    return Outcome(
        key=CALCULATION.key,
        label=CALCULATION.label,
        protocol="smoke",
        task="relax",
        atoms=CALCULATION.atoms,
        initial_energy=-1.9,
        energy=-1.9,
        forces=step.forces,
        stress=step.stress,
        magnetic_moments=None,
        max_force=0.012,
        converged=converged,
        n_ionic_steps=1,
        ionic_steps=(step,),
        scf_iterations=9,
        irreducible_kpoints=10,
        symmetries=48,
        fermi_level=-1.0,
        paw=CALCULATION.electrons.paw,
        versions={"gpaw": "26.7.0"},
        cores=2,
        cpu_seconds=6.0,
        wall_seconds=3.0,
        gpaw_seconds=3.0,
        peak_memory=100.0,
        resumed_steps=0,
    )


def act(listener: Listener) -> None:
    """A run of one calculation: it goes on after three steps and ends after one more."""
    listener.started(CALCULATION, 2)
    listener.event(CALCULATION, {"event": "start", "resumed_steps": 3})
    listener.event(CALCULATION, {"event": "scf", "iteration": 7, "energy": -1.87})
    listener.event(CALCULATION, {"event": "ionic_step", "energy": -1.9, "max_force": 0.012})


def plain() -> tuple[PlainDisplay, io.StringIO]:
    text = io.StringIO()
    return PlainDisplay(Console(file=text, width=60)), text


def test_a_pipe_gets_lines_without_control_characters() -> None:
    lines, text = plain()
    act(lines)
    lines.finished(CALCULATION, outcome())
    said = text.getvalue()
    mesh = CALCULATION.electrons.kpoints[0]
    assert "\x1b" not in said
    assert [line.split(": ", 1)[1] for line in said.splitlines()] == [
        f"1 atoms, k-points {mesh}x{mesh}x{mesh}, MPI ranks 2",
        "goes on after ionic step 3",
        "ionic step 4, E = -1.9000 eV, largest force 0.0120 eV/angstrom",
        "converged, E = -1.9000 eV, 3 s",
    ]


def test_scf_iterations_are_said_only_when_it_was_quiet_for_long(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(display, "HEARTBEAT_SECONDS", -1.0)
    lines, text = plain()
    act(lines)
    assert "ionic step 4, SCF iteration 7, E = -1.8700 eV" in text.getvalue()


def test_what_was_computed_in_this_run_is_not_announced_as_found() -> None:
    lines, text = plain()
    lines.finished(CALCULATION, outcome())
    lines.found(CALCULATION, outcome())
    assert "in the archive" not in text.getvalue()
    lines, text = plain()
    lines.found(CALCULATION, outcome())
    assert "in the archive" in text.getvalue()


def test_not_converged_is_said() -> None:
    lines, text = plain()
    lines.finished(CALCULATION, outcome(converged=False))
    assert "NOT converged" in text.getvalue()


def live() -> tuple[LiveDisplay, io.StringIO]:
    text = io.StringIO()
    return LiveDisplay(Console(file=text, force_terminal=True, width=100, color_system=None)), text


@pytest.mark.parametrize(("converged", "word"), [(True, "converged"), (False, "NOT converged")])
def test_a_terminal_gets_a_table_with_step_force_energy_and_iteration(
    converged: bool,  # noqa: FBT001  # pytest's calling convention
    word: str,
) -> None:
    table, text = live()
    with table:
        act(table)
        table._live.refresh()
        running = text.getvalue()
        table.finished(CALCULATION, outcome(converged=converged))
    for shown in ("li110-li110 AB", "running, 2 ranks", "0.0120", "-1.9000", " 7 ", " 5 "):
        assert shown in running
    assert word in text.getvalue().rpartition("li110-li110 AB")[2]


def test_the_table_says_what_was_interrupted() -> None:
    table, text = live()
    with pytest.raises(KeyboardInterrupt), table:  # noqa: PT012  # the table must see the act
        act(table)
        raise KeyboardInterrupt
    assert "interrupted" in text.getvalue()


def test_the_table_says_who_is_waited_for() -> None:
    table, text = live()
    with table:
        table.waiting(CALCULATION, "process 7 on node1", 5.0)
    assert "waiting for process 7 on node1" in text.getvalue()


def test_the_display_fits_the_console() -> None:
    assert isinstance(display_for(Console(file=io.StringIO())), PlainDisplay)
    assert isinstance(display_for(Console(file=io.StringIO(), force_terminal=True)), LiveDisplay)
