"""``wadflow match``: from two surfaces to a definition that builds, and to a finished run."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from command_line import call

from wadflow.interfaces.definition import ChemicalPotential, list_definitions, load_definition
from wadflow.interfaces.definition_file import definition_toml
from wadflow.interfaces.stacking import build_interface

EXAMPLES = Path(__file__).parents[2] / "docs" / "examples"


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "100")


def test_candidates_are_listed_as_they_are_built(capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["Li2O:001:O", "Li:1,0,0", "--strained-side", "both", "--lower-strain-share", "0.25"]
    assert (
        call("match", *arguments, "--max-area", "110", "--write", "a.toml", "--candidate", "2", "--json") == 0
    )
    listed = json.loads(capsys.readouterr().out)
    assert [one["number"] for one in listed] == [1, 2, 3]
    assert listed[0]["relative_cost_estimate"] == 1.0
    chosen = listed[1]
    definition = load_definition("a.toml")
    assert definition.contact.lower_share == 0.25
    built = build_interface(definition, vacuum=10.0)
    assert len(built.ab) == chosen["n_atoms"]
    assert built.area == pytest.approx(chosen["area_angstrom2"])
    assert built.lower.contact_termination == "O"
    for side in built.sides:
        assert side.strain == pytest.approx(np.array(chosen[f"{side.role}_strain"]), abs=1e-9)
    assert sum(side.strain_measure for side in built.sides) == pytest.approx(chosen["strain_measure"])


def test_the_table_has_all_columns(capsys: pytest.CaptureFixture[str]) -> None:
    assert call("match", "Li:001", "Li:001", "--write", "li.toml") == 0
    text = capsys.readouterr().out
    for word in (
        "area",
        "cells",
        "twist",
        "strain",
        "atoms",
        "estimate",
        "36.87",
        "5 : 5",
        "written: li.toml",
    ):
        assert word in text
    assert load_definition("li.toml").contact.registry == "bulk"


def test_negative_indices(capsys: pytest.CaptureFixture[str]) -> None:
    for text in ("Li:1-10", "Li:1,-1,0"):
        assert call("match", text, "Li:-110", "--json", "--max-area", "10") == 0
        (found,) = json.loads(capsys.readouterr().out)
        assert found["definition"]["lower"]["miller"] == [1, -1, 0]
        assert found["definition"]["upper"]["miller"] == [-1, 1, 0]


def test_a_file_is_not_overwritten_unless_asked(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ("match", "Li:001", "Li:001", "--max-area", "20", "--write", tmp_path / "li.toml")
    (tmp_path / "li.toml").write_text("mine")
    assert call(*arguments) == 2
    assert "--force" in capsys.readouterr().err
    assert (tmp_path / "li.toml").read_text() == "mine"
    assert call(*arguments, "--force") == 0
    assert load_definition(str(tmp_path / "li.toml")).lower.crystal == "Li"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["Li", "Li:001"], "crystal:hkl"),
        (["Li:", "Li:001"], "crystal:hkl"),
        (["Lx:001", "Li:001"], "neither a shipped crystal"),
        (["Li:0001", "Li:001"], "four indices"),
        (["Li:000", "Li:001"], "no plane"),
        (["Li:002", "Li:001"], "common divisor"),
        (["Li2O:001:F", "Li:001"], "no termination"),
        (["Li:001", "Li:001", "--max-strain", "0.5"], "max_strain"),
        (["Li:001", "Li:001", "--max-area", "5"], "raise it to at least"),
        (["Li:001", "Li:001", "--twist", "10"], "36.9"),
        (["Li:001", "Li:001", "--lower-planes", "0"], "planes"),
        (["Li:001", "Li:001", "--lower-strain-share", "0.2"], "strained_side = 'both'"),
        (["Li:001", "Li:001", "--write", "li.toml", "--candidate", "99"], "from 1 to 2"),
        (["Li:001", "Li:001", "--write", "li.txt"], ".toml"),
        (["Li:001", "Li:001", "--write", "no/folder/li.toml"], "cannot be written"),
    ],
)
def test_mistakes_are_explained_and_write_nothing(
    arguments: list[str], message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert call("match", *arguments) == 2
    said = " ".join(capsys.readouterr().err.replace("│", " ").split())
    assert message in said
    assert "Traceback" not in said
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", [*list_definitions(), str(EXAMPLES / "cu001-li001.toml")])
def test_definitions_survive_being_written(name: str, tmp_path: Path) -> None:
    definition = load_definition(name)
    potential = ChemicalPotential(element="Li", reference="Li", value=-0.5)
    update = {
        "formal_charges": {"Li": 1, "O": -2},
        "chemical_potential": potential,
        "polar_model": "symmetric",
    }
    charged = definition.lower.model_copy(update=update)
    text = 'two\nlines, a "quote", a \\ and ü'
    definition = definition.model_copy(update={"description": text, "lower": charged})
    file = tmp_path / "copy.toml"
    file.write_text(definition_toml(definition), encoding="utf-8")
    assert load_definition(str(file)) == definition


@pytest.mark.gpaw
def test_a_crystal_of_the_users_becomes_a_finished_run(tmp_path: Path) -> None:
    (tmp_path / "Cu.cif").write_text((EXAMPLES / "Cu.cif").read_text())
    assert (
        call(
            "match", "Cu.cif:001", "Li:001", "--lower-planes", "2", "--upper-planes", "2", "--write", "i.toml"
        )
        == 0
    )
    command = [
        sys.executable,
        "-m",
        "wadflow",
        "run",
        "i.toml",
        "-p",
        "smoke",
        "--archive",
        "archive",
        "--json",
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    (document,) = json.loads(done.stdout)
    # Coarse settings, so that only an order of magnitude is known: metals bind.
    assert -5.0 < document["work_of_adhesion_rigid"] < -0.3
    assert {paw["symbol"] for paw in document["ab"]["paw"]} == {"Cu", "Li"}
