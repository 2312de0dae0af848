"""Who a process is, and whether another process still lives."""

from __future__ import annotations

import os
import socket
import uuid
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field


class Owner(BaseModel):
    """Who owns a lock, as it stands in the lock file.

    Attributes
    ----------
    host : str
        Host name.
    pid : int
        Process number.
    process_start : int or None
        Start of the process in clock ticks since boot; tells a reused process number.
    boot : str or None
        Identity of the boot of the host: process numbers of another boot mean nothing.
    pid_namespace : str or None
        Name space of the process number: containers count their processes apart.
    token : str
        Unique to this acquisition.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    host: str
    pid: int = Field(gt=0)
    process_start: int | None
    boot: str | None
    pid_namespace: str | None
    token: str

    @classmethod
    def this_process(cls) -> Owner:
        """Return the calling process as owner, with a new token."""
        status = _process_status(os.getpid())
        return cls(
            host=socket.gethostname(),
            pid=os.getpid(),
            process_start=None if status is None else status[1],
            boot=_boot_identity(),
            pid_namespace=_pid_namespace(),
            token=uuid.uuid4().hex,
        )

    def is_alive(self) -> bool | None:
        """Return whether the process runs, None where that cannot be known from here."""
        here = (socket.gethostname(), _boot_identity(), _pid_namespace())
        if (self.host, self.boot, self.pid_namespace) != here:
            return None
        try:
            os.kill(self.pid, 0)
        except (ProcessLookupError, OverflowError):
            return False
        except PermissionError:
            pass  # the process of another user: it exists
        status = _process_status(self.pid)
        if status is None or self.process_start is None:
            return None
        state, start = status
        # A zombie is a dead process whose parent has not asked for its exit status yet.
        return start == self.process_start and state not in "ZX"

    def __str__(self) -> str:
        """Return the owner as text for people."""
        return f"process {self.pid} on {self.host}"


def _process_status(pid: int) -> tuple[str, int] | None:
    """Return state letter and start (clock ticks since boot) of a process, None if unknown."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text(errors="replace")
        # The name of the program stands in parentheses and may itself contain any character.
        fields = text.rpartition(")")[2].split()
        return fields[0], int(fields[19])
    except (OSError, IndexError, ValueError):
        return None


def _boot_identity() -> str | None:
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    except OSError:
        return None


def _pid_namespace() -> str | None:
    try:
        return str(Path("/proc/self/ns/pid").readlink())
    except OSError:
        return None
