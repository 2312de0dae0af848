"""The archive under real processes: killed at every step, and many at the same key."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any

import pytest

from wadflow.workflows.archive import Archive, DamagedEntry

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable
    from pathlib import Path

    Worker = Callable[..., subprocess.Popen[str]]

KEY = "3f" * 32


def lines(process: subprocess.Popen[str]) -> list[dict[str, Any]]:
    """Wait for the end of a process and return what it said."""
    output, _ = process.communicate()
    assert process.returncode == 0
    return [json.loads(line) for line in output.splitlines()]


def hear(process: subprocess.Popen[str]) -> Any:
    """Return the next thing that a process says."""
    assert process.stdout is not None
    return json.loads(process.stdout.readline())


def test_killed_at_every_step_of_claim_compute_store_release(tmp_path: Path, worker: Worker) -> None:
    *deaths, survival = lines(worker("kill-at-each-step", tmp_path))
    assert not survival["killed"]
    assert all(death["killed"] for death in deaths)
    states = {(death["scratch"], death["found"]) for death in deaths}
    # Before the scratch was written, before the entry was in place, after it (scratch being removed)
    assert states >= {(False, False), (True, False), (True, True), (False, True)}
    for death in deaths:
        assert death["damages"] == [], death
        assert death["whole_after"], death
        assert death["owner_after"] == "None", death
        assert death["claimed_after"] != death["found"], death
    first_scratch = next(death["step"] for death in deaths if death["scratch"])
    first_entry = next(death["step"] for death in deaths if death["found"])
    assert all(death["scratch"] for death in deaths if first_scratch <= death["step"] < first_entry)
    assert first_entry - first_scratch > 10, "too few of the steps of store were tried"


@pytest.mark.parametrize(("number", "seconds"), [(1, 0.0), (2, 0.003), (3, 0.011), (7, 0.0013)])
def test_killed_without_warning(tmp_path: Path, worker: Worker, number: int, seconds: float) -> None:
    process = worker("store-forever", tmp_path)
    said = {hear(process) for _ in range(number)}
    time.sleep(seconds)
    process.kill()
    process.wait()
    damages: list[DamagedEntry] = []
    archive = Archive(tmp_path, on_damage=damages.append)
    report = archive.verify()
    assert set(report.valid) >= said, "what was said to be stored is there"
    assert report.ok
    assert report.foreign == ()
    assert damages == []


def test_many_processes_compute_each_calculation_once(tmp_path: Path, worker: Worker) -> None:
    keys = [f"{number:064x}" for number in range(4)]
    processes = [worker("compute", tmp_path, 0.15, *keys) for _ in range(3)]
    said = [line for process in processes for line in lines(process)]
    for key in keys:
        ends = [line for line in said if line["key"] == key and "energy" in line]
        assert len(ends) == 3
        assert sum(line["how"] == "computed" for line in ends) == 1
        assert len({line["energy"] for line in ends}) == 1
    assert sum(line["how"] == "computing" for line in said) == len(keys)
    assert Archive(tmp_path).keys() == keys


def test_killed_owner_is_succeeded_by_one_who_finds_its_scratch(tmp_path: Path, worker: Worker) -> None:
    owner = worker("compute", tmp_path, 600, KEY)
    assert hear(owner)["how"] == "computing"
    waiting = [worker("compute", tmp_path, 0.1, KEY) for _ in range(2)]
    owner.kill()
    said = [line for process in waiting for line in lines(process)]
    assert sorted(line["how"] for line in said) == ["computed", "computing", "waited"]
    (successor,) = (line for line in said if line["how"] == "computing")
    assert successor["found"] == ["checkpoint"]
