"""One style for all figures: colours with a meaning, sizes, and no clutter.

Colours of quantities are those of Okabe and Ito (https://jfly.uni-koeln.de/color/), which colour-blind
eyes tell apart; an element has the colour of Jmol, as in most programs of the field. The report replaces
the colours of `THEMED` by variables of its style sheet, so that one figure is readable on light, on dark
and on paper; a figure that is drawn with other greys stays as it is.
"""

from __future__ import annotations

import re
from functools import wraps
from typing import TYPE_CHECKING, Any, Final, ParamSpec

if TYPE_CHECKING:
    from collections.abc import Callable

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Parameters = ParamSpec("Parameters")

INK: Final = "#1b1e23"  # text, frames
MUTED: Final = "#5b6470"  # what is said beside
LINE: Final = "#c9ced6"  # grids
PAPER: Final = "#fdfdfe"  # behind labels; a white that no other part of a figure has

BLUE: Final = "#0072b2"  # rigid, calculated, the lower side
VERMILION: Final = "#d55e00"  # relaxed, the upper side, what a fit says
GREEN: Final = "#009e73"
PURPLE: Final = "#cc79a7"
ORANGE: Final = "#e69f00"
SKY: Final = "#56b4e9"
OLIVE: Final = "#8a7a2f"  # Okabe and Ito's yellow is no colour for a line on white
GREY: Final = "#7d7d7d"

SERIES: Final = (BLUE, VERMILION, GREEN, PURPLE, ORANGE, SKY, OLIVE, GREY)
"""Colours of things without a meaning of their own: channels, families of faces."""

SIDES: Final = (BLUE, VERMILION)
"""Lower and upper side of an interface."""

THEMED: Final = {
    "ink": INK,
    "muted": MUTED,
    "line": LINE,
    "paper": PAPER,
    "blue": BLUE,
    "vermilion": VERMILION,
    "green": GREEN,
    "purple": PURPLE,
    "orange": ORANGE,
    "sky": SKY,
    "olive": OLIVE,
    "grey": GREY,
}
"""Name to colour of all that a page may give another colour."""

WORK: Final = "work of adhesion (J/m²)"
"""Label of an axis."""

SMALL: Final = 8.0  # points: size of what stands beside

_SUBSCRIPTS: Final = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")  # quicker to draw than mathematical text

_SETTINGS: Final[dict[Any, Any]] = {
    "font.size": 9.0,
    "text.color": INK,
    "axes.labelcolor": INK,
    "axes.edgecolor": INK,
    "axes.linewidth": 0.7,
    "axes.titlesize": 9.5,
    "axes.titley": 1.0,  # without a search for what is in its way, which takes a tenth of a drawing
    "axes.titlecolor": INK,
    "axes.labelsize": 9.0,
    "xtick.color": INK,
    "ytick.color": INK,
    "xtick.labelsize": SMALL,
    "ytick.labelsize": SMALL,
    "xtick.major.width": 0.7,
    "ytick.major.width": 0.7,
    "xtick.major.size": 3.0,
    "ytick.major.size": 3.0,
    "grid.color": LINE,
    "grid.linewidth": 0.6,
    "legend.frameon": False,
    "legend.fontsize": SMALL,
    "lines.linewidth": 1.5,
    "lines.markersize": 5.0,
}


def formula_text(text: str) -> str:
    """Return formulas with their numbers as subscripts; coefficients and Miller indices stay.

    Examples
    --------
    >>> formula_text("2 Li2CO3(c)")
    '2 Li₂CO₃(c)'
    """
    return re.sub(r"(?<=[A-Za-z])\d+", lambda found: found[0].translate(_SUBSCRIPTS), text)


def number_text(value: float, decimals: int = 2, *, signed: bool = False) -> str:
    """Return a number with a minus sign in the place of a hyphen, as on the axes.

    Examples
    --------
    >>> number_text(-1.234)
    '−1.23'
    """
    return f"{value:{'+' if signed else ''}.{decimals}f}".replace("-", "\u2212")


def styled(draw: Callable[Parameters, Figure]) -> Callable[Parameters, Figure]:
    """Let a function draw in this style; matplotlib's own settings are left as they were."""

    @wraps(draw)
    def drawn(*arguments: Parameters.args, **named: Parameters.kwargs) -> Figure:
        from matplotlib import rc_context

        with rc_context(_SETTINGS):
            return draw(*arguments, **named)

    return drawn


def one_panel(
    *,
    width: float = 5.0,
    height: float = 3.2,
    left: float = 0.62,
    right: float = 0.15,
    below: float = 0.62,
    over: float = 0.32,
) -> tuple[Figure, Axes]:
    """Return a figure with one panel of fixed margins, in inches; its plots align with each other.

    matplotlib's layout engines would find margins too, for half of the time that a report takes.
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height))
    place = (left / width, below / height, (width - left - right) / width, (height - below - over) / height)
    axes: Axes = figure.add_axes(place)
    return figure, axes


def plain(axes: Axes, *, grid: str | None = None) -> None:
    """Take away the frame's upper and right side; faint lines along one axis if asked for.

    Parameters
    ----------
    axes : Axes
        Of a figure.
    grid : str, optional
        ``"x"`` or ``"y"``: the axis whose ticks get lines.
    """
    axes.spines[["top", "right"]].set_visible(False)
    if grid == "x":
        axes.grid(axis="x")
    elif grid == "y":
        axes.grid(axis="y")
    axes.set_axisbelow(True)
