"""What is worked out once and handed to many: the same as worked out plainly, and nobody can spoil it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pymatgen.core import Lattice, Structure

from wadflow.interfaces import placement
from wadflow.interfaces.charges import guess_charges
from wadflow.interfaces.crystals import load_crystal
from wadflow.interfaces.definition import load_definition
from wadflow.interfaces.groups import load_groups
from wadflow.interfaces.orientation import orient
from wadflow.interfaces.planes import plane_formula
from wadflow.interfaces.slabs import Slab, _planes, take_planes, terminations
from wadflow.interfaces.stacking import build_interface
from wadflow.interfaces.symmetry import SYMMETRY_TOLERANCE, slab_operations

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

MEMBERS = sorted({name for group in load_groups().values() for name in group.members})


def plainly_fixed(
    points: NDArray[np.float64],
    rotations: NDArray[np.int64],
    translations: NDArray[np.float64],
    in_plane: NDArray[np.float64],
) -> list[int]:
    found = []
    for point in points:
        moved = rotations @ point + translations - point
        distances = np.linalg.norm((moved - np.round(moved)) @ in_plane, axis=1)
        found.append(int((distances < 10 * SYMMETRY_TOLERANCE).sum()))
    return found


@pytest.mark.parametrize("name", MEMBERS)
@pytest.mark.parametrize("at_once", [1, 100, placement.AT_ONCE])
def test_the_symmetry_of_all_points_is_that_of_each(
    name: str, at_once: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    atoms = build_interface(load_definition(name), vacuum=12.0).a
    operations = slab_operations(atoms)
    rotations, translations = operations[0][:, :2, :2], operations[1][:, :2]
    in_plane = atoms.cell.array[:2, :2]
    points = np.concatenate(
        [np.random.default_rng(0).random((5, 2)), atoms.cell.scaled_positions(atoms.positions)[:, :2]]
    )
    found = placement._fixed_by(points, rotations, translations, in_plane)
    assert found.tolist() == plainly_fixed(points, rotations, translations, in_plane)
    halfway = placement._mirrored(points, rotations, translations)
    shifts = [np.array(pair) for pair in ((0, 0), (0, 1), (1, 0), (1, 1))]
    plain = [
        ((point + rotation @ point + translation + shift) / 2) % 1.0
        for point in points
        for rotation, translation in zip(rotations, translations, strict=True)
        for shift in shifts
    ]
    np.testing.assert_array_equal(halfway, plain)
    expected, expected_order = placement.place(atoms)
    monkeypatch.setattr(placement, "AT_ONCE", at_once)
    placed, order = placement.place(atoms)
    np.testing.assert_array_equal(placed.positions, expected.positions)
    np.testing.assert_array_equal(order, expected_order)


@pytest.mark.parametrize("name", MEMBERS)
def test_the_halves_are_those_of_ab_whenever_they_are_asked_for(name: str) -> None:
    interface = build_interface(load_definition(name), vacuum=12.0)
    for side, half in enumerate((interface.a, interface.b)):
        members = np.flatnonzero(interface.ab.arrays["side"] == side)
        plain, order = placement.place(interface.ab[members])
        np.testing.assert_array_equal(half.positions, plain.positions)
        np.testing.assert_array_equal(half.arrays["ab_index"], members[order])
        assert half.cell.array.tolist() == interface.ab.cell.array.tolist()
    assert interface.a is interface.a


@given(first=st.integers(-7, 7), count=st.integers(1, 9), crystal=st.sampled_from(["Li", "Li2O", "Na2O"]))
@settings(max_examples=30, deadline=None)
def test_slabs_are_cut_once_and_belong_to_whoever_asks(first: int, count: int, crystal: str) -> None:
    oriented = orient(load_crystal(crystal).structure, (1, 1, 1))
    expected = _planes.__wrapped__(oriented, first, count)
    spoilt = take_planes(oriented, first, count)
    spoilt.atoms.positions += 1.0
    spoilt.atoms.numbers[:] = 79
    again = take_planes(oriented, first, count)
    assert again.atoms == expected.atoms
    assert again.atoms.arrays["plane"].tolist() == expected.atoms.arrays["plane"].tolist()
    for name in Slab.__dataclass_fields__.keys() - {"atoms"}:
        np.testing.assert_array_equal(getattr(again, name), getattr(expected, name))
    with pytest.raises(ValueError, match="read-only"):
        again.plane_z[0] = 1.0


def test_the_terminations_of_a_face_belong_to_whoever_asks() -> None:
    oriented = orient(load_crystal("Li2O").structure, (0, 0, 1))
    labels = terminations(oriented, "top")
    expected = dict(labels)
    labels.clear()
    assert terminations(oriented, "top") == expected != {}


def test_the_formula_of_a_plane_depends_on_no_order() -> None:
    assert plane_formula(["O", "Li", "Li"]) == plane_formula(["Li", "O", "Li"]) == "Li2O"


def test_guessed_charges_belong_to_whoever_asks() -> None:
    crystal = Structure(Lattice.cubic(4.2), ["Mg", "O"], np.array([[0, 0, 0], [0.5, 0.5, 0.5]]))
    values = guess_charges(crystal).values
    assert values == {"Mg": 2.0, "O": -2.0}
    values["Mg"] = 7.0
    assert guess_charges(crystal).values == {"Mg": 2.0, "O": -2.0}


def test_a_cif_that_changed_is_read_again(tmp_path: Path) -> None:
    file = tmp_path / "mine.cif"

    def write(length: float) -> None:
        cell = Structure.from_spacegroup("Fm-3m", Lattice.cubic(length), ["Mg", "O"], [[0] * 3, [0.5] * 3])
        cell.to(filename=str(file))

    def read() -> tuple[float, str]:
        crystal = load_crystal(str(file))
        length = float(crystal.structure.lattice.a)
        crystal.structure.scale_lattice(1.0)
        return round(length, 6), crystal.name

    write(4.2)
    assert read() == read() == (4.2, str(file))
    write(4.3)
    assert read() == read() == (4.3, str(file))
