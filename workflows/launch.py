"""Obtain a calculation: from the archive, from another process, or by starting the engine."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from wadflow.errors import ArchiveError, CalculationError, InputError, OutOfTimeError
from wadflow.workflows.archive import Entry
from wadflow.workflows.durable import replace_file
from wadflow.workflows.outcome import (
    FAILURE_FILE,
    INPUT_FILE,
    LOG_FILE,
    RESULT_FILE,
    Failure,
    Outcome,
)
from wadflow.workflows.tether import TETHERED_VARIABLE, end_with_parent

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from wadflow.workflows.calculation import Calculation
    from wadflow.workflows.execution import Execution
    from wadflow.workflows.owners import Owner

ERROR_FILE = "engine.err"
ENDING_SECONDS = 10.0
"""Time that an engine has to end after it was asked to."""


def obtain(calculation: Calculation, execution: Execution) -> Outcome:
    """Return the outcome of a calculation, computing it only if nobody did and nobody does.

    Parameters
    ----------
    calculation : Calculation
        What is wanted.
    execution : Execution
        Archive, ranks and listener.

    Raises
    ------
    wadflow.errors.CalculationError
        Where the calculation fails; the message names its directory and the way out.
    wadflow.errors.OutOfTimeError
        Where the execution's deadline comes first.
    """
    key, archive, listener = calculation.key, execution.archive, execution.listener

    def wait(owner: Owner | None, seconds: float) -> None:
        if execution.deadline is not None and time.time() > execution.deadline:
            problem = f"'{calculation.label}' was still being computed by {owner} at the deadline"
            raise OutOfTimeError(f"{problem}\n  Remedy: ask for it again, it is found then", progress=True)
        listener.waiting(calculation, str(owner or "another process"), seconds)

    entry_or_claim = archive.wait_or_claim(key, on_wait=wait)
    if isinstance(entry_or_claim, Entry):
        outcome = read_outcome(entry_or_claim)
        listener.found(calculation, outcome)
        return outcome
    with entry_or_claim:
        directory = archive.working_directory(key)
        if _finished(directory, key) is None:
            ranks = choose_ranks(calculation, execution.ranks)
            listener.started(calculation, ranks)
            run_engine(
                calculation,
                directory,
                ranks,
                on_event=lambda event: listener.event(calculation, event),
                engines=execution.engines,
                deadline=execution.deadline,
            )
        files = (INPUT_FILE, RESULT_FILE, LOG_FILE)  # the result holds the ionic steps
        present = [name for name in files if (directory / name).exists()]
        outcome = read_outcome(archive.store(key, directory, files=present))
    execution.computed.add(key)
    listener.finished(calculation, outcome)
    return outcome


def read_outcome(entry: Entry) -> Outcome:
    """Read the outcome of an entry of the archive.

    Raises
    ------
    wadflow.errors.ArchiveError
        Where the entry is whole but of another version of wadflow.
    """
    try:
        return Outcome.model_validate(entry.read_json(RESULT_FILE))
    except ValidationError as error:
        problem = (
            f"{entry.path} holds a result that this version of wadflow cannot read "
            f"({error.error_count()} fields differ)\n"
            "  Remedy: use another archive (--archive), or the version that wrote this one"
        )
        raise ArchiveError(problem) from error


def choose_ranks(calculation: Calculation, wanted: int | None) -> int:
    """Choose the number of MPI ranks: as wanted, else one a core, but no more than k-points.

    GPAW parallelises over k-points with little loss; ranks beyond their number would have to
    share plane waves, which does not pay for cells of this size. Without an ``mpiexec`` there
    is one rank.

    Raises
    ------
    wadflow.errors.InputError
        Where more ranks are wanted than can be started.
    """
    if shutil.which("mpiexec") is None:
        if wanted is not None and wanted > 1:
            problem = f"{wanted} MPI ranks were asked for, but there is no mpiexec"
            raise InputError(problem, remedy="install MPI or load its module, or leave the ranks out")
        return 1
    if wanted is not None:
        return wanted
    if calculation.solver != "gpaw":
        return 1
    kpoints = calculation.electrons.kpoints
    return max(1, min(len(os.sched_getaffinity(0)), kpoints[0] * kpoints[1] * kpoints[2]))


def engine_command(directory: Path, ranks: int) -> list[str]:
    """Return the command that runs the engine in a directory."""
    return on_ranks([sys.executable, "-m", "wadflow.workflows.engine", str(directory)], ranks)


def on_ranks(command: list[str], ranks: int) -> list[str]:
    """Return a command as so many MPI ranks run it; one needs no MPI."""
    return command if ranks == 1 else ["mpiexec", "-n", str(ranks), *command]


def engine_environment(ranks: int) -> dict[str, str]:
    """Return the environment of the engine.

    MPI does not bind ranks to cores: it would bind those of two runs on one machine to the same ones
    (the engine does, where the ranks of one run take all cores). The variables for Open MPI 4 (``OMPI``)
    and 5 (``PRTE``) mean nothing to other MPIs.
    """
    environment = dict(os.environ)
    environment.update({"OMP_NUM_THREADS": "1", TETHERED_VARIABLE: "1"})
    if ranks > 1:
        environment.update(
            {
                "GPAW_MPI_BACKEND": "cgpaw",
                "OMPI_ALLOW_RUN_AS_ROOT": "1",
                "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1",
                "OMPI_MCA_hwloc_base_binding_policy": "none",
                "OMPI_MCA_rmaps_base_oversubscribe": "1",
                "PRTE_MCA_hwloc_default_binding_policy": "none",
                "PRTE_MCA_rmaps_default_mapping_policy": ":oversubscribe",
            }
        )
    else:
        environment.pop("GPAW_MPI_BACKEND", None)
    return environment


def run_engine(
    calculation: Calculation,
    directory: Path,
    ranks: int,
    *,
    on_event: Callable[[dict[str, Any]], None],
    engines: list[subprocess.Popen[str]] | None = None,
    deadline: float | None = None,
) -> None:
    """Run the engine to its end; an interruption ends the engine too.

    Parameters
    ----------
    calculation : Calculation
        Written to ``input.json`` of the directory.
    directory : Path
        Working directory; what an interrupted run left there is continued.
    ranks : int
        MPI ranks.
    on_event : callable
        Called with each event of the engine.
    engines : list of subprocess.Popen, optional
        Holds the process while it runs, so that others can end it (`end_engines`).
    deadline : float, optional
        When it is ended, in seconds since 1970.

    Raises
    ------
    wadflow.errors.CalculationError
        Where the engine ends without a result.
    wadflow.errors.OutOfTimeError
        Where the deadline comes first.
    """
    replace_file(directory / INPUT_FILE, calculation.model_dump_json(indent=1).encode())
    (directory / FAILURE_FILE).unlink(missing_ok=True)
    with (
        (directory / ERROR_FILE).open("wb") as errors,
        subprocess.Popen(
            engine_command(directory, ranks),
            env=engine_environment(ranks),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=errors,
            start_new_session=True,  # an interrupt at the terminal is for us to pass on
            preexec_fn=end_with_parent,  # noqa: PLW1509  # sets one flag of the kernel
            text=True,
        ) as process,
    ):
        running = [] if engines is None else engines
        running.append(process)
        progress = False
        failure: Failure | None = None
        try:
            with _ended_at(process, deadline) as late:
                for line in process.stdout or ():
                    event = _parse_event(line)
                    if event is not None:
                        on_event(event)
                        progress = progress or event["event"] == "ionic_step"
                        if event["event"] == "failure":
                            failure = Failure(kind=event["kind"], message=event["message"])
                code = process.wait()
        except BaseException:
            _end(process)
            raise
        finally:
            running.remove(process)
    if late.is_set() and _finished(directory, calculation.key) is None:
        raise OutOfTimeError(
            f"'{calculation.label}' was stopped at the deadline; its finished ionic steps are kept\n"
            "  Remedy: the same calculation goes on when it is asked for again",
            progress=progress,
        )
    if code != 0 or _finished(directory, calculation.key) is None:
        raise CalculationError(_explain(calculation, directory, code, failure))


def end_engines(execution: Execution) -> None:
    """End all engines of an execution; whoever waits for one hears of a failure."""
    for process in list(execution.engines):
        _end(process)


@contextmanager
def _ended_at(process: subprocess.Popen[str], deadline: float | None) -> Iterator[threading.Event]:
    """End an engine that still runs at a deadline; give what says whether that happened."""
    late = threading.Event()

    def end() -> None:
        late.set()
        _end(process)

    timer = threading.Timer(max(0.0, (deadline or 0.0) - time.time()), end)
    timer.daemon = True
    if deadline is not None:
        timer.start()
    try:
        yield late
    finally:
        timer.cancel()


def _end(process: subprocess.Popen[str]) -> None:
    process.terminate()
    try:
        process.wait(ENDING_SECONDS)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _parse_event(line: str) -> dict[str, Any] | None:
    """Return an event, or None for what libraries print into the same pipe."""
    try:
        event = json.loads(line)
    except ValueError:
        return None
    return event if isinstance(event, dict) and "event" in event else None


def _finished(directory: Path, key: str) -> Outcome | None:
    """Return the outcome that lies in a working directory if it is whole and of this key."""
    try:
        outcome = Outcome.model_validate_json((directory / RESULT_FILE).read_bytes())
    except (FileNotFoundError, ValidationError):
        return None
    return outcome if outcome.key == key else None


def _explain(calculation: Calculation, directory: Path, code: int, failure: Failure | None) -> str:
    if failure is None:
        with suppress(FileNotFoundError, ValidationError):
            failure = Failure.model_validate_json((directory / FAILURE_FILE).read_bytes())
    if failure is None:
        reason = f"the engine ended with exit code {code} and did not say why"
        tail = (directory / ERROR_FILE).read_text(errors="replace").strip().splitlines()[-3:]
        reason = "\n  ".join([reason, *tail])
        remedy = "read the files there; run again to go on after the last finished ionic step"
    else:
        reason = f"{failure.kind}: {failure.message}"
        remedy = (
            "the self-consistent field does not converge: look at the structure and at gpaw.txt "
            "there, then try a larger smearing width in an own protocol"
            if failure.kind == "KohnShamConvergenceError"
            else "read gpaw.txt and engine.err there; run again when the cause is mended"
        )
    return f"'{calculation.label}' failed: {reason}\n  Directory: {directory}\n  Remedy: {remedy}"
