"""Fixtures for the tests of the archive and of flows."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from wadflow.workflows.calculation import Calculation
    from wadflow.workflows.execution import Execution
    from wadflow.workflows.outcome import Outcome

    Worker = Callable[..., subprocess.Popen[str]]

WORKER = Path(__file__).with_name("archive_worker.py")


@pytest.fixture(scope="module")
def quick_disk() -> Iterator[None]:
    """Do not wait for the disk, which makes a difference in a power failure only."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setattr(os, "fsync", lambda _: None)
        yield


@pytest.fixture
def cheap_makers(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Let Makers take cheap outcomes in the place of GPAW's; return the keys that they ask for."""
    from cheap_outcomes import cheap_outcome

    from wadflow.workflows import makers

    asked: list[str] = []

    def cheap(calculation: Calculation, _execution: Execution) -> Outcome:
        asked.append(calculation.key)
        return cheap_outcome(calculation)

    monkeypatch.setattr(makers, "obtain", cheap)
    return asked


@pytest.fixture
def worker() -> Iterator[Worker]:
    """Start processes of ``archive_worker.py``; those that still run at the end are killed."""
    processes: list[subprocess.Popen[str]] = []

    def start(*arguments: object) -> subprocess.Popen[str]:
        command = [sys.executable, str(WORKER), *map(str, arguments)]
        process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1
        )
        processes.append(process)
        return process

    yield start
    for process in processes:
        process.kill()
        process.communicate()
