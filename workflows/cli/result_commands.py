"""``wadflow results``."""

from __future__ import annotations

from typing import Annotated

import typer

from wadflow.workflows.cli.options import (
    ArchiveOption,
    JsonOption,
    open_archive,
    print_json,
    standard_output,
)


def results(
    name: Annotated[
        str | None,
        typer.Argument(help="Name of an interface; all of them if left out.", show_default=False),
    ] = None,
    archive: ArchiveOption = None,
    shipped: Annotated[
        bool, typer.Option("--shipped", help="Show the results that come with the package instead.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Show the works of adhesion that were calculated, beside the source's values.

    Reads documents only; never starts a calculation. With a name, everything about it.

    Examples: `wadflow results`, `wadflow results li110-li110`, `wadflow results --json`
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
    documents = [document for document in documents if name is None or document.name == name]
    if as_json:
        print_json([document.model_dump(mode="json") for document in documents])
        return
    if name is not None and not documents:
        problem = f"{place} has no result of '{name}'"
        remedy = f"calculate it with 'wadflow run {name}', or name another archive (--archive)"
        raise InputError(problem, remedy=remedy)
    output = standard_output()
    if not documents:
        output.print(f"No results yet in {place}; 'wadflow run NAME' makes some.")
    elif name is None:
        output.print(adhesion_table(documents))
    else:
        for document in documents:
            output.print(adhesion_report(document))
