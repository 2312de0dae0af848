"""Pictures of works of adhesion: all of them as bars, and what relaxation did to one.

Functions take documents and return matplotlib figures; units are on the axes. matplotlib is imported
only when something is drawn, and its global state (pyplot) is left alone.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from wadflow.errors import InputError
from wadflow.results.adhesion import EV_PER_ANGSTROM2
from wadflow.results.figure_style import (
    BLUE,
    GREY,
    INK,
    MUTED,
    SIDES,
    SMALL,
    VERMILION,
    WORK,
    formula_text,
    number_text,
    one_panel,
    plain,
    styled,
)
from wadflow.results.plane_order import plane_heights
from wadflow.results.sentences import planes_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from wadflow.results.documents import AdhesionDocument

BAR: Final = 0.36  # height of a bar; two stand beside each other in a row of height 1
ROW: Final = 0.62  # inch a row
HATCH: Final = "////"  # of a number that is not converged
ROOM: Final = 0.16  # of the longest bar, beyond it: for its number


@styled
def draw_work_chart(documents: Sequence[AdhesionDocument]) -> Figure:
    """Draw rigid and relaxed works of adhesion of several interfaces beside the source's.

    A relaxed bar whose calculations did not all converge is hatched. The thin line on a rigid bar spans
    the rigid values at other plane counts, where there is a series.

    Parameters
    ----------
    documents : sequence of AdhesionDocument
        Drawn from top to bottom.

    Returns
    -------
    Figure
        To be saved with ``figure.savefig(path, dpi=200)``.

    Raises
    ------
    InputError
        There is no document.
    """
    from matplotlib.figure import Figure

    if not documents:
        problem = "there is no work of adhesion to draw"
        raise InputError(problem, remedy="run an interface first: wadflow run li110-li110")
    figure = Figure(figsize=(7.2, 1.25 + ROW * len(documents)), layout="constrained")
    axes = figure.add_subplot()
    for row, document in enumerate(documents):
        _draw_row(axes, row, document)
    longest = max(abs(value) for document in documents for value in _values(document))
    lowest = min(0.0, *(value for document in documents for value in _values(document)))
    highest = max(0.0, *(value for document in documents for value in _values(document)))
    room = ROOM * longest
    axes.set_xlim(lowest - room, highest + (room if highest > 0 else 0.02 * longest))
    axes.set_ylim(len(documents) - 0.4, -0.6)
    labels = [_label(document) for document in documents]
    axes.set_yticks(range(len(documents)), labels)
    axes.tick_params(axis="y", length=0)
    axes.axvline(0.0, color=INK, linewidth=0.9)
    axes.set_xlabel(f"{WORK}, negative = bound")
    plain(axes, grid="x")
    axes.spines["left"].set_visible(False)
    figure.legend(handles=_legend(documents), loc="outside upper left", ncols=4)
    return figure


def _values(document: AdhesionDocument) -> list[float]:
    """All numbers of a document that the chart shows, J/m2."""
    values = [document.work_of_adhesion_rigid]
    if document.work_of_adhesion_relaxed is not None:
        values.append(document.work_of_adhesion_relaxed)
    if document.thickness_series is not None:
        values += [point.work_of_adhesion for point in document.thickness_series.points]
    if document.source is not None:
        values.append(document.source.work_of_adhesion)
    return values


def _label(document: AdhesionDocument) -> str:
    planes = formula_text(planes_text(document.lower, document.upper))
    text = f"{formula_text(document.title)}\nplanes: {planes}; {document.protocol}"
    return text if document.production else f"{text}: proves the path only"


def _draw_row(axes: Axes, row: int, document: AdhesionDocument) -> None:
    rigid, relaxed = document.work_of_adhesion_rigid, document.work_of_adhesion_relaxed
    upper, lower = row - BAR / 2 - 0.02, row + BAR / 2 + 0.02
    axes.barh(upper, rigid, height=BAR, color=BLUE)
    series = document.thickness_series
    end = rigid
    if series is not None:
        works = [point.work_of_adhesion for point in series.points]
        end = min(rigid, *works)
        axes.plot([min(works), max(works)], [upper, upper], "|-", color=INK, linewidth=0.9, markersize=7)
    _write(axes, end, upper, rigid)
    if relaxed is not None:
        bars = axes.barh(lower, relaxed, height=BAR, color=VERMILION)
        text = ""
        if not document.converged:
            bars.patches[0].set(facecolor="none", edgecolor=VERMILION, hatch=HATCH, linewidth=1.0)
            text = "  not converged"
        _write(axes, relaxed, lower, relaxed, text)
    if document.source is not None:
        axes.plot(document.source.work_of_adhesion, row, "D", color=INK, markersize=5)


def _write(axes: Axes, end: float, height: float, value: float, more: str = "") -> None:
    """Write a number beyond the end of its bar."""
    outward = -1 if end <= 0 else 1
    axes.annotate(
        number_text(value) + more,
        (end, height),
        xytext=(6 * outward, 0),
        textcoords="offset points",
        ha="right" if outward < 0 else "left",
        va="center",
        fontsize=SMALL,
    )


def _legend(documents: Sequence[AdhesionDocument]) -> list[object]:
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    handles: list[object] = [Patch(color=BLUE, label="rigid")]
    if any(document.work_of_adhesion_relaxed is not None for document in documents):
        handles.append(Patch(color=VERMILION, label="relaxed"))
    if any(document.source is not None for document in documents):
        label = "source (settings unknown)"
        handles.append(Line2D([], [], color=INK, marker="D", markersize=5, linestyle="none", label=label))
    if any(document.thickness_series is not None for document in documents):
        label = "rigid at other plane counts"
        handles.append(Line2D([], [], color=INK, marker="|", markersize=7, linewidth=0.9, label=label))
    return handles


@styled
def draw_relaxation(document: AdhesionDocument) -> Figure:
    """Draw how the rigid work of adhesion becomes the relaxed one, part by part.

    Raises
    ------
    InputError
        The document has no relaxation.
    """
    relaxed, ab = document.work_of_adhesion_relaxed, document.relaxation_ab
    a, b = document.relaxation_a, document.relaxation_b
    if relaxed is None or ab is None or a is None or b is None:
        problem = f"'{document.name}' was not relaxed"
        raise InputError(problem, remedy="run it with a protocol that relaxes, for example standard")
    rigid = document.work_of_adhesion_rigid
    steps = [
        ("rigid", rigid, 0.0),
        ("+ relaxation\nof AB", ab, rigid),
        ("\u2212 relaxation\nof A", -a, rigid + ab),
    ]
    steps += [("\u2212 relaxation\nof B", -b, rigid + ab - a), ("relaxed", relaxed, 0.0)]
    figure, axes = one_panel()
    colours = (BLUE, GREY, GREY, GREY, VERMILION)
    for place, ((_, change, start), colour) in enumerate(zip(steps, colours, strict=True)):
        axes.bar(place, change, bottom=start, width=0.62, color=colour)
        number = number_text(change, 3, signed=place not in (0, 4))
        low = min(start, start + change)
        axes.annotate(
            number,
            (place, low),
            xytext=(0, -3),
            textcoords="offset points",
            ha="center",
            va="top",
            fontsize=SMALL,
        )
        if place < 3:
            level = start + change
            axes.plot([place + 0.31, place + 0.69], [level, level], color=MUTED, linewidth=0.8)
    axes.plot([3.31, 3.69], [relaxed, relaxed], color=MUTED, linewidth=0.8)
    axes.axhline(0.0, color=INK, linewidth=0.9)
    axes.set_xticks(range(5), [name for name, _, _ in steps])
    axes.tick_params(axis="x", length=0)
    levels = [0.0, rigid, rigid + ab, rigid + ab - a, relaxed]
    reach = max(levels) - min(levels)
    axes.set_ylim(min(levels) - 0.12 * reach, max(levels) + 0.04 * reach)
    axes.set_ylabel(WORK)
    axes.set_title(formula_text(document.title))
    plain(axes, grid="y")
    axes.spines["bottom"].set_visible(False)
    return figure


@styled
def draw_course(document: AdhesionDocument) -> Figure:
    """Draw how the slabs came to rest: distance in energy from the last ionic step, and largest force.

    Energies are per area of the interface, so that their distance from the end compares with the work of
    adhesion. The last step stands in the lower panel only; steps at the coarse mesh of an approach, which
    come after the first, are not kept.

    Raises
    ------
    InputError
        The document does not hold the ionic steps of its relaxations.
    """
    from matplotlib.figure import Figure
    from matplotlib.ticker import LogLocator, MaxNLocator

    slabs = [("AB", document.ab), ("A", document.a), ("B", document.b)]
    if document.a.key == document.b.key:
        slabs = [("AB", document.ab), ("A and B", document.a)]
    if all(record.course is None for _, record in slabs):
        problem = f"'{document.name}' does not hold the ionic steps of its relaxations"
        raise InputError(problem, remedy="run it with a protocol that relaxes, and with this version")
    figure = Figure(figsize=(5.0, 4.2))
    upper, lower = figure.add_axes((0.2, 0.58, 0.77, 0.34)), figure.add_axes((0.2, 0.19, 0.77, 0.34))
    for (label, record), marker, colour in zip(slabs, ("o", "s", "D"), (INK, *SIDES), strict=False):
        if record.course is None:
            continue
        energies, forces = np.array(record.course).T
        above = np.abs(energies - energies[-1])[:-1] / document.area * EV_PER_ANGSTROM2
        steps = np.arange(1, len(energies) + 1)
        look: dict[str, Any] = {"color": colour, "marker": marker, "markersize": 4.0, "linewidth": 1.0}
        upper.plot(steps[:-1], above, **look)
        lower.plot(steps, forces, label=f"{label}, {record.n_ionic_steps} steps", **look)
    for axes in (upper, lower):
        axes.set_yscale("log")
        axes.yaxis.set_minor_locator(LogLocator(subs=(2.0, 5.0)))
        plain(axes, grid="y")
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    upper.sharex(lower)
    upper.tick_params(labelbottom=False)
    upper.set_ylabel("|energy \u2212 last|\n(J/m²)")
    upper.set_title(formula_text(document.title))
    lower.set_ylabel("largest force\n(eV/Å)")
    lower.set_xlabel("ionic step")
    figure.legend(loc="lower center", ncols=3, columnspacing=1.2, handletextpad=0.4)
    return figure


@styled
def draw_spacings(document: AdhesionDocument) -> Figure:
    """Draw the distances of neighbouring planes after relaxation: in contact, and in the free slabs.

    Where both agree, contact changed nothing there; a free polar slab that closed its dipole by moving
    its planes shows large differences. A distance below zero says that two planes changed places.

    Raises
    ------
    InputError
        The document holds no relaxed structures with their planes.
    """
    structures = document.relaxed_structures
    heights: dict[str, dict[int, float]] = {
        role: plane_heights(record) for role, record in structures.items() if record.plane is not None
    }
    if set(heights) != {"AB", "A", "B"}:
        problem = f"'{document.name}' holds no relaxed structures of AB, A and B with their planes"
        raise InputError(problem, remedy="run it again with this version")
    figure, axes = one_panel(height=3.5, below=1.05)
    for role, label, marker, colour in (
        ("AB", "in contact (AB)", "o", INK),
        ("A", f"free lower slab (A), {formula_text(document.lower.name)}", "s", BLUE),
        ("B", f"free upper slab (B), {formula_text(document.upper.name)}", "D", VERMILION),
    ):
        planes = sorted(heights[role])
        pairs = [(one, two) for one, two in pairwise(planes) if two == one + 1]
        places = [(one + two) / 2 + 1 for one, two in pairs]
        distances = [heights[role][two] - heights[role][one] for one, two in pairs]
        face = "none" if role == "AB" else colour
        axes.plot(
            places,
            distances,
            marker,
            color=colour,
            markerfacecolor=face,
            markersize=7 if role == "AB" else 4.5,
            label=label,
        )
    contact = max(heights["A"]) + 1.5
    axes.axvline(contact, color=MUTED, linewidth=0.8, linestyle=(0, (4, 3)))
    axes.annotate(
        "contact",
        (contact, 1.0),
        xycoords=("data", "axes fraction"),
        xytext=(3, -2),
        textcoords="offset points",
        va="top",
        fontsize=SMALL,
        color=MUTED,
    )
    low, high = axes.get_ylim()
    axes.set_ylim(min(0.0, low), high + 0.12 * (high - min(0.0, low)))
    axes.axhline(0.0, color=INK, linewidth=0.9)
    count = max(heights["AB"]) + 1
    axes.set_xticks(range(1, count + 1))
    axes.set_xlabel("plane, in the order of the cut")
    axes.set_ylabel("distance to the next plane (Å)")
    axes.set_title(formula_text(document.title))
    plain(axes, grid="y")
    figure.legend(loc="lower center", ncols=2, columnspacing=1.2, handletextpad=0.2)
    return figure
