"""File operations that survive a crash: complete and on the disk, or not there at all.

Everything is written aside under a name of its own, synchronised, and moved into place in one
step (``os.link``, ``os.rename`` or ``os.replace``), the only steps that local and shared file
systems alike promise to be atomic.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import uuid
from typing import TYPE_CHECKING

from wadflow.errors import ArchiveError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_BLOCK = 1 << 20
"""Bytes read and written at a time."""

_NO_DIRECTORY_SYNC = {errno.EINVAL, errno.ENOTSUP, errno.EBADF, errno.ENOSYS}
"""What file systems answer that cannot synchronise a directory (some network and FUSE ones)."""

_REMEDIES = {
    errno.ENOSPC: "Free some disk space and run again; nothing that was finished is lost.",
    errno.EDQUOT: "Free some of the disk quota and run again; nothing that was finished is lost.",
    errno.EROFS: "The file system is mounted read-only: choose an archive in another place.",
    errno.EACCES: "Change the permissions of the archive, or choose an archive in another place.",
    errno.EPERM: "Change the permissions of the archive, or choose an archive in another place.",
    errno.ENOTDIR: "A file stands where the archive needs a directory: move that file away.",
    errno.ENAMETOOLONG: "Use a shorter name.",
    errno.EIO: "The disk or the file server reports errors: check it, then run again.",
}


@contextlib.contextmanager
def explained(action: str, path: Path) -> Iterator[None]:
    """Turn an ``OSError`` of the body into an `ArchiveError` with the way out.

    Parameters
    ----------
    action : str
        What was tried, to stand after "cannot", for example "store the calculation".
    path : Path
        The path that the user knows.

    Raises
    ------
    ArchiveError
        Instead of every ``OSError``; other exceptions pass.
    """
    try:
        yield
    except OSError as error:
        reason = error.strerror or str(error)
        if error.filename is not None and str(error.filename) != str(path):
            reason = f"{reason} ({error.filename})"
        remedy = _REMEDIES.get(error.errno or 0)
        message = f"cannot {action} ({path}): {reason}"
        raise ArchiveError(f"{message}\n  Remedy: {remedy}" if remedy else message) from error


def aside_name(path: Path) -> Path:
    """Return a hidden name beside `path` that no other process uses."""
    return path.with_name(f".{path.name}.{uuid.uuid4().hex[:12]}.new")


def sync_directory(path: Path) -> None:
    """Make the names in directory `path` durable, where the file system can do that."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    except PermissionError:  # one may be allowed to create a name where one may not read
        return
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno not in _NO_DIRECTORY_SYNC:
            raise
    finally:
        os.close(descriptor)


def make_directory(path: Path) -> None:
    """Create directory `path` and its parents, durably; do nothing where it exists."""
    if path.is_dir():
        return
    make_directory(path.parent)
    try:
        path.mkdir()
    except FileExistsError:
        if not path.is_dir():
            raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), path) from None
    sync_directory(path.parent)


def write_all(descriptor: int, data: bytes) -> None:
    """Write all of `data`: one ``os.write`` may take only a part of it."""
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(descriptor, rest) :]


def write_file(path: Path, data: bytes) -> None:
    """Write a new file and synchronise it; a file that exists is an error.

    For files inside a directory that nobody reads yet; use `replace_file` elsewhere.
    """
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
    try:
        write_all(descriptor, data)
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def replace_file(path: Path, data: bytes) -> None:
    """Write file `path` whole: readers see the old or the new content, never a part."""
    aside = aside_name(path)
    try:
        write_file(aside, data)
        aside.replace(path)
    except BaseException:
        aside.unlink(missing_ok=True)
        raise
    sync_directory(path.parent)


def copy_file(source: Path, target: Path) -> tuple[str, int]:
    """Copy a file durably to a new file and say what was written.

    A copy and not a link: a process that still holds the source open cannot change it later.

    Returns
    -------
    sha256 : str
        Checksum of the bytes written, hexadecimal.
    size : int
        Number of bytes written.
    """
    digest = hashlib.sha256()
    size = 0
    descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
    try:
        with source.open("rb") as stream:
            while block := stream.read(_BLOCK):
                write_all(descriptor, block)
                digest.update(block)
                size += len(block)
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    return digest.hexdigest(), size
