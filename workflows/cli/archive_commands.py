"""``wadflow archive ...``."""

from __future__ import annotations

import os
from pathlib import Path  # noqa: TC003  # typer reads the annotations
from typing import Annotated

import typer

from wadflow.workflows.cli.options import (
    ArchiveOption,
    JsonOption,
    open_archive,
    print_json,
    standard_output,
)

archive = typer.Typer(
    help="Look into the archive of finished calculations, check it, export it.",
    no_args_is_help=True,
    rich_markup_mode="markdown",
)

KeyArgument = Annotated[str, typer.Argument(help="Key of a calculation, or its first digits.", metavar="KEY")]


@archive.command("list")
def list_(archive: ArchiveOption = None, as_json: JsonOption = False) -> None:
    """List the finished calculations.

    Example: `wadflow archive list`
    """
    from rich.table import Table

    from wadflow.workflows.launch import read_outcome

    memory = open_archive(archive)
    outcomes = [read_outcome(entry) for entry in memory.entries()]
    if as_json:
        fields = {"key", "label", "protocol", "task", "energy", "converged", "n_ionic_steps"}
        print_json([outcome.model_dump(mode="json", include=fields) for outcome in outcomes])
        return
    table = Table(
        title=f"{len(outcomes)} calculations in {memory.root}",
        title_justify="left",
        box=None,
        pad_edge=False,
    )
    for column in ("key", "calculation", "protocol", "task"):
        table.add_column(column, no_wrap=True)
    for column in ("energy (eV)", "steps", "CPU (s)"):
        table.add_column(column, justify="right", no_wrap=True)
    table.add_column("converged")
    for outcome in outcomes:
        table.add_row(
            outcome.key[:12],
            outcome.label,
            outcome.protocol,
            outcome.task,
            f"{outcome.energy:.5f}",
            str(outcome.n_ionic_steps),
            f"{outcome.cpu_seconds:.0f}",
            "yes" if outcome.converged else "no",
        )
    standard_output().print(table)


@archive.command()
def show(key: KeyArgument, archive: ArchiveOption = None, as_json: JsonOption = False) -> None:
    """Show one finished calculation: energies, settings, PAW sets, versions, cost.

    Example: `wadflow archive show 3fa9c1`
    """
    from wadflow.errors import ArchiveError, InputError
    from wadflow.workflows.launch import read_outcome

    memory = open_archive(archive)
    matches = [known for known in memory.keys() if known.startswith(key)]  # noqa: SIM118  # no dict
    if len(matches) != 1:
        problem = f"{len(matches)} calculations have a key that starts with '{key}'"
        raise InputError(problem, remedy="'wadflow archive list' lists the keys")
    entry = memory.find(matches[0])
    if entry is None:
        problem = f"the calculation {matches[0]} was damaged and has been moved aside"
        raise ArchiveError(problem)
    outcome = read_outcome(entry).model_dump(mode="json")
    if as_json:
        print_json(outcome)
        return
    from rich.table import Table

    table = Table(show_header=False, title=str(entry.path), title_justify="left")
    for name, value in outcome.items():
        if name not in ("atoms", "forces"):
            table.add_row(name, str(value))
    standard_output().print(table)


@archive.command()
def verify(archive: ArchiveOption = None, as_json: JsonOption = False) -> None:
    """Check every file of every calculation against its checksum.

    A damaged calculation is moved aside and will be done again when it is needed; the exit code
    is 1 then.

    Example: `wadflow archive verify`
    """
    memory = open_archive(archive)
    report = memory.verify(jobs=os.cpu_count() or 1)
    if as_json:
        print_json(
            {
                "valid": len(report.valid),
                "damaged": [str(entry) for entry in report.damaged],
                "incomplete": list(report.incomplete),
                "foreign": [str(path) for path in report.foreign],
            }
        )
    else:
        output = standard_output()
        output.print(
            f"{len(report.valid)} whole, {len(report.damaged)} damaged, "
            f"{len(report.incomplete)} incomplete in {memory.root}"
        )
        for path in report.foreign:
            output.print(f"does not belong there: {path}", soft_wrap=True)
    if not report.ok:
        raise typer.Exit(1)


@archive.command()
def export(
    file: Annotated[Path, typer.Argument(help="ASE database to write, for example results.db.")],
    archive: ArchiveOption = None,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace the file if it exists.")] = False,
) -> None:
    """Write all calculations to an ASE database, for `ase db` and `ase gui`.

    Example: `wadflow archive export results.db`, then `ase db results.db`
    """
    report = open_archive(archive).export(file, overwrite=overwrite)
    standard_output().print(str(report), soft_wrap=True)


@archive.command()
def tidy(archive: ArchiveOption = None) -> None:
    """Remove what killed processes left behind; never a result, never a checkpoint.

    Example: `wadflow archive tidy`
    """
    removed = open_archive(archive).tidy()
    standard_output().print(f"{len(removed)} left-overs removed")
    for path in removed:
        standard_output().print(str(path), soft_wrap=True)
