"""``wadflow compare`` and ``wadflow reproduce``: tables and files out, the user's mistakes refused."""

from __future__ import annotations

import csv
import json
from typing import TYPE_CHECKING

import pytest
from command_line import call

from wadflow.results.computed_documents import COMPUTED_FOLDER
from wadflow.results.cross_check import CrossCheck
from wadflow.results.reproduction import Reproduction

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.delenv("WADFLOW_ARCHIVE", raising=False)


def test_the_summary_counts_and_says_what_is_missing(capsys: pytest.CaptureFixture[str]) -> None:
    assert call("compare", "--shipped") == 0
    text = capsys.readouterr().out
    for words in (
        "cross-checks",
        "lattice constant a",
        "angstrom",
        "nothing to compare with",
        "not computed",
    ):
        assert words in text
    assert "work function: Li average, Na average" in text


@pytest.mark.parametrize(
    "arguments", [["compare", "--shipped"], ["compare", "--all", "--shipped"], ["reproduce", "--shipped"]]
)
def test_tables_fit_80_columns_whole(capsys: pytest.CaptureFixture[str], arguments: list[str]) -> None:
    assert call(*arguments) == 0
    text = capsys.readouterr().out
    assert max(map(len, text.splitlines())) <= 80
    assert "…" not in text


def test_all_shows_every_difference_with_its_source(capsys: pytest.CaptureFixture[str]) -> None:
    assert call("compare", "--all", "--shipped") == 0
    text = " ".join(capsys.readouterr().out.split())
    assert "lattice constant a, angstrom" in text
    assert "exp. 293 K" in text
    assert "Wyckoff R W G, Crystal Structures 1, 7 (1963)" in text
    assert "without zero-point motion" in text


def test_a_name_chooses(capsys: pytest.CaptureFixture[str]) -> None:
    assert call("compare", "li110-li110", "--shipped") == 0
    text = capsys.readouterr().out
    assert "Li(110) / Li(110)" in text
    assert "Li2O" not in text


def test_json_csv_and_picture_say_the_same(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    table, picture = tmp_path / "checks.csv", tmp_path / "checks.png"
    assert call("compare", "--shipped", "--json", "--csv", table, "--picture", picture) == 0
    answer = json.loads(capsys.readouterr().out)
    checks = [CrossCheck.model_validate(one) for one in answer["cross_checks"]]
    assert answer["missing"]
    with table.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert [float(row["difference"]) for row in rows] == [one.difference for one in checks]
    assert [row["notes"] for row in rows] == ["; ".join(one.notes) for one in checks]
    assert picture.read_bytes().startswith(b"\x89PNG")


def test_an_archive_is_read_and_an_empty_one_is_no_error(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert call("compare", "--archive", tmp_path / "empty") == 0
    assert "No results to compare yet" in capsys.readouterr().out
    documents = tmp_path / "archive" / "documents"
    documents.mkdir(parents=True)
    name = "li110-li110.standard.json"
    (documents / name).write_bytes((COMPUTED_FOLDER / name).read_bytes())
    assert call("compare", "--archive", tmp_path / "archive", "--json") == 0
    answer = json.loads(capsys.readouterr().out)
    assert {one["document"] for one in answer["cross_checks"]} == {"li110-li110.standard"}


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["compare", "Li20", "--shipped"], ["nothing to compare of 'Li20'", "did you mean", "Remedy"]),
        (["compare", "--shipped", "--picture", "none/x.png"], ["cannot be written", "--picture"]),
        (["compare", "--shipped", "--picture", "x.doc"], ["cannot be written", "--picture"]),
        (["compare", "--shipped", "--csv", "none/x.csv"], ["cannot be written", "--csv"]),
        (["compare", "--picture", "x.png"], ["no cross-check to draw", "Remedy"]),
    ],
)
def test_mistakes_end_with_2(
    capsys: pytest.CaptureFixture[str], arguments: list[str], words: list[str]
) -> None:
    assert call(*arguments) == 2
    said = capsys.readouterr().err
    for word in words:
        assert word in said


def test_reproduce_goes_through_the_source(capsys: pytest.CaptureFixture[str]) -> None:
    assert call("reproduce", "--shipped") == 0
    text = " ".join(capsys.readouterr().out.split())
    for words in ("li001-li2o001-o-contact", "-7.92", "rigid 6+6", "no proof that the same was calculated"):
        assert words in text
    for salt in ("Li2CO3", "Na2CO3", "LiF", "NaF"):
        assert f"{salt} ambient janaf" in text
    assert "What the source does not say" in text


def test_reproduce_as_json_and_without_any_result(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert call("reproduce", "--archive", tmp_path / "empty", "--json") == 0
    found = Reproduction.model_validate_json(capsys.readouterr().out)
    assert [one.ours for one in found.numbers] == [()] * 4
    assert len(found.conclusions) == 16  # four salts, two conditions, two tables
    assert call("reproduce", "--archive", tmp_path / "empty") == 0
    assert "not computed" in capsys.readouterr().out


@pytest.mark.parametrize("command", ["compare", "reproduce"])
def test_help_has_examples(capsys: pytest.CaptureFixture[str], command: str) -> None:
    assert call(command, "--help") == 0
    assert f"wadflow {command}" in " ".join(capsys.readouterr().out.split())
