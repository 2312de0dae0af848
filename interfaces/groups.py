"""Groups: several interfaces of the catalog under one name."""

from __future__ import annotations

from pathlib import Path

from pydantic import BaseModel, ConfigDict, RootModel

from wadflow.interfaces.definition import InterfaceDefinition, load_definition
from wadflow.interfaces.toml_models import read_toml, validate

GROUPS_FILE = Path(__file__).parent / "groups.toml"


class Group(BaseModel):
    """A group: ``title`` for people, ``members`` as names of the catalog."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    title: str
    members: tuple[str, ...]


class _Groups(RootModel[dict[str, Group]]):
    """The file of groups."""


def load_groups() -> dict[str, Group]:
    """Return all groups by name."""
    return validate(_Groups, read_toml(GROUPS_FILE), file=GROUPS_FILE).root


def load_definitions(names: list[str]) -> list[InterfaceDefinition]:
    """Load definitions by catalog names, paths, or names of groups.

    Parameters
    ----------
    names : list of str
        A group's name stands for its members, in their order. What is named twice comes once.

    Raises
    ------
    wadflow.errors.InputError
        One error that names file, key, value and remedy.
    """
    groups = load_groups()
    expanded = [member for name in names for member in (groups[name].members if name in groups else (name,))]
    return [load_definition(name) for name in dict.fromkeys(expanded)]
