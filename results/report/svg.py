"""Figures as SVG inside a page: no fixed colours, no doubled names, nothing but the drawing."""

from __future__ import annotations

import re
from io import StringIO
from typing import TYPE_CHECKING, Final

from wadflow.results.figure_style import THEMED

if TYPE_CHECKING:
    from matplotlib.figure import Figure

PIXELS: Final = 96
"""CSS pixels an inch."""

_METADATA = re.compile(r"<metadata>.*?</metadata>", re.DOTALL)
_NAMES = re.compile(r'(\bid="|xlink:href="#|url\(#)')


def themed_svg(figure: Figure, prefix: str) -> str:
    """Return a figure as an SVG element whose colours are variables of the page's style sheet.

    Parameters
    ----------
    figure : Figure
        Drawn in the style of `wadflow.results.figure_style`.
    prefix : str
        Put before each name inside, which else would stand twice in a page of several figures.

    Returns
    -------
    str
        ``<svg ...>...</svg>``, hidden from screen readers: the page says what is on it.
    """
    from matplotlib import rc_context

    # Laid out by the raster renderer, whose text metrics are fast, and drawn once instead of twice.
    if figure.get_layout_engine() is not None:
        figure.draw_without_rendering()
        figure.set_layout_engine(None)
    stream = StringIO()
    # Letters as text, in DejaVu Sans or in a sibling of its widths (Verdana): glyphs as paths would take
    # half as long again and twice the room. The salt makes names repeatable.
    with rc_context({"svg.fonttype": "none", "svg.hashsalt": prefix}):
        figure.savefig(stream, format="svg", transparent=True, metadata={"Date": None, "Creator": None})
    text = stream.getvalue()
    text = _METADATA.sub("", text[text.index("<svg") :])
    text = _NAMES.sub(rf"\g<1>{prefix}-", text)
    for name, colour in THEMED.items():
        text = text.replace(colour, f"var(--{name})")
    width = figure.get_size_inches()[0] * PIXELS
    box = re.search(r'viewBox="([^"]+)"', text)
    inside = text[text.index(">") + 1 :]
    return (
        f'<svg viewBox="{box[1] if box else ""}" style="width:{width:.0f}px" aria-hidden="true" '
        f'focusable="false">{inside.strip()}'
    )
