"""Export of the archive as an ASE database."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from ase.db import connect

from wadflow.errors import ArchiveError, InputError
from wadflow.workflows.archive import Archive

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.usefixtures("quick_disk")

KEYS = ["3f" * 32, "a0" * 32]
RESULT: dict[str, Any] = {
    "atoms": {
        "numbers": [3, 8],
        "positions": [[0.0, 0.0, 1.0], [0.0, 1.0, 3.0]],
        "cell": [[3.0, 0.0, 0.0], [0.0, 4.0, 0.0], [0.0, 0.0, 20.0]],
        "pbc": [True, True, False],
    },
    "energy": -7.25,
    "forces": [[0.0, 0.0, 0.1], [0.0, 0.0, -0.1]],
    "task": "relax",
    "converged": True,
    "protocol": "standard",
    "label": "AB",
}


def archive_with(folder: Path, **results: Any) -> Archive:
    archive = Archive(folder / "archive")
    for key, result in zip(KEYS, results.values(), strict=False):
        directory = archive.working_directory(key)
        (directory / "result.json").write_text(json.dumps(result))
        archive.store(key, directory)
    return archive


def test_rows_hold_atoms_energy_forces_and_columns(tmp_path: Path) -> None:
    archive = archive_with(tmp_path, first=RESULT, second={**RESULT, "energy": -1.0, "label": "A"})
    report = archive.export(tmp_path / "all.db")
    assert (report.n_rows, report.skipped) == (2, ())
    with connect(tmp_path / "all.db") as database:
        assert len(list(database.select())) == 2
        row = database.get(key=KEYS[0])
        assert database.get(label="A").energy == -1.0
    atoms = row.toatoms()
    assert atoms.get_chemical_formula() == "LiO"
    np.testing.assert_array_equal(atoms.positions, RESULT["atoms"]["positions"])
    np.testing.assert_array_equal(atoms.cell, RESULT["atoms"]["cell"])
    np.testing.assert_array_equal(atoms.pbc, RESULT["atoms"]["pbc"])
    assert atoms.get_potential_energy() == -7.25
    np.testing.assert_array_equal(atoms.get_forces(), RESULT["forces"])
    columns = {"key": KEYS[0], "task": "relax", "converged": True, "protocol": "standard", "label": "AB"}
    assert row.key_value_pairs == columns


def test_energy_may_stand_beside_the_positions(tmp_path: Path) -> None:
    result = {"atoms": {**RESULT["atoms"], "energy": -3.0}}
    archive_with(tmp_path, first=result).export(tmp_path / "all.db")
    with connect(tmp_path / "all.db") as database:
        assert database.get(1).energy == -3.0


def test_label_that_reads_like_a_number_goes_to_the_data(tmp_path: Path) -> None:
    archive_with(tmp_path, first={**RESULT, "label": "110"}).export(tmp_path / "all.db")
    with connect(tmp_path / "all.db") as database:
        assert database.get(1).data == {"label": "110"}


def test_entries_without_atoms_are_skipped_and_named(tmp_path: Path) -> None:
    report = archive_with(tmp_path, first={"energy": 1.0}, second=RESULT).export(tmp_path / "all.db")
    assert (report.n_rows, report.skipped) == (1, (KEYS[0],))


def test_empty_archive_gives_an_empty_database(tmp_path: Path) -> None:
    report = Archive(tmp_path / "nothing").export(tmp_path / "all.db")
    assert report.n_rows == 0
    with connect(tmp_path / "all.db") as database:
        assert len(database) == 0


def test_result_that_ase_does_not_understand(tmp_path: Path) -> None:
    archive = archive_with(tmp_path, first={"atoms": {"numbers": [3]}})
    with pytest.raises(ArchiveError, match=r"result.json holds no atoms that ASE understands"):
        archive.export(tmp_path / "all.db")
    assert not (tmp_path / "all.db").exists()


def test_file_that_exists_is_replaced_only_when_asked(tmp_path: Path) -> None:
    archive = archive_with(tmp_path, first=RESULT)
    path = tmp_path / "all.db"
    path.write_text("precious")
    with pytest.raises(InputError, match=r"all.db exists already(.|\n)*Remedy"):
        archive.export(path)
    assert path.read_text() == "precious"
    archive.export(path, overwrite=True)
    with connect(path) as database:
        assert len(database) == 1
    assert sorted(child.name for child in tmp_path.iterdir()) == ["all.db", "archive"]


@pytest.mark.parametrize(
    ("name", "problem"),
    [("all.json", "ends in '.db'"), ("all", "ends in '.db'"), ("no/all.db", "no directory")],
)
def test_paths_that_are_refused(tmp_path: Path, name: str, problem: str) -> None:
    with pytest.raises(InputError, match=problem):
        Archive(tmp_path / "archive").export(tmp_path / name, overwrite=True)
