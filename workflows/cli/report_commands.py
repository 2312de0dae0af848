"""``wadflow report`` and ``wadflow export``."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from wadflow.workflows.cli.options import ArchiveOption, open_archive, standard_output

if TYPE_CHECKING:
    from collections.abc import Iterator

    from wadflow.results.report.blocks import Report

NamesArgument = Annotated[
    list[str] | None,
    typer.Argument(
        help="Interfaces, groups (source), crystals of surfaces (li), salts (LiF); all of it if left out.",
        metavar="[NAME]...",
        show_default=False,
    ),
]
ShippedOption = Annotated[
    bool, typer.Option("--shipped", help="Take the results that come with the package instead.")
]


class PageFormat(StrEnum):
    """Formats of a report."""

    html = "html"
    markdown = "markdown"


class TableFormat(StrEnum):
    """Formats of tables."""

    csv = "csv"
    json = "json"
    latex = "latex"


def report(
    names: NamesArgument = None,
    *,
    out: Annotated[Path, typer.Option("--out", "-o", help="Folder to write to; made if missing.")] = Path(
        "wadflow-report"
    ),
    page: Annotated[
        PageFormat, typer.Option("--format", help="One HTML page, or Markdown with pictures beside it.")
    ] = PageFormat.html,
    archive: ArchiveOption = None,
    shipped: ShippedOption = False,
) -> None:
    """Write a report on what was computed: one HTML page that needs nothing beside it.

    Works of adhesion beside the source's, each interface with its structure to be turned, what was searched
    and varied around it and what must not be trusted; surface energies, heated salts, cross-checks with
    experiment, provenance, definitions and the commands to repeat it. Reads documents only; never starts a
    calculation.

    Examples: `wadflow report`, `wadflow report source --out report`, `wadflow report --shipped`,
    `wadflow report LiF --format markdown`
    """
    made = _report("report", names or [], archive, shipped=shipped)
    writing = _write_html if page is PageFormat.html else _write_markdown
    for file in _written(writing(made, out), out):
        standard_output().print(f"written: {file}", soft_wrap=True)


def export(
    names: NamesArgument = None,
    *,
    out: Annotated[Path, typer.Option("--out", "-o", help="Folder to write to; made if missing.")] = Path(
        "wadflow-tables"
    ),
    tables: Annotated[
        list[TableFormat] | None,
        typer.Option(
            "--format", help="csv, json or latex; may be repeated. Default: all.", show_default=False
        ),
    ] = None,
    archive: ArchiveOption = None,
    shipped: ShippedOption = False,
) -> None:
    """Write the tables of the report for programs and for papers.

    CSV and JSON hold numbers as they are, with units in the headings; LaTeX is rounded, with booktabs.

    Examples: `wadflow export`, `wadflow export source --format latex`, `wadflow export --shipped -o tables`
    """
    made = _report("export", names or [], archive, shipped=shipped)
    for file in _written(_write_tables(made, out, tables or list(TableFormat)), out):
        standard_output().print(f"written: {file}", soft_wrap=True)


def _report(command: str, names: list[str], archive: Path | None, *, shipped: bool) -> Report:
    """Build the report on what the user means."""
    import shlex

    from wadflow.results.computed_documents import read_all_computed
    from wadflow.results.report.contents import build_report
    from wadflow.workflows.documents_store import read_all_documents
    from wadflow.workflows.report_documents import choose_documents

    if shipped:
        place, documents = "the package", read_all_computed()
    else:
        memory = open_archive(archive)
        place, documents = f"the archive {memory.root}", read_all_documents(memory)
    chosen = choose_documents(documents, names, place=place)
    options = ["--shipped"] if shipped else [] if archive is None else ["--archive", str(archive)]
    return build_report(
        chosen.interfaces,
        surfaces=chosen.surfaces,
        decompositions=chosen.decompositions,
        place=place,
        command=shlex.join(["wadflow", command, *names, *options]),
        documents_option=options,
    )


def _write_html(made: Report, folder: Path) -> Iterator[Path]:
    from wadflow.results.report.html_page import render_html

    text = render_html(made)
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "report.html"
    file.write_text(text, encoding="utf-8")
    yield file


def _write_markdown(made: Report, folder: Path) -> Iterator[Path]:
    from wadflow.results.report.markdown_page import PICTURES, render_markdown

    (folder / PICTURES).mkdir(parents=True, exist_ok=True)
    file = folder / "report.md"
    file.write_text(render_markdown(made), encoding="utf-8")
    for picture in made.pictures():
        picture.figure.savefig(folder / PICTURES / f"{picture.name}.png", dpi=150)
    yield file


def _write_tables(made: Report, folder: Path, formats: list[TableFormat]) -> Iterator[Path]:
    import json

    from wadflow.results.report.export import csv_text, json_value
    from wadflow.results.report.latex_table import latex_text

    folder.mkdir(parents=True, exist_ok=True)
    if TableFormat.json in formats:
        file = folder / "tables.json"
        file.write_text(json.dumps(json_value(made), indent=2) + "\n", encoding="utf-8")
        yield file
    for ending, kind, write in (("csv", TableFormat.csv, csv_text), ("tex", TableFormat.latex, latex_text)):
        if kind in formats:
            for table in made.tables():
                file = folder / f"{table.name}.{ending}"
                file.write_text(write(table), encoding="utf-8")
                yield file


def _written(files: Iterator[Path], folder: Path) -> Iterator[Path]:
    """Give each file when it is written; a folder that cannot be written to is the user's mistake."""
    from wadflow.errors import InputError

    try:
        yield from files
    except OSError as error:
        problem = f"{folder} cannot be written to ({error.strerror})"
        raise InputError(
            problem, key="--out", remedy="give a folder that can be made, with room in it"
        ) from error
