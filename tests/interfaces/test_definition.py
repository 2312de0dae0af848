"""Definitions that work: the catalog's and a user's."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from ase.build import bulk
from ase.io import write
from pydantic import ValidationError

from wadflow.interfaces.definition import CATALOG, InterfaceDefinition, list_definitions, load_definition
from wadflow.interfaces.faces import has_equal_faces
from wadflow.interfaces.stacking import Interface, build_interface
from wadflow.interfaces.symmetry import symmetry_operations

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


def built(name: str) -> Interface:
    definition = load_definition(name)
    if definition.contact.registry == "scan":
        # Where the upper side ends up is a matter of energies; any shift shows the slabs.
        contact = definition.contact.model_copy(update={"registry": (0.0, 0.0)})
        definition = definition.model_copy(update={"contact": contact})
    return build_interface(definition, vacuum=10.0)


# Name: atoms of AB; planes of the lower side from its bottom to the contact; contact planes; Tasker
# classes of lower and upper as cut; dipole layer.
CATALOG_FACTS: dict[str, tuple[int, str, tuple[str, str], tuple[str | None, str | None], bool]] = {
    "li110-li110": (8, "Li Li Li Li", ("Li", "Li"), (None, None), False),
    "na110-na110": (8, "Na Na Na Na", ("Na", "Na"), (None, None), False),
    "li001-li2o001-li-contact": (12, "O Li2 O Li2", ("Li2", "Li"), ("III", None), True),
    "li001-li2o001-o-contact": (12, "Li2 O Li2 O", ("O", "Li"), ("III", None), True),
    "na001-na2o001-na-contact": (12, "O Na2 O Na2", ("Na2", "Na"), ("III", None), True),
    "na001-na2o001-o-contact": (12, "Na2 O Na2 O", ("O", "Na"), ("III", None), True),
    "li2o001-li2o001": (12, "O Li2 O Li2", ("Li2", "O"), ("III", "III"), True),
    "li2o001-li2o001-tasker2": (12, "Li O Li2 O Li", ("Li", "Li"), ("III", "III"), False),
    "li2o001-li2o001-o-o": (12, "Li2 O Li2 O", ("O", "O"), ("III", "III"), True),
    "li2o001-li2o001-li-li": (12, "O Li2 O Li2", ("Li2", "Li2"), ("III", "III"), True),
    "li2o110-li2o110": (24, "Li2O Li2O Li2O Li2O", ("Li2O", "Li2O"), ("I", "I"), False),
    "li2o111-li2o111": (12, "Li O Li Li O Li", ("Li#1", "Li#1"), ("II", "II"), False),
    "li2o111-li2o111-twist60": (12, "Li O Li Li O Li", ("Li#1", "Li#1"), ("II", "II"), False),
}


@pytest.mark.parametrize("name", list_definitions())
def test_each_definition_of_the_catalog_builds_under_its_own_name(name: str) -> None:
    interface = built(name)
    atoms, planes, contact, classes, needs_layer = CATALOG_FACTS[name]
    lower, upper = interface.sides
    assert interface.definition.name == name
    assert len(interface.definition.description.split()) > 15
    assert len(interface.ab) == atoms == len(interface.a) + len(interface.b)
    assert " ".join(lower.slab.formulas) == planes
    assert (lower.contact_termination, upper.contact_termination) == contact
    assert (lower.tasker_class, upper.tasker_class) == classes
    assert all(side.slab.stoichiometric for side in interface.sides)
    faces = [has_equal_faces(structure) for structure in (interface.ab, interface.a, interface.b)]
    assert all(faces) is not needs_layer


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("li110-li110", -1.01),
        ("li001-li2o001-li-contact", -1.21),
        ("li001-li2o001-o-contact", -6.43),
        ("li2o001-li2o001", -7.92),
    ],
)
def test_the_four_interfaces_of_the_source(name: str, value: float) -> None:
    source = load_definition(name).source
    assert source is not None
    assert (source.work_of_adhesion, source.doi) == (value, "10.1038/s41467-020-19206-w")


@pytest.mark.parametrize("metal", ["li", "na"])
def test_both_contacts_of_an_oxide_are_one_slab_turned_over(metal: str) -> None:
    contacts = [built(f"{metal}001-{metal}2o001-{face}-contact") for face in (metal, "o")]
    first, second = (interface.lower.slab for interface in contacts)
    assert first.formulas == second.formulas[::-1]
    assert np.diff(first.plane_z) == pytest.approx(np.diff(second.plane_z)[::-1])
    assert first.atoms.get_chemical_formula() == second.atoms.get_chemical_formula()
    assert contacts[0].upper.slab.formulas == contacts[1].upper.slab.formulas


def test_the_twist_is_no_symmetry_of_the_crystal() -> None:
    upper = built("li2o111-li2o111-twist60").upper.slab.atoms
    upper.cell[2, 2] += 10.0
    # Turned by 60 degrees about the normal: rows (1, 1) and (-1, 0) of the hexagonal cell.
    rotation = np.array([[1, -1], [1, 0]])
    rotations, _ = symmetry_operations(
        upper.cell.array, upper.cell.scaled_positions(upper.positions), upper.numbers
    )
    in_plane = [operation[:2, :2] for operation in rotations if operation[2, 2] == 1]
    assert len(in_plane) == 6  # 3m: a threefold axis and mirrors
    sixfold = [operation for operation in in_plane if np.array_equal(operation, rotation)]
    assert np.array_equal(np.linalg.matrix_power(rotation, 6), np.eye(2))
    assert not sixfold
    assert any(np.array_equal(operation, rotation @ rotation) for operation in in_plane)


def test_the_twisted_contact_is_another_interface() -> None:
    twisted, straight = built("li2o111-li2o111-twist60"), built("li2o111-li2o111")
    assert twisted.area == pytest.approx(straight.area)
    assert len(twisted.ab) == len(straight.ab)
    for side in twisted.sides:
        assert side.strain_measure < 1e-12


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
