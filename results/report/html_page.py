"""A report as one HTML page that needs nothing beside it."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from wadflow.results.figure_style import THEMED
from wadflow.results.report.svg import themed_svg
from wadflow.results.report.wording import number, printed

if TYPE_CHECKING:
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

    has_views = any(block.kind == "structure" for block in report.blocks())
    template = _environment().get_template("page.html.jinja")
    return template.render(report=report, colours=THEMED, plotly=get_plotlyjs() if has_views else "")


def anchor(text: str) -> str:
    """Return a text as a name that HTML and style sheets take.

    Examples
    --------
    >>> anchor("parts.li110-li110.standard")
    'parts-li110-li110-standard'
    """
    return re.sub(r"[^A-Za-z0-9_-]+", "-", text)


def _environment() -> Environment:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined
    from markupsafe import Markup

    def drawing(picture: Picture) -> Markup:
        return Markup(themed_svg(picture.figure, anchor(picture.name)))  # noqa: S704  # matplotlib wrote it

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
