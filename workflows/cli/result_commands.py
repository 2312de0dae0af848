"""``wadflow results``."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003  # typer reads it
from typing import TYPE_CHECKING, Annotated

import typer

from wadflow.workflows.cli.options import (
    ArchiveOption,
    JsonOption,
    open_archive,
    print_json,
    standard_output,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from wadflow.results.documents import AdhesionDocument


def results(
    name: Annotated[
        str | None,
        typer.Argument(
            help="Name of an interface, or NAME.PROTOCOL; all of them if left out.", show_default=False
        ),
    ] = None,
    archive: ArchiveOption = None,
    shipped: Annotated[
        bool, typer.Option("--shipped", help="Show the results that come with the package instead.")
    ] = False,
    pictures: Annotated[
        Path | None,
        typer.Option(
            "--pictures",
            help="Draw adhesion map, separation curve and thickness series into this folder (PNG).",
            show_default=False,
        ),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Show the works of adhesion that were calculated, beside the source's values.

    Reads documents only; never starts a calculation. With a name, everything about it.

    Examples: `wadflow results`, `wadflow results li110-li110`, `wadflow results li110-li110.standard`,
    `wadflow results --json`, `wadflow results li001-li2o001-o-contact --pictures figures`
    """
    from wadflow.errors import InputError
    from wadflow.results.computed_documents import list_computed, read_computed
    from wadflow.workflows.documents_store import read_documents
    from wadflow.workflows.result_tables import adhesion_report, adhesion_table

    if shipped:
        place = "the package"
        documents = [read_computed(one) for one in list_computed()]
    else:
        memory = open_archive(archive)
        place = f"the archive {memory.root}"
        documents = read_documents(memory)
    documents = [one for one in documents if name in (None, one.name, f"{one.name}.{one.protocol}")]
    if as_json:
        print_json([document.model_dump(mode="json") for document in documents])
        return
    if name is not None and not documents:
        problem = f"{place} has no result of '{name}'"
        remedy = (
            f"calculate it with 'wadflow run {name.partition('.')[0]}', or name another archive (--archive)"
        )
        raise InputError(problem, remedy=remedy)
    output = standard_output()
    if not documents:
        output.print(f"No results yet in {place}; 'wadflow run NAME' makes some.")
    elif name is None:
        output.print(adhesion_table(documents))
    else:
        for document in documents:
            output.print(adhesion_report(document))
    if pictures is not None:
        for file in _draw(documents, pictures):
            output.print(f"picture: {file}", soft_wrap=True)


def _draw(documents: list[AdhesionDocument], folder: Path) -> Iterator[Path]:
    """Draw what there is to draw of each document; give each file when it is written."""
    from wadflow.results.scan_pictures import pictures_of

    folder.mkdir(parents=True, exist_ok=True)
    for document in documents:
        for name, draw in pictures_of(document).items():
            file = folder / f"{document.name}.{document.protocol}.{name}.png"
            draw(document).savefig(file, dpi=200)
            yield file
