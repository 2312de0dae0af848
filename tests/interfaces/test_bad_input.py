"""Bad input, as a specification: each row says what is wrong and what the user is told."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, Any

import pytest

from wadflow.errors import InputError
from wadflow.interfaces.crystals import load_crystal
from wadflow.interfaces.definition import load_definition
from wadflow.interfaces.stacking import build_interface

if TYPE_CHECKING:
    from pathlib import Path

GOOD = """\
name = "mine"
title = "A test"

[lower]
crystal = "Li"
miller = [1, 1, 0]
planes = 3

[upper]
crystal = "Li"
miller = [1, 1, 0]
planes = 3

[contact]
registry = "bulk"

[source]
work_of_adhesion = -1.0
doi = "10.1000/xyz"
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


def load_and_build(file: Path) -> None:
    build_interface(load_definition(str(file)), vacuum=8.0)


def test_the_good_definition_is_good(tmp_path: Path) -> None:
    load_and_build(definition_file(tmp_path))


UPPER = 'registry = "bulk"'
# What is replaced in the good definition, the key named, the problem, the remedy.
WRONG_VALUES = {
    "unknown key": ("planes = 3", "plane = 3", "lower.plane", "unknown key 'plane'", "did you mean 'planes'"),
    "unknown table": ("[contact]", "[contacts]", "contact", "the key is missing", "[contact]"),
    "unknown top key": ("[lower]", "color = 1\n[lower]", "color", "unknown key", "allowed are name, title"),
    "missing crystal": ('crystal = "Li"\n', "", "lower.crystal", "the key is missing", 'crystal = "Li"'),
    "missing miller": (
        "miller = [1, 1, 0]\n",
        "",
        "lower.miller",
        "the key is missing",
        "miller = [1, 1, 0]",
    ),
    "missing registry": (UPPER, "", "contact.registry", "the key is missing", "registry = "),
    "missing name": ('name = "mine"\n', "", "name", "the key is missing", 'name = "'),
    "side is no table": (
        '[lower]\ncrystal = "Li"\nmiller = [1, 1, 0]\nplanes = 3\n',
        'lower = "Li"\n',
        "lower",
        "'Li' cannot be used: a table of keys",
        "[lower]",
    ),
    "crystal is a number": (
        'crystal = "Li"',
        "crystal = 3",
        "lower.crystal",
        "text in quotes",
        'crystal = "Li"',
    ),
    "crystal is empty": (
        'crystal = "Li"',
        'crystal = ""',
        "lower.crystal",
        "at least 1 char",
        'crystal = "Li"',
    ),
    "zero miller": ("[1, 1, 0]", "[0, 0, 0]", "lower.miller", "(0, 0, 0) is no plane", "miller = [1, 1, 0]"),
    "fractional miller": ("[1, 1, 0]", "[1, 1, 0.5]", "lower.miller", "three whole numbers", "miller = ["),
    "true as miller": ("[1, 1, 0]", "[1, true, 0]", "lower.miller", "three whole numbers", "miller = ["),
    "miller as text": (
        "[1, 1, 0]",
        '"110"',
        "lower.miller",
        "'110' cannot be used: three whole",
        "miller = [",
    ),
    "two indices": ("[1, 1, 0]", "[1, 1]", "lower.miller", "three whole numbers", "miller = [1, 1, 0]"),
    "four indices": ("[1, 1, 0]", "[1, 0, -1, 0]", "lower.miller", "leave out the third", "miller = ["),
    "huge miller": ("[1, 1, 0]", "[1, 1, 999999]", "lower.miller", "Miller indices above 12", "miller = ["),
    "common divisor": ("[1, 1, 0]", "[2, 2, 0]", "lower.miller", "the same plane is [1, 1, 0]", "miller = ["),
    "no planes": ("planes = 3", "planes = 0", "lower.planes", "greater than or equal to 1", "planes = 4"),
    "negative planes": (
        "planes = 3",
        "planes = -2",
        "lower.planes",
        "greater than or equal to 1",
        "planes = 4",
    ),
    "too many planes": (
        "planes = 3",
        "planes = 5000",
        "lower.planes",
        "less than or equal to 200",
        "planes = 4",
    ),
    "half a plane": (
        "planes = 3",
        "planes = 2.5",
        "lower.planes",
        "a whole number is expected",
        "planes = 4",
    ),
    "planes as text": (
        "planes = 3",
        'planes = "3"',
        "lower.planes",
        "a whole number is expected",
        "planes = 4",
    ),
    "planes as truth": (
        "planes = 3",
        "planes = true",
        "lower.planes",
        "a whole number is expected",
        "planes = ",
    ),
    "both sizes": ("planes = 3", "planes = 3\nthickness = 5.0", "lower", "both are", "[lower]"),
    "no size": ("planes = 3", "", "lower", "exactly one of 'planes' and 'thickness'", "[lower]"),
    "negative thickness": (
        "planes = 3",
        "thickness = -5.0",
        "lower.thickness",
        "greater than 0",
        "(angstrom)",
    ),
    "infinite thickness": ("planes = 3", "thickness = inf", "lower.thickness", "finite number", "(angstrom)"),
    "thickness as text": ("planes = 3", 'thickness = "12 A"', "lower.thickness", "a number", "(angstrom)"),
    "gap with bulk": (UPPER, UPPER + "\ngap = 2.0", "contact", "leave out 'gap'", "[contact]"),
    "gap with scan": (
        UPPER,
        'registry = "scan"\ngap = 2.0',
        "contact",
        "searches the gap at every shift",
        "[contact]",
    ),
    "points without scan": (
        UPPER,
        "registry = [0, 0]\nscan_points = 4",
        "contact",
        "goes with registry",
        "[contact]",
    ),
    "no points": (
        UPPER,
        'registry = "scan"\nscan_points = 0',
        "contact.scan_points",
        "greater than or equal to 1",
        "scan_points = 4",
    ),
    "negative gap": (UPPER, "registry = [0, 0]\ngap = -1.0", "contact.gap", "greater than 0", "gap = 2.5"),
    "gap nan": (UPPER, "registry = [0, 0]\ngap = nan", "contact.gap", "a finite number", "gap = 2.5"),
    "gap in metres": (
        UPPER,
        "registry = [0, 0]\ngap = 250.0",
        "contact.gap",
        "less than or equal to 20",
        "angstrom",
    ),
    "registry misspelt": (
        UPPER,
        'registry = "bulck"',
        "contact.registry",
        "did you mean 'bulk'",
        "registry = ",
    ),
    "registry of three": (
        UPPER,
        "registry = [0, 0, 0]",
        "contact.registry",
        "two finite fractions",
        "registry =",
    ),
    "registry nan": (
        UPPER,
        "registry = [nan, 0.0]",
        "contact.registry",
        "two finite fractions",
        "registry =",
    ),
    "registry of text": (
        UPPER,
        'registry = ["0", "0"]',
        "contact.registry",
        "two finite fractions",
        "registry =",
    ),
    "strained side": (
        UPPER,
        UPPER + '\nstrained_side = "left"',
        "contact.strained_side",
        "'lower', 'upper' or 'both'",
        'strained_side = "upper"',
    ),
    "polar model": (
        "planes = 3",
        'planes = 3\npolar_model = "tasker"',
        "lower.polar_model",
        "'ideal', 'tasker2' or 'symmetric'",
        'polar_model = "ideal"',
    ),
    "singular supercell": (
        "planes = 3",
        "planes = 3\nsupercell = [[1, 2], [2, 4]]",
        "lower.supercell",
        "the matrix is singular",
        "supercell = [[1, 0], [0, 1]]",
    ),
    "left-handed supercell": (
        "planes = 3",
        "planes = 3\nsupercell = [[0, 1], [1, 0]]",
        "lower.supercell",
        "exchange its rows",
        "supercell = [[1, 0], [0, 1]]",
    ),
    "fractional supercell": (
        "planes = 3",
        "planes = 3\nsupercell = [[1.5, 0], [0, 1]]",
        "lower.supercell",
        "two rows of two whole numbers",
        "supercell = [[1, 0], [0, 1]]",
    ),
    "huge supercell": (
        "planes = 3",
        "planes = 3\nsupercell = [[50, 0], [0, 50]]",
        "lower.supercell",
        "2500 in-plane cells",
        "supercell = [[1, 0], [0, 1]]",
    ),
    "supercell of three": (
        "planes = 3",
        "planes = 3\nsupercell = [1, 0, 1]",
        "lower.supercell",
        "two rows of two whole numbers",
        "supercell = [[1, 0], [0, 1]]",
    ),
    "name with folders": ('"mine"', '"../../etc/passwd"', "name", "it names files", "name = "),
    "name for the shell": ('"mine"', '"a; rm -rf $HOME"', "name", "it names files", "name = "),
    "name with a new line": ('"mine"', '"mine\\n"', "name", "it names files", "name = "),
    "empty name": ('"mine"', '""', "name", "it names files", "name = "),
    "long name": ('"mine"', f'"{"m" * 300}"', "name", "at most 100", "name = "),
    "hidden name": ('"mine"', '".mine"', "name", "starts with a letter or digit", "name = "),
    "name is a number": ('"mine"', "7", "name", "text in quotes is expected", "name = "),
    "source without value": ("work_of_adhesion = -1.0\n", "", "source.work_of_adhesion", "missing", "J/m2"),
    "source value nan": ("= -1.0", "= nan", "source.work_of_adhesion", "a finite number", "J/m2"),
    "source value as text": ("= -1.0", '= "-1.0 J/m2"', "source.work_of_adhesion", "a number", "J/m2"),
    "doi as address": (
        "10.1000/xyz",
        "https://doi.org/10.1000/xyz",
        "source.doi",
        "cannot be used",
        'doi = "10',
    ),
    "unknown crystal": (
        '"Li"',
        '"Li20"',
        "lower.crystal",
        "neither a shipped crystal",
        "did you mean 'Li2O'",
    ),
    "misspelt crystal": (
        '"Li"',
        '"grafite"',
        "lower.crystal",
        "neither a shipped",
        "did you mean 'graphite'",
    ),
    "missing file": (
        '"Li"',
        '"here/my.cif"',
        "lower.crystal",
        "nor an existing file",
        "give the path of a CIF",
    ),
    "nul in a path": ('"Li"', '"a\\u0000b"', "lower.crystal", "nor an existing file", "give the path"),
    # From here on the definition reads well, but cannot be built.
    "bulk of two crystals": (
        '"Li"',
        '"Na"',
        "contact.registry",
        "crystal, miller or supercell",
        "[0.0, 0.0]",
    ),
    "bulk of two planes": (
        "[1, 1, 0]",
        "[1, 0, 0]",
        "contact.registry",
        "continues one crystal",
        "[0.0, 0.0]",
    ),
    "tasker2 of a metal": (
        "planes = 3",
        'planes = 3\npolar_model = "tasker2"',
        "lower.polar_model",
        "needs formal charges, and Li has none",
        'polar_model = "ideal"',
    ),
    "symmetric without potential": (
        "planes = 3",
        'planes = 3\npolar_model = "symmetric"',
        "lower.chemical_potential",
        "depends on a chemical potential, which must be given",
        "chemical_potential = { element",
    ),
    "potential without symmetric": (
        "planes = 3",
        'planes = 3\nchemical_potential = { element = "Li", reference = "Li", value = 0.0 }',
        "lower.chemical_potential",
        "'ideal' does not depend on one",
        "leave it out",
    ),
    "positive potential": (
        "planes = 3",
        'planes = 3\nchemical_potential = { element = "Li", reference = "Li", value = 0.1 }',
        "lower.chemical_potential.value",
        "0.1 cannot be used",
        "at most 0",
    ),
    "unknown reference": (
        "planes = 3",
        'planes = 3\nchemical_potential = { element = "Li", reference = "Lj", value = 0.0 }',
        "lower.chemical_potential.reference",
        "neither a shipped crystal",
        "shipped are Li",
    ),
    "fractional charge": (
        "planes = 3",
        "planes = 3\nformal_charges = { Li = 0.5 }",
        "lower.formal_charges.Li",
        "a whole number is expected",
        "formal_charges = {",
    ),
    "charges of another crystal": (
        "planes = 3",
        "planes = 3\nformal_charges = { Mg = 2, O = -2 }",
        "lower.formal_charges",
        "formal charges of Mg, O are given, but the crystal has Li",
        "one charge for each element",
    ),
    "charges that do not balance": (
        "planes = 3",
        "planes = 3\nformal_charges = { Li = 1 }",
        "lower.formal_charges",
        "add up to +2 e per cell",
        "charges that balance",
    ),
    "unknown termination": (
        "planes = 3",
        'planes = 3\ncontact_termination = "O"',
        "lower.contact_termination",
        "'O' is no termination of (110)",
        "give one of Li",
    ),
}


@pytest.mark.parametrize("case", list(WRONG_VALUES))
def test_wrong_value(case: str, tmp_path: Path) -> None:
    old, new, key, problem, remedy = WRONG_VALUES[case]
    file = definition_file(tmp_path, (old, new))
    place = rf"({re.escape(str(file))}|interface 'mine'), key '{re.escape(key)}'"
    with pytest.raises(
        InputError, match=f"(?s)^{place}: .*{re.escape(problem)}.*Remedy: .*{re.escape(remedy)}"
    ):
        load_and_build(file)


LI2O = ('crystal = "Li"\nmiller = [1, 1, 0]', 'crystal = "Li2O"\nmiller = [0, 0, 1]')
LI2O_111 = ('crystal = "Li"\nmiller = [1, 1, 0]', 'crystal = "Li2O"\nmiller = [1, 1, 1]')
ON_TOP = (UPPER, "registry = [0.0, 0.0]")
# Replacements in the good definition, the key named, the problem, the remedy.
WRONG_TOGETHER: dict[str, tuple[list[tuple[str, str]], str, str, str]] = {
    "charged slab": ([LI2O, LI2O], "lower.planes", "3 planes .* are not neutral", "whole formula units"),
    "one plane of an oxide": (
        [LI2O, LI2O, ("planes = 3", "planes = 1"), ("planes = 3", "planes = 4")],
        "lower.planes",
        "1 planes .* are not neutral",
        "a thickness",
    ),
    "ambiguous termination": (
        [LI2O_111, LI2O_111, ("planes = 3", 'planes = 3\ncontact_termination = "Li"')],
        "lower.contact_termination",
        "'Li' fits several inequivalent terminations of .111.: Li#1, Li#2",
        "give one of Li#1, Li#2, O",
    ),
    "termination against the bulk": (
        [LI2O, LI2O] + [("planes = 3", 'planes = 4\ncontact_termination = "O"')] * 2,
        "upper.contact_termination",
        "in the bulk a plane 'Li2' follows the lower side, not 'O'",
        "leave it out with registry 'bulk'",
    ),
    "mismatched lattices": (
        [('crystal = "Li"', 'crystal = "Na"'), ON_TOP],
        "upper.supercell",
        "the lattices do not match: .* % strain, .*lower a = 3.716, .*upper a = 3.039",
        "give supercells",
    ),
    "overlapping sides": (
        [(UPPER, "registry = [0.0, 0.0]\ngap = 0.5")],
        "contact.gap",
        "atoms overlap across the contact: Li .* and Li .* are 0.500 angstrom apart",
        "leave 'gap' out",
    ),
    "two mistakes at once": (
        [("planes = 3", "planes = -1"), ("[1, 1, 0]", "[0, 0, 0]")],
        "lower.miller",
        ".*.0, 0, 0. is no plane.*Also key 'lower.planes'",
        "miller = ",
    ),
}


@pytest.mark.parametrize("case", list(WRONG_TOGETHER))
def test_wrong_together(case: str, tmp_path: Path) -> None:
    changes, key, problem, remedy = WRONG_TOGETHER[case]
    file = definition_file(tmp_path, *changes)
    pattern = f"(?s)key '{re.escape(key)}': {problem}.*Remedy: .*{re.escape(remedy)}"
    with pytest.raises(InputError, match=pattern):
        load_and_build(file)


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "the file is empty"),
        (b"  \n\t\n", "the file is empty"),
        (b'name = "a"\n[lower\n', r"is not valid TOML: .*line 2"),
        (b"name = 'a'\nname = 'b'\n", r"is not valid TOML: .*line 2"),
        ('title = "Übergang"'.encode("latin-1"), "is not UTF-8 text"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "is not UTF-8 text"),
        (b'{"name": "json"}', "is not valid TOML"),
    ],
)
def test_no_definition_at_all(content: bytes, problem: str, tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_bytes(content)
    with pytest.raises(InputError, match=f"(?s)^{re.escape(str(file))}: {problem}.*Remedy: "):
        load_definition(str(file))


def test_a_folder_is_no_definition(tmp_path: Path) -> None:
    with pytest.raises(
        InputError, match=f"^{re.escape(str(tmp_path))}: is a folder.*\n  Remedy: give the path"
    ):
        load_definition(str(tmp_path))


def test_a_missing_definition_file(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"nowhere.toml: the file does not exist\n  Remedy: check the path"):
        load_definition(str(tmp_path / "nowhere.toml"))


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser may read everything")
def test_an_unreadable_definition(tmp_path: Path) -> None:
    file = definition_file(tmp_path)
    file.chmod(0)
    with pytest.raises(InputError, match=r"cannot be read .*\n  Remedy: check path and permissions"):
        load_definition(str(file))


@pytest.mark.parametrize("name", ["li110-li11O", "LI110-LI110", "li110_li110"])
def test_a_misspelt_name_of_the_catalog(name: str) -> None:
    with pytest.raises(InputError, match=f"no definition '{name}'\n  Remedy: did you mean 'li110-li110'"):
        load_definition(name)


@pytest.mark.parametrize("name", ["", "x" * 5000, "a\0b"])
def test_names_that_no_file_can_have(name: str) -> None:
    with pytest.raises(InputError, match=r"(no definition|is a folder).*\n  Remedy: "):
        load_definition(name)


@pytest.mark.parametrize("vacuum", [0.0, -5.0, float("nan"), float("inf"), "12", True, None])
def test_impossible_vacuum(vacuum: Any) -> None:
    with pytest.raises(InputError, match=r"key 'vacuum': vacuum .*angstrom is expected\n  Remedy: set for"):
        build_interface(load_definition("li110-li110"), vacuum=vacuum)


CIF = """\
data_x
_cell_length_a 4.0
_cell_length_b 4.0
_cell_length_c 4.0
_cell_angle_alpha 90
_cell_angle_beta 90
_cell_angle_gamma 90
_symmetry_space_group_name_H-M 'P 1'
loop_
_atom_site_label
_atom_site_type_symbol
_atom_site_fract_x
_atom_site_fract_y
_atom_site_fract_z
_atom_site_occupancy
"""
MOLECULE = "2\n\nO 0 0 0\nH 0 0 0.96\n"
SLAB = '1\nLattice="3 0 0 0 3 0 0 0 20" pbc="T T F" Properties=species:S:1:pos:R:3\nCu 0 0 0\n'
POSCAR = "x\n1.0\n3 0 0\n0 3 0\n0 0 3\nCu Cu\n1 1\nDirect\n0 0 0\n{}\n"

# File name, content, problem, remedy.
WRONG_CRYSTALS = {
    "empty": ("a.cif", "", "is empty", "give a structure file"),
    "no atoms": ("a.cif", CIF, "cannot be read as a CIF", "at least one atom site"),
    "no cell": ("a.cif", "data_x\n_chemical_name 'x'\n", "cannot be read as a CIF", "must hold a cell"),
    "prose": ("a.cif", "Dear reader,\n", "cannot be read as a CIF", "must hold a cell"),
    "partial occupancy": (
        "a.cif",
        CIF + "Li1 Li 0 0 0 0.5\nO1 O 0.5 0.5 0.5 1.0\n",
        "site .*Li.* is partially occupied",
        "make an ordered model",
    ),
    "shared site": (
        "a.cif",
        CIF + "Li1 Li 0 0 0 0.5\nNa1 Na 0 0 0 0.5\n",
        "is partially occupied or shared",
        "make an ordered model",
    ),
    "overlapping atoms": (
        "a.cif",
        CIF + "Li1 Li 0 0 0 1.0\nO1 O 0.1 0 0 1.0\n",
        "atoms overlap: .* are 0.400 angstrom apart",
        "repair the coordinates",
    ),
    "molecule": ("a.xyz", MOLECULE, "has 0 cell vectors: a molecule", "give a file with three cell vectors"),
    "slab": ("a.xyz", SLAB, "is not periodic in all three", "give the bulk crystal"),
    "dummy atom": (
        "a.xyz",
        SLAB.replace("T T F", "T T T").replace("Cu", "X"),
        "unknown element",
        "real element symbols",
    ),
    "not a number": ("POSCAR", POSCAR.format("nan 0.5 0.5"), "not finite", "repair the file"),
    "doubled atom": ("POSCAR", POSCAR.format("0 0 1e-6"), "atoms overlap", "repair the coordinates"),
    "cut off": ("POSCAR", POSCAR[:20], "cannot be read as a structure file", "give a CIF, POSCAR"),
    "unknown format": ("a.docx", "PK\x03\x04", "cannot be read as a structure file", "ase info --formats"),
}


@pytest.mark.parametrize("case", list(WRONG_CRYSTALS))
def test_wrong_crystal(case: str, tmp_path: Path) -> None:
    name, content, problem, remedy = WRONG_CRYSTALS[case]
    file = tmp_path / name
    file.write_text(content, encoding="utf-8")
    pattern = f"(?s)^{re.escape(str(file))}: .*{problem}.*Remedy: .*{remedy}"
    with pytest.raises(InputError, match=pattern):
        load_crystal(str(file))


def test_a_folder_is_no_crystal(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"is a folder, not a structure file\n  Remedy: give the path"):
        load_crystal(str(tmp_path))


def test_a_wrong_crystal_names_the_key_of_the_definition(tmp_path: Path) -> None:
    (tmp_path / "a.xyz").write_text(MOLECULE, encoding="utf-8")
    file = definition_file(tmp_path, ('"Li"', '"a.xyz"'), ('"Li"', '"a.xyz"'))
    with pytest.raises(InputError, match=r"a\.xyz, key 'lower\.crystal': has 0 cell vectors.*\n  Remedy: "):
        load_and_build(file)
