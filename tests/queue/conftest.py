"""Real Slurm, a database and a project of jobflow-remote for the tests of the queue."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from local_queue import LocalDatabase, LocalSlurm, Queue, why_no_slurm

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="session")
def slurm() -> Iterator[LocalSlurm]:
    """Run Slurm for the tests; without it they are skipped, and say so."""
    reason = why_no_slurm()
    if reason is not None:
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    folder = Path(tempfile.mkdtemp(prefix="slurm-"))
    daemons = LocalSlurm(folder)
    try:
        daemons.start()
        yield daemons
    finally:
        daemons.stop()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def queue(slurm: LocalSlurm, tmp_path: Path) -> Iterator[Queue]:
    """Set up a project with an empty database; no runner runs yet."""
    database = LocalDatabase(tmp_path / "database")
    environment = {key: value for key, value in os.environ.items() if not key.startswith("WADFLOW_")}
    environment |= slurm.environment | {"JFREMOTE_PROJECTS_FOLDER": str(tmp_path / "projects")}
    environment["JFREMOTE_CONFIG_FILE"] = str(tmp_path / "no-such-file.yaml")
    environment["COLUMNS"] = "100"
    made = Queue(tmp_path, slurm, database, environment)
    try:
        database.start()
        yield made
    finally:
        made.stop_runner()
        slurm.says("scancel", "--user=root")
        database.stop()
