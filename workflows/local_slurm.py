"""Slurm on this machine alone, for trials and tests: its daemons on loopback, all their files in one folder.

It touches no other Slurm: configuration, munge's key and socket and the ports are its own. The ports are open
on all interfaces, because Slurm can bind them to loopback only where the machine's name resolves; munge's key
keeps strangers out.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from contextlib import suppress
from typing import TYPE_CHECKING, TypeVar

from wadflow.errors import WadflowError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

Awaited = TypeVar("Awaited")

SLURM_PROGRAMS = ("munged", "slurmctld", "slurmd", "sbatch", "sinfo", "scontrol")

CONFIGURATION = """\
ClusterName=local
SlurmctldHost=localhost(127.0.0.1)
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
SlurmdParameters=config_overrides
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
        return f"Slurm is not installed ({', '.join(missing)} missing); apt-get install slurm-wlm munge"
    return None if os.getuid() == 0 else "Slurm's daemons need root"


def find(program: str) -> str | None:
    """Return the path of a program, also of one for administrators."""
    return shutil.which(program, path=f"{os.environ['PATH']}:/usr/sbin:/sbin")


def free_port() -> int:
    """Return a port of loopback that nobody listens to."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_until(
    condition: Callable[[], Awaited], what: str, seconds: float = 30.0, every: float = 0.1
) -> Awaited:
    """Wait until a condition returns something true, and return it.

    Raises
    ------
    wadflow.errors.WadflowError
        It did not come true in time; says what.
    """
    end = time.monotonic() + seconds
    while not (value := condition()):
        if time.monotonic() > end:
            raise WadflowError(f"{what}: not within {seconds:g} s")
        time.sleep(every)
    return value


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
        try:
            wait_until(lambda: self.says("sinfo", "-h", "-o", "%T") == "idle", "an idle node of Slurm")
        except WadflowError as error:
            logs = [folder / f"{name}.log" for name in ("slurmctld", "slurmd")]
            lines = [line for log in logs if log.exists() for line in log.read_text().splitlines()[-5:]]
            said = "\n  ".join(lines)
            raise WadflowError(f"{error}; slurmctld and slurmd say:\n  {said}") from error

    def says(self, *command: str) -> str:
        """Return what a command of Slurm prints; empty where it fails."""
        done = subprocess.run(
            command, env=os.environ | self.environment, capture_output=True, text=True, check=False
        )
        return done.stdout.strip()

    def end_jobs(self) -> None:
        """Cancel all jobs and wait until they have gone."""
        self.says("scancel", "--user=root")
        with suppress(WadflowError):
            wait_until(lambda: not self.has_jobs(), "the end of cancelled jobs", 15)

    def has_jobs(self) -> bool:
        """Whether a job is queued or runs."""
        return bool(self.says("squeue", "-h"))

    def stop(self) -> None:
        """End jobs, and then the daemons, which a job's processes would outlive."""
        self.end_jobs()
        for daemon in reversed(self._daemons):
            daemon.terminate()
            try:
                daemon.wait(10)
            except subprocess.TimeoutExpired:
                daemon.kill()

    def _daemon(self, name: str, *arguments: str) -> None:
        with (self.folder / f"{name}.out").open("wb") as log:
            self._daemons.append(
                subprocess.Popen(
                    [find(name) or name, *arguments],
                    env=os.environ | self.environment,
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    start_new_session=True,
                )
            )
