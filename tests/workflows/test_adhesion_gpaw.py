"""The whole walk with real GPAW at smoke settings: from the command line to a document and back.

One run fills an archive for the session (fixture ``smoke_run`` of all tests); the tests look at it, break it
in copies, and start runs beside it.
"""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING, Any

import pytest
from gpaw_runs import NAME, Finished, finish, kill_everything, run, start_run

from wadflow.results.documents import AdhesionDocument
from wadflow.workflows.archive import Archive
from wadflow.workflows.ionic_steps import IonicStepFile
from wadflow.workflows.launch import read_outcome
from wadflow.workflows.local_slurm import wait_until
from wadflow.workflows.outcome import STEPS_FILE
from wadflow.workflows.preparation import prepare_calculation

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.gpaw

SAME = 1e-3
"""J/m2: what the issue of a restarted self-consistent field may change; 5e-4 eV in this cell."""


def test_a_run_gives_a_document_that_says_what_it_is(smoke_run: Finished) -> None:
    document = AdhesionDocument.model_validate(smoke_run.document)
    assert document.name == NAME
    assert not document.production
    assert any("smoke" in warning for warning in document.warnings)
    assert document.n_interfaces == 1
    assert document.work_of_adhesion_relaxed is not None
    # Coarse, but lithium binds to lithium: an order of magnitude that a wrong sign, a factor of
    # two or a missing unit factor would miss.
    assert -1.4 < document.work_of_adhesion_relaxed < -0.6
    assert -1.4 < document.work_of_adhesion_rigid < -0.6
    assert document.ab.n_ionic_steps > 1, "nothing was relaxed"
    assert document.ab.paw[0].symbol == "Li"
    assert document.source is not None
    assert document.source.work_of_adhesion == -1.01


def test_equal_slabs_are_computed_once(smoke_run: Finished) -> None:
    document = smoke_run.document
    assert document["a"]["key"] == document["b"]["key"]
    assert smoke_run.engines_started == 3  # the bulk, AB, and A that is B too


def test_the_same_run_again_starts_nothing_and_says_the_same(
    smoke_archive: Path, smoke_run: Finished
) -> None:
    again = run(smoke_archive)
    assert again.engines_started == 0
    for name in ("work_of_adhesion_rigid", "work_of_adhesion_relaxed", "area"):
        assert again.document[name] == smoke_run.document[name]
    assert all(again.document[role]["from_archive"] for role in ("ab", "a", "b"))


def test_a_flipped_byte_is_said_and_that_calculation_done_again(
    own_archive: Path, smoke_run: Finished
) -> None:
    archive = Archive(own_archive)
    entry = archive.find(smoke_run.document["a"]["key"])
    assert entry is not None
    file = entry.file("result.json")
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(bytes(content))
    again = run(own_archive)
    assert "damaged" in again.said
    assert again.engines_started == 1
    difference = again.document["work_of_adhesion_relaxed"] - smoke_run.document["work_of_adhesion_relaxed"]
    assert abs(difference) < SAME
    assert archive.find(entry.key) is not None


def test_killed_in_the_middle_it_goes_on_where_it_was(own_archive: Path, smoke_run: Finished) -> None:
    document = smoke_run.document
    shutil.rmtree(own_archive / "entries" / document["ab"]["key"][:2] / document["ab"]["key"])
    archive = Archive(own_archive)
    before = {entry.key: entry.manifest.created for entry in archive.entries()}
    assert len(before) == 2
    killed = start_run(own_archive)
    steps_file = own_archive / "working" / document["ab"]["key"] / STEPS_FILE
    recorded = wait_until(
        lambda: IonicStepFile(steps_file).read(), "the first ionic step of AB", 300, every=0.05
    )
    kill_everything(killed)
    recorded = IonicStepFile(steps_file).read()
    assert 1 <= len(recorded) < document["ab"]["n_ionic_steps"], "killed too late to show anything"
    assert archive.find(document["ab"]["key"]) is None

    resumed = run(own_archive)
    after = {entry.key: entry.manifest.created for entry in archive.entries()}
    assert {key: after[key] for key in before} == before, "something finished was done again"
    assert resumed.engines_started == 1
    assert f"goes on after ionic step {len(recorded)}" in resumed.said
    entry = archive.find(document["ab"]["key"])
    assert entry is not None
    outcome = read_outcome(entry)
    assert outcome.resumed_steps == len(recorded)
    assert outcome.n_ionic_steps == document["ab"]["n_ionic_steps"]
    for name in ("work_of_adhesion_rigid", "work_of_adhesion_relaxed"):
        assert abs(resumed.document[name] - document[name]) < SAME


def test_two_runs_at_the_same_moment_share_every_calculation(own_archive: Path, smoke_run: Finished) -> None:
    for role in ("ab", "a"):
        key = smoke_run.document[role]["key"]
        shutil.rmtree(own_archive / "entries" / key[:2] / key)
    both = [start_run(own_archive), start_run(own_archive)]
    first, second = (finish(process) for process in both)
    assert (first.code, second.code) == (0, 0), first.said + second.said
    assert first.engines_started + second.engines_started == 2
    assert first.document["work_of_adhesion_relaxed"] == second.document["work_of_adhesion_relaxed"]
    assert not list((own_archive / "working").iterdir())


def test_a_calculation_that_fails_says_why_and_where(tmp_path: Path) -> None:
    """Other PAW files than those that were planned: GPAW's own data are swapped underneath."""
    from ase.build import bulk

    from wadflow.errors import CalculationError
    from wadflow.workflows.execution import Execution
    from wadflow.workflows.launch import obtain
    from wadflow.workflows.protocol import load_protocol

    calculation = prepare_calculation(bulk("Li"), load_protocol("smoke"), label="Li bulk", task="static")
    forged = calculation.electrons.paw[0].model_copy(update={"fingerprint": "0" * 32})
    calculation = calculation.model_copy(
        update={"electrons": calculation.electrons.model_copy(update={"paw": (forged,)})}
    )
    execution = Execution.from_environment(archive=tmp_path / "archive", ranks=1)
    with pytest.raises(CalculationError, match=r"(?s)Li bulk.*PAW data set.*Directory:.*Remedy:"):
        obtain(calculation, execution)
    assert execution.archive.keys() == []
    assert execution.archive.owner(calculation.key) is None, "the claim was not given back"


def test_the_archive_exports_an_ase_database(
    smoke_archive: Path, smoke_run: Finished, tmp_path: Path
) -> None:
    import ase.db

    file = tmp_path / "results.db"
    Archive(smoke_archive).export(file)
    with ase.db.connect(file) as database:
        rows = {row.key: row for row in database.select()}
    document: dict[str, Any] = smoke_run.document
    assert set(rows) == {document[role]["key"] for role in ("ab", "a")} | {
        record["key"] for record in document["bulk"]
    }
    assert rows[document["ab"]["key"]].energy == document["ab"]["final_energy"]
    assert json.loads(smoke_run.answer)[0]["ab"]["n_atoms"] == rows[document["ab"]["key"]].natoms
