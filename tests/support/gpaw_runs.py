"""Real runs of ``wadflow`` in processes of their own, for the tests that claim physics."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

NAME = "li110-li110"


@dataclass(frozen=True)
class Finished:
    """A process that has ended: exit code, what it answered, what it said meanwhile."""

    code: int
    answer: str
    said: str

    @property
    def document(self) -> dict[str, Any]:
        """The one document that ``--json`` printed."""
        (document,) = json.loads(self.answer)
        return dict(document)

    @property
    def engines_started(self) -> int:
        """How many calculations were computed, not found."""
        return self.said.count("MPI ranks")


def start_run(archive: Path, *options: str) -> subprocess.Popen[str]:
    """Start ``wadflow run li110-li110`` at smoke settings in a session of its own."""
    command = [sys.executable, "-m", "wadflow", "run", NAME, "--protocol", "smoke", "--json"]
    return subprocess.Popen(
        [*command, "--archive", str(archive), *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def finish(process: subprocess.Popen[str]) -> Finished:
    """Wait for the end of a process."""
    answer, said = process.communicate()
    return Finished(process.returncode, answer, said)


def run(archive: Path, *options: str) -> Finished:
    """Run ``wadflow run li110-li110`` at smoke settings; fail with its words if it fails."""
    finished = finish(start_run(archive, *options))
    assert finished.code == 0, finished.said
    return finished


def descendants(pid: int) -> list[int]:
    """Return all processes below a process, whatever sessions they opened."""
    parents: dict[int, list[int]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            fields = stat.read_text().rpartition(")")[2].split()
            parents.setdefault(int(fields[1]), []).append(int(stat.parent.name))
    found: list[int] = []
    todo = [pid]
    while todo:
        children = parents.get(todo.pop(), [])
        found.extend(children)
        todo.extend(children)
    return found


def kill_everything(process: subprocess.Popen[str]) -> None:
    """``kill -9`` the process and all that it started, all at once."""
    for pid in [process.pid, *descendants(process.pid)]:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    process.communicate()
