"""A report as one HTML page that needs nothing beside it."""

from __future__ import annotations

import json
import re
from base64 import b64encode
from gzip import compress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from wadflow.results.figure_style import THEMED
from wadflow.results.report.drawings import themed_svgs
from wadflow.results.report.wording import number, printed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jinja2 import Environment
    from markupsafe import Markup

    from wadflow.results.report.blocks import Picture, Report

TEMPLATES: Final = Path(__file__).parent / "templates"


def render_html(report: Report) -> str:
    """Return a report as one HTML page: styles, pictures, scripts and data inside, no address fetched.

    Parameters
    ----------
    report : Report
        Made by `wadflow.results.report.contents.build_report`.
    """
    from plotly.offline import get_plotlyjs

    figures = [(picture.figure, anchor(picture.name)) for picture in report.pictures()]
    drawings = dict(zip((name for _, name in figures), themed_svgs(figures), strict=True))
    has_views = any(block.kind == "structure" for block in report.blocks())
    template = _environment(drawings).get_template("page.html.jinja")
    return template.render(report=report, colours=THEMED, plotly=_packed(get_plotlyjs()) if has_views else "")


def _packed(text: str) -> str:
    """Return a text compressed (gzip) and in letters (base64): a script of megabytes as a third of itself."""
    # No time in it, so that the same report is the same file.
    return b64encode(compress(text.encode(), compresslevel=6, mtime=0)).decode()


def anchor(text: str) -> str:
    """Return a text as a name that HTML and style sheets take.

    Examples
    --------
    >>> anchor("parts.li110-li110.standard")
    'parts-li110-li110-standard'
    """
    return re.sub(r"[^A-Za-z0-9_-]+", "-", text)


def _environment(drawings: Mapping[str, str]) -> Environment:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined
    from markupsafe import Markup

    def drawing(picture: Picture) -> Markup:
        return Markup(drawings[anchor(picture.name)])  # noqa: S704  # matplotlib wrote it

    def file(name: str) -> Markup:
        return Markup((TEMPLATES / name).read_text(encoding="utf-8"))  # noqa: S704  # our own

    def data(value: Any) -> Markup:
        # What could end the script element is written as an escape of JSON.
        return Markup(json.dumps(value, separators=(",", ":")).replace("<", "\\u003c"))  # noqa: S704

    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "anchor": anchor,
        "printed": printed,
        "number": number,
        "drawing": drawing,
        "data": data,
    }
    environment.globals["file"] = file
    return environment
