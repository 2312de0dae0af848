"""Batch scripts in real Slurm with real GPAW: a time limit strikes, and nothing is lost."""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from gpaw_runs import NAME, run
from shared_machine import all_cores

from wadflow.workflows.archive import Archive
from wadflow.workflows.launch import read_outcome
from wadflow.workflows.local_slurm import LocalSlurm, wait_until
from wadflow.workflows.outcome import STEPS_FILE

pytestmark = [pytest.mark.gpaw, pytest.mark.queue, pytest.mark.timeout(1500)]

SAME = 1e-4  # eV

# Each job must end an ionic step before its warning, on a busy machine too: few k-points and plane waves.
PROTOCOL = """
name = "smoke-exact"
description = "smoke, coarser, with energies that repeat to less than SAME (its own: 8e-4 eV)."
based_on = "smoke"

[electrons]
cutoff = 200.0
kpoint_density = 0.8
bulk_kpoint_density = 1.0

[convergence]
energy = 1e-6
density = 1e-5
eigenstates = 1e-8
"""


def running_engine(directory: Path) -> int:
    """Return the process of the engine that computes in a working directory."""
    words = b"\0".join([b"-m", b"wadflow.workflows.engine", os.fsencode(directory)])
    for command in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):  # a process that has ended meanwhile
            if words in command.read_bytes():
                return int(command.parent.name)
    pytest.fail(f"no engine computes in {directory}")


def is_told_to_end(pid: int) -> bool:
    """Say whether a stopped process was sent SIGTERM and has not met it yet; others may wait too."""
    (pending,) = re.findall(r"^ShdPnd:\s*(\S+)", Path(f"/proc/{pid}/status").read_text(), re.MULTILINE)
    return bool(int(pending, 16) >> (signal.SIGTERM - 1) & 1)


def test_a_run_that_its_time_limit_stops_goes_on_and_ends_at_the_same_energy(
    slurm: LocalSlurm, tmp_path: Path
) -> None:
    protocol = tmp_path / "exact.toml"
    protocol.write_text(PROTOCOL)
    own_archive = tmp_path / "archive"
    with all_cores():
        whole = run(own_archive, "--protocol", str(protocol))
    key = whole.document["ab"]["key"]
    archive = Archive(own_archive)
    shutil.rmtree(own_archive / "entries" / key[:2] / key)
    document = archive.document_path(f"{NAME}.smoke-exact")
    document.unlink()
    environment = {name: value for name, value in os.environ.items() if not name.startswith("WADFLOW_")}
    script = tmp_path / "job.sh"
    command = [sys.executable, "-m", "wadflow", "batch-script", NAME, "-p", str(protocol), "-o", str(script)]
    command += ["--archive", str(own_archive), "--time", "00:02:00", "--warning", "25", "--resubmit", "10"]
    subprocess.run(command, cwd=tmp_path, env=environment, check=True)
    subprocess.run(["sbatch", str(script)], cwd=tmp_path, env=environment | slurm.environment, check=True)

    # Slurm looks at its clock every half minute: the warning comes between 65 and 95 seconds after the start.
    # An engine that stands still in its second ionic step is struck there.
    working = own_archive / "working" / key
    steps = working / STEPS_FILE
    wait_until(lambda: steps.exists() and steps.read_text().count("\n") == 1, "an ionic step", 300, every=0.1)
    engine = running_engine(working)
    os.kill(engine, signal.SIGSTOP)
    try:
        wait_until(lambda: is_told_to_end(engine), "the time limit", 150, every=0.5)
    finally:
        os.kill(engine, signal.SIGCONT)

    wait_until(lambda: not slurm.has_jobs(), "the end of the last job", 900)
    log = (tmp_path / f"wadflow-{NAME}.log").read_text()
    assert document.exists(), log
    found = json.loads(document.read_text())
    entry = archive.find(key)
    assert entry is not None
    outcome = read_outcome(entry)
    assert outcome.resumed_steps
    assert outcome.energy == pytest.approx(whole.document["ab"]["final_energy"], abs=SAME)
    for value in ("work_of_adhesion_rigid", "work_of_adhesion_relaxed"):
        assert found[value] == pytest.approx(whole.document[value], abs=1e-3)
