"""A lock that many processes on many hosts can share, and that a dead owner does not block.

The lock is a file that says who owns it. It comes into being in one step and with its content
(``os.link``), because advisory locks (``flock``, ``fcntl``) do not work on every shared file
system. The owner touches the file every few seconds (its heartbeat).

An owner is dead

* on the same host: when its process is gone or its number belongs to a younger process, at once;
* on another host: when its heartbeat is older than a timeout. The age is measured against the
  time of a freshly touched file, not the local clock, so that hosts whose clocks differ agree.

Two processes that find the same dead owner must not break the lock twice, since the second would
break the lock of whoever followed. So who wants to remove the lock of an owner takes another
lock, named after that very owner, and looks again.
"""

from __future__ import annotations

import contextlib
import os
import threading
import time
from typing import TYPE_CHECKING, Self

from wadflow.workflows.durable import aside_name, explained
from wadflow.workflows.lock_file import create_lock_file, read_lock_file, remove_lock_file

if TYPE_CHECKING:
    from pathlib import Path
    from types import TracebackType

    from wadflow.workflows.lock_file import LockFile
    from wadflow.workflows.owners import Owner

HEARTBEAT = 5.0
"""Seconds between two touches of a lock by its owner."""

TIMEOUT = 60.0
"""Seconds without a heartbeat after which an owner on another host counts as dead."""

_ATTEMPTS = 3
"""Times to try again after a dead lock went away, before the lock counts as taken."""


class Lock:
    """A lock file with an owner and a heartbeat.

    Parameters
    ----------
    path : Path
        The lock file; its directory must exist.
    heartbeat : float
        Seconds between two touches.
    timeout : float
        Seconds without a heartbeat after which an owner on another host is dead; several times
        `heartbeat`, equal for all who share the lock.

    Notes
    -----
    The heartbeat comes from a daemon thread: it ends with the process, whichever way that ends.
    A process that is suspended for longer than `timeout` loses its lock to other hosts (never to
    processes of its own host); `is_lost` says so afterwards.
    """

    def __init__(self, path: Path, *, heartbeat: float = HEARTBEAT, timeout: float = TIMEOUT) -> None:
        self.path = path
        self.heartbeat = heartbeat
        self.timeout = timeout
        self._held: _Held | None = None
        self._watched: tuple[str, int, float] | None = None

    def try_acquire(self) -> bool:
        """Take the lock if it is free or its owner is dead; do not wait.

        Returns
        -------
        bool
            Whether the lock was taken now.

        Raises
        ------
        ArchiveError
            If the lock file cannot be written: full disk, no permission.
        """
        if self._held is not None:
            return False
        with explained("write the lock", self.path):
            for _ in range(_ATTEMPTS):
                created = create_lock_file(self.path)
                if created is not None:
                    owner, descriptor = created
                    self._held = _Held(owner, descriptor, self.heartbeat)
                    return True
                if not self._break_if_dead():
                    return False
        return False

    def release(self) -> None:
        """Give the lock back; a lock that is not ours (any more) is left alone."""
        held, self._held = self._held, None
        # A forked child has a copy of this object, but the lock belongs to its parent.
        if held is None or held.owner.pid != os.getpid():
            return
        held.stop()
        with explained("release the lock", self.path):
            state = read_lock_file(self.path)
            if state is not None and state.owner == held.owner:
                remove_lock_file(self.path, state.fingerprint)

    @property
    def is_held(self) -> bool:
        """Whether this object holds the lock, as the file says."""
        if self._held is None:
            return False
        state = read_lock_file(self.path)
        return state is not None and state.owner == self._held.owner

    @property
    def is_lost(self) -> bool:
        """Whether this object took the lock and somebody else removed it since."""
        return self._held is not None and not self.is_held

    def owner(self) -> Owner | None:
        """Return the present owner, dead or alive; None if nobody (readable) is."""
        state = read_lock_file(self.path)
        return None if state is None else state.owner

    def is_taken(self) -> bool:
        """Return whether somebody alive has the lock; changes nothing."""
        state = read_lock_file(self.path)
        return state is not None and not self._is_dead(state)

    def __enter__(self) -> Self:
        """Return the lock, which must have been acquired."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Release the lock."""
        self.release()

    def _break_if_dead(self) -> bool:
        """Remove the lock of a dead owner; return whether it pays to try again."""
        state = read_lock_file(self.path)
        if state is None:
            return True
        if not self._is_dead(state):
            return False
        breaker = Lock(
            self.path.with_name(f"{self.path.name}.{state.fingerprint}"),
            heartbeat=self.heartbeat,
            timeout=self.timeout,
        )
        if not breaker.try_acquire():
            return False
        with breaker:
            again = read_lock_file(self.path)
            if again is not None and again.fingerprint == state.fingerprint:
                if not self._is_dead(again):
                    return False
                remove_lock_file(self.path, state.fingerprint)
        return True

    def _is_dead(self, state: LockFile) -> bool:
        alive = None if state.owner is None else state.owner.is_alive()
        return self._is_silent(state) if alive is None else not alive

    def _is_silent(self, state: LockFile) -> bool:
        """Return whether the heartbeat is too old, or was watched not to move for too long.

        Watching serves a heartbeat in the future, left by a file server whose clock was wrong.
        """
        try:
            now = filesystem_time(self.path.parent)
        except OSError:  # read-only archive: nobody can heartbeat there, any answer will do
            now = time.time()
        if now - state.modified > self.timeout:
            return True
        seen = (state.fingerprint, state.modified_ns)
        if self._watched is None or self._watched[:2] != seen:
            self._watched = (*seen, time.monotonic())
        return time.monotonic() - self._watched[2] > self.timeout


def filesystem_time(directory: Path) -> float:
    """Return the time of the file system: what a file touched now gets.

    Parameters
    ----------
    directory : Path
        A writable directory on that file system.

    Returns
    -------
    float
        Seconds since the epoch by the clock of the file system (for a shared one, of its server).
    """
    probe = aside_name(directory / "time")
    descriptor = os.open(probe, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
    try:
        os.utime(descriptor)  # the same call as the heartbeat, so that the same clock answers
        return os.fstat(descriptor).st_mtime
    finally:
        os.close(descriptor)
        probe.unlink(missing_ok=True)


class _Held:
    """A lock that this process holds: its open file and the thread that touches it."""

    def __init__(self, owner: Owner, descriptor: int, interval: float) -> None:
        self.owner = owner
        self._stop = threading.Event()
        self._thread = threading.Thread(
            target=self._beat, args=(descriptor, interval), name="lock-heartbeat", daemon=True
        )
        self._thread.start()

    def stop(self) -> None:
        self._stop.set()
        self._thread.join()

    def _beat(self, descriptor: int, interval: float) -> None:
        # The open file is touched, not the path: behind the path may be a follower's lock.
        try:
            while not self._stop.wait(interval):
                # A file server that is away for a moment must not end the heartbeat for good.
                with contextlib.suppress(OSError):
                    os.utime(descriptor)
        finally:
            os.close(descriptor)
