"""Export of the archive as an ASE database, for ``ase db`` and ``ase gui``."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from wadflow.errors import ArchiveError, InputError
from wadflow.workflows.durable import aside_name, copy_file, explained, sync_directory

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ase import Atoms

    from wadflow.workflows.entry import Entry

RESULT = "result.json"
"""Name of the file of an entry that holds the result of its calculation."""

_COLUMNS = ("task", "converged", "protocol", "label")
"""Parts of a result that become key-value pairs of its row, beside the key."""


@dataclass(frozen=True)
class ExportReport:
    """What an export wrote.

    Attributes
    ----------
    path : Path
        The database.
    n_rows : int
        Number of rows, one per calculation.
    skipped : tuple of str
        Keys of entries without a result with atoms.
    """

    path: Path
    n_rows: int
    skipped: tuple[str, ...]


def export_database(entries: Iterable[Entry], path: Path, *, overwrite: bool) -> ExportReport:
    """Write an ASE database (SQLite) with one row per calculation, whole or not at all.

    Parameters
    ----------
    entries : iterable of Entry
        The entries; ``result.json`` of each holds ``atoms`` (``numbers``, ``positions`` in
        angstrom, ``cell`` in angstrom, ``pbc``), ``energy`` (eV) and ``forces`` (eV/angstrom).
    path : Path
        The database; its name ends in ``.db``.
    overwrite : bool
        Whether to replace a file that is there.

    Raises
    ------
    InputError
        If `path` cannot be the name of a new database.
    ArchiveError
        If it cannot be written.
    """
    from ase.db import connect

    path = path.expanduser().absolute()
    if path.suffix != ".db":
        problem = f"the name of an ASE database ends in '.db', not as in {path.name!r}"
        raise InputError(problem, remedy=f"Write to {path.with_suffix('.db').name}.")
    if path.is_dir() or (path.exists() and not overwrite):
        problem = f"{path} exists already"
        raise InputError(problem, remedy="Give another name, or allow to overwrite a file.")
    if not path.parent.is_dir():
        problem = f"there is no directory {path.parent}"
        raise InputError(problem, remedy="Create it, or name a file in another directory.")
    skipped = []
    n_rows = 0
    # SQLite needs locks that shared file systems may not have: write here, then move there.
    with tempfile.TemporaryDirectory() as scratch, explained("export the archive", path):
        written = Path(scratch) / path.name
        with connect(written) as database:
            for entry in entries:
                row = _row(entry)
                if row is None:
                    skipped.append(entry.key)
                    continue
                atoms, columns, data = row
                database.write(atoms, key_value_pairs=columns, data=data)
                n_rows += 1
        aside = aside_name(path)
        try:
            copy_file(written, aside)
            aside.replace(path)
        finally:
            aside.unlink(missing_ok=True)
        sync_directory(path.parent)
    return ExportReport(path, n_rows, tuple(skipped))


def _row(entry: Entry) -> tuple[Atoms, dict[str, Any], dict[str, Any]] | None:
    """Return atoms with energy and forces, key-value pairs and data of a row of the database."""
    from ase import Atoms
    from ase.calculators.singlepoint import SinglePointCalculator
    from ase.db.core import str_represents

    if RESULT not in entry.files:
        return None
    result = entry.read_json(RESULT)
    stored = result.get("atoms")
    if not isinstance(stored, dict):
        return None
    try:
        atoms = Atoms(**{name: stored[name] for name in ("numbers", "positions", "cell", "pbc")})
        known = {**stored, **result}
        values = {name: known[name] for name in ("energy", "forces") if known.get(name) is not None}
        atoms.calc = SinglePointCalculator(atoms, **values)
    except (KeyError, TypeError, ValueError) as error:
        problem = f"{entry.path / RESULT} holds no atoms that ASE understands: {error!r}"
        raise ArchiveError(problem) from error
    columns: dict[str, Any] = {}
    data: dict[str, Any] = {}
    for name, value in {"key": entry.key, **{name: result.get(name) for name in _COLUMNS}}.items():
        # ASE refuses texts that read like a number or a truth value as columns.
        number_like = isinstance(value, str) and any(
            str_represents(value, kind) for kind in (bool, int, float)
        )
        if isinstance(value, bool | int | float | str) and not number_like:
            columns[name] = value
        elif value is not None:
            data[name] = value
    return atoms, columns, data
