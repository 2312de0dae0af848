"""Definitions that work: the catalog's and a user's."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from ase.build import bulk
from ase.io import write
from pydantic import ValidationError

from wadflow.interfaces.definition import CATALOG, InterfaceDefinition, list_definitions, load_definition
from wadflow.interfaces.stacking import build_interface

if TYPE_CHECKING:
    from pathlib import Path


def test_the_first_interface_of_the_source() -> None:
    definition = load_definition("li110-li110")
    assert definition.lower.crystal == definition.upper.crystal == "Li"
    assert definition.lower.miller == definition.upper.miller == (1, 1, 0)
    assert definition.lower.planes == definition.upper.planes == 4
    assert definition.contact.registry == "bulk"
    assert definition.source is not None
    assert definition.source.work_of_adhesion == -1.01
    assert definition.source.doi == "10.1038/s41467-020-19206-w"


@pytest.mark.parametrize("name", list_definitions())
def test_each_definition_of_the_catalog_builds_under_its_own_name(name: str) -> None:
    definition = load_definition(name)
    assert definition.name == name
    assert build_interface(definition, vacuum=10.0).n_interfaces == 1


@pytest.mark.parametrize("name", list_definitions())
def test_a_definition_survives_json(name: str) -> None:
    definition = load_definition(name)
    assert InterfaceDefinition.model_validate_json(definition.model_dump_json()) == definition


def test_a_definition_does_not_change() -> None:
    definition = load_definition("li110-li110")
    with pytest.raises(ValidationError, match="frozen"):
        definition.name = "other"


def test_a_structure_file_is_looked_for_beside_its_definition(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "mine"
    folder.mkdir()
    write(folder / "cu.vasp", bulk("Cu", "fcc", a=3.6), format="vasp")
    text = (CATALOG / "li110-li110.toml").read_text(encoding="utf-8").replace('"Li"', '"cu.vasp"')
    (folder / "cu.toml").write_text(text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    definition = load_definition("mine/cu.toml")
    assert definition.lower.crystal == str((folder / "cu.vasp").resolve())
    interface = build_interface(definition, vacuum=8.0)
    assert set(interface.ab.symbols) == {"Cu"}
    assert interface.area == pytest.approx(3.6**2 / 2**0.5)
