"""A queue on this machine for tests: Slurm on loopback, and a database that speaks MongoDB's protocol."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import socket
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

PROJECT = "trial"

SLURM_PROGRAMS = ("munged", "slurmctld", "slurmd", "sbatch", "sinfo", "scontrol")

CONFIGURATION = """\
ClusterName=local
SlurmctldHost=localhost
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket={folder}/munge.socket
SlurmctldPort={controller_port}
SlurmdPort={node_port}
StateSaveLocation={folder}/slurmctld
SlurmdSpoolDir={folder}/slurmd
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd.pid
SlurmctldLogFile={folder}/slurmctld.log
SlurmdLogFile={folder}/slurmd.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SwitchType=switch/none
MpiDefault=none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
SchedulerType=sched/backfill
SchedulerParameters=sched_interval=2,bf_interval=2
ReturnToService=2
AccountingStorageType=accounting_storage/none
JobAcctGatherType=jobacct_gather/none
JobCompType=jobcomp/none
MinJobAge=300
InactiveLimit=0
KillWait=5
NodeName=localhost NodeAddr=127.0.0.1 CPUs=2 RealMemory=2000 State=UNKNOWN
PartitionName=main Nodes=localhost Default=YES MaxTime=INFINITE State=UP
"""


def why_no_slurm() -> str | None:
    """Return why Slurm cannot run here, or None where it can."""
    missing = [name for name in SLURM_PROGRAMS if find(name) is None]
    if missing:
        return f"Slurm is not installed ({', '.join(missing)} missing); setup/slurm installs it as root"
    return None if os.getuid() == 0 else "Slurm's daemons need root"


def find(program: str) -> str | None:
    """Return the path of a program, also of one for administrators."""
    return shutil.which(program, path=f"{os.environ['PATH']}:/usr/sbin:/sbin")


def free_port() -> int:
    """Return a port of loopback that nobody listens to."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_until(true: Callable[[], bool], what: str, seconds: float = 30.0) -> None:
    """Wait until something is true.

    Raises
    ------
    TimeoutError
        It did not come true in time; says what.
    """
    end = time.monotonic() + seconds
    while not true():
        if time.monotonic() > end:
            raise TimeoutError(f"{what}: not within {seconds:g} s")
        time.sleep(0.1)


class LocalSlurm:
    """munged, slurmctld and slurmd of their own, with all their files in one folder.

    Parameters
    ----------
    folder : Path
        Empty; its path is short enough for a socket.

    Attributes
    ----------
    environment : dict of str
        Lets Slurm's commands find it.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.environment = {"SLURM_CONF": str(folder / "slurm.conf")}
        self._daemons: list[subprocess.Popen[bytes]] = []

    def start(self) -> None:
        """Start the daemons and wait until the node is idle."""
        folder = self.folder
        for name in ("slurmctld", "slurmd"):
            (folder / name).mkdir()
        configuration = CONFIGURATION.format(
            folder=folder, controller_port=free_port(), node_port=free_port()
        )
        (folder / "slurm.conf").write_text(configuration)
        key = folder / "munge.key"
        key.write_bytes(os.urandom(128))
        key.chmod(0o400)
        folder.chmod(0o755)
        munge = [
            "--foreground",
            f"--key-file={key}",
            f"--socket={folder}/munge.socket",
            f"--pid-file={folder}/munged.pid",
            f"--seed-file={folder}/munged.seed",
            f"--log-file={folder}/munged.log",
        ]
        self._daemon("munged", "--force", *munge)
        wait_until((folder / "munge.socket").exists, "munged's socket")
        self._daemon("slurmctld", "-D")
        self._daemon("slurmd", "-D", "-N", "localhost")
        wait_until(lambda: self.says("sinfo", "-h", "-o", "%T") == "idle", "an idle node of Slurm")

    def says(self, *command: str) -> str:
        """Return what a command of Slurm prints; empty where it fails."""
        done = subprocess.run(
            command, env=os.environ | self.environment, capture_output=True, text=True, check=False
        )
        return done.stdout.strip()

    def has_jobs(self) -> bool:
        """Whether a job is queued or runs."""
        return bool(self.says("squeue", "-h"))

    def stop(self) -> None:
        """End jobs and daemons."""
        self.says("scancel", "--user=root")
        for daemon in reversed(self._daemons):
            daemon.terminate()
            try:
                daemon.wait(10)
            except subprocess.TimeoutExpired:
                daemon.kill()

    def _daemon(self, name: str, *arguments: str) -> None:
        program = find(name)
        assert program is not None
        with (self.folder / f"{name}.out").open("wb") as log:
            self._daemons.append(
                subprocess.Popen(
                    [program, *arguments],
                    env=os.environ | self.environment,
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    start_new_session=True,
                )
            )


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
class Queue:
    """A project of jobflow-remote with its runner, on Slurm and a database of their own."""

    folder: Path
    slurm: LocalSlurm
    database: LocalDatabase
    environment: dict[str, str] = field(default_factory=dict)
    runner: subprocess.Popen[bytes] | None = None

    def wadflow(self, *words: str | Path, code: int = 0) -> str:
        """Call the command line in the queue's environment; return what it prints."""
        done = subprocess.run(
            [sys.executable, "-m", "wadflow", *map(str, words)],
            env=self.environment,
            cwd=self.folder,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == code, done.stdout + done.stderr
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
            check=True,
        )
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

    def status(self) -> list[dict[str, object]]:
        """Return what `wadflow status --json` says."""
        studies: list[dict[str, object]] = json.loads(self.wadflow("status", "--project", PROJECT, "--json"))
        return studies

    def wait(self, *, seconds: float = 240.0) -> list[dict[str, object]]:
        """Wait until all studies have ended, well or not; return their status."""
        ended = ("COMPLETED", "FAILED", "STOPPED")
        wait_until(lambda: all(one["state"] in ended for one in self.status()), "the end of flows", seconds)
        return self.status()
