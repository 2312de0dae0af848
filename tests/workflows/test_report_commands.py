"""``wadflow report`` and ``wadflow export``: what they write, and what they refuse."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from wadflow.results.computed_documents import read_computed
from wadflow.workflows.cli import main

if TYPE_CHECKING:
    from pathlib import Path


def call(*arguments: object) -> int:
    with pytest.raises(SystemExit) as left:
        main([str(argument) for argument in arguments])
    assert isinstance(left.value.code, int)
    return left.value.code


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("WADFLOW_ARCHIVE", raising=False)


def test_a_report_of_one_interface(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert call("report", "li110-li110", "--shipped", "--out", "made") == 0
    page = (tmp_path / "made" / "report.html").read_text(encoding="utf-8")
    assert "written: made/report.html" in capsys.readouterr().out
    assert "wadflow report li110-li110 --shipped" in page
    assert "wadflow run li110-li110 -p standard" in page
    assert "registry = &#34;bulk&#34;" in page  # the definition itself
    assert "li2o001" not in page


def test_markdown_has_its_pictures_beside_it(tmp_path: Path) -> None:
    assert call("report", "li110-li110", "--shipped", "--format", "markdown", "--out", "made") == 0
    text = (tmp_path / "made" / "report.md").read_text(encoding="utf-8")
    names = [line.rpartition("](")[2].rstrip(")") for line in text.splitlines() if line.startswith("![")]
    assert len(names) >= 4
    for name in names:
        assert (tmp_path / "made" / name).read_bytes().startswith(b"\x89PNG")


def test_a_group_is_its_members_and_a_salt_its_reactions(tmp_path: Path) -> None:
    assert call("export", "source", "LiF", "--shipped", "--format", "json", "--out", "made") == 0
    (file,) = (tmp_path / "made").iterdir()
    tables = json.loads(file.read_text(encoding="utf-8"))["tables"]
    rows = [row["interface"] for row in tables["works-of-adhesion"]["rows"]]
    assert [row for row in rows if not row.endswith("[standard-li3e]")] == [
        read_computed(f"{name}.standard").title
        for name in (
            "li110-li110",
            "li001-li2o001-li-contact",
            "li001-li2o001-o-contact",
            "li2o001-li2o001",
        )
    ]
    assert {row["salt"] for row in tables["verdicts.tables"]["rows"]} == {"LiF"}


def test_tables_are_written_in_every_format(tmp_path: Path) -> None:
    assert call("export", "li110-li110", "--shipped", "--out", "made") == 0
    names = {file.name for file in (tmp_path / "made").iterdir()}
    assert {"tables.json", "works-of-adhesion.csv", "works-of-adhesion.tex"} <= names
    document = read_computed("li110-li110.standard")
    text = (tmp_path / "made" / "works-of-adhesion.csv").read_text(encoding="utf-8")
    assert str(document.work_of_adhesion_rigid) in text


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["report", "nonsense", "--shipped"], "the package has no result of 'nonsense'"),
        (["report", "li110-li11", "--shipped"], "did you mean 'li110-li110'"),
        (["report", "li110-li110"], "has no result of 'li110-li110'"),
        (["report", "--format", "pdf"], "is not one of"),
        (["export", "sodium", "--shipped"], "the package has no result of 'sodium'"),
    ],
)
def test_the_users_mistakes_have_exit_code_2_and_write_nothing(
    arguments: list[str], message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert call(*arguments) == 2
    assert message in " ".join(capsys.readouterr().err.replace("│", " ").split())
    assert not list(tmp_path.rglob("*.*"))


def test_a_folder_that_is_a_file_is_the_users_mistake(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "made").write_text("here already", encoding="utf-8")
    assert call("export", "LiF", "--shipped", "--format", "csv", "--out", "made") == 2
    assert "made cannot be written to" in capsys.readouterr().err
