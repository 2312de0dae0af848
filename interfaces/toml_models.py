"""TOML files into validated models, and pydantic's complaints into one readable error."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeVar, get_args

from pydantic import BaseModel, RootModel, ValidationError

from wadflow.errors import InputError
from wadflow.interfaces.suggestions import did_you_mean

if TYPE_CHECKING:
    from pathlib import Path

Model = TypeVar("Model", bound=BaseModel)

# pydantic's words for the reader of a TOML file, who knows no Python types.
EXPECTED = {
    "int_type": "a whole number",
    "float_type": "a number",
    "string_type": "text in quotes",
    "bool_type": "true or false",
    "finite_number": "a finite number",
    "model_type": "a table of keys",
    "model_attributes_type": "a table of keys",
    "list_type": "a list",
    "tuple_type": "a list",
}


def read_toml(file: Path) -> dict[str, Any]:
    """Read a TOML file.

    Parameters
    ----------
    file : Path
        File to read.

    Raises
    ------
    InputError
        The file is missing, a folder, unreadable, empty or no TOML.
    """
    try:
        text = file.read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise InputError("the file does not exist", file=file, remedy="check the path") from error
    except IsADirectoryError as error:
        raise InputError(
            "is a folder, not a file", file=file, remedy="give the path of the TOML file in it"
        ) from error
    except UnicodeDecodeError as error:
        raise InputError(
            f"is not UTF-8 text (byte {error.start})",
            file=file,
            remedy="save it as UTF-8; TOML allows no other encoding",
        ) from error
    except (OSError, ValueError) as error:
        raise InputError(
            f"cannot be read ({error})", file=file, remedy="check path and permissions"
        ) from error
    if not text.strip():
        raise InputError("the file is empty", file=file, remedy="start from a file that 'wadflow list' names")
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"is not valid TOML: {error}", file=file, remedy="correct that line") from error


def validate(model: type[Model], data: Mapping[str, Any], *, file: Path | str | None = None) -> Model:
    """Make a model of plain data.

    Parameters
    ----------
    model : type
        Pydantic model; the ``examples`` of its fields serve as remedies.
    data : mapping
        Content of a TOML file.
    file : Path or str, optional
        Where ``data`` stands, for the message.

    Raises
    ------
    InputError
        One error that names every wrong key, its value, what is expected and what to write.
    """
    try:
        return model.model_validate(data)
    except ValidationError as error:
        complaints = [_complaint(model, detail) for detail in error.errors(include_url=False)]
        key, problem, remedy = complaints[0]
        others = "".join(f"\n  Also key '{key}': {text}; {way_out}" for key, text, way_out in complaints[1:])
        raise InputError(problem + others, file=file, key=key, remedy=remedy) from error


def _complaint(model: type[BaseModel], detail: Any) -> tuple[str, str, str]:
    """Return dotted key, problem and remedy of one of pydantic's errors."""
    location: tuple[str | int, ...] = detail["loc"]
    key = ".".join(str(part) for part in location) or "(whole file)"
    owner = _model_at(model, location[:-1])
    name = str(location[-1]) if location else ""
    if detail["type"] == "extra_forbidden":
        known = list(owner.model_fields) if owner else []
        return key, f"unknown key {name!r}", f"{did_you_mean(name, known)}allowed are {', '.join(known)}"
    remedy = _example(model, location)
    if detail["type"] == "missing":
        return key, "the key is missing", remedy
    expected = EXPECTED.get(detail["type"], detail["msg"].removeprefix("Value error, "))
    if detail["type"] in EXPECTED:
        expected = f"{expected} is expected"
    given = detail["input"]
    shown = "a table" if isinstance(given, Mapping) else repr(given)
    if detail["type"] == "value_error" and isinstance(given, Mapping):
        return key, expected, remedy
    return key, f"{shown:.200} cannot be used: {expected}", remedy


def _model_at(model: type[BaseModel], location: Sequence[str | int]) -> type[BaseModel] | None:
    """Return the model that validates the table at ``location``."""
    current: type[BaseModel] | None = model
    for part in location:
        if isinstance(part, int):  # an entry of a list of tables has the model of them all
            continue
        if current is None:
            return None
        # A file that is nothing but named tables (RootModel[dict[str, Model]]) has one model for them all.
        field = current.model_fields.get("root" if issubclass(current, RootModel) else str(part))
        if field is None:
            return None
        annotation = field.annotation
        models = [kind for kind in (annotation, *get_args(annotation)) if _is_model(kind)]
        current = models[0] if models else None
    return current


def _is_model(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, BaseModel)


def _example(model: type[BaseModel], location: Sequence[str | int]) -> str:
    """Return the remedy that the nearest field of the model offers."""
    for end in range(len(location), 0, -1):
        owner = _model_at(model, location[: end - 1])
        name = str(location[end - 1])
        if owner is None or name not in owner.model_fields:
            continue
        field = owner.model_fields[name]
        if field.examples:
            return f"write for example `{field.examples[0]}`" + (
                f" ({field.description})" if field.description else ""
            )
    return "see 'wadflow show NAME --json' of a shipped definition for a complete example"
