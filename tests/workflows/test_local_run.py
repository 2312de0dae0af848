"""Runs on this machine: what happens beside the first calculation. Whole runs are tested elsewhere."""

from __future__ import annotations

import importlib
import os
from types import SimpleNamespace
from typing import Any

import pytest

from wadflow.workflows import local_run


@pytest.mark.parametrize(("cores", "beside"), [({0, 1, 2}, ["imported", "calculated"]), ({0, 1}, [])])
def test_jobflow_is_imported_beside_a_calculation_only_where_its_ranks_leave_a_core(
    cores: set[int], beside: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[str] = []
    planned: Any = SimpleNamespace(outcome=None, key="k", calculation=None)
    plan: Any = SimpleNamespace(calculations=[planned])
    execution: Any = SimpleNamespace(ranks=2)
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: cores)
    monkeypatch.setattr(local_run, "choose_ranks", lambda _, wanted: wanted)
    monkeypatch.setattr(local_run, "obtain", lambda *_: done.append("calculated"))
    monkeypatch.setattr(importlib, "import_module", lambda _: done.append("imported"))
    local_run._import_flow_beside(plan, execution)
    assert sorted(done) == sorted(beside)


def test_what_fails_beside_the_import_is_raised(monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(*_: object) -> None:
        raise RuntimeError("the engine broke")

    planned: Any = SimpleNamespace(outcome=None, key="k", calculation=None)
    plan: Any = SimpleNamespace(calculations=[planned])
    execution: Any = SimpleNamespace(ranks=1)
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0, 1})
    monkeypatch.setattr(local_run, "choose_ranks", lambda _, wanted: wanted)
    monkeypatch.setattr(local_run, "obtain", failing)
    monkeypatch.setattr(importlib, "import_module", lambda _: None)
    with pytest.raises(RuntimeError, match="the engine broke"):
        local_run._import_flow_beside(plan, execution)
