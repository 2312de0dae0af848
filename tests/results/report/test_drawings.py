"""Figures of a report come out the same from several processes as from one."""

from __future__ import annotations

import os
import sys

import pytest
from matplotlib.figure import Figure

from wadflow.results.report.drawings import FEW, themed_svgs
from wadflow.results.report.svg import themed_svg


def figures(count: int) -> list[tuple[Figure, str]]:
    made = [(Figure(figsize=(2.0, 1.0)), f"figure-{number}") for number in range(count)]
    for number, (figure, _) in enumerate(made):
        figure.add_subplot().plot([0.0, 1.0], [0.0, float(number)])
    return made


@pytest.mark.skipif(sys.platform != "linux", reason="one process draws all where forking is no good")
def test_several_processes_draw_what_one_draws_in_its_order(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _process: {0, 1})
    made = figures(FEW + 2)
    assert themed_svgs(made) == [themed_svg(figure, prefix) for figure, prefix in figures(FEW + 2)]


def test_a_figure_that_cannot_be_drawn_is_an_error_of_the_report(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _process: {0, 1}, raising=False)
    made = figures(FEW + 2)
    made[3][0].text(0.5, 0.5, r"$\nonsense$")
    with pytest.raises(ValueError, match="nonsense"):
        themed_svgs(made)
