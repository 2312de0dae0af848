"""Write and verify the folder of an archive entry."""

from __future__ import annotations

import hashlib
import os
import stat
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from wadflow.errors import ArchiveError
from wadflow.workflows.durable import copy_file, sync_directory, write_file
from wadflow.workflows.entry import (
    MANIFEST,
    Entry,
    FileRecord,
    Manifest,
    ManifestError,
    check_file_name,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_MISSING = "is missing"


@dataclass(frozen=True)
class Inspection:
    """What a look at the folder of an entry found.

    Attributes
    ----------
    entry : Entry or None
        The entry, if everything in the manifest is as it should be.
    problems : tuple of str
        What is wrong, empty if nothing.
    incomplete : bool
        Whether all that is wrong is that something is missing.
    foreign : tuple of str
        Files of which the manifest knows nothing. They prove nothing against the others (file
        managers and network file systems leave such files), but they cannot be read either.
    """

    entry: Entry | None
    problems: tuple[str, ...]
    incomplete: bool
    foreign: tuple[str, ...]


def inspect_entry(path: Path, key: str) -> Inspection | None:
    """Verify the folder of an entry against its manifest.

    Parameters
    ----------
    path : Path
        Folder of the entry.
    key : str
        Key that it must have.

    Returns
    -------
    Inspection or None
        None if nothing is there.

    Raises
    ------
    OSError
        If something is there that cannot be read.
    ArchiveError
        If the entry was written by a newer version of wadflow.
    """
    try:
        is_folder = stat.S_ISDIR(path.lstat().st_mode)
    except FileNotFoundError:
        return None
    if not is_folder:
        return Inspection(None, ("the entry is no folder",), incomplete=False, foreign=())
    try:
        manifest = Manifest.from_bytes((path / MANIFEST).read_bytes())
    except FileNotFoundError:
        return Inspection(None, (f"{MANIFEST} is missing",), incomplete=True, foreign=())
    except (ManifestError, IsADirectoryError) as error:
        return Inspection(None, (str(error),), incomplete=False, foreign=())
    problems = [] if manifest.key == key else [f"the manifest is that of key {manifest.key}"]
    damaged = len(problems)
    for name, record in manifest.files.items():
        problem = _problem_of(path / name, record)
        if problem is not None:
            problems.append(f"{name} {problem}")
            damaged += problem != _MISSING
    return Inspection(
        entry=None if problems else Entry(key, path, manifest),
        problems=tuple(problems),
        incomplete=bool(problems) and not damaged,
        foreign=_foreign_files(path, manifest),
    )


def _foreign_files(path: Path, manifest: Manifest) -> tuple[str, ...]:
    try:
        return tuple(sorted(set(list_files(path)) - {MANIFEST, *manifest.files}))
    except FileNotFoundError:  # another process moves the folder away at this moment
        return ()


def _problem_of(path: Path, record: FileRecord) -> str | None:
    try:
        status = path.lstat()
        if not stat.S_ISREG(status.st_mode):
            return "is no plain file"
        if status.st_size != record.size:
            return f"has {status.st_size} bytes instead of {record.size}"
        with path.open("rb") as stream:
            checksum = hashlib.file_digest(stream, "sha256").hexdigest()
    except (FileNotFoundError, NotADirectoryError):
        return _MISSING
    return None if checksum == record.sha256 else "does not agree with its checksum"


def write_entry(folder: Path, key: str, source: Path, names: Iterable[str]) -> None:
    """Copy files into the new folder of an entry and write their manifest, all durably.

    Parameters
    ----------
    folder : Path
        Folder to fill, empty.
    key : str
        Key of the entry.
    source : Path
        Where the files lie.
    names : iterable of str
        Their names relative to `source`, as `names_to_store` returns them.
    """
    folders = {folder}
    records = {}
    for name in names:
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        folders.update(parent for parent in target.parents if folder in parent.parents)
        sha256, size = copy_file(source / name, target)
        records[name] = FileRecord(sha256=sha256, size=size)
    manifest = Manifest(key=key, created=datetime.now(UTC), files=records)
    write_file(folder / MANIFEST, manifest.to_bytes())
    for path in folders:
        sync_directory(path)


def names_to_store(source: Path, files: Sequence[str] | None) -> list[str]:
    """Return the names of the files to store, relative to `source`.

    Parameters
    ----------
    source : Path
        Folder with a finished calculation.
    files : sequence of str or None
        Names asked for; None for all that is in the folder.

    Raises
    ------
    ArchiveError
        If there is nothing to store, or a name is no plain file inside `source`.
    """
    if not source.is_dir():
        problem = f"cannot store {source}: there is no such directory"
        raise ArchiveError(problem)
    if files is None:
        names = [name for name in list_files(source) if name != MANIFEST]
    else:
        names = list(dict.fromkeys(files))
    for name in names:
        try:
            plain = stat.S_ISREG((source / check_file_name(name)).lstat().st_mode)
        except ValueError as error:
            raise ArchiveError(str(error)) from error
        except FileNotFoundError as error:
            problem = f"cannot store {source / name}: there is no such file"
            raise ArchiveError(problem) from error
        if not plain:
            problem = f"cannot store {source / name}: it is no plain file"
            raise ArchiveError(problem)
    if not names:
        problem = f"cannot store {source}: there are no files to store"
        raise ArchiveError(problem)
    return names


def list_files(path: Path) -> list[str]:
    """Return the names of all that is no folder under `path`, ``/`` between folders, sorted.

    Raises
    ------
    OSError
        If a folder cannot be read: what cannot be seen must not be left out silently.
    """
    names = []
    for folder, folders, files in os.walk(path, onerror=_raise):
        here = Path(folder)
        links = [name for name in folders if (here / name).is_symlink()]
        names += [(here / name).relative_to(path).as_posix() for name in [*files, *links]]
    return sorted(names)


def _raise(error: OSError) -> None:
    raise error
