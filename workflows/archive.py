"""The archive: the memory of all finished calculations, one folder per key.

::

    ROOT/entries/3f/3fa9.../    a finished calculation: its files and manifest.json
    ROOT/working/3fa9.../       scratch of a calculation under way; stays after a kill, to resume
    ROOT/staging/               entries being written; nobody reads here
    ROOT/locks/3fa9....lock     who computes it now
    ROOT/damaged/3fa9...-TIME/  entries that were found damaged, kept to look at
    ROOT/documents/NAME.json    results

There is no server and no database. Whatever is under ``entries`` came there complete, by one
rename, and is verified against its checksums each time it is found: a power failure, a kill or
a bad disk can make the archive forget a calculation, but not believe a wrong one.

Two archives are merged, also while calculations run, with
``rsync -a --ignore-existing OTHER/entries/ ROOT/entries/`` (entries only, never locks). An entry
that is still arriving counts as not there.
"""

from __future__ import annotations

import os
import shutil
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from wadflow.errors import InputError
from wadflow.workflows.archive_claims import Claim
from wadflow.workflows.archive_documents import document_names, document_path, save_document
from wadflow.workflows.archive_entries import DamagedEntry, EntryShelf, check_key, is_key
from wadflow.workflows.archive_leftovers import remove_leftovers
from wadflow.workflows.durable import explained, make_directory
from wadflow.workflows.entry import Entry
from wadflow.workflows.entry_folder import names_to_store
from wadflow.workflows.locks import HEARTBEAT, TIMEOUT, Lock
from wadflow.workflows.owners import Owner

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from wadflow.workflows.archive_export import ExportReport

__all__ = ["Archive", "Claim", "DamagedEntry", "Entry", "Owner", "VerifyReport"]

ARRIVAL = 60.0
"""Seconds without change after which an incomplete entry is damaged and no longer arriving."""


@dataclass(frozen=True)
class VerifyReport:
    """What `Archive.verify` found.

    Attributes
    ----------
    valid : tuple of str
        Keys of the entries that are whole.
    damaged : tuple of DamagedEntry
        Entries that are not; they were moved aside.
    incomplete : tuple of str
        Keys of entries of which a part is missing and that changed within the last minute:
        probably being copied here.
    foreign : tuple of Path
        Files inside entries that do not belong to them.
    """

    valid: tuple[str, ...]
    damaged: tuple[DamagedEntry, ...]
    incomplete: tuple[str, ...]
    foreign: tuple[Path, ...]

    @property
    def ok(self) -> bool:
        """Whether nothing is damaged or incomplete."""
        return not self.damaged and not self.incomplete


class Archive:
    """All finished calculations under one directory.

    Parameters
    ----------
    root : Path
        The directory; it is created with the first thing that is written.
    on_damage : callable, optional
        Called with a `DamagedEntry` whenever an entry is found damaged, from the thread that
        found it.
    heartbeat : float
        Seconds between two signs of life of a claim.
    timeout : float
        Seconds without a sign of life after which a claim of another host is void.
    arrival : float
        Seconds without change after which an incomplete entry is damaged, and no longer taken
        for one that is being copied here.

    Raises
    ------
    InputError
        If `root` is something else than a directory.
    """

    def __init__(
        self,
        root: Path,
        *,
        on_damage: Callable[[DamagedEntry], None] | None = None,
        heartbeat: float = HEARTBEAT,
        timeout: float = TIMEOUT,
        arrival: float = ARRIVAL,
    ) -> None:
        self.root = Path(root).expanduser().absolute()
        with explained("look at the archive", self.root):
            if os.path.lexists(self.root) and not self.root.is_dir():
                problem = f"the archive must be a directory, but {self.root} is none"
                raise InputError(problem, remedy="Name another place for the archive.")
        self._heartbeat = heartbeat
        self._timeout = timeout
        self._shelf = EntryShelf(self.root, arrival, on_damage)

    # Finished calculations

    def find(self, key: str) -> Entry | None:
        """Return the finished calculation of a key, verified, or None.

        A damaged one is moved to ``damaged``, reported to `on_damage`, and not returned.

        Raises
        ------
        InputError
            If `key` is no key.
        ArchiveError
            If something is there that cannot be read (permissions, failing disk).
        """
        return self._shelf.report(self._shelf.examine(key)).entry

    def store(self, key: str, directory: Path, *, files: Sequence[str] | None = None) -> Entry:
        """Take a finished calculation in, whole or not at all.

        Parameters
        ----------
        key : str
            Key of the calculation.
        directory : Path
            Where its files lie. They are copied, so that a process which still writes there
            cannot change the entry. If it is the working directory of this key it is removed,
            after the entry is safe.
        files : sequence of str, optional
            Names of the files to take, relative to `directory`; all files by default.

        Returns
        -------
        Entry
            The new entry, or the one that is there already: the first is kept.

        Raises
        ------
        InputError
            If `key` is no key.
        ArchiveError
            If a file is missing, or the archive cannot be written; `directory` is untouched then.
        """
        source = Path(directory).absolute()
        entry = self.find(key)
        if entry is None:
            with explained("store the calculation", self._shelf.path(key)):
                entry = self._shelf.store(key, source, names_to_store(source, files))
        working = self._working_path(key)
        if source == working:
            # The entry is safe; scratch that cannot be removed only takes up room.
            shutil.rmtree(working, ignore_errors=True)
        return entry

    def working_directory(self, key: str) -> Path:
        """Return the scratch directory of a key, created if it is not there.

        Use it only while holding the claim. What a killed predecessor left is still inside.
        """
        path = self._working_path(key)
        with explained("create the working directory", path):
            make_directory(path)
        return path

    def keys(self) -> list[str]:
        """Return the keys of all entries, sorted; the entries are not verified."""
        with explained("list the archive", self.root):
            entries = self.root / "entries"
            folders = [path for path in entries.iterdir() if path.is_dir()] if entries.is_dir() else []
            names = [(folder.name, path.name) for folder in folders for path in folder.iterdir()]
        return sorted(name for prefix, name in names if is_key(name) and name[:2] == prefix)

    def entries(self) -> Iterator[Entry]:
        """Yield all entries that are whole, by key; damaged ones are treated as in `find`."""
        for key in self.keys():
            entry = self.find(key)
            if entry is not None:
                yield entry

    def verify(self, jobs: int = 1) -> VerifyReport:
        """Verify every entry and move damaged ones aside.

        Parameters
        ----------
        jobs : int
            Number of threads.

        Raises
        ------
        ArchiveError
            If an entry cannot be read (permissions, failing disk).
        """
        valid: list[str] = []
        damaged: list[DamagedEntry] = []
        incomplete: list[str] = []
        foreign: list[Path] = []
        with ThreadPoolExecutor(max_workers=max(jobs, 1)) as pool:
            for look in pool.map(self._shelf.examine, self.keys()):
                finding = self._shelf.report(look)
                # Not the finding itself: the manifests of a large archive are hundreds of MiB.
                if finding.entry is not None:
                    valid.append(finding.key)
                if finding.damage is not None:
                    damaged.append(finding.damage)
                if finding.arriving:
                    incomplete.append(finding.key)
                foreign.extend(self._shelf.path(finding.key) / name for name in finding.foreign)
        return VerifyReport(
            valid=tuple(valid), damaged=tuple(damaged), incomplete=tuple(incomplete), foreign=tuple(foreign)
        )

    # Who computes what

    def claim(self, key: str) -> Claim | None:
        """Claim the calculation of a key for this process; None if somebody alive has it.

        The claim says nothing about an entry: call `find` again with the claim in hand, since
        the last owner may have stored it just before. `wait_or_claim` does.

        Raises
        ------
        InputError
            If `key` is no key.
        ArchiveError
            If the archive cannot be written.
        """
        lock = self._lock_to_take(key)
        return Claim(key, lock) if lock.try_acquire() else None

    def wait_or_claim(
        self,
        key: str,
        *,
        poll: float = 1.0,
        on_wait: Callable[[Owner | None, float], None] | None = None,
    ) -> Entry | Claim:
        """Return the finished calculation, or the claim to compute it; wait while others do.

        Parameters
        ----------
        key : str
            Key of the calculation.
        poll : float
            Seconds between two looks.
        on_wait : callable, optional
            Called at each look in vain with the owner (None if unknown) and the seconds waited.
            It may raise to stop waiting.

        Returns
        -------
        Entry or Claim
            An `Entry` as soon as there is one; a `Claim` if nobody alive computes it, to be used
            in a ``with`` statement.

        Raises
        ------
        InputError
            If `key` is no key.
        ArchiveError
            If the archive cannot be read, or not be written although there is no entry.
        """
        started = time.monotonic()
        entry = self.find(key)
        if entry is not None:
            return entry
        lock = self._lock_to_take(key)
        while True:
            acquired = lock.try_acquire()
            # Looked up after the claim, else a store between look and claim would be missed.
            try:
                entry = self.find(key)
            except BaseException:
                lock.release()
                raise
            if entry is not None:
                lock.release()
                return entry
            if acquired:
                return Claim(key, lock)
            if on_wait is not None:
                on_wait(lock.owner(), time.monotonic() - started)
            time.sleep(poll)

    def owner(self, key: str) -> Owner | None:
        """Return who computes a key now; None if nobody alive does."""
        lock = self._lock(key)
        return lock.owner() if lock.is_taken() else None

    # Documents

    def save_document(self, name: str, json_text: str) -> Path:
        """Write a document, whole or not at all; one of the same name is replaced.

        Parameters
        ----------
        name : str
            Name without ``.json``.
        json_text : str
            Its content.

        Returns
        -------
        Path
            The file.

        Raises
        ------
        InputError
            If the name cannot name a file, or the text is no JSON.
        ArchiveError
            If the archive cannot be written.
        """
        return save_document(self.root / "documents", name, json_text)

    def documents(self) -> list[str]:
        """Return the names of all documents, sorted."""
        return document_names(self.root / "documents")

    def document_path(self, name: str) -> Path:
        """Return the file of a document, whether it exists or not.

        Raises
        ------
        InputError
            If the name cannot name a file.
        """
        return document_path(self.root / "documents", name)

    def export(self, path: Path, *, overwrite: bool = False) -> ExportReport:
        """Write an ASE database with one row per calculation; see `archive_export`."""
        from wadflow.workflows.archive_export import export_database

        return export_database(self.entries(), Path(path), overwrite=overwrite)

    def tidy(self) -> list[Path]:
        """Remove what killed processes left behind, and return what was removed.

        Raises
        ------
        ArchiveError
            If the archive cannot be written.
        """
        with explained("tidy the archive", self.root):
            return remove_leftovers(self.root, self._is_done)

    def _is_done(self, key: str) -> bool:
        return self.owner(key) is None and self.find(key) is not None

    def _working_path(self, key: str) -> Path:
        return self.root / "working" / check_key(key)

    def _lock(self, key: str) -> Lock:
        path = self.root / "locks" / f"{check_key(key)}.lock"
        return Lock(path, heartbeat=self._heartbeat, timeout=self._timeout)

    def _lock_to_take(self, key: str) -> Lock:
        lock = self._lock(key)
        with explained("claim the calculation", lock.path):
            make_directory(lock.path.parent)
        return lock
