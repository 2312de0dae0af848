"""Options that several commands share, and what they lead to."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from rich.console import Console

    from wadflow.workflows.archive import Archive

ProtocolOption = Annotated[
    str,
    typer.Option("--protocol", "-p", help="rehearsal, smoke, standard, tight, or the path of a TOML file."),
]
RanksOption = Annotated[
    int | None,
    typer.Option("--ranks", "-n", min=1, help="MPI ranks of each calculation; chosen if left out."),
]
ArchiveOption = Annotated[
    Path | None,
    typer.Option(
        "--archive",
        help="Directory of finished calculations. Default: $WADFLOW_ARCHIVE, else ./wadflow-archive.",
        show_default=False,
    ),
]
PartitionOption = Annotated[
    str | None, typer.Option("--partition", help="Partition or queue.", show_default=False)
]
AccountOption = Annotated[
    str | None, typer.Option("--account", help="Account or project.", show_default=False)
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]
NamesArgument = Annotated[
    list[str],
    typer.Argument(
        help="Names of the catalog or of a group of it (source), or paths of definition files.",
        metavar="NAME...",
    ),
]


def standard_output() -> Console:
    """Return the console for what a command answers."""
    from rich.console import Console

    return Console()


def standard_error() -> Console:
    """Return the console for what a command says while it works."""
    from rich.console import Console

    return Console(stderr=True)


def print_json(content: object) -> None:
    """Print JSON on standard output, in ASCII so that every reader can take it."""
    import json

    sys.stdout.write(json.dumps(content, indent=2) + "\n")


def open_archive(path: Path | None) -> Archive:
    """Return the archive that the user means; damage that is found is said on standard error."""
    from wadflow.workflows.display import PlainDisplay
    from wadflow.workflows.execution import Execution

    listener = PlainDisplay(standard_error())
    return Execution.from_environment(archive=path, listener=listener).archive
