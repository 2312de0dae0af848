"""All figures of a report as SVG; where there are many, drawn by several processes."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Final

from wadflow.results.report.svg import themed_svg

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.figure import Figure

FEW: Final = 10
"""Figures for which one process is as quick."""

_figures: list[tuple[Figure, str]] = []  # of a worker process only


def themed_svgs(figures: Sequence[tuple[Figure, str]]) -> list[str]:
    """Return figures as SVG elements, on all cores of this process.

    Workers are forked, which costs nothing and copies no figure; on systems where forking is no good (macOS,
    Windows) one process draws all.

    Parameters
    ----------
    figures : sequence of (Figure, str)
        Each with the prefix of the names inside of it, see `themed_svg`.
    """
    cores = len(os.sched_getaffinity(0)) if sys.platform == "linux" else 1
    if cores == 1 or len(figures) <= FEW:
        return [themed_svg(figure, prefix) for figure, prefix in figures]
    from multiprocessing import get_context

    with get_context("fork").Pool(cores, initializer=_figures.extend, initargs=(figures,)) as pool:
        return pool.map(_draw, range(len(figures)), chunksize=1)


def _draw(place: int) -> str:
    return themed_svg(*_figures[place])
