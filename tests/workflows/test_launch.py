"""Starting the engine: ranks, environment, failures, interruptions.

Small scripts stand in for the engine: this is about processes, not physics.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from ase.build import bulk, molecule

from wadflow.errors import CalculationError, InputError, OutOfTimeError
from wadflow.workflows import launch
from wadflow.workflows.archive import Archive
from wadflow.workflows.execution import Execution
from wadflow.workflows.preparation import prepare_calculation
from wadflow.workflows.protocol import load_protocol

if TYPE_CHECKING:
    from ase import Atoms

    from wadflow.workflows.calculation import Calculation

LITHIUM = bulk("Li")


def calculation(atoms: Atoms = LITHIUM) -> Calculation:
    return prepare_calculation(atoms, load_protocol("smoke"), label="Li bulk", task="static")


def stand_in(monkeypatch: pytest.MonkeyPatch, script: str) -> None:
    """Let a Python script take the place of the engine; it gets the directory as ``DIR``."""

    def command(directory: Path, ranks: int) -> list[str]:
        text = f"import os, sys, time\nDIR = {str(directory)!r}\nRANKS = {ranks}\n{script}"
        return [sys.executable, "-c", text]

    monkeypatch.setattr(launch, "engine_command", command)


def test_ranks_are_as_wanted_else_one_a_core_but_no_more_than_kpoints(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(shutil, "which", lambda _: "/usr/bin/mpiexec")
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(16)))
    assert launch.choose_ranks(calculation(), None) == 16
    assert launch.choose_ranks(calculation(), 3) == 3
    box = molecule("O2", vacuum=4.0)
    assert launch.choose_ranks(calculation(box), None) == 1


def test_without_mpiexec_there_is_one_rank(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda _: None)
    assert launch.choose_ranks(calculation(), None) == 1
    assert launch.choose_ranks(calculation(), 1) == 1
    with pytest.raises(InputError, match="4 MPI ranks were asked for, but there is no mpiexec"):
        launch.choose_ranks(calculation(), 4)


def test_one_rank_needs_no_mpi_and_more_use_mpiexec() -> None:
    assert "mpiexec" not in launch.engine_command(Path("d"), 1)
    assert launch.engine_command(Path("d"), 2)[:3] == ["mpiexec", "-n", "2"]
    assert "GPAW_MPI_BACKEND" not in launch.engine_environment(1)
    assert launch.engine_environment(2)["GPAW_MPI_BACKEND"] == "cgpaw"
    assert launch.engine_environment(2)["OMP_NUM_THREADS"] == "1"


@pytest.mark.parametrize(
    ("script", "message"),
    [
        ("sys.exit(5)", r"exit code 5 and did not say why"),
        ("print('hm', file=sys.stderr); sys.exit(1)", r"(?s)exit code 1.*hm"),
        ("os.kill(os.getpid(), 9)", r"exit code -9"),
        ("pass", r"exit code 0 and did not say why"),
        (
            (
                "open(DIR + '/failure.json', 'w').write("
                '\'{"kind": "KohnShamConvergenceError", "message": "no"}\'); sys.exit(3)'
            ),
            r"(?s)KohnShamConvergenceError: no.*larger smearing",
        ),
        ("open(DIR + '/result.json', 'w').write('{')", r"did not say why"),
    ],
)
def test_an_engine_without_a_result_is_explained_and_nothing_is_archived(
    script: str, message: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    stand_in(monkeypatch, script)
    execution = Execution.from_environment(archive=tmp_path / "archive", ranks=1)
    wanted = calculation()
    with pytest.raises(CalculationError, match=message) as caught:
        launch.obtain(wanted, execution)
    assert str(execution.archive.working_directory(wanted.key)) in str(caught.value)
    assert execution.archive.keys() == []
    assert execution.archive.owner(wanted.key) is None


def test_events_arrive_and_other_output_is_passed_over(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    stand_in(monkeypatch, "print('library noise'); print('{\"event\": \"scf\"}'); print('[1]')")
    events: list[dict[str, Any]] = []
    with pytest.raises(CalculationError, match="did not say why"):
        launch.run_engine(calculation(), tmp_path, 1, on_event=events.append)
    assert events == [{"event": "scf"}]


def test_an_interruption_ends_the_engine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    stand_in(
        monkeypatch,
        'print(\'{"event": "start"}\', flush=True)\n'
        "open(DIR + '/pid', 'w').write(str(os.getpid()))\n"
        'print(\'{"event": "scf"}\', flush=True)\ntime.sleep(60)',
    )

    def interrupt(event: dict[str, Any]) -> None:
        if event["event"] == "scf":
            raise KeyboardInterrupt

    started = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        launch.run_engine(calculation(), tmp_path, 1, on_event=interrupt)
    assert time.monotonic() - started < 30, "the engine was waited for"
    with pytest.raises(ProcessLookupError):
        os.kill(int((tmp_path / "pid").read_text()), 0)


def test_an_interruption_ends_the_first_calculation_beside_the_import(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from wadflow.interfaces.definition import load_definition
    from wadflow.results.documents import AdhesionDocument
    from wadflow.workflows import local_run
    from wadflow.workflows.adhesion_program import AdhesionStudy

    stand_in(monkeypatch, 'print(\'{"event": "scf"}\', flush=True)\ntime.sleep(60)')
    execution = Execution.from_environment(archive=tmp_path / "archive", ranks=1)

    def interrupted_import(_: str) -> None:
        while not execution.engines:
            time.sleep(0.01)
        raise KeyboardInterrupt

    monkeypatch.setattr("wadflow.workflows.local_run.importlib.import_module", interrupted_import)
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0, 1})  # one for the engine, one for the import
    started = time.monotonic()
    study = AdhesionStudy(definition=load_definition("li110-li110"), protocol=load_protocol("smoke"))
    with pytest.raises(KeyboardInterrupt):
        local_run.run_study(study, execution, AdhesionDocument)
    assert time.monotonic() - started < 40, "the engine was waited for"
    assert execution.engines == []
    assert not list((tmp_path / "archive" / "locks").glob("*.lock")), "the claim was not given back"


@pytest.mark.skipif(sys.platform != "linux", reason="a signal at the parent's death is Linux's")
def test_a_tethered_process_does_not_outlive_its_parent() -> None:
    script = (
        "import subprocess, sys, time\n"
        "from wadflow.workflows.tether import end_with_parent\n"
        "child = subprocess.Popen(['sleep', '60'], preexec_fn=end_with_parent)\n"
        "print(child.pid, flush=True)\n"
        "time.sleep(60)\n"
    )
    parent = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    child = int(parent.stdout.readline())
    os.kill(parent.pid, signal.SIGKILL)
    parent.communicate()
    for _ in range(200):
        if not Path(f"/proc/{child}").exists() or "Z" in _state(child):
            return
        time.sleep(0.05)
    os.kill(child, signal.SIGKILL)
    pytest.fail("the child outlived its parent")


def _state(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return "Z"


def test_at_the_deadline_the_engine_is_ended_and_its_steps_are_kept(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    stand_in(monkeypatch, "open(os.path.join(DIR, 'ionic_steps.jsonl'), 'w').close(); time.sleep(60)")
    execution = Execution(Archive(tmp_path / "archive"), ranks=1, deadline=time.time() + 1.5)
    wanted = calculation()
    started = time.monotonic()
    with pytest.raises(OutOfTimeError, match="stopped at the deadline; its finished ionic steps are kept"):
        launch.obtain(wanted, execution)
    assert time.monotonic() - started < 20
    assert (execution.archive.working_directory(wanted.key) / "ionic_steps.jsonl").exists()
    assert execution.engines == []


def test_whoever_waits_for_another_process_waits_no_longer_than_the_deadline(tmp_path: Path) -> None:
    wanted = calculation()
    execution = Execution(Archive(tmp_path / "archive"), deadline=time.time() + 1.0)
    claim = Archive(tmp_path / "archive").claim(wanted.key)
    assert claim is not None
    with claim, pytest.raises(OutOfTimeError, match="was still being computed by"):
        launch.obtain(wanted, execution)


def test_the_deadline_comes_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    assert Execution.from_environment().deadline is None
    monkeypatch.setenv("WADFLOW_DEADLINE", "1790000000")
    assert Execution.from_environment().deadline == 1790000000
    monkeypatch.setenv("WADFLOW_DEADLINE", "tomorrow")
    with pytest.raises(InputError, match="must be a whole number of seconds since 1970"):
        Execution.from_environment()
