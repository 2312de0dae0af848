"""Batch scripts in real Slurm with real GPAW: a time limit strikes, and nothing is lost."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from gpaw_runs import NAME

from wadflow.workflows.archive import Archive
from wadflow.workflows.launch import read_outcome
from wadflow.workflows.local_slurm import LocalSlurm, wait_until

if TYPE_CHECKING:
    from pathlib import Path

    from gpaw_runs import Finished

pytestmark = [pytest.mark.gpaw, pytest.mark.queue, pytest.mark.timeout(1500)]

SAME = 1e-4  # eV


def test_a_run_that_its_time_limit_stops_goes_on_and_ends_at_the_same_energy(
    slurm: LocalSlurm, own_archive: Path, smoke_run: Finished, tmp_path: Path
) -> None:
    # Slurm's shortest limit is a minute, and it looks at its clock every half: the warning comes between
    # 5 and 35 seconds after the start. All but AB and B is in the archive; they take longer with one rank.
    keys = [smoke_run.document[role]["key"] for role in ("ab", "b")]
    for key in keys:
        shutil.rmtree(own_archive / "entries" / key[:2] / key)
    document = Archive(own_archive).document_path(f"{NAME}.smoke")
    document.unlink()
    environment = {name: value for name, value in os.environ.items() if not name.startswith("WADFLOW_")}
    script = tmp_path / "job.sh"
    command = [sys.executable, "-m", "wadflow", "batch-script", NAME, "-p", "smoke", "-o", str(script)]
    command += ["--archive", str(own_archive), "--time", "00:01:00", "--warning", "25", "--resubmit", "10"]
    subprocess.run(command, cwd=tmp_path, env=environment, check=True)
    subprocess.run(["sbatch", str(script)], cwd=tmp_path, env=environment | slurm.environment, check=True)
    wait_until(lambda: not slurm.has_jobs(), "the end of the last job", 500)
    log = (tmp_path / f"wadflow-{NAME}.log").read_text()
    assert document.exists(), log
    found = json.loads(document.read_text())
    entries = [Archive(own_archive).find(key) for key in keys]
    outcomes = [read_outcome(entry) for entry in entries if entry is not None]
    assert any(outcome.resumed_steps for outcome in outcomes), "no time limit struck during a relaxation"
    for role, outcome in zip(("ab", "b"), outcomes, strict=True):
        assert outcome.energy == pytest.approx(smoke_run.document[role]["final_energy"], abs=SAME)
    for value in ("work_of_adhesion_rigid", "work_of_adhesion_relaxed"):
        assert found[value] == pytest.approx(smoke_run.document[value], abs=1e-3)
