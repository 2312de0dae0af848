"""Sphinx builds these pages: ``make docs``, or ``sphinx-build -W docs build/docs``.

Nothing is fetched: the theme brings its own styles and scripts, and search works from the files alone.
"""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.config import Config

project = "wadflow"
author = "wadflow developers"
release = import_module("wadflow").__version__
version = release

extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
    "sphinx_copybutton",
]
exclude_patterns = ["examples"]
myst_heading_anchors = 3  # as code-hosting pages make them
language = "en"
nitpicky = False  # types of other packages have no page here
default_role = "py:obj"  # `InterfaceDefinition` in a docstring leads to the class

GENERATED = Path(__file__).parent / "reference" / "generated"
autodoc_member_order = "bysource"
autodoc_typehints = "signature"
autodoc_typehints_format = "short"
autodoc_default_options = {"exclude-members": "model_config, model_post_init", "ignore-module-all": True}
napoleon_google_docstring = False
napoleon_use_rtype = False
napoleon_custom_sections = [("Attributes", "params_style")]

html_theme = "furo"
html_title = f"wadflow {release}"
html_show_sphinx = False
html_show_copyright = False
html_copy_source = False
html_show_sourcelink = False
html_static_path = ["_static"]
html_css_files = ["wadflow.css"]
copybutton_selector = "div.highlight-bash pre, div.highlight-toml pre, div.highlight-python pre"


def write_reference(_app: Sphinx, _config: Config) -> None:
    """Write the pages that are neither prose nor docstrings of chosen modules."""
    GENERATED.mkdir(parents=True, exist_ok=True)
    for name, text in (("command-line.md", command_line()), ("further-modules.md", further_modules())):
        # Whole or not at all: another build may read it now.
        draft = GENERATED / f"{name}.{os.getpid()}"
        draft.write_text(text, encoding="utf-8")
        draft.replace(GENERATED / name)


def command_line() -> str:
    """Return the help of every command, as typer writes it in Markdown, with lists of commands in full."""
    command = [sys.executable, "-m", "typer", "wadflow.workflows.cli.app", "utils", "docs"]
    title = ["--name", "wadflow", "--title", "Command line"]
    text = subprocess.run([*command, *title], capture_output=True, text=True, check=True).stdout
    heading = re.compile(r"^#+ `wadflow ([\w -]+)`$", re.MULTILINE)
    summaries = {
        found[1]: text[found.end() :].strip().partition("\n\n")[0].replace("\n", " ")
        for found in heading.finditer(text)
    }
    lines, group = [], ""
    for line in text.splitlines():
        if section := heading.match(line):
            group = f"{section[1]} "
        item = re.match(r"\* `([\w-]+)`: ", line)
        name = group + item[1] if item else ""
        if item and name in summaries:
            lines.append(f"* [`{item[1]}`](#wadflow-{name.replace(' ', '-')}): {summaries[name]}")
        else:
            lines.append(line)
    return "\n".join([*lines, ""])


def further_modules() -> str:
    """Return a page with the first sentence of each module that no page of the reference shows."""
    pages = "".join(page.read_text(encoding="utf-8") for page in GENERATED.parent.glob("*.md"))
    shown = set(re.findall(r"automodule:: (\S+)", pages))
    lines = [
        "# Further modules",
        "",
        "What the modules of the other pages are made of. Read their docstrings with `python -m pydoc`.",
        "",
        "| module | what it holds |",
        "|---|---|",
    ]
    for room in ("interfaces", "results", "workflows"):
        folder = Path(import_module(f"wadflow.{room}").__file__ or "").parent
        for file in sorted(folder.rglob("*.py")):
            name = ".".join(["wadflow", room, *file.relative_to(folder).with_suffix("").parts])
            if name in shown or file.name == "__init__.py" or ".cli." in name:
                continue
            docstring = ast.get_docstring(ast.parse(file.read_text(encoding="utf-8"))) or ""
            summary = docstring.partition("\n\n")[0].replace("\n", " ").replace("``", "`")
            lines.append(f"| `{name}` | {summary} |")
    return "\n".join([*lines, ""])


def without_fields(
    _app: Sphinx, _what: str, _name: str, thing: object, _options: Any, _signature: str, _returns: str
) -> tuple[str, None] | None:
    """Leave the signature of documents to the tables of their fields."""
    from pydantic import BaseModel

    return ("", None) if isinstance(thing, type) and issubclass(thing, BaseModel) else None


def mend(_app: Sphinx, what: str, _name: str, _thing: object, _options: Any, lines: list[str]) -> None:
    """Keep a lone hyphen in a cell from beginning a list, and "what: why" of a constant from being a type."""
    for line in lines:
        if what in ("attribute", "data", "property") and line.startswith(":type: "):
            lines.remove(line)
            lines[0] = f"{line.removeprefix(':type: ')}: {lines[0]}"
            break
    lines[:] = [re.sub(r"(?<=  )-(?=  |$)", "\N{EN DASH}", line) for line in lines]


def setup(app: Sphinx) -> None:
    """Connect what is above."""
    app.connect("config-inited", write_reference)
    app.connect("autodoc-process-docstring", mend, priority=600)  # after napoleon
    app.connect("autodoc-process-signature", without_fields)
