"""``wadflow compare`` and ``wadflow reproduce``."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003  # typer reads the annotations
from typing import TYPE_CHECKING, Annotated, Any

import typer

from wadflow.workflows.cli.options import (
    ArchiveOption,
    JsonOption,
    open_archive,
    print_json,
    standard_output,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from wadflow.results.cross_check import ComputedDocument, CrossCheck

ShippedOption = Annotated[
    bool, typer.Option("--shipped", help="Take the results that come with the package instead.")
]


def compare(
    names: Annotated[
        list[str] | None,
        typer.Argument(
            help="Species (Li2O), quantities ('surface energy'), documents (li110-li110). None: a summary.",
            metavar="[NAME]...",
            show_default=False,
        ),
    ] = None,
    *,
    every: Annotated[bool, typer.Option("--all", help="Every cross-check, not only a summary.")] = False,
    archive: ArchiveOption = None,
    shipped: ShippedOption = False,
    picture: Annotated[
        Path | None,
        typer.Option(
            "--picture", help="Draw the differences into this file (.png, .svg, .pdf).", show_default=False
        ),
    ] = None,
    table: Annotated[
        Path | None,
        typer.Option("--csv", help="Write the cross-checks into this file, one a row.", show_default=False),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Put what was computed beside experiment, published calculations and the source.

    Every number with its signed difference, and whether that is within the combined uncertainty where one
    is given. What has no counterpart is said, on both sides. Reads documents only; never starts a
    calculation.

    Examples: `wadflow compare`, `wadflow compare Li2O`, `wadflow compare --all --shipped`,
    `wadflow compare "lattice constant a" --picture lattice.png`, `wadflow compare --csv checks.csv`
    """
    from wadflow.results.cross_check import cross_checks, missing_counterparts
    from wadflow.results.cross_check_selection import select, summaries
    from wadflow.workflows.cross_check_tables import cross_check_report, summary_report

    documents = _documents(archive, shipped=shipped)
    checks, missing = select(cross_checks(documents), missing_counterparts(documents), names or [])
    if as_json:
        print_json(
            {
                "cross_checks": [one.model_dump(mode="json") for one in checks],
                "missing": [one.model_dump(mode="json") for one in missing],
            }
        )
    elif not documents:
        standard_output().print(
            "No results to compare yet; 'wadflow run NAME' makes some, --shipped has some."
        )
    elif names or every:
        standard_output().print(cross_check_report(checks, missing))
    else:
        standard_output().print(summary_report(summaries(checks), missing))
    if table is not None:
        _write_csv(checks, table)
    if picture is not None:
        _draw(checks, picture)
    for file in (table, picture):
        if file is not None and not as_json:
            standard_output().print(f"written: {file}", soft_wrap=True)


def reproduce(
    archive: ArchiveOption = None, shipped: ShippedOption = False, as_json: JsonOption = False
) -> None:
    """Go through the source number by number: theirs, ours with model and planes, difference, verdict.

    Its works of adhesion, its conclusions on heated salts (from the tables of experiment, and from first
    principles where a document has them), and what it does not say. Reads documents only.

    Examples: `wadflow reproduce --shipped`, `wadflow reproduce --archive my-archive --json`
    """
    from wadflow.results.documents import AdhesionDocument
    from wadflow.results.reproduction import CONDITIONS, SALTS
    from wadflow.results.reproduction import reproduce as put_beside
    from wadflow.results.thermochemistry.conditions import find_conditions
    from wadflow.results.thermochemistry.decomposition import decomposition_from_tables
    from wadflow.results.thermochemistry.documents import DecompositionDocument
    from wadflow.results.thermochemistry.reactions import find_reactions
    from wadflow.workflows.reproduction_tables import reproduction_report

    documents = _documents(archive, shipped=shipped)
    tables = decomposition_from_tables(find_reactions(list(SALTS)), find_conditions(list(CONDITIONS)))
    found = put_beside(
        [one for one in documents if isinstance(one, AdhesionDocument)],
        [tables, *(one for one in documents if isinstance(one, DecompositionDocument))],
    )
    if as_json:
        print_json(found.model_dump(mode="json"))
    else:
        standard_output().print(reproduction_report(found))


def _documents(archive: Path | None, *, shipped: bool) -> list[ComputedDocument]:
    from wadflow.results.computed_documents import read_all_computed
    from wadflow.workflows.documents_store import read_all_documents

    return read_all_computed() if shipped else read_all_documents(open_archive(archive))


def _write_csv(checks: Sequence[CrossCheck], file: Path) -> None:
    import csv

    from wadflow.errors import InputError
    from wadflow.results.cross_check import CrossCheck as Row

    try:
        with file.open("w", encoding="utf-8", newline="") as stream:
            writer = csv.DictWriter(stream, list(Row.model_fields))
            writer.writeheader()
            writer.writerows(_flat(one.model_dump(mode="json")) for one in checks)
    except OSError as error:
        problem = f"the table cannot be written to {file}: {error.strerror}"
        raise InputError(problem, key="--csv", remedy="give a file in a folder that exists") from error


def _flat(row: dict[str, Any]) -> dict[str, Any]:
    """Return a row whose lists are texts, and whose None are empty cells."""
    separators = {"notes": "; ", "also_in": " ", "miller": " "}
    return {
        key: separators[key].join(map(str, value)) if isinstance(value, list) else value
        for key, value in row.items()
    }


def _draw(checks: Sequence[CrossCheck], file: Path) -> None:
    from wadflow.errors import InputError
    from wadflow.results.cross_check_pictures import draw_cross_checks

    figure = draw_cross_checks(checks)
    try:
        figure.savefig(file, dpi=200)
    except (OSError, ValueError) as error:
        problem = f"the picture cannot be written to {file}: {error}"
        raise InputError(
            problem, key="--picture", remedy="give a .png, .svg or .pdf file in a folder that exists"
        ) from error
