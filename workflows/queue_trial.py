"""A trial of the queue on this machine: Slurm on loopback, a database, a runner, and a small flow.

The database is secantusdb, which speaks MongoDB's protocol and keeps what was committed; sites use MongoDB.
"""

from __future__ import annotations

import os
import shlex
import shutil
import socket
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from wadflow.errors import CalculationError, InputError
from wadflow.workflows.local_slurm import LocalSlurm, free_port, wait_until, why_no_slurm
from wadflow.workflows.queue_project import open_queue
from wadflow.workflows.queue_status import submitted_studies

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from wadflow.workflows.queue_status import QueuedStudy

PROJECT = "trial"


class LocalDatabase:
    """A secantusdb server, which can be stopped and started again with what it holds.

    Parameters
    ----------
    folder : Path
        Where it keeps its data.

    Attributes
    ----------
    address : str
        host:port.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()
        self.address = f"127.0.0.1:{self.port}"
        self._server: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it and wait until it answers."""
        self.folder.mkdir(exist_ok=True)
        program = Path(sys.executable).with_name("secantusd-py")
        if not program.exists():
            raise InputError(
                "a trial needs secantusdb, which is not installed", remedy="pip install secantusdb"
            )
        command = [str(program), "--host", "127.0.0.1", "--port", str(self.port)]
        command += ["--storage-path", str(self.folder), "--sync-on-commit"]
        with (self.folder.with_suffix(".log")).open("ab") as log:
            self._server = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
            )
        wait_until(self._answers, "the database")

    def stop(self) -> None:
        """Kill it, as a crash would; what was committed stays."""
        if self._server is not None:
            self._server.kill()
            self._server.wait(20)
            self._server = None

    def _answers(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0


@dataclass
class TrialQueue:
    """A project of jobflow-remote with its runner, on Slurm and a database of their own.

    Attributes
    ----------
    folder : Path
        Holds everything.
    slurm : LocalSlurm
        Runs the jobs.
    database : LocalDatabase
        Holds queue and outputs.
    environment : dict of str
        Of all that belongs to the trial.
    runner : subprocess.Popen, optional
        jobflow-remote's runner, where it was started.
    """

    folder: Path
    slurm: LocalSlurm
    database: LocalDatabase
    environment: dict[str, str] = field(default_factory=dict)
    runner: subprocess.Popen[bytes] | None = None

    def wadflow(self, *words: str | Path, code: int = 0) -> str:
        """Call the command line in the trial's environment; return what it prints, or says on an error.

        Raises
        ------
        wadflow.errors.CalculationError
            Where it leaves with another exit code than ``code``.
        """
        done = subprocess.run(
            [sys.executable, "-m", "wadflow", *map(str, words)],
            env=self.environment,
            cwd=self.folder,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != code:
            asked = shlex.join(map(str, words))
            raise CalculationError(
                f"wadflow {asked}: exit code {done.returncode}\n{done.stdout}{done.stderr}"
            )
        return done.stdout if code == 0 else done.stderr

    def jf(self, *words: str) -> str:
        """Call jobflow-remote's command line for the project."""
        jf = Path(sys.executable).with_name("jf")
        done = subprocess.run(
            [str(jf), "-p", PROJECT, *words],
            env=self.environment,
            cwd=self.folder,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            said = done.stdout + done.stderr
            raise CalculationError(f"jf {shlex.join(words)}: exit code {done.returncode}\n{said}")
        return done.stdout

    @property
    def activate(self) -> str:
        """Shell words that let a worker find this interpreter."""
        return f"export PATH={shlex.quote(str(Path(sys.executable).parent))}:$PATH"

    def init(self, environment: str | None = None) -> None:
        """Write the project, with a worker of this environment, and an empty database."""
        self.wadflow(
            *("queue", "init", "--name", PROJECT, "--scheduler", "slurm", "--poll", "1"),
            *("--work-dir", self.folder / "jobs", "--mongodb", self.database.address),
            *("--environment", environment or self.activate),
        )
        self.jf("admin", "reset", "--yes")

    def start_runner(self) -> None:
        """Start jobflow-remote's runner in the foreground of a process of its own."""
        jf = Path(sys.executable).with_name("jf")
        with (self.folder / "runner.log").open("ab") as log:
            self.runner = subprocess.Popen(
                [str(jf), "-p", PROJECT, "runner", "run"],
                env=self.environment,
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def stop_runner(self) -> None:
        """Stop the runner."""
        if self.runner is not None:
            self.runner.terminate()
            try:
                self.runner.wait(20)
            except subprocess.TimeoutExpired:
                self.runner.kill()
            self.runner = None

    def status(self) -> list[QueuedStudy]:
        """Return how far all studies are."""
        from jobflow_remote.config.base import Project
        from monty.serialization import loadfn

        # Read here: jobflow-remote takes its folder of projects from the environment when it is imported.
        file = Path(self.environment["JFREMOTE_PROJECTS_FOLDER"]) / f"{PROJECT}.yaml"
        with open_queue(Project.model_validate(loadfn(file))) as queue:
            return submitted_studies(queue)

    def wait(self, *, seconds: float = 240.0) -> list[QueuedStudy]:
        """Wait until all studies have ended, well or not, or one is in trouble; return their status.

        Raises
        ------
        wadflow.errors.WadflowError
            Where they do not end in time, or the runner has died.
        """

        def ended() -> bool:
            if self.runner is not None and self.runner.poll() is not None:
                said = (self.folder / "runner.log").read_text().splitlines()[-5:]
                raise CalculationError("jobflow-remote's runner has died:\n  " + "\n  ".join(said))
            studies = self.status()
            over = ("COMPLETED", "FAILED", "STOPPED")
            return any(one.troubles for one in studies) or all(one.state in over for one in studies)

        wait_until(ended, "the end of flows", seconds, every=1.0)
        return self.status()


@contextmanager
def trial_queue(folder: Path, slurm: LocalSlurm) -> Iterator[TrialQueue]:
    """Set up a database and an environment for the ``with`` block; end all that was started after it.

    Parameters
    ----------
    folder : Path
        Holds everything.
    slurm : LocalSlurm
        Started.
    """
    database = LocalDatabase(folder / "database")
    environment = {key: value for key, value in os.environ.items() if not key.startswith("WADFLOW_")}
    environment |= slurm.environment | {"JFREMOTE_PROJECTS_FOLDER": str(folder / "projects")}
    environment["JFREMOTE_CONFIG_FILE"] = str(folder / "no-such-file.yaml")  # none of the user's own
    queue = TrialQueue(folder, slurm, database, environment)
    try:
        database.start()
        yield queue
    finally:
        queue.stop_runner()
        slurm.end_jobs()
        database.stop()


@contextmanager
def local_slurm() -> Iterator[LocalSlurm]:
    """Run Slurm for the ``with`` block.

    Raises
    ------
    wadflow.errors.InputError
        Where it cannot run here.
    """
    reason = why_no_slurm()
    if reason is not None:
        raise InputError(reason, remedy="install it, or try the queue where there is one")
    folder = Path(tempfile.mkdtemp(prefix="slurm-"))
    daemons = LocalSlurm(folder)
    try:
        daemons.start()
        yield daemons
    finally:
        daemons.stop()
        shutil.rmtree(folder, ignore_errors=True)


def run_trial(name: str, protocol: str, archive: Path, say: Callable[[str], None]) -> None:
    """Send an interface through a queue of its own, from submit to collect.

    Parameters
    ----------
    name : str
        Interface.
    protocol : str
        ``rehearsal``, if nobody wants to wait.
    archive : Path
        Takes what comes out.
    say : callable
        Hears what happens.

    Raises
    ------
    wadflow.errors.WadflowError
        Where Slurm or the database cannot run here, or the flow fails.
    """
    with tempfile.TemporaryDirectory(prefix="wadflow-trial-") as temporary, local_slurm() as slurm:
        say("Slurm runs on loopback")
        with trial_queue(Path(temporary), slurm) as queue:
            queue.init()
            say(f"the database answers at {queue.database.address}, the project is written")
            workers = queue.folder / "workers"
            say(queue.wadflow("submit", name, "-p", protocol, "--archive", workers).strip())
            queue.start_runner()
            (study,) = queue.wait(seconds=3600.0)
            say(queue.wadflow("status").rstrip())
            if study.state != "COMPLETED":
                raise CalculationError(f"the flow of {name} ended as {study.state}; see above")
            say(queue.wadflow("collect", "--archive", archive.resolve()).strip())
