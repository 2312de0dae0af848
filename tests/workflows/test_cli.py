"""The command line: exit codes, messages, JSON; nothing here computes."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from command_line import call

from wadflow.workflows.stopping import CONTINUE, STOP_SIGNALS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No test may write into the project or use the developer's archive."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "100")
    for name in ("WADFLOW_ARCHIVE", "WADFLOW_RANKS"):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.parametrize(
    "arguments", [[], ["show"], ["plan"], ["run"], ["results"], ["batch-script"], ["archive", "export"]]
)
def test_every_help_has_an_example(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert call(*arguments, "--help") == 0
    text = capsys.readouterr().out
    assert "wadflow" in text
    assert "xample" in text


def test_the_version_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    from wadflow import __version__

    assert call("--version") == 0
    assert capsys.readouterr().out == f"wadflow {__version__}\n"


def test_list_names_interfaces_crystals_and_protocols(capsys: pytest.CaptureFixture[str]) -> None:
    assert call("list", "--json") == 0
    listed = json.loads(capsys.readouterr().out)
    assert "li110-li110" in [one["name"] for one in listed["interfaces"]]
    assert {"Li", "Na2CO3"} <= {one["name"] for one in listed["crystals"]}
    assert [one["name"] for one in listed["protocols"]] == [
        "rehearsal",
        "smoke",
        "standard",
        "standard-li3e",
        "tight",
    ]
    assert call("list") == 0
    assert "-1.01" in capsys.readouterr().out


def test_show_says_what_the_interface_is(capsys: pytest.CaptureFixture[str]) -> None:
    assert call("show", "li110-li110", "--json") == 0
    shown = json.loads(capsys.readouterr().out)
    assert shown["area_angstrom2"] == pytest.approx(3.5093**2 / 2**0.5)  # a^2/sqrt(2), one atom
    assert shown["n_atoms"] == {"AB": 8, "A": 4, "B": 4}
    assert shown["dipole_layer"] is False
    assert shown["sides"]["lower"]["tasker_class"] is None
    assert call("show", "li110-li110") == 0
    text = capsys.readouterr().out
    for word in ("area", "misfit", "planes", "Tasker", "atoms", "settings of the source unknown"):
        assert word in text


def test_show_draws_a_picture(tmp_path: Path) -> None:
    file = tmp_path / "picture.png"
    assert call("show", "li110-li110", "--picture", file) == 0
    assert file.read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize("name", ["missing/folder/p.png", "picture.nonsense"])
def test_a_picture_that_cannot_be_written_is_the_users_mistake(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert call("show", "li110-li110", "--picture", name) == 2
    assert "--picture" in capsys.readouterr().err


def test_plan_knows_what_is_new_and_starts_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert call("plan", "li110-li110", "-p", "smoke", "--json") == 0
    (plan,) = json.loads(capsys.readouterr().out)
    states = {one["role"]: one["state"] for one in plan["calculations"]}
    assert states["bulk"] == "new"
    assert states["AB"] == "waits for others"
    assert [one["n_atoms"] for one in plan["calculations"]] == [1, 8, 4, 4]
    assert plan["calculations"][0]["key"]
    assert plan["calculations"][3]["same_as"] == "li110-li110 A"
    meshes = {tuple(one["kpoints"]) for one in plan["calculations"][1:]}
    assert len(meshes) == 1, "AB, A and B need equal meshes"
    assert not list(tmp_path.rglob("result.json"))
    assert call("plan", "li110-li110", "-p", "smoke") == 0
    assert "new" in capsys.readouterr().out


def test_no_results_yet_is_no_error_but_an_unknown_one_is(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert call("results") == 0
    assert "No results yet" in capsys.readouterr().out
    assert call("results", "li110-li110") == 2
    assert "wadflow run li110-li110" in capsys.readouterr().err
    assert call("results", "--json") == 0
    assert json.loads(capsys.readouterr().out) == []


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["run", "nonsense"], "there is no definition 'nonsense'"),
        (["run", "li110-li111"], "did you mean 'li110-li110'"),
        (["run", "missing.toml"], "missing.toml"),
        (["run", "li110-li110", "-p", "smok"], "did you mean 'smoke'"),
        (["run", "li110-li110", "-p", "missing.toml"], "missing.toml"),
        (["run", "li110-li110", "--ranks", "0"], "should be greater than or equal to"),
        (["run", "li110-li110", "--ranks", "two"], "should be a valid integer"),
        (["run", "li110-li110", "--nonsense"], "No such option"),
        (["run"], "Missing argument"),
        (["show", "nonsense"], "there is no definition"),
        (["plan", "nonsense"], "there is no definition"),
        (["archive", "show", "ffff"], "archive list"),
        (["nonsense"], "No such command"),
    ],
)
def test_the_users_mistakes_have_exit_code_2_and_start_nothing(
    arguments: list[str], message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert call(*arguments) == 2
    said = " ".join(capsys.readouterr().err.replace("│", " ").split())
    assert message in said
    assert "Traceback" not in said
    assert list(tmp_path.iterdir()) == []


def test_of_several_interfaces_one_mistake_stops_before_anything_runs(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert call("run", "li110-li110", "nonsense", "-p", "smoke") == 2
    assert "nonsense" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("ranks", ["two", "-1", "0", "1.5"])
def test_a_wrong_environment_is_the_users_mistake(
    ranks: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("WADFLOW_RANKS", ranks)
    assert call("run", "li110-li110", "-p", "smoke") == 2
    assert ranks in capsys.readouterr().err


def test_an_archive_that_is_a_file_is_the_users_mistake(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "file"
    file.write_text("")
    assert call("archive", "list", "--archive", file) == 2
    assert "must be a directory" in capsys.readouterr().err


def test_an_empty_archive_is_listed_verified_and_exported(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert call("archive", "list", "--json") == 0
    assert json.loads(capsys.readouterr().out) == []
    assert call("archive", "verify", "--json") == 0
    assert json.loads(capsys.readouterr().out)["valid"] == 0
    assert call("archive", "tidy") == 0
    assert call("archive", "export", tmp_path / "empty.db") == 0


def test_a_damaged_archive_makes_verify_fail(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    entry = tmp_path / "wadflow-archive" / "entries" / "ab" / ("ab" * 32)
    entry.mkdir(parents=True)
    (entry / "manifest.json").write_text("{}")
    assert call("archive", "verify") == 1
    assert "1 damaged" in capsys.readouterr().out


def test_an_interrupt_has_exit_code_130(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from wadflow.workflows import local_run

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(local_run, "run_study", interrupted)
    assert call("run", "li110-li110", "-p", "smoke") == 130
    assert "run again to go on" in capsys.readouterr().err


@pytest.fixture
def same_signals_afterwards() -> Iterator[None]:
    """Restore the handlers of the stop signals, which a stop leaves ignored."""
    before = {number: signal.getsignal(number) for number in STOP_SIGNALS}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.mark.usefixtures("same_signals_afterwards")
@pytest.mark.parametrize("number", [signal.SIGUSR1, signal.SIGTERM])
def test_a_stop_that_was_asked_for_has_exit_code_75(
    number: signal.Signals, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from wadflow.workflows import local_run

    monkeypatch.setattr(local_run, "run_study", lambda *_: os.kill(os.getpid(), number))
    assert call("run", "li110-li110", "-p", "smoke") == CONTINUE
    assert f"stopped by {number.name}" in capsys.readouterr().err
    assert signal.getsignal(number) is signal.SIG_IGN  # a second one must not take the exit code away


def test_without_a_stop_the_handlers_are_as_before(capsys: pytest.CaptureFixture[str]) -> None:
    before = [signal.getsignal(number) for number in STOP_SIGNALS]
    assert call("list") == 0
    capsys.readouterr()
    assert [signal.getsignal(number) for number in STOP_SIGNALS] == before


def test_a_failed_calculation_has_exit_code_1(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from wadflow.errors import CalculationError
    from wadflow.workflows import local_run

    def failing(*_: object) -> None:
        raise CalculationError("it failed, look there")

    monkeypatch.setattr(local_run, "run_study", failing)
    assert call("run", "li110-li110", "-p", "smoke") == 1
    assert "it failed, look there" in capsys.readouterr().err


HEAVY = ("gpaw", "pymatgen", "jobflow", "atomate2", "matplotlib", "scipy")


def test_the_command_line_starts_without_heavy_imports() -> None:
    code = (
        "import sys; from wadflow.workflows.cli import app\n"
        f"print([name for name in {HEAVY!r} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_doctor_says_what_gpaw_was_built_with(capsys: pytest.CaptureFixture[str]) -> None:
    assert call("doctor", "--json") == 0
    findings = {one["name"]: one for one in json.loads(capsys.readouterr().out)}
    assert findings["GPAW with FFTW"]["remedy"] is None
    assert findings["GPAW with MPI"]["remedy"] is None
    assert findings["gpaw"]["value"].startswith("26.7")
    assert "Li (1 e)" in findings["PAW data sets (PBE)"]["value"]


def test_the_shipped_results_stand_beside_the_source(capsys: pytest.CaptureFixture[str]) -> None:
    assert call("results", "--shipped") == 0
    text = capsys.readouterr().out
    for word in ("li110-li110", "standard", "-1.01", "settings of the source unknown"):
        assert word in text
    assert call("results", "li110-li110", "--shipped") == 0
    report = capsys.readouterr().out
    for word in ("rigid", "relaxation of AB", "closing error", "strain energy", "PAW", "negative = bound"):
        assert word in report


def test_an_entry_of_another_version_is_no_traceback(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from wadflow.workflows.archive import Archive

    folder = tmp_path / "finished"
    folder.mkdir()
    (folder / "result.json").write_text('{"old": 1}')
    Archive(tmp_path / "wadflow-archive").store("ab" * 32, folder)
    assert call("archive", "list") == 1
    assert "cannot read" in capsys.readouterr().err


def test_show_says_what_a_polar_model_does(capsys: pytest.CaptureFixture[str]) -> None:
    assert call("show", "li2o001-li2o001-tasker2", "--json") == 0
    shown = json.loads(capsys.readouterr().out)
    lower = shown["sides"]["lower"]
    assert (lower["tasker_class"], lower["tasker_class_as_run"]) == ("III", "II")
    assert lower["plane_formulas"] == ["Li", "O", "Li2", "O", "Li"]
    assert lower["reconstruction"].startswith("1/2 of the top plane Li2 of 4 bulk planes moved")
    assert shown["dipole_layer"] is False
    assert call("show", "li2o001-li2o001-tasker2") == 0
    assert "polar: model 'tasker2'" in capsys.readouterr().out
