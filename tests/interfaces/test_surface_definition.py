"""Surface definitions and their slabs: what is read, what is refused, what is cut."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np
import pytest
from pymatgen.analysis.structure_matcher import StructureMatcher
from pymatgen.core import Lattice, Structure
from pymatgen.io.ase import AseAtomsAdaptor

from wadflow.errors import InputError
from wadflow.interfaces.crystals import load_crystal
from wadflow.interfaces.faces import has_equal_faces
from wadflow.interfaces.surface_definition import (
    FaceDefinition,
    SurfaceDefinition,
    list_surface_definitions,
    load_surface_definition,
)
from wadflow.interfaces.surface_slabs import (
    NoSurfaceEnergyError,
    build_faces,
    resolve_faces,
)
from wadflow.interfaces.symmetry import lattice_symmetry_is_kept

if TYPE_CHECKING:
    from pathlib import Path

GOOD = """\
name = "mine"
title = "A test"
crystal = "Li"

[[faces]]
miller = [1, 1, 0]
planes = [3, 5, 7]

[[faces]]
miller = [1, 0, 0]
planes = [4, 6, 8]
"""


def definition_file(tmp_path: Path, *changes: tuple[str, str]) -> Path:
    """Write the good definition with some text replaced (the first place of each)."""
    text = GOOD
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    file = tmp_path / "mine.toml"
    file.write_text(text, encoding="utf-8")
    return file


def surface(crystal: str, *faces: FaceDefinition) -> SurfaceDefinition:
    return SurfaceDefinition(name="x", title="x", crystal=crystal, faces=faces)


def face(miller: tuple[int, int, int], *planes: int, termination: str | None = None) -> FaceDefinition:
    return FaceDefinition(miller=miller, planes=planes, termination=termination)


WRONG = {
    "unknown key": (("crystal", "cristal"), "cristal", "unknown key 'cristal'", "did you mean 'crystal'"),
    "unknown key of a face": (
        ("planes = [3, 5, 7]", "plane = [3, 5, 7]"),
        "faces.0.plane",
        "unknown key 'plane'",
        "did you mean 'planes'",
    ),
    "no planes": (
        ("planes = [4, 6, 8]\n", ""),
        "faces.1.planes",
        "the key is missing",
        "planes = [5, 9, 13]",
    ),
    "two thicknesses": (
        ("[3, 5, 7]", "[3, 5]"),
        "faces.0.planes",
        "fit over the thickness",
        "at least three",
    ),
    "one twice": (("[3, 5, 7]", "[3, 5, 5]"), "faces.0.planes", "one is given twice", "planes = "),
    "no list": (("[3, 5, 7]", "5"), "faces.0.planes", "at least 3 different whole numbers", "planes = "),
    "no whole numbers": (("[3, 5, 7]", "[3, 5, 7.5]"), "faces.0.planes", "whole numbers", "planes = "),
    "no planes at all": (("[3, 5, 7]", "[0, 5, 7]"), "faces.0.planes", "between 1 and 200", "planes = "),
    "Miller zero": (("[1, 1, 0]", "[0, 0, 0]"), "faces.0.miller", "is no plane", "miller = [1, 1, 0]"),
    "Miller divisor": (("[1, 0, 0]", "[2, 0, 0]"), "faces.1.miller", "[1, 0, 0]", "miller = "),
    "name": (('"mine"', '"my surface"'), "name", "my surface", "letters, digits"),
    "crystal": (('crystal = "Li"', 'crystal = "Lithium"'), "crystal", "Lithium", "shipped"),
    "equivalent": (("[1, 0, 0]", "[0, 1, -1]"), "faces.1.miller", "are equivalent faces", "leave one"),
    "termination": (
        ("planes = [3, 5, 7]", 'planes = [3, 5, 7]\ntermination = "O"'),
        "faces.0.termination",
        "'O' is no termination of (110)",
        "give one of Li",
    ),
}


def test_the_good_definition_is_good(tmp_path: Path) -> None:
    definition = load_surface_definition(str(definition_file(tmp_path)))
    assert [one.miller for one in build_faces(definition, vacuum=8.0)] == [(1, 1, 0), (1, 0, 0)]


@pytest.mark.parametrize(("change", "key", "problem", "remedy"), WRONG.values(), ids=WRONG)
def test_what_is_wrong_is_named(
    tmp_path: Path, change: tuple[str, str], key: str, problem: str, remedy: str
) -> None:
    file = definition_file(tmp_path, change)
    with pytest.raises(InputError, match=re.escape(key)) as caught:
        build_faces(load_surface_definition(str(file)), vacuum=8.0)
    assert caught.value.exit_code == 2
    assert problem in str(caught.value)
    assert remedy in str(caught.value)


def test_an_unknown_name_gets_the_shipped_ones() -> None:
    with pytest.raises(InputError, match=r"there is no surface definition 'lithium'.*\n.*li, li2o, na"):
        load_surface_definition("lithium")


@pytest.mark.parametrize("vacuum", [0.0, -1.0, float("nan"), float("inf")])
def test_a_vacuum_is_positive(vacuum: float) -> None:
    with pytest.raises(InputError, match="positive, finite height"):
        build_faces(surface("Li", face((1, 1, 0), 3, 5, 7)), vacuum=vacuum)


@pytest.mark.parametrize("name", list_surface_definitions())
def test_shipped_slabs_are_what_the_slope_needs(name: str) -> None:
    definition = load_surface_definition(name)
    crystal = load_crystal(definition.crystal).structure
    unit = crystal.composition.reduced_composition.num_atoms
    for one in build_faces(definition, vacuum=9.0):
        assert len(one.slabs) >= 3
        assert one.slabs[0].thickness > 8.0
        # The intercept amplifies noise by mean / range; beyond 1.5 the numbers would mean little.
        units = np.array([slab.n_units for slab in one.slabs])
        assert units.mean() / np.ptp(units) <= 1.5
        for slab in one.slabs:
            atoms = slab.atoms
            assert has_equal_faces(atoms)
            assert len(atoms) == slab.n_units * unit
            assert atoms.get_chemical_formula(empirical=True) == crystal.composition.reduced_formula
            assert np.allclose(atoms.cell[:2], one.bulk.cell[:2], atol=1e-9)
            assert atoms.cell[2, 2] - np.ptp(atoms.positions[:, 2]) == pytest.approx(9.0)
            assert abs(np.linalg.det(atoms.cell[:2, :2])) == pytest.approx(one.area)
        assert abs(one.bulk.get_volume()) / one.bulk_units == pytest.approx(
            crystal.volume / crystal.composition.get_reduced_composition_and_factor()[1]
        )
        assert StructureMatcher().fit(AseAtomsAdaptor.get_structure(one.bulk), crystal)


def test_a_thicker_slab_is_the_thinner_one_and_some_bulk() -> None:
    (one,) = build_faces(surface("Li2O", face((1, 1, 1), 9, 12, 15)), vacuum=8.0)
    per_unit = one.bulk.get_volume() / one.bulk_units / one.area
    heights = [float(np.ptp(slab.atoms.positions[:, 2])) for slab in one.slabs]
    assert np.diff(heights) == pytest.approx(per_unit)  # three planes of Li2O(111) are a formula unit


def test_a_polar_face_has_no_surface_energy() -> None:
    with pytest.raises(NoSurfaceEnergyError, match=r"Tasker III.*\n.*cleavage energy"):
        build_faces(surface("Li2O", face((1, 0, 0), 8, 10, 12)), vacuum=8.0)


def test_planes_of_broken_formula_units_are_refused() -> None:
    with pytest.raises(InputError, match="not made of whole formula units"):
        build_faces(surface("Li2O", face((1, 1, 1), 9, 12, 13)), vacuum=8.0)


def test_slabs_with_two_different_faces_are_refused() -> None:
    # A neutral zigzag without a mirror: two elements without charges, one above the other.
    cell = Structure(Lattice.tetragonal(3.0, 5.0), ["Cu", "Au"], [[0.0, 0.0, 0.0], [0.5, 0.5, 0.4]])
    definition = surface("Li", face((0, 0, 1), 4, 6, 8))
    with pytest.raises(NoSurfaceEnergyError, match=r"the two faces of .* differ"):
        build_faces(definition, cell, vacuum=8.0)


def test_without_faces_the_low_index_ones_are_taken_and_polar_ones_left_out() -> None:
    faces, left_out = resolve_faces(surface("Li2O"))
    assert [one.miller for one in faces] == [(1, 1, 0), (1, 1, 1)]
    assert len(left_out) == 1
    assert left_out[0].startswith("Li2O(100) was left out")
    assert "Tasker III" in left_out[0]
    thinnest = build_faces(surface("Li2O"), vacuum=8.0)
    assert all(one.slabs[0].thickness >= 10.0 for one in thinnest)


def test_the_default_faces_do_not_change_with_the_relaxed_cell() -> None:
    relaxed = load_crystal("Li").structure
    relaxed.scale_lattice(relaxed.volume * 0.9)
    planes = [[slab.planes for slab in one.slabs] for one in build_faces(surface("Li"), vacuum=8.0)]
    again = [[slab.planes for slab in one.slabs] for one in build_faces(surface("Li"), relaxed, vacuum=8.0)]
    assert planes == again


def test_a_crystal_without_any_such_face_is_refused() -> None:
    with pytest.raises(InputError, match="none of the low-index faces of Na2O2 has a surface energy"):
        resolve_faces(surface("Na2O2"))


@pytest.mark.parametrize("miller", [(1, 1, 0), (0, 1, 1), (-1, 0, 1), (0, -1, 1)])
def test_equivalent_faces_are_one_family(miller: tuple[int, int, int]) -> None:
    (one,) = build_faces(surface("Li", face(miller, 3, 5, 7)), vacuum=8.0)
    (plain,) = build_faces(surface("Li", face((1, 1, 0), 3, 5, 7)), vacuum=8.0)
    assert one.family == (1, 1, 0)
    for mine, other in zip(one.slabs, plain.slabs, strict=True):
        assert np.allclose(mine.atoms.positions, other.atoms.positions, atol=1e-6)


def test_less_symmetry_than_the_lattice_is_seen() -> None:
    assert lattice_symmetry_is_kept(load_crystal("Li2O").structure)
    pyrite = Structure.from_spacegroup(
        "Pa-3", Lattice.cubic(5.42), ["Fe", "S"], [[0, 0, 0], [0.385, 0.385, 0.385]]
    )
    assert not lattice_symmetry_is_kept(pyrite)
