"""Picture of a decomposition from first principles: errors of Gibbs energies against temperature.

A panel for each source of energies but the reference; see `draw_errors`.
"""

from __future__ import annotations

from itertools import cycle
from math import ceil
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from wadflow.errors import InputError
from wadflow.results.figure_style import INK, SERIES, SMALL, formula_text, plain, styled
from wadflow.results.thermochemistry.comparison import REFERENCE, gibbs_energy_errors
from wadflow.results.thermochemistry.computed import KJ_PER_MOL
from wadflow.results.thermochemistry.gibbs_diagram import channels_of
from wadflow.results.thermochemistry.tables import REFERENCE_TEMPERATURE

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from wadflow.results.thermochemistry.documents import DecompositionDocument, ReactionRecord

HIGHEST: Final = 1500.0  # K
PANEL: Final = (2.35, 2.9)  # inch
LEFT, RIGHT, GAP, TITLES, AXIS_LABEL = 0.72, 0.72, 0.12, 0.62, 0.52  # inch around the panels
LEGEND_LINE: Final = 0.185  # inch
LEGEND_COLUMNS: Final = 2


@styled
def draw_errors(document: DecompositionDocument, salt: str) -> Figure:
    """Draw how far each source is from the reference, for the channels of a salt, at 1 bar.

    A constant error is one of energies at rest; one that grows with temperature is one of vibrations.

    Parameters
    ----------
    document : DecompositionDocument
        With columns from first principles.
    salt : str
        Formula.

    Returns
    -------
    Figure
        To be saved with ``figure.savefig(path, dpi=200)``.

    Raises
    ------
    wadflow.errors.InputError
        No reaction of the document decomposes the salt, or the reference has none of them.
    """
    from matplotlib.figure import Figure
    from matplotlib.lines import Line2D

    channels = [one for one in channels_of(document, salt) if any(c.source == REFERENCE for c in one.columns)]
    if not channels:
        raise InputError(
            f"no reaction of this document decomposes {salt!r} and is known to {REFERENCE}",
            remedy="ask for one of its verdicts' salts",
        )
    others = [source for source in document.sources if source != REFERENCE]
    below = AXIS_LABEL + LEGEND_LINE * ceil(len(channels) / LEGEND_COLUMNS)
    width = LEFT + len(others) * PANEL[0] + (len(others) - 1) * GAP + RIGHT
    height = TITLES + PANEL[1] + below
    figure = Figure(figsize=(width, height))
    panels: list[Axes] = []
    for number, source in enumerate(others):
        x = LEFT + number * (PANEL[0] + GAP)
        place = (x / width, below / height, PANEL[0] / width, PANEL[1] / height)
        axes = figure.add_axes(place, sharey=panels[0] if panels else None)
        panels.append(axes)
        axes.axhline(0.0, color=INK, linewidth=0.8)
        for colour, record in zip(cycle(SERIES), channels, strict=False):
            kelvin, errors = errors_of(record, source)
            axes.plot(kelvin, errors, color=colour, linewidth=1.4)
        axes.set_title(source, fontsize=SMALL + 2, loc="left")
        axes.set_xlabel("temperature (K)")
        axes.set_xlim(REFERENCE_TEMPERATURE, HIGHEST)
        axes.tick_params(labelleft=number == 0)
        plain(axes)
    panels[0].set_ylabel(f"error of the Gibbs energy (kJ/mol of {formula_text(salt)})")
    in_ev = panels[-1].secondary_yaxis("right", functions=(_in_ev, _in_kj_per_mol))
    in_ev.set_ylabel("eV per formula unit")
    handles = [Line2D([], [], color=colour) for colour, _ in zip(cycle(SERIES), channels, strict=False)]
    labels = [formula_text(record.equation.replace("->", "→")) for record in channels]
    figure.legend(handles, labels, loc="lower left", ncols=LEGEND_COLUMNS, borderaxespad=0.1)
    title = f"Gibbs energies of {formula_text(salt)} against {document.sources[REFERENCE]}"
    figure.text(0.1 / width, 1 - 0.1 / height, title, fontsize=11, va="top")
    return figure


def errors_of(record: ReactionRecord, source: str) -> tuple[np.ndarray, np.ndarray]:
    """Return temperatures (K) and errors of Gibbs energies at 1 bar (kJ/mol) against the reference.

    Where both have data; empty where one has none.
    """
    columns = {one.source: one for one in record.columns}
    if source not in columns or REFERENCE not in columns:
        return np.array([]), np.array([])
    kelvin = np.array(columns[source].temperatures)
    kelvin = kelvin[(kelvin >= REFERENCE_TEMPERATURE) & (kelvin <= HIGHEST)]
    errors = gibbs_energy_errors(columns[source], columns[REFERENCE], kelvin)
    known = np.isfinite(errors)
    return kelvin[known], errors[known]


def _in_ev(energies: Any) -> Any:
    return energies / KJ_PER_MOL


def _in_kj_per_mol(energies: Any) -> Any:
    return energies * KJ_PER_MOL
