"""Left-overs of killed processes in an archive."""

from __future__ import annotations

import re
import shutil
from typing import TYPE_CHECKING

from wadflow.workflows.archive_entries import age, is_key

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

LEFTOVER = 86400.0
"""Seconds without change after which something written aside was left behind."""

_ASIDE = re.compile(r"\..*\.new|[0-9a-f]{64}\.lock(\.[0-9a-f]{16})+")
"""Names of files written aside and of locks that serve to break the lock of a dead owner."""


def remove_leftovers(root: Path, is_done: Callable[[str], bool]) -> list[Path]:
    """Remove what killed processes left behind.

    That is: files and folders written aside a day or longer ago, and the scratch of finished
    calculations. The scratch of unfinished ones stays, to be resumed, and so do damaged entries.

    Parameters
    ----------
    root : Path
        Root of the archive.
    is_done : callable
        Says of a key whether its calculation is finished and nobody has claimed it.

    Returns
    -------
    list of Path
        What was removed.
    """
    working = [path for path in _children(root / "working") if is_key(path.name)]
    folders = [path for path in working if is_done(path.name)]
    folders += [path for path in _children(root / "staging") if age(path, root) > LEFTOVER]
    files = [
        path
        for folder in (root, root / "locks", root / "documents")
        for path in _children(folder)
        if _ASIDE.fullmatch(path.name) and age(path, root) > LEFTOVER
    ]
    for path in folders:
        shutil.rmtree(path)
    for path in files:
        path.unlink(missing_ok=True)
    return folders + files


def _children(folder: Path) -> list[Path]:
    return sorted(folder.iterdir()) if folder.is_dir() else []
