"""The finished calculations of an archive: put in place, looked at, moved aside when damaged."""

from __future__ import annotations

import contextlib
import errno
import re
import shutil
import time
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from wadflow.errors import ArchiveError, InputError
from wadflow.workflows.durable import explained, make_directory, sync_directory
from wadflow.workflows.entry_folder import inspect_entry, list_files, write_entry
from wadflow.workflows.locks import filesystem_time

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from wadflow.workflows.entry import Entry

_KEY = re.compile(r"[0-9a-f]{64}")

_RENAME_ANSWERS = {errno.ENOTEMPTY, errno.EEXIST, errno.ENOTDIR, errno.EISDIR, errno.ENOENT}
"""What file systems answer to a rename onto something that is there, and (ENOENT) what a network
file system answers that did the rename but lost its first answer."""

_ATTEMPTS = 5
"""Times to try again to put an entry in place while other processes put theirs there."""


def is_key(text: str) -> bool:
    """Return whether `text` is a key: 64 hexadecimal digits in small letters."""
    return _KEY.fullmatch(text) is not None


def check_key(key: str) -> str:
    """Return `key` if it is one.

    Raises
    ------
    InputError
        Otherwise.
    """
    if not is_key(key):
        problem = f"{key!r} is no key: a key has 64 hexadecimal digits (0-9, a-f)"
        raise InputError(problem, remedy="Take keys from 'wadflow archive list'.")
    return key


@dataclass(frozen=True)
class DamagedEntry:
    """An entry that was found damaged and is not believed.

    Attributes
    ----------
    key : str
        Its key.
    path : Path
        Where it lies now.
    problems : tuple of str
        What is wrong with it.
    moved : bool
        Whether it was moved out of the way (not in a read-only archive).
    """

    key: str
    path: Path
    problems: tuple[str, ...]
    moved: bool

    def __str__(self) -> str:
        """Return a sentence for the user."""
        kept = "kept in" if self.moved else "still in"
        return (
            f"archive entry {self.key[:12]} is damaged ({'; '.join(self.problems)}),"
            f" not used and to be redone; {kept} {self.path}"
        )


@dataclass(frozen=True)
class Finding:
    """What a look at the place of an entry gave.

    Attributes
    ----------
    key : str
        Its key.
    entry : Entry or None
        The entry, if it is whole.
    damage : DamagedEntry or None
        The damage, if it is damaged.
    arriving : bool
        Whether it is incomplete but seems to be arriving.
    foreign : tuple of str
        Files in a whole entry that do not belong to it.
    """

    key: str
    entry: Entry | None = None
    damage: DamagedEntry | None = None
    arriving: bool = False
    foreign: tuple[str, ...] = ()


class EntryShelf:
    """The folders of all entries of an archive.

    Parameters
    ----------
    root : Path
        Root of the archive.
    arrival : float
        Seconds without change after which an incomplete entry is damaged.
    on_damage : callable or None
        What `report` calls with a `DamagedEntry`.
    """

    def __init__(self, root: Path, arrival: float, on_damage: Callable[[DamagedEntry], None] | None) -> None:
        self.root = root
        self.arrival = arrival
        self.on_damage = on_damage

    def path(self, key: str) -> Path:
        """Return the folder of the entry of a key, whether it exists or not."""
        return self.root / "entries" / check_key(key)[:2] / key

    def examine(self, key: str, *, patient: bool = True) -> Finding:
        """Look at the entry of a key, and move it aside if it is damaged.

        Parameters
        ----------
        key : str
            The key.
        patient : bool
            Whether to leave an entry alone that seems to be arriving.
        """
        path = self.path(key)
        with explained("read the archive entry", path):
            look = inspect_entry(path, key)
            if look is None:
                return Finding(key)
            if look.entry is not None:
                return Finding(key, entry=look.entry, foreign=look.foreign)
            if patient and look.incomplete and age(path, self.root) < self.arrival:
                return Finding(key, arriving=True)
            return self._set_aside(key, look.problems)

    def _set_aside(self, key: str, problems: tuple[str, ...]) -> Finding:
        """Move a damaged entry away, and back if it was redone in the meantime."""
        path = self.path(key)
        now = datetime.now(UTC)
        target = self.root / "damaged" / f"{key}-{now:%Y%m%dT%H%M%S.%fZ}"
        try:
            make_directory(target.parent)
            path.rename(target)
        except FileNotFoundError:
            return Finding(key)  # another process found it, moved it and reports it
        except OSError:
            return Finding(key, damage=DamagedEntry(key, path, problems, moved=False))
        moved = inspect_entry(target, key)
        if moved is not None and moved.entry is not None:
            # Between our look and our move another process moved the damaged one and redid it.
            with contextlib.suppress(OSError):
                target.rename(path)
            back = inspect_entry(path, key)
            return Finding(key, entry=None if back is None else back.entry)
        return Finding(key, damage=DamagedEntry(key, target, problems, moved=True))

    def report(self, finding: Finding) -> Finding:
        """Report the damage of a finding, if there is any, and return the finding."""
        if finding.damage is not None and self.on_damage is not None:
            self.on_damage(finding.damage)
        return finding

    def store(self, key: str, source: Path, names: Sequence[str]) -> Entry:
        """Copy files into a new entry, whole or not at all; keep one that is there and whole.

        Parameters
        ----------
        key : str
            The key.
        source : Path
            Folder of the files.
        names : sequence of str
            Their names relative to `source`.
        """
        path = self.path(key)
        staging = self.root / "staging" / f"{key}-{uuid.uuid4().hex}"
        make_directory(path.parent)
        try:
            make_directory(staging)
            write_entry(staging, key, source, names)
            for _ in range(_ATTEMPTS):
                try:
                    staging.rename(path)
                except OSError as error:
                    if error.errno not in _RENAME_ANSWERS:
                        raise
                sync_directory(path.parent)
                # Ours, read back; or that of another process, which then is kept.
                entry = self.report(self.examine(key, patient=False)).entry
                if entry is not None:
                    return entry
        finally:
            shutil.rmtree(staging, ignore_errors=True)
        problem = f"the entry {path} is damaged each time it is written; is the disk failing?"
        raise ArchiveError(problem)


def age(path: Path, root: Path) -> float:
    """Return the seconds since anything changed at a path or in the folder that it is.

    Parameters
    ----------
    path : Path
        A file or folder; the moment counts at which its names, content or owner changed here,
        which copying tools cannot set, unlike the time of modification.
    root : Path
        Root of the archive, to ask for the time of its file system.
    """
    try:
        changes = [path.lstat().st_ctime]
        if path.is_dir():
            changes += [(path / name).lstat().st_ctime for name in list_files(path)]
    except FileNotFoundError:  # it changes right now
        return 0.0
    try:
        now = filesystem_time(root)
    except OSError:  # a read-only archive
        now = time.time()
    return now - max(changes)
