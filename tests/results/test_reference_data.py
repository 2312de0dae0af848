"""The tables of experiment: one header, one reader, units, sources; nothing is copied twice."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

import pytest

from wadflow.errors import InputError
from wadflow.interfaces.crystals import load_crystal
from wadflow.results.crystal_lattices import lattice_of_crystal, surface_cell_area
from wadflow.results.reference_data import EXPERIMENT_FOLDER, Datum, read_table, shipped_tables
from wadflow.results.reference_sources import all_data
from wadflow.results.thermochemistry.species import parse_species
from wadflow.results.thermochemistry.tables import load_tables
from wadflow.results.units import convert

if TYPE_CHECKING:
    from pathlib import Path

TABLES = sorted(EXPERIMENT_FOLDER.glob("*.csv"))

UNITS = {
    "lattice constant a": {"angstrom"},
    "bulk modulus": {"GPa"},
    "cohesive energy": {"eV/atom"},
    "surface energy": {"J/m2"},
    "work function": {"eV"},
    "formation energy": {"kJ/mol"},
    "atomisation energy": {"kJ/mol", "kcal/mol"},
    "adhesion tension": {"J/m2"},
}


def the(quantity: str, species: str, **more: object) -> list[Datum]:
    wanted = {"quantity": quantity, "species": species, **more}
    return [one for one in all_data() if all(getattr(one, key) == value for key, value in wanted.items())]


@pytest.mark.parametrize("file", TABLES, ids=lambda file: file.stem)
def test_a_table_has_the_one_header_and_can_be_read(file: Path) -> None:
    with file.open(encoding="utf-8") as stream:
        header = next(csv.reader(stream))
    with TABLES[0].open(encoding="utf-8") as stream:
        assert header == next(csv.reader(stream))
    data = read_table(file)
    assert data
    assert len(set(data)) == len(data)
    assert all(one.source and one.unit for one in data)


@pytest.mark.parametrize(("quantity", "units"), UNITS.items())
def test_each_kind_of_data_is_there_in_its_unit(quantity: str, units: set[str]) -> None:
    found = [one for one in all_data() if one.quantity == quantity]
    assert found
    assert {one.unit for one in found} <= units


def test_what_is_doubted_or_has_no_article_is_marked() -> None:
    words = ("no article named", "second-hand", "doubted", "not found")
    for one in shipped_tables():
        if any(word in f"{one.source} {one.note}" for word in words):
            assert not one.confirmed, one


def test_lattices_come_from_the_shipped_structures() -> None:
    found = {one.temperature: one.value for one in the("lattice constant a", "Li", space_group=229)}
    assert found == {0.0: 3.4433, 20.0: 3.47851, 78.0: 3.491, 293.0: 3.5093}
    (nine,) = the("lattice constant a", "Li", space_group=166)
    assert nine.value == 3.101
    (beta,) = the("lattice angle beta", "Na2CO3", temperature=110.0)
    assert (beta.value, beta.unit) == (101.87, "degree")
    assert "Dusek" in beta.source


def test_a_cubic_lattice_has_one_parameter_and_a_monoclinic_one_four_and_a_volume() -> None:
    assert list(lattice_of_crystal(load_crystal("Li2O")).values()) == ["lattice constant a"]
    names = list(lattice_of_crystal(load_crystal("Li2CO3")).values())
    assert names == [
        "lattice constant a",
        "lattice constant b",
        "lattice constant c",
        "lattice angle beta",
        "volume per atom",
    ]
    hexagonal = lattice_of_crystal(load_crystal("graphite")).values()
    assert list(hexagonal) == ["lattice constant a", "lattice constant c", "volume per atom"]
    # 2.464^2 * sin(120 degree) * 6.711 / 4 atoms
    assert hexagonal["volume per atom"][0] == pytest.approx(8.8214, abs=1e-3)


def test_thermochemistry_is_that_of_the_tables_with_their_difference_as_uncertainty() -> None:
    (oxide,) = the("formation enthalpy", "Li2O", phase="crystal")
    janaf, nasa = (
        float(load_tables(name)[parse_species("Li2O(c)")].enthalpy(298.15)) for name in ("janaf", "nasa")
    )
    assert oxide.value == pytest.approx(janaf, abs=1e-3)
    assert oxide.uncertainty == pytest.approx(abs(janaf - nasa), abs=1e-3)
    # Tables that agree to their last digit have one measurement behind them: no uncertainty
    (fluoride,) = the("entropy", "LiF", phase="crystal")
    assert fluoride.uncertainty is None


def test_atomisation_energies_of_molecules_are_those_of_the_electrons() -> None:
    (oxygen,) = the("atomisation energy", "O2", kind="experiment")
    # D0 of ATcT and half of 1580.19 - 11.98 / 2 1/cm
    assert oxygen.value == pytest.approx(493.688 + 0.0119627 * (1580.19 - 5.99) / 2, abs=0.01)
    assert oxygen.zero_point == "removed"
    (published,) = the("atomisation energy", "O2", kind="PBE")
    assert convert(published.value, published.unit, "eV") == pytest.approx(6.231, abs=1e-3)


@pytest.mark.parametrize(
    ("row", "key"),
    [
        ("a,Li,crystal,229,,experiment,much,J/m2,,0,,book,,yes,", "value"),
        ("a,Li,crystal,300,,experiment,1,J/m2,,0,,book,,yes,", "space_group"),
        ("a,Li,crystal,229,1 1,experiment,1,J/m2,,0,,book,,yes,", "miller"),
        ("a,Li,crystal,229,,experiment,1,J/m2,-1,0,,book,,yes,", "uncertainty"),
        ("a,Li,crystal,229,,experiment,1,J/m2,,0,,,,yes,", "source"),
        ("a,Li,crystal,229,,experiment,1,J/m2,,0,,book,,perhaps,", "confirmed"),
    ],
)
def test_a_wrong_row_is_named(tmp_path: Path, row: str, key: str) -> None:
    file = tmp_path / "own.csv"
    with TABLES[0].open(encoding="utf-8") as stream:
        file.write_text(f"{stream.readline()}{row}\n")
    with pytest.raises(InputError, match="line 2") as raised:
        read_table(file)
    assert raised.value.key is not None
    assert raised.value.key.startswith(key)


def test_units_that_do_not_fit_are_refused() -> None:
    assert convert(2.0, "GPa", "GPa") == 2.0
    with pytest.raises(InputError, match="GPa cannot be turned into eV"):
        convert(1.0, "GPa", "eV")


@pytest.mark.parametrize(
    ("crystal", "miller", "factor"),
    [
        ("Li", (1, 1, 0), 2**-0.5),  # bcc: a times a sqrt(3) / 2 rhombus
        ("Li", (1, 0, 0), 1.0),
        ("Li", (2, 1, 1), 1.5**0.5),
        ("Li2O", (0, 0, 1), 0.5),
        ("Li2O", (1, 1, 1), 3**0.5 / 4),
        ("Li2O", (1, 1, 0), 2**-0.5),
    ],
)
def test_the_smallest_cell_of_a_lattice_plane(
    crystal: str, miller: tuple[int, int, int], factor: float
) -> None:
    known = load_crystal(crystal)
    a = known.structure.lattice.a
    assert surface_cell_area(known, miller) == pytest.approx(factor * a**2)
