"""The commands of ``wadflow``; each imports what it needs when it is called."""

from __future__ import annotations

from typing import Annotated

import typer

from wadflow.workflows.cli import (
    archive_commands,
    batch_command,
    calculate,
    compare_commands,
    inspect_commands,
    match_command,
    queue_commands,
    report_commands,
    result_commands,
    surface_commands,
    thermochemistry_commands,
)

app = typer.Typer(
    name="wadflow",
    help="Works of adhesion from first principles: definitions in, numbers with their settings out.",
    no_args_is_help=True,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
    epilog="Examples: `wadflow list`, `wadflow show li110-li110`, `wadflow run li110-li110`",
)


def _print_version(value: bool) -> None:  # noqa: FBT001  # typer's calling convention
    if value:
        from wadflow import __version__

        typer.echo(f"wadflow {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[
        bool,
        typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version."),
    ] = False,
) -> None:
    """Works of adhesion from first principles."""


app.command()(inspect_commands.doctor)
app.command("list")(inspect_commands.list_)
app.command()(inspect_commands.show)
app.command()(match_command.match)
app.command()(calculate.plan)
app.command()(calculate.run)
app.command()(batch_command.batch_script)
app.command()(queue_commands.submit)
app.command()(queue_commands.status)
app.command()(queue_commands.collect)
app.command()(result_commands.results)
app.command()(compare_commands.compare)
app.command()(compare_commands.reproduce)
app.command()(report_commands.report)
app.command()(report_commands.export)
app.command()(surface_commands.surface)
app.command()(thermochemistry_commands.decompose)
app.add_typer(archive_commands.archive, name="archive")
app.add_typer(queue_commands.queue, name="queue")
