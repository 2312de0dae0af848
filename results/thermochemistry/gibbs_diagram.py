"""Picture of a decomposition: Gibbs energies against temperature, a panel for each condition.

Functions take documents and return matplotlib figures; units are on the axes. matplotlib is imported
only when something is drawn, and its global state (pyplot) is left alone.
"""

from __future__ import annotations

from itertools import cycle
from math import ceil
from textwrap import fill
from typing import TYPE_CHECKING, Final

import numpy as np

from wadflow.errors import InputError
from wadflow.results.figure_style import INK, PAPER, SERIES, SMALL, formula_text, plain, styled
from wadflow.results.thermochemistry.decomposition import STEP
from wadflow.results.thermochemistry.energetics import pressure_term
from wadflow.results.thermochemistry.reactions import parse_equation
from wadflow.results.thermochemistry.tables import REFERENCE_TEMPERATURE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from wadflow.results.thermochemistry.conditions import Condition
    from wadflow.results.thermochemistry.documents import (
        DecompositionDocument,
        EnergeticsRecord,
        ReactionRecord,
    )

STYLES: Final[tuple[tuple[float, Sequence[float]], ...]] = (
    (0, ()),
    (0, (5, 1.5)),
    (0, (1, 1.2)),
    (0, (3, 1, 1, 1)),
    (0, (8, 1.5, 1, 1.5, 1, 1.5)),
)
"""One a source of energies."""

HIGHEST: Final = 2200.0  # K: the diagram ends here, beyond every salt's boiling point
PANEL: Final = (4.1, 3.7)  # inch
LEFT, RIGHT, TITLES, AXIS_LABEL = 0.72, 0.2, 0.62, 0.52  # inch around the panels
LEGEND_LINE: Final = 0.185  # inch
LEGEND_COLUMNS: Final = 2
LEGEND_LETTERS: Final = 68  # of a line
HEADROOM: Final = 0.04  # of the height, above the curves
LOWEST_ENERGY: Final = -250.0  # kJ/mol: the diagram ends here
HIGHEST_ENERGY: Final = 1100.0  # kJ/mol: and here
FAINT: Final = 0.3  # opacity of a curve of condensed metal beyond its boiling


@styled
def draw_gibbs_diagram(document: DecompositionDocument, salt: str) -> Figure:
    """Draw the channels of a salt.

    A line is the Gibbs energy of one channel per formula unit of the salt; where it is below zero,
    equilibrium at those partial pressures asks for the products. Dots mark changes of phase, rings the
    boiling of the metal.

    Parameters
    ----------
    document : DecompositionDocument
        With reactions of the salt.
    salt : str
        Formula.

    Returns
    -------
    Figure
        To be saved with ``figure.savefig(path, dpi=200)``.

    Raises
    ------
    wadflow.errors.InputError
        No reaction of the document decomposes the salt.
    """
    from matplotlib.figure import Figure

    channels = channels_of(document, salt)
    if not channels:
        raise InputError(
            f"no reaction of this document decomposes {salt!r}", remedy="ask for one of its verdicts' salts"
        )
    count = len(document.conditions)
    handles, labels = _legend(document, channels)
    labels = [fill(label, LEGEND_LETTERS) for label in labels]
    rows = ceil(len(labels) / LEGEND_COLUMNS)
    columns = [labels[start : start + rows] for start in range(0, len(labels), rows)]
    lines = max(sum(1 + label.count("\n") for label in column) for column in columns)
    below = AXIS_LABEL + LEGEND_LINE * lines
    width, height = LEFT + (PANEL[0] + RIGHT) * count, TITLES + PANEL[1] + below
    figure = Figure(figsize=(width, height))
    panels: list[Axes] = []
    for number in range(count):
        x = LEFT + number * (PANEL[0] + RIGHT)
        place = (x / width, below / height, PANEL[0] / width, PANEL[1] / height)
        panels.append(figure.add_axes(place, sharey=panels[0] if panels else None))
    for axes, (name, condition) in zip(panels, document.conditions.items(), strict=True):
        _draw_panel(axes, document, channels, name, condition)
        axes.set_title(name, fontsize=SMALL + 2, loc="left")
        axes.set_xlabel("temperature (K)")
        axes.tick_params(labelleft=axes is panels[0])
    top = min(max(axes.dataLim.y1 for axes in panels), HIGHEST_ENERGY)
    panels[0].set_ylim(LOWEST_ENERGY, top * (1 + HEADROOM))
    panels[0].set_ylabel(f"Gibbs energy (kJ/mol of {formula_text(salt)})")
    figure.legend(handles, labels, loc="lower left", ncols=LEGEND_COLUMNS, borderaxespad=0.1)
    figure.text(0.1 / width, 1 - 0.1 / height, f"Heating {formula_text(salt)}", fontsize=11, va="top")
    return figure


def channels_of(document: DecompositionDocument, salt: str) -> list[ReactionRecord]:
    """Return the reactions of a document whose only reactant is one formula unit of the salt."""
    decomposing = ((record, parse_equation(record.equation).decomposing) for record in document.reactions)
    return [record for record, species in decomposing if species is not None and species.formula == salt]


def _draw_panel(
    axes: Axes,
    document: DecompositionDocument,
    channels: list[ReactionRecord],
    name: str,
    condition: Condition,
) -> None:
    axes.axhline(0.0, color=INK, linewidth=0.8)
    axes.axhspan(LOWEST_ENERGY, 0.0, color=INK, alpha=0.04, linewidth=0)
    for colour, record in zip(cycle(SERIES), channels, strict=False):
        equation = parse_equation(record.equation)
        boiling = min((one.temperature for one in record.boilings if one.condition == name), default=HIGHEST)
        for number, (style, source) in enumerate(zip(cycle(STYLES), document.sources, strict=False)):
            column = next((one for one in record.columns if one.source == source), None)
            if column is None:
                continue
            kelvin = np.array(column.temperatures)
            gibbs = np.array(column.gibbs_energies) + pressure_term(equation, kelvin, condition)
            for part, strength in ((kelvin <= boiling + STEP, 1.0), (kelvin >= boiling, FAINT)):
                shown = part & (kelvin <= HIGHEST)
                axes.plot(
                    kelvin[shown], gibbs[shown], color=colour, linestyle=style, linewidth=1.4, alpha=strength
                )
            if number == 0:
                marks = [one.temperature for one in record.transitions if _visible(one.temperature, column)]
                axes.plot(marks, np.interp(marks, kelvin, gibbs), "o", color=colour, markersize=3.5)
                if _visible(boiling, column) and boiling < HIGHEST:
                    height = np.interp(boiling, kelvin, gibbs)
                    axes.plot(boiling, height, "o", color=colour, markerfacecolor=PAPER, markersize=5.0)
    axes.set_xlim(REFERENCE_TEMPERATURE, HIGHEST)
    plain(axes)


def _visible(temperature: float, column: EnergeticsRecord) -> bool:
    low, high = column.temperature_range
    return max(low, REFERENCE_TEMPERATURE) <= temperature <= min(high, HIGHEST)


def _legend(
    document: DecompositionDocument, channels: list[ReactionRecord]
) -> tuple[list[Artist], list[str]]:
    from matplotlib.lines import Line2D

    entries: list[tuple[Artist, str]] = [
        (Line2D([], [], color=colour), formula_text(record.equation.replace("->", "→")))
        for colour, record in zip(cycle(SERIES), channels, strict=False)
    ]
    entries += [
        (Line2D([], [], color=INK, linestyle=style), title)
        for style, title in zip(cycle(STYLES), document.sources.values(), strict=False)
    ]
    dot = Line2D([], [], color=INK, marker="o", linestyle="none", markersize=3.5)
    entries.append((dot, "melting, or another change of a crystal"))
    ring = Line2D([], [], color=INK, marker="o", linestyle="none", markersize=5.0, markerfacecolor=PAPER)
    entries.append((ring, "the metal boils; beyond (faint) its vapour is the product"))
    return [handle for handle, _ in entries], [label for _, label in entries]
