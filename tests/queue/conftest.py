"""Real Slurm, a database and a project of jobflow-remote for the tests of the queue."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from wadflow.workflows.local_slurm import LocalSlurm, why_no_slurm
from wadflow.workflows.queue_trial import TrialQueue, local_slurm, trial_queue

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(scope="session")
def slurm() -> Iterator[LocalSlurm]:
    """Run Slurm for the tests; without it they are skipped, and say so."""
    reason = why_no_slurm()
    if reason is not None:
        if os.environ.get("CI") and os.getuid() == 0:
            pytest.fail(reason)
        pytest.skip(reason)
    with local_slurm() as daemons:
        yield daemons


@pytest.fixture
def queue(slurm: LocalSlurm, tmp_path: Path) -> Iterator[TrialQueue]:
    """Set up a project with an empty database; no runner runs yet."""
    with trial_queue(tmp_path, slurm) as made:
        made.environment["COLUMNS"] = "100"
        yield made
