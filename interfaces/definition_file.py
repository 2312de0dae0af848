"""Definitions as TOML text, with a comment for each number that a reader would ask about."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from pydantic import BaseModel

from wadflow.errors import InputError
from wadflow.interfaces.crystals import is_shipped
from wadflow.interfaces.definition import load_definition

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from wadflow.interfaces.definition import InterfaceDefinition


def definition_toml(
    definition: InterfaceDefinition,
    *,
    remarks: Sequence[str] = (),
    comments: Mapping[str, str] | None = None,
    folder: Path | None = None,
) -> str:
    """Return a definition as TOML text.

    Parameters
    ----------
    definition : InterfaceDefinition
        What to write; keys that have their default are left out.
    remarks : sequence of str
        Lines of comment at the top.
    comments : mapping of str to str, optional
        Comments by dotted key, for example ``"upper.supercell"``.
    folder : Path, optional
        Folder of the file: structure files below it are written relative to it.
    """
    notes = {} if comments is None else comments
    lines = [f"# {remark}".rstrip() for remark in remarks]
    lines += _pairs(definition, "", notes)
    for table in ("lower", "upper", "contact", "source"):
        part: BaseModel | None = getattr(definition, table)
        if part is None:
            continue
        if table in ("lower", "upper"):
            crystal = _relative(
                definition.lower.crystal if table == "lower" else definition.upper.crystal, folder
            )
            part = part.model_copy(update={"crystal": crystal})
        lines += ["", f"[{table}]", *_pairs(part, f"{table}.", notes)]
        for key, inner in part:
            if isinstance(inner, BaseModel):
                lines += ["", f"[{table}.{key}]", *_pairs(inner, f"{table}.{key}.", notes)]
    return "\n".join(lines) + "\n"


def write_definition(
    definition: InterfaceDefinition,
    file: Path,
    *,
    remarks: Sequence[str] = (),
    comments: Mapping[str, str] | None = None,
    overwrite: bool = False,
) -> None:
    """Write a definition to a file and read it back.

    Parameters
    ----------
    definition : InterfaceDefinition
        What to write.
    file : Path
        A ``.toml`` file.
    remarks, comments
        See `definition_toml`.
    overwrite : bool
        Whether a file that exists is replaced.

    Raises
    ------
    InputError
        The file exists, or it cannot be written.
    """
    if file.suffix != ".toml":
        raise InputError(
            "a definition is a file that ends in .toml",
            file=file,
            remedy=f"write {file.with_suffix('.toml')}",
        )
    text = definition_toml(definition, remarks=remarks, comments=comments, folder=file.parent)
    try:
        with file.open("w" if overwrite else "x", encoding="utf-8") as stream:
            stream.write(text)
    except FileExistsError as error:
        raise InputError("the file exists", file=file, remedy="give another name, or --force") from error
    except OSError as error:
        raise InputError(
            f"cannot be written ({error.strerror})", file=file, remedy="check folder and permissions"
        ) from error
    if load_definition(str(file.resolve())) != definition:
        raise ArithmeticError(f"{file} does not read back as what was written")


def _pairs(part: BaseModel, prefix: str, comments: Mapping[str, str]) -> list[str]:
    """Return ``key = value`` lines of the fields that differ from their default; tables are left out."""
    lines = []
    for key, field in type(part).model_fields.items():
        value = getattr(part, key)
        is_table = isinstance(value, BaseModel)
        if value is None or is_table or (not field.is_required() and value == field.default):
            continue
        comment = comments.get(prefix + key)
        lines.append(f"{key} = {_toml(value)}" + (f"  # {comment}" if comment else ""))
    return lines


def _toml(value: object) -> str:
    """Return a TOML value: text, number, truth value, list or inline table of them."""
    if isinstance(value, str):
        return _quoted(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(_toml(entry) for entry in value) + "]"
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{_quoted(key)} = {_toml(one)}" for key, one in value.items()) + " }"
    return repr(value)


def _quoted(text: str) -> str:
    """Return a basic TOML string; what TOML forbids in it is escaped."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + "".join(_escape(character) for character in escaped) + '"'


def _escape(character: str) -> str:
    return f"\\u{ord(character):04x}" if ord(character) < 0x20 or ord(character) == 0x7F else character


def _relative(crystal: str, folder: Path | None) -> str:
    """Return a structure file below ``folder`` relative to it, everything else unchanged."""
    if folder is None or is_shipped(crystal):
        return crystal
    relative = os.path.relpath(crystal, folder.resolve())
    return crystal if relative.startswith("..") else relative
