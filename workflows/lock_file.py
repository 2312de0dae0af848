"""The file of a lock: made, read and removed, each in one step."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pydantic import ValidationError

from wadflow.workflows.durable import aside_name, explained, write_all
from wadflow.workflows.owners import Owner

if TYPE_CHECKING:
    from pathlib import Path

_NO_HARD_LINKS = {errno.EPERM, errno.ENOTSUP, errno.ENOSYS, errno.EMLINK, errno.EXDEV}
"""What file systems answer that know no hard links."""


@dataclass(frozen=True)
class LockFile:
    """What a lock file said when it was read.

    Attributes
    ----------
    owner : Owner or None
        Who owns it; None if the content is not (yet) readable.
    fingerprint : str
        Checksum of the content, which is unique as it holds the owner's token.
    modified_ns : int
        Last heartbeat, nanoseconds since the epoch by the clock of the file system.
    """

    owner: Owner | None
    fingerprint: str
    modified_ns: int

    @property
    def modified(self) -> float:
        """Last heartbeat, seconds since the epoch by the clock of the file system."""
        return self.modified_ns * 1e-9


def create_lock_file(path: Path) -> tuple[Owner, int] | None:
    """Create the lock file; return its owner and open descriptor, None if it exists."""
    owner = Owner.this_process()
    content = owner.model_dump_json().encode()
    aside = aside_name(path)
    with contextlib.ExitStack() as stack:
        descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
        stack.callback(os.close, descriptor)
        stack.callback(aside.unlink, missing_ok=True)
        write_all(descriptor, content)
        try:
            os.link(aside, path)
        except FileExistsError:
            # A network file system may have made the link and lost its answer.
            if os.fstat(descriptor).st_nlink != 2:
                return None
        except OSError as error:
            if error.errno not in _NO_HARD_LINKS:
                raise
            exclusive = _create_exclusively(path, content)
            return None if exclusive is None else (owner, exclusive)
        return owner, os.dup(descriptor)


def _create_exclusively(path: Path, content: bytes) -> int | None:
    """Create the lock file where there are no hard links; for a moment it is empty."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
    except FileExistsError:
        return None
    try:
        write_all(descriptor, content)
    except BaseException:
        os.close(descriptor)
        path.unlink(missing_ok=True)
        raise
    return descriptor


def read_lock_file(path: Path) -> LockFile | None:
    """Read a lock file; None if there is none."""
    with explained("read the lock", path):
        try:
            # Opening makes network file systems ask the server instead of their cache.
            with path.open("rb") as stream:
                modified_ns = os.fstat(stream.fileno()).st_mtime_ns
                content = stream.read()
        except FileNotFoundError:
            return None
        except OSError as error:
            if error.errno == errno.ESTALE:  # removed by another host while we opened it
                return None
            raise
    try:
        owner = Owner.model_validate_json(content)
    except ValidationError:
        owner = None
    return LockFile(owner, hashlib.sha256(content).hexdigest()[:16], modified_ns)


def remove_lock_file(path: Path, fingerprint: str) -> None:
    """Remove the lock file if it is still the one meant, and leave any other in place."""
    aside = aside_name(path)
    try:
        path.rename(aside)
    except FileNotFoundError:
        return
    state = read_lock_file(aside)
    if state is not None and state.fingerprint != fingerprint:
        # Only after a timeout misjudged: its owner came back and a follower was quicker than us.
        try:
            os.link(aside, path)
        except FileExistsError:
            pass
        except OSError:  # no hard links here
            if not path.exists():
                aside.rename(path)
    aside.unlink(missing_ok=True)
