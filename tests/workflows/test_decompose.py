"""``wadflow decompose``: tables and files out, the user's mistakes refused."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from command_line import call

from wadflow.results.thermochemistry.documents import DecompositionDocument

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "140")


def test_the_report_answers_the_question(capsys: pytest.CaptureFixture[str]) -> None:
    assert call("decompose", "Li2CO3") == 0
    text = capsys.readouterr().out
    for word in ("What comes first on heating", "condensed metal is stable", "nowhere up to 2000 K", "638 K"):
        assert word in text
    assert "not the temperature at which a" in text


def test_json_and_pictures(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    folder = tmp_path / "new" / "figures"
    assert call("decompose", "NaF", "-c", "vacuum", "--json", "--pictures", folder) == 0
    document = DecompositionDocument.model_validate(json.loads(capsys.readouterr().out))
    assert list(document.conditions) == ["vacuum"]
    assert sorted(file.name for file in folder.iterdir()) == ["NaF.gibbs-energy.png", "NaF.gibbs-energy.svg"]


def test_files_of_the_user(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    (tmp_path / "r.toml").write_text('[boil]\ntitle = "b"\nequation = "Na(c) -> 1/2 Na2(g)"\n')
    (tmp_path / "c.toml").write_text('[argon]\ntitle = "argon"\nothers = 1e-6\n')
    assert call("decompose", "r.toml", "-c", "c.toml", "--json") == 0
    document = json.loads(capsys.readouterr().out)
    assert document["reactions"][0]["name"] == "boil"
    assert document["verdicts"] == []  # an element is no salt


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["KF"], ["no reaction and no salt 'KF'", "Remedy"]),
        (["none.toml"], ["none.toml", "does not exist"]),
        (["Li2CO3", "-c", "moon"], ["no conditions 'moon'", "Remedy"]),
        (["LiF", "--plan"], ["--plan is about calculations", "-p standard"]),
        (["LiF", "--quasiharmonic"], ["--quasiharmonic is about calculations", "Remedy"]),
    ],
)
def test_mistakes_end_with_2(
    capsys: pytest.CaptureFixture[str], arguments: list[str], words: list[str]
) -> None:
    assert call("decompose", *arguments) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    for word in words:
        assert word in captured.err


def test_help_has_examples(capsys: pytest.CaptureFixture[str]) -> None:
    assert call("decompose", "--help") == 0
    assert "wadflow decompose Li2CO3 Na2CO3 -c vacuum" in " ".join(capsys.readouterr().out.split())
