"""The documents of an archive: one JSON file each, written whole or not at all."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from wadflow.errors import InputError
from wadflow.workflows.durable import explained, make_directory, replace_file

if TYPE_CHECKING:
    from pathlib import Path

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+-]{0,199}")


def document_path(folder: Path, name: str) -> Path:
    """Return the file of document `name` in `folder`, whether it exists or not.

    Raises
    ------
    InputError
        If the name cannot name a file.
    """
    if not _NAME.fullmatch(name):
        problem = f"{name!r} cannot be the name of a document"
        remedy = "Use up to 200 letters, digits, '.', '_', '+' and '-', a letter or digit first."
        raise InputError(problem, remedy=remedy)
    return folder / f"{name}.json"


def save_document(folder: Path, name: str, json_text: str) -> Path:
    """Write a document durably, replacing one of the same name; see `Archive.save_document`."""
    path = document_path(folder, name)
    try:
        json.loads(json_text)
    except ValueError as error:
        problem = f"document {name!r} is no JSON: {error}"
        raise InputError(problem) from error
    with explained("save the document", path):
        make_directory(folder)
        replace_file(path, json_text.encode())
    return path


def document_names(folder: Path) -> list[str]:
    """Return the names of the documents in `folder`, sorted; none if there is no folder."""
    with explained("list the documents", folder):
        try:
            files = [path.name for path in folder.iterdir() if path.suffix == ".json"]
        except FileNotFoundError:
            return []
    names = [name.removesuffix(".json") for name in files]
    return sorted(name for name in names if _NAME.fullmatch(name))
