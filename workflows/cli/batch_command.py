"""``wadflow batch-script``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from wadflow.workflows.batch_script import (  # typer reads it
    WARNING_SECONDS,
    SchedulerName,
)
from wadflow.workflows.cli.options import (  # noqa: TC001  # typer reads them
    AccountOption,
    ArchiveOption,
    NamesArgument,
    PartitionOption,
    ProtocolOption,
)
from wadflow.workflows.cli.walltime import walltime_seconds


def batch_script(
    names: NamesArgument,
    *,
    scheduler: Annotated[SchedulerName, typer.Option("--scheduler", "-s", help="Whose header.")] = "slurm",
    ntasks: Annotated[
        int, typer.Option("--ntasks", "-n", min=1, help="MPI ranks: cores of the allocation.")
    ] = 1,
    time: Annotated[str, typer.Option("--time", "-t", help="Walltime: HH:MM:SS or D-HH:MM:SS.")] = "24:00:00",
    partition: PartitionOption = None,
    account: AccountOption = None,
    parallel_environment: Annotated[
        str, typer.Option("--parallel-environment", help="SGE's name for how ranks are spread over nodes.")
    ] = "mpi",
    before: Annotated[
        str | None,
        typer.Option("--before", help="Shell commands before the run: module load ...", show_default=False),
    ] = None,
    warning: Annotated[
        int, typer.Option("--warning", min=1, help="Seconds before the walltime at which the run stops.")
    ] = WARNING_SECONDS,
    resubmit: Annotated[
        int,
        typer.Option("--resubmit", min=0, help="How often the script submits itself again when unfinished."),
    ] = 0,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="File of the script; printed if left out.", show_default=False),
    ] = None,
    protocol: ProtocolOption = "standard",
    archive: ArchiveOption = None,
) -> None:
    """Write a batch script that runs interfaces inside one allocation of a queue.

    Before the walltime ends the run is told to stop; what has finished is in the archive, and the next run
    goes on after the last ionic step. With `--resubmit` the script submits itself again until all is done.

    Examples: `wadflow batch-script source --ntasks 32 --time 12:00:00 --resubmit 3 -o source.sh`,
    `wadflow batch-script my-interface.toml --scheduler pbs --partition short --before "module load gpaw"`
    """
    from wadflow.interfaces.groups import load_definitions
    from wadflow.workflows.adhesion_steps import build
    from wadflow.workflows.batch_script import SUBMIT, Allocation
    from wadflow.workflows.batch_script import batch_script as script_of
    from wadflow.workflows.durable import replace_file
    from wadflow.workflows.protocol import load_protocol

    definitions = load_definitions(names)
    settings = load_protocol(protocol)
    for definition in definitions:  # what cannot work must not wait in a queue to say so
        build(definition, settings)
    allocation = Allocation(
        job_name=f"wadflow-{definitions[0].name}" + ("-and-more" if definitions[1:] else ""),
        ntasks=ntasks,
        seconds=walltime_seconds(time, option="--time"),
        partition=partition,
        account=account,
        warning_seconds=warning,
        parallel_environment=parallel_environment,
    )
    path = None if output is None else output.resolve()
    text = script_of(
        _command(names, protocol, archive),
        allocation,
        scheduler,
        folder=Path.cwd(),
        before=before,
        path=path,
        resubmissions=resubmit,
    )
    if path is None:
        sys.stdout.write(text)
        return
    replace_file(path, text.encode())
    typer.echo(f"{output}: submit it with {SUBMIT[scheduler]} {output}")


def _command(names: list[str], protocol: str, archive: Path | None) -> list[str]:
    """Return the run as words; the interpreter is this one, whatever the job's PATH is."""
    command = [sys.executable, "-m", "wadflow", "run", *names, "--protocol", protocol]
    return command if archive is None else [*command, "--archive", str(archive.resolve())]
