"""Studies through jobflow-remote, real Slurm and a database: from submit to collect, and what goes wrong.

The calculations are rehearsals: what is tested is the way, not physics.
"""

from __future__ import annotations

import json
import subprocess
import time
from typing import TYPE_CHECKING

import pytest

from wadflow.workflows.archive import Archive
from wadflow.workflows.local_slurm import wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from wadflow.workflows.queue_trial import TrialQueue

pytestmark = pytest.mark.queue

WITH_SERIES = """\
name = "li110-series"
title = "Li(110) on Li(110), and with fewer planes"
series = [[2, 2]]
[lower]
crystal = "Li"
miller = [1, 1, 0]
planes = 4
[upper]
crystal = "Li"
miller = [1, 1, 0]
planes = 4
[contact]
registry = "bulk"
"""


def records(document: dict[str, object]) -> dict[str, bool]:
    """Return whether each calculation of a document was found, by key."""
    found = {}
    for role in ("ab", "a", "b"):
        record = document[role]
        assert isinstance(record, dict)
        found[str(record["key"])] = bool(record["from_archive"])
    return found


def test_two_studies_share_what_they_can_and_survive_the_loss_of_the_database(queue: TrialQueue) -> None:
    queue.init()
    definition = queue.folder / "series.toml"
    definition.write_text(WITH_SERIES)
    rehearsal = ("-p", "rehearsal", "--archive")
    submitted = queue.wadflow("submit", "li110-li110", definition, *rehearsal, "workers")
    assert "li110-li110: submitted to project trial" in submitted
    assert "li110-series: submitted to project trial" in submitted
    queue.start_runner()
    wait_until(
        lambda: any(one.progress.get("done") for one in queue.status()), "a finished job", 120, every=1.0
    )
    queue.database.stop()
    time.sleep(3)
    assert "does not answer" in queue.wadflow("status", code=2)
    queue.database.start()
    studies = queue.wait()
    assert [one.state for one in studies] == ["COMPLETED", "COMPLETED"], studies
    assert "finished" in queue.wadflow("status", "li110-series")

    collected = queue.wadflow("collect", "--archive", "mine")
    assert "li110-li110: 3 calculations taken, 0 known; document li110-li110.rehearsal" in collected
    assert "li110-series: 2 calculations taken, 3 known; document li110-series.rehearsal" in collected
    assert "li110-li110: 0 calculations taken, 3 known" in queue.wadflow("collect", "--archive", "mine")
    mine = Archive(queue.folder / "mine")
    documents = {
        name: json.loads(mine.document_path(f"{name}.rehearsal").read_text())
        for name in ("li110-li110", "li110-series")
    }
    assert documents["li110-series"]["thickness_series"] is not None
    shared = records(documents["li110-li110"])
    assert shared.keys() == records(documents["li110-series"]).keys()
    for key, found in shared.items():
        assert found is not records(documents["li110-series"])[key], (
            "it was computed once, for one of the two"
        )
    assert len(list(Archive(queue.folder / "workers").entries())) == len(list(mine.entries())) == 5

    (local,) = json.loads(queue.wadflow("run", "li110-li110", *rehearsal, "local", "--json"))
    for value in ("work_of_adhesion_rigid", "work_of_adhesion_relaxed"):
        assert documents["li110-li110"][value] == pytest.approx(local[value], abs=1e-6)
    (again,) = json.loads(queue.wadflow("run", "li110-li110", *rehearsal, "mine", "--json"))
    assert all(records(again).values()), "what was collected answers a local run"


def hidden_gpaw(folder: Path) -> str:
    """Return shell words that let Python find no GPAW."""
    package = folder / "hiding" / "gpaw"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text(
        "raise ModuleNotFoundError(\"No module named 'gpaw'\", name='gpaw')\n"
    )
    return f"export PYTHONPATH={package.parent}"


@pytest.fixture
def full_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system with room for a few files only."""
    place = tmp_path / "full"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=32k", "tmpfs", str(place)]
    done = subprocess.run(mount, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        pytest.skip(f"no file system can be mounted here: {done.stderr.strip()}")
    yield place
    subprocess.run(["umount", "-l", str(place)], check=True)


def test_a_full_disk_is_said_with_its_remedy(queue: TrialQueue, full_disk: Path) -> None:
    queue.init()
    full = ("--remote-archive", full_disk / "archive")
    queue.wadflow("submit", "li110-li110", "-p", "rehearsal", "--archive", "mine", *full)
    (full_disk / "ballast").write_bytes(b"x" * 24 * 1024)
    queue.start_runner()
    wait_until(lambda: all(one.troubles for one in queue.status()), "trouble", 120, every=1.0)
    (study,) = queue.status()
    (trouble,) = study.troubles
    assert "No space left" in trouble.reason or "disk of the worker is full" in trouble.reason
    assert "job rerun" in trouble.remedy


def test_failures_are_said_with_their_remedy(queue: TrialQueue) -> None:
    queue.init(f"{queue.activate}; {hidden_gpaw(queue.folder)}")
    queue.wadflow("submit", "li110-li110", "-p", "rehearsal", "--archive", "workers")
    other = ("--partition", "no-such-partition")
    definition = queue.folder / "series.toml"
    definition.write_text(WITH_SERIES)
    queue.wadflow("submit", definition, "-p", "rehearsal", "--archive", "workers", *other)
    queue.start_runner()
    wait_until(lambda: all(one.troubles for one in queue.status()), "two troubles", 120, every=1.0)
    lost, refused = queue.status()
    assert lost.state == "FAILED"
    text = " ".join(queue.wadflow("status").split())
    assert "the worker's Python lacks gpaw" in text
    assert "activate the environment of wadflow in the worker's pre_run" in text
    assert "the queue refused the job: invalid partition" in text
    assert "with the site's own --partition" in text
    assert "jf -p trial job rerun" in text
    assert refused.state != "COMPLETED"


def test_what_cannot_work_is_refused_before_it_is_submitted(queue: TrialQueue) -> None:
    queue.init()
    words = ("submit", "li110-li110", "-p", "rehearsal")
    assert "has no worker 'elsewhere'" in queue.wadflow(*words, "--worker", "elsewhere", code=2)
    assert "known in" in queue.wadflow(*words, "--project", "unknown", code=2)
    assert "--max-time 'long' is no walltime" in queue.wadflow(*words, "--max-time", "long", code=2)
    assert "already exists" in queue.wadflow(
        *("queue", "init", "--name", "trial", "--scheduler", "slurm", "--work-dir", "/x"),
        *("--environment", "true", "--mongodb", queue.database.address),
        code=2,
    )
    assert queue.status() == []
    assert "Nothing was submitted" in queue.wadflow("status")
    assert "li110-li110: not submitted to this project" in queue.wadflow("status", "li110-li110", code=2)
    assert "is no absolute directory" in queue.wadflow(*words, "--remote-archive", "here", code=2)
    assert "cannot be a partition" in queue.wadflow(*words, "--partition", "a; b", code=2)
    assert "--max-time '00:02' is too short" in queue.wadflow(*words, "--max-time", "00:02", code=2)
    assert "No runner is at work" in queue.wadflow(*words, "--archive", "workers")
    assert "No runner is at work" in queue.wadflow("status")


QUICK_GPAW = """\
name = "{name}"
description = "A few seconds of GPAW: proves the path, and its numbers mean nothing."
based_on = "smoke"
[electrons]
kpoint_density = 1.0
bulk_kpoint_density = 1.2
bulk_cutoff = 250.0
[convergence]
density = {density}
[slab]
vacuum = 5.0
"""
TWO_PLANES = WITH_SERIES.replace("series = [[2, 2]]\n", "").replace("planes = 4", "planes = 2")


@pytest.mark.gpaw
def test_gpaw_in_the_queue_says_what_it_says_here(queue: TrialQueue) -> None:
    queue.init()
    definition = queue.folder / "thin.toml"
    definition.write_text(TWO_PLANES.replace("li110-series", "thin"))
    quick, endless = queue.folder / "quick.toml", queue.folder / "endless.toml"
    quick.write_text(QUICK_GPAW.format(name="quick", density=5e-4))
    # Numbers of 16 digits cannot come as near to each other: GPAW ends after its 333 iterations.
    endless.write_text(QUICK_GPAW.format(name="endless", density=1e-18))
    for protocol in (quick, endless):
        queue.wadflow("submit", definition, "-p", protocol, "--archive", "workers", "--max-ranks", "1")
    queue.start_runner()
    ended = ("COMPLETED", "FAILED")
    wait_until(lambda: all(one.state in ended for one in queue.status()), "two ends", 300, every=1.0)
    assert [one.state for one in queue.status()] == list(ended)
    text = " ".join(queue.wadflow("status").split())
    assert "the self-consistent field does not converge" in text
    assert "gpaw.txt" in text

    queue.wadflow("collect", "--archive", "mine")
    collected = json.loads(Archive(queue.folder / "mine").document_path("thin.quick").read_text())
    (local,) = json.loads(queue.wadflow("run", definition, "-p", quick, "--archive", "local", "--json"))
    for value in ("work_of_adhesion_rigid", "work_of_adhesion_relaxed"):
        assert collected[value] == pytest.approx(local[value], abs=1e-4)  # J/m2
    assert records(collected).keys() == records(local).keys()
    assert collected["ab"]["paw"] == local["ab"]["paw"]
