"""The shipped crystals against the table they come with, and the user's files."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

import numpy as np
import pytest
from ase import Atoms
from ase.build import bulk
from ase.io import write

from wadflow.interfaces import crystals
from wadflow.interfaces.crystals import STRUCTURES, list_crystals, list_structures, load_crystal

if TYPE_CHECKING:
    from pathlib import Path

NAMES = ["Li", "Na", "Li2O", "Na2O", "LiF", "NaF", "Li2CO3", "Na2CO3", "Li2O2", "Na2O2", "graphite"]
with (STRUCTURES / "index.csv").open(encoding="utf-8", newline="") as stream:
    INDEX = list(csv.DictReader(stream))


def test_the_names_of_the_readme_are_shipped() -> None:
    assert list_crystals() == NAMES


@pytest.mark.parametrize("row", INDEX, ids=[row["name"] for row in INDEX])
def test_each_structure_agrees_with_its_row(row: dict[str, str]) -> None:
    crystal = load_crystal(row["name"])
    formula_units = int(row["Z"])
    # 2e-4: the volumes of the table have six digits.
    assert crystal.structure.volume / formula_units == pytest.approx(float(row["V_per_fu_A3"]), rel=2e-4)
    assert len(crystal.structure) % formula_units == 0
    assert crystal.structure.get_space_group_info(symprec=1e-5)[0].replace("_", "") == row[
        "spacegroup"
    ].replace("_", "")
    assert crystal.temperature == float(row["T_K"])
    assert crystal.citation == row["source"]
    assert crystal.file.is_file()


def test_every_file_is_indexed() -> None:
    assert {row["cif"] for row in INDEX} == {file.name for file in STRUCTURES.glob("*.cif")}
    assert list_structures() == [row["name"] for row in INDEX]


@pytest.mark.parametrize("name", NAMES)
def test_formal_charges_balance(name: str) -> None:
    crystal = load_crystal(name)
    if name in ("Li", "Na", "graphite"):
        assert crystal.formal_charges is None
        return
    assert crystal.formal_charges is not None
    total = sum(crystal.formal_charges[site.specie.symbol] for site in crystal.structure)
    assert total == 0


def test_every_structure_of_a_formula_has_the_charges_of_its_name() -> None:
    assert load_crystal("Na2CO3_delta_avg_110K").formal_charges == {"Na": 1, "C": 4, "O": -2}
    assert load_crystal("Li_bcc_78K").formal_charges is None


def test_a_primitive_cell_becomes_the_conventional_one(tmp_path: Path) -> None:
    write(tmp_path / "POSCAR", bulk("Cu", "fcc", a=3.6))
    crystal = load_crystal("POSCAR", base=tmp_path)
    assert len(crystal.structure) == 4
    assert crystal.structure.lattice.abc == pytest.approx((3.6, 3.6, 3.6))


def test_a_supercell_becomes_the_conventional_one(tmp_path: Path) -> None:
    write(tmp_path / "super.xyz", bulk("Cu", "fcc", a=3.6, cubic=True) * (2, 1, 1), format="extxyz")
    assert len(load_crystal(str(tmp_path / "super.xyz")).structure) == 4


def test_a_conventional_cell_keeps_its_axes(tmp_path: Path) -> None:
    # A tetragonal cell with its long axis along a, which the standard setting would turn to c.
    atoms = Atoms("CuAu", scaled_positions=[[0, 0, 0], [0.5, 0.5, 0.5]], cell=[3.7, 2.8, 2.8], pbc=True)
    write(tmp_path / "cuau.vasp", atoms, format="vasp")
    crystal = load_crystal(str(tmp_path / "cuau.vasp"))
    assert crystal.structure.lattice.abc == pytest.approx((3.7, 2.8, 2.8))


def test_rounded_coordinates_are_symmetrised(tmp_path: Path) -> None:
    atoms = Atoms(
        "Mg2",
        cell=[[3.2, 0, 0], [-1.6, 2.7713, 0], [0, 0, 5.2]],
        scaled_positions=[[0.333, 0.667, 0.25], [0.667, 0.333, 0.75]],
        pbc=True,
    )
    write(tmp_path / "mg.vasp", atoms, format="vasp", direct=True)
    structure = load_crystal(str(tmp_path / "mg.vasp")).structure
    number = structure.get_space_group_info(symprec=1e-7)[1]
    assert number == 194
    assert structure.frac_coords[1] - structure.frac_coords[0] == pytest.approx([1 / 3, -1 / 3, 0.5])


@pytest.mark.parametrize(
    ("symbols", "expected"),
    [("MgO", {"Mg": 2, "O": -2}), ("Cu4", None), ("CuAu", None)],
)
def test_charges_of_an_own_crystal_follow_from_its_composition(
    tmp_path: Path, symbols: str, expected: dict[str, int] | None
) -> None:
    positions = np.array([[0, 0, 0], [0.5, 0.5, 0.5], [0.5, 0.5, 0], [0.5, 0, 0.5]])
    atoms = Atoms(symbols, cell=[4.2, 4.2, 4.2], pbc=True)
    atoms.set_scaled_positions(positions[: len(atoms)])
    write(tmp_path / "own.vasp", atoms, format="vasp")
    assert load_crystal(str(tmp_path / "own.vasp")).formal_charges == expected


def test_importing_the_crystals_reads_no_file() -> None:
    # The index is read when it is first asked for, and once.
    assert crystals._index() is crystals._index()
