"""Rehearsals: whole runs without GPAW, which nobody can take for results."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from ase.build import bulk
from command_line import call

from wadflow.errors import InputError
from wadflow.workflows.archive import Archive
from wadflow.workflows.launch import read_outcome
from wadflow.workflows.preparation import prepare_calculation
from wadflow.workflows.protocol import load_protocol

if TYPE_CHECKING:
    from pathlib import Path


def test_a_rehearsal_runs_from_definition_to_document_and_says_what_it_is(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    archive = tmp_path / "archive"
    assert call("run", "li110-li110", "-p", "rehearsal", "--archive", archive, "--json") == 0
    (document,) = json.loads(capsys.readouterr().out)
    assert document["production"] is False
    assert any("no result" in warning for warning in document["warnings"])
    assert document["ab"]["versions"]["gpaw"] == "none, a rehearsal"
    for entry in Archive(archive).entries():
        assert read_outcome(entry).versions["gpaw"] == "none, a rehearsal"
        assert "rehearsal" in entry.file("gpaw.txt").read_text()


def test_a_rehearsal_is_another_calculation() -> None:
    atoms = bulk("Li")
    real = prepare_calculation(atoms, load_protocol("smoke"), label="Li", task="static")
    rehearsed = prepare_calculation(atoms, load_protocol("rehearsal"), label="Li", task="static")
    assert rehearsed.electrons == real.electrons
    assert rehearsed.key != real.key


def test_no_protocol_for_production_rehearses(tmp_path: Path) -> None:
    file = tmp_path / "own.toml"
    file.write_text(
        'name = "own"\ndescription = "x"\nbased_on = "standard"\n'
        'production = true\nsolver = "lennard-jones"\n'
    )
    with pytest.raises(InputError, match="only GPAW makes results for production"):
        load_protocol(str(file))
