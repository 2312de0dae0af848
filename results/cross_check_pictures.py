"""Picture of the cross-checks: signed differences with their uncertainties, one panel a quantity.

matplotlib is imported only when something is drawn, and its global state (pyplot) is left alone.
"""

from __future__ import annotations

from itertools import cycle
from math import ceil
from typing import TYPE_CHECKING, Final

from wadflow.errors import InputError
from wadflow.results.cross_check import GEOMETRY
from wadflow.results.figure_style import INK, LINE, SERIES, SMALL, formula_text, styled

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.lines import Line2D

    from wadflow.results.cross_check import CrossCheck

ROW: Final = 0.2  # inch a subject
WIDTH: Final = 7.0  # inch
LABELS: Final = 2.35  # inch to the left of the panels, for the subjects

MARKERS: Final = {"experiment": "o", "published calculation": "s", "source": "D", "identity": "^"}
COLUMNS: Final = 3  # of the legend
LEGEND_LINE: Final = 0.17  # inch of the legend
TOP: Final = 0.72  # inch above the first panel, without the legend
PAGE: Final = 8.0  # inch of panels in a figure that a page holds
BETWEEN: Final = 0.72  # inch between panels: ticks, unit and the next title


@styled
def draw_cross_checks(
    checks: Sequence[CrossCheck], title: str = "Computed against experiment and other calculations"
) -> Figure:
    """Draw signed differences, computed minus counterpart, with the combined uncertainty as error bars.

    One panel a quantity, with its unit on the axis; where a panel has several units (lengths, angles and
    volumes of lattices) the differences are relative. A point without a bar has no given uncertainty.

    Parameters
    ----------
    checks : sequence of CrossCheck
        What to show, in their order.
    title : str
        Title of the figure.

    Returns
    -------
    Figure
        To be saved with ``figure.savefig(path, dpi=200)``.

    Raises
    ------
    InputError
        There is nothing to draw.
    """
    from matplotlib.figure import Figure

    if not checks:
        problem = "there is no cross-check to draw"
        raise InputError(problem, remedy="give documents with computed numbers that have a counterpart")
    groups = _groups(checks)
    rows = {name: list(dict.fromkeys(_row(one) for one in group)) for name, group in groups.items()}
    heights = {name: ROW * (len(subjects) + 0.6) for name, subjects in rows.items()}
    colours = dict(zip(_methods(checks), cycle(SERIES), strict=False))
    handles = _handles(checks, colours)
    above = TOP + LEGEND_LINE * ceil(len(handles) / COLUMNS)
    height = above + sum(heights.values()) + BETWEEN * len(groups)
    figure = Figure(figsize=(WIDTH, height))
    top = height - above
    for name, group in groups.items():
        bottom = top - heights[name]
        axes = figure.add_axes(
            (LABELS / WIDTH, bottom / height, (WIDTH - LABELS - 0.25) / WIDTH, heights[name] / height)
        )
        _panel(axes, name, group, rows[name], colours)
        top = bottom - BETWEEN
    figure.text(0.02, 1 - 0.12 / height, title, ha="left", va="top", fontsize=11)
    figure.legend(
        handles=handles,
        loc="upper left",
        bbox_to_anchor=(0.012, 1 - 0.36 / height),
        ncols=COLUMNS,
        frameon=False,
        fontsize=SMALL - 0.5,
        handletextpad=0.2,
        columnspacing=1.2,
        borderaxespad=0.0,
    )
    return figure


def pages_of_cross_checks(checks: Sequence[CrossCheck]) -> list[list[CrossCheck]]:
    """Part cross-checks into figures that fit a page each; the panel of a quantity is not parted.

    Returns
    -------
    list of list of CrossCheck
        In their order, for `draw_cross_checks`.
    """
    pages: list[list[CrossCheck]] = []
    room = 0.0
    for group in _groups(checks).values():
        height = ROW * (len({_row(one) for one in group}) + 0.6) + BETWEEN
        if not pages or height > room:
            pages.append([])
            room = PAGE
        pages[-1] += group
        room -= height
    return pages


def _groups(checks: Sequence[CrossCheck]) -> dict[str, list[CrossCheck]]:
    groups: dict[str, list[CrossCheck]] = {}
    for one in checks:
        lattice = one.quantity.startswith(("lattice", "volume"))
        groups.setdefault("lattices" if lattice else one.quantity, []).append(one)
    return groups


def _row(check: CrossCheck) -> str:
    subject = formula_text(check.subject)
    name = subject.replace("(c)", "").replace("->", "→")
    if check.quantity.startswith(GEOMETRY):
        what = "" if check.quantity == "bulk modulus" else check.quantity.removeprefix("lattice ") + " "
        short = what.replace("constant ", "").replace(" per atom", "")
        at = "" if check.temperature is None else f"({check.temperature:g} K)"
        return f"{name} {short}{at}".strip()
    return name


def _method(check: CrossCheck) -> tuple[str, str]:
    return check.protocol, check.method


def _methods(checks: Sequence[CrossCheck]) -> list[tuple[str, str]]:
    return list(dict.fromkeys(_method(one) for one in checks))


def _panel(
    axes: Axes,
    name: str,
    group: Sequence[CrossCheck],
    rows: Sequence[str],
    colours: Mapping[tuple[str, str], str],
) -> None:
    units = {one.unit for one in group}
    relative = len(units) > 1
    axes.set_title(name, fontsize=SMALL + 1, loc="left", pad=3)
    axes.axvline(0.0, color=INK, linewidth=0.8, zorder=1)
    for place in range(0, len(rows), 2):
        axes.axhspan(place - 0.5, place + 0.5, color=LINE, alpha=0.25, linewidth=0, zorder=0)
    for number, row in enumerate(rows):
        here = [one for one in group if _row(one) == row]
        for place, one in enumerate(here):
            # Several counterparts of one subject stand beside each other in its row.
            offset = 0.0 if len(here) == 1 else 0.56 * (place / (len(here) - 1) - 0.5)
            scale = 100.0 / abs(one.counterpart) if relative else 1.0
            bar = None if one.combined_uncertainty is None else scale * one.combined_uncertainty
            colour = colours[_method(one)]
            axes.errorbar(
                scale * one.difference,
                number + offset,
                xerr=bar,
                marker=MARKERS[one.kind],
                color=colour,
                markerfacecolor=colour if one.confirmed else "none",
                markersize=4.5,
                markeredgewidth=0.9,
                elinewidth=0.9,
                capsize=2.0,
                linestyle="",
                zorder=3,
            )
    axes.set_yticks(range(len(rows)), rows, fontsize=SMALL - 1)
    axes.set_ylim(len(rows) - 0.4, -0.6)
    axes.set_xlabel(
        "computed - counterpart (%)" if relative else f"computed - counterpart ({_unit(units.pop())})",
        fontsize=SMALL,
        labelpad=1,
    )
    axes.tick_params(labelsize=SMALL - 1, width=0.6, length=2.5)
    axes.tick_params(axis="y", length=0)
    axes.spines[:].set_linewidth(0.6)
    axes.spines[["top", "right"]].set_visible(False)
    axes.margins(x=0.08)


def _unit(unit: str) -> str:
    return unit.replace("m2", "m²").replace("angstrom", "Å")


def _handles(checks: Sequence[CrossCheck], colours: Mapping[tuple[str, str], str]) -> list[Line2D]:
    from matplotlib.lines import Line2D

    def handle(label: str, marker: str, colour: str, face: str | None = None) -> Line2D:
        return Line2D(
            [],
            [],
            linestyle="",
            marker=marker,
            color=colour,
            markerfacecolor=colour if face is None else face,
            markersize=5 if marker != "_" else 9,
            markeredgewidth=0.9 if marker != "_" else 2.2,
            label=label,
        )

    handles = [
        handle(", ".join(part for part in (protocol, method) if part), "_", colour)
        for (protocol, method), colour in colours.items()
    ]
    handles += [handle(kind, MARKERS[kind], INK) for kind in dict.fromkeys(one.kind for one in checks)]
    if not all(one.confirmed for one in checks):
        handles.append(handle("hollow: not confirmed", "o", INK, "none"))
    return handles
