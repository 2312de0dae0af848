"""Batch scripts: their headers, and what their shell lines do; a script that notes its calls is the queue."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from wadflow.errors import InputError
from wadflow.workflows.batch_script import Allocation, SchedulerName, batch_script
from wadflow.workflows.cli.app import app
from wadflow.workflows.stopping import CONTINUE

if TYPE_CHECKING:
    from pathlib import Path

SCHEDULERS: tuple[SchedulerName, ...] = ("slurm", "pbs", "lsf", "sge")
ALLOCATION = Allocation("wadflow-test", ntasks=8, seconds=5400, partition="short", account="chem-1")

# Ends with 75 when it hears SIGUSR1, with 76 at SIGTERM.
RUN = """
import signal, sys, time
signal.signal(signal.SIGUSR1, lambda *_: sys.exit(75))
signal.signal(signal.SIGTERM, lambda *_: sys.exit(76))
open("started", "w").close()
time.sleep(60)
"""


@pytest.mark.parametrize(
    ("scheduler", "lines"),
    [
        (
            "slurm",
            (
                "#SBATCH --job-name=wadflow-test",
                "#SBATCH --ntasks=8",
                "#SBATCH --time=0-1:30:0",
                "#SBATCH --partition=short",
                "#SBATCH --account=chem-1",
                "#SBATCH --open-mode=append",
                "#SBATCH --signal=B:USR1@120",
            ),
        ),
        ("pbs", ("#PBS -N wadflow-test", "#PBS -q short", "#PBS -A chem-1", "#PBS -l walltime=1:30:0")),
        (
            "lsf",
            ("#BSUB -J wadflow-test", "#BSUB -n 8", "#BSUB -W 1:30", "#BSUB -q short", "#BSUB -P chem-1"),
        ),
        ("sge", ("#$ -N wadflow-test", "#$ -pe mpi 8", "#$ -q short", "#$ -l h_rt=1:30:00", "#$ -P chem-1")),
    ],
)
def test_headers_ask_for_the_allocation(
    scheduler: SchedulerName, lines: tuple[str, ...], tmp_path: Path
) -> None:
    script = batch_script(["true"], ALLOCATION, scheduler, folder=tmp_path).splitlines()
    assert script[0] == "#!/bin/bash"
    for line in lines:
        assert line in script


@pytest.mark.parametrize("scheduler", SCHEDULERS)
def test_scripts_are_shell_and_no_word_escapes_its_quotes(scheduler: SchedulerName, tmp_path: Path) -> None:
    hostile = ["echo", "$(touch stolen)", "'; touch stolen; '", "two words", "`touch stolen`"]
    folder = tmp_path / "a $(touch stolen) folder"
    folder.mkdir()
    script = batch_script(
        hostile, ALLOCATION, scheduler, folder=folder, path=folder / "x; y", resubmissions=1
    )
    (tmp_path / "nodes").write_text("localhost\n")
    done = subprocess.run(
        ["bash", "-c", script],
        cwd=tmp_path,
        env=os.environ | {"PBS_NODEFILE": str(tmp_path / "nodes")},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == " ".join(hostile[1:])
    assert not list(tmp_path.rglob("stolen"))


@pytest.mark.parametrize("scheduler", SCHEDULERS)
def test_a_run_that_is_told_to_stop_is_submitted_again_a_bounded_number_of_times(
    scheduler: SchedulerName, tmp_path: Path
) -> None:
    assert submissions(scheduler, tmp_path, signal.SIGUSR1) == (CONTINUE, "1", "")
    assert submissions(scheduler, tmp_path, signal.SIGUSR1, left="1") == (CONTINUE, "0", "")
    code, left, said = submissions(scheduler, tmp_path, signal.SIGUSR1, left="0")
    assert (code, left) == (CONTINUE, None)
    assert "every resubmission of 2 is used up" in said
    assert said.endswith(f"{tmp_path / 'script.sh'}\n")


def test_how_a_run_ended_is_known_where_it_ended_before_the_script_looked_again(tmp_path: Path) -> None:
    found = submissions("slurm", tmp_path, signal.SIGUSR1, in_the_trap="; sleep 0.5")
    assert found == (CONTINUE, "1", "")


def test_a_run_that_is_cancelled_is_not_submitted_again(tmp_path: Path) -> None:
    assert submissions("slurm", tmp_path, signal.SIGTERM) == (76, None, "")


def submissions(
    scheduler: SchedulerName,
    folder: Path,
    number: signal.Signals,
    left: str | None = None,
    *,
    in_the_trap: str = "",
) -> tuple[int, str | None, str]:
    """Run a script, send it a signal; return its code, what it left to a next if any, its words."""
    for name in ("sbatch", "qsub", "bsub"):
        queue = folder / "bin" / name
        queue.parent.mkdir(exist_ok=True)
        queue.write_text(f'#!/bin/sh\nprintf %s "$WADFLOW_RESUBMISSIONS_LEFT" > {folder}/submitted\n')
        queue.chmod(0o755)
    for leftover in ("submitted", "started"):
        (folder / leftover).unlink(missing_ok=True)
    (folder / "nodes").write_text("localhost\n")
    path = folder / "script.sh"
    script = batch_script(
        [sys.executable, "-c", RUN], ALLOCATION, scheduler, folder=folder, path=path, resubmissions=2
    )
    path.write_text(script.replace('kill -USR1 "$run"', 'kill -USR1 "$run"' + in_the_trap))
    environment = os.environ | {
        "PATH": f"{folder / 'bin'}:{os.environ['PATH']}",
        "PBS_NODEFILE": str(folder / "nodes"),
    }
    if left is not None:
        environment["WADFLOW_RESUBMISSIONS_LEFT"] = left
    with subprocess.Popen(
        ["bash", str(path)], env=environment, cwd=folder, stdout=subprocess.PIPE, text=True
    ) as shell:
        while not (folder / "started").exists():
            time.sleep(0.05)
        shell.send_signal(number)
        said, _ = shell.communicate(timeout=30)
    note = folder / "submitted"
    return shell.returncode, note.read_text() if note.exists() else None, said


@pytest.mark.parametrize("word", ["a b", "x\n#SBATCH --uid=0", "", "$HOME", "a;b"])
def test_words_that_would_break_a_header_are_refused(word: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be a partition"):
        batch_script(["true"], Allocation("x", 1, 3600, partition=word), "slurm", folder=tmp_path)


def test_a_walltime_without_room_for_the_warning_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="leaves nothing before the warning"):
        batch_script(["true"], Allocation("x", 1, 100), "slurm", folder=tmp_path)


def test_the_command_writes_a_script_that_runs_the_same_interpreter(tmp_path: Path) -> None:
    file = tmp_path / "job.sh"
    asked = ["batch-script", "li110-li110", "--ntasks", "2", "--time", "1-02:00:00", "--resubmit", "2"]
    answer = CliRunner().invoke(app, [*asked, "-o", str(file)], catch_exceptions=False)
    assert answer.exit_code == 0
    text = file.read_text()
    assert "#SBATCH --time=1-2:0:0" in text
    assert f"{sys.executable} -m wadflow run li110-li110 --protocol standard &" in text
    assert str(file) in text


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (["--time", "soon"], "--time 'soon' is no walltime"),
        (["--resubmit", "2"], "must know where it lies"),
    ],
)
def test_what_cannot_work_is_refused(asked: list[str], said: str) -> None:
    with pytest.raises(InputError, match=said):
        CliRunner().invoke(app, ["batch-script", "li110-li110", *asked], catch_exceptions=False)
