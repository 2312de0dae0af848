"""``wadflow submit``, ``status``, ``collect`` and ``queue``: a queue of jobflow-remote."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003  # typer reads it
from typing import TYPE_CHECKING, Annotated, Any

import typer

from wadflow.workflows.cli.options import (
    AccountOption,
    ArchiveOption,
    JsonOption,
    NamesArgument,
    PartitionOption,
    ProtocolOption,
    open_archive,
    print_json,
    standard_error,
    standard_output,
)
from wadflow.workflows.cli.walltime import walltime_seconds
from wadflow.workflows.queue_project import QueueScheduler  # noqa: TC001  # typer reads it

if TYPE_CHECKING:
    from rich.table import Table

    from wadflow.workflows.queue_status import QueuedStudy, Trouble

NO_RUNNER = "No runner is at work, so nothing moves. Start one with: jf -p {project} runner start"

queue = typer.Typer(
    help="Set up a queue of jobflow-remote.",
    no_args_is_help=True,
    epilog="Example: `wadflow queue init --name cluster --scheduler slurm --work-dir /scratch/me/jobs`",
)

ProjectOption = Annotated[
    str | None,
    typer.Option("--project", help="Project of jobflow-remote; the only or selected one if left out."),
]
SubmittedArgument = Annotated[
    list[str] | None,
    typer.Argument(help="Names of interfaces; all that were submitted if left out.", metavar="[NAME]..."),
]


def submit(
    names: NamesArgument,
    *,
    project: ProjectOption = None,
    worker: Annotated[
        str, typer.Option("--worker", help="Worker of the project for calculations.")
    ] = "calculations",
    light_worker: Annotated[
        str | None,
        typer.Option(
            "--light-worker",
            help="Worker for jobs that only build structures and combine numbers. "
            "Default: arithmetic, where there is one.",
            show_default=False,
        ),
    ] = None,
    remote_archive: Annotated[
        str | None,
        typer.Option(
            "--remote-archive",
            help="Directory of finished calculations as workers see it, absolute. Default: that of "
            "--archive; workers that are reached by ssh need it.",
            show_default=False,
        ),
    ] = None,
    max_ranks: Annotated[
        int, typer.Option("--max-ranks", "-n", min=1, help="MPI ranks of a large calculation.")
    ] = 1,
    max_time: Annotated[
        str, typer.Option("--max-time", "-t", help="Longest walltime to ask for: HH:MM:SS or D-HH:MM:SS.")
    ] = "24:00:00",
    partition: PartitionOption = None,
    light_partition: Annotated[
        str | None,
        typer.Option("--light-partition", help="The same for the worker of light jobs.", show_default=False),
    ] = None,
    account: AccountOption = None,
    qos: Annotated[
        str | None, typer.Option("--qos", help="Quality of service (Slurm).", show_default=False)
    ] = None,
    memory: Annotated[
        int | None,
        typer.Option(
            "--memory", min=1, help="MiB for each rank; the site's default if left out.", show_default=False
        ),
    ] = None,
    continuations: Annotated[
        int,
        typer.Option(
            "--continuations", min=0, help="How often a calculation whose walltime is over goes on by itself."
        ),
    ] = 10,
    protocol: ProtocolOption = "standard",
    archive: ArchiveOption = None,
) -> None:
    """Put interfaces into a queue of jobflow-remote: every calculation becomes a job of its own.

    Ranks and walltime of each job follow from its expected cost. Calculations that two interfaces share are
    computed once. A runner must be at work: `jf -p PROJECT runner start`.

    Examples: `wadflow submit source --project cluster --max-ranks 32 --partition short`,
    `wadflow submit my-interface.toml -p tight --max-time 12:00:00`
    """
    from wadflow.interfaces.groups import load_definitions
    from wadflow.workflows.adhesion_program import AdhesionStudy
    from wadflow.workflows.adhesion_steps import build
    from wadflow.workflows.batch_script import check_words
    from wadflow.workflows.execution import Execution, use_execution
    from wadflow.workflows.protocol import load_protocol
    from wadflow.workflows.queue_placement import SHORTEST_SECONDS, Placement
    from wadflow.workflows.queue_project import (
        check_worker,
        find_project,
        open_queue,
        runner_is_at_work,
        workers_archive,
    )

    definitions = load_definitions(names)
    settings = load_protocol(protocol)
    for definition in definitions:  # all or none is submitted
        build(definition, settings)
    found = find_project(project)
    local = open_archive(archive)
    light = light_worker or ("arithmetic" if "arithmetic" in found.workers else worker)
    for one in (worker, light):
        check_worker(found, one)
    check_words({"partition": partition, "light partition": light_partition, "account": account, "qos": qos})
    placement = Placement(
        worker=worker,
        light_worker=light,
        archive=workers_archive(found.workers[worker], remote_archive, local.root),
        max_ranks=max_ranks,
        max_seconds=walltime_seconds(max_time, option="--max-time", more_than=SHORTEST_SECONDS),
        partition=partition,
        light_partition=light_partition,
        account=account,
        qos=qos,
        memory=memory,
        continuations=continuations,
    )
    with open_queue(found) as opened, use_execution(Execution(local)):
        from wadflow.workflows.queue_submission import submit_study

        for definition in definitions:
            study = AdhesionStudy(definition=definition, protocol=settings)
            uuid = submit_study(study, found, placement)
            typer.echo(f"{study.name}: submitted to project {found.name} as flow {uuid}")
        if not runner_is_at_work(opened):
            typer.echo(NO_RUNNER.format(project=found.name))
    typer.echo(f"See how far they are with: wadflow status --project {found.name}")


def status(
    names: SubmittedArgument = None, *, project: ProjectOption = None, as_json: JsonOption = False
) -> None:
    """Show how far submitted interfaces are, and why something failed.

    Examples: `wadflow status --project cluster`, `wadflow status li110-li110 --json`
    """
    from wadflow.workflows.queue_project import find_project, open_queue, runner_is_at_work
    from wadflow.workflows.queue_status import submitted_studies

    found = find_project(project)
    with open_queue(found) as opened:
        studies = submitted_studies(opened, names)
        at_work = runner_is_at_work(opened)
    if as_json:
        print_json([_as_dict(study, found.name) for study in studies])
        return
    if not studies:
        standard_output().print("Nothing was submitted to this project yet.")
        return
    console = standard_output()
    console.print(_table(studies))
    if not at_work and any(study.state not in ("COMPLETED", "FAILED", "STOPPED") for study in studies):
        console.print(NO_RUNNER.format(project=found.name))
    for study in studies:
        for trouble in study.troubles:
            console.print(f"\n{study.name}, {trouble.job} ({trouble.uuid}): {trouble.reason}", markup=False)
            console.print(f"  Remedy: {_remedy(trouble, found.name)}", markup=False)


def collect(
    names: SubmittedArgument = None, *, project: ProjectOption = None, archive: ArchiveOption = None
) -> None:
    """Take what submitted interfaces came to into the local archive: calculations, and finished documents.

    Examples: `wadflow collect --project cluster`, then `wadflow results`
    """
    from wadflow.workflows.queue_project import find_project, open_queue
    from wadflow.workflows.queue_status import submitted_studies

    memory = open_archive(archive)
    with open_queue(find_project(project)) as opened:
        studies = submitted_studies(opened, names)
        from wadflow.workflows.queue_submission import collect_study

        for study in studies:
            collected = collect_study(study, opened, memory)
            end = f"document {collected.document}" if collected.document else "not finished"
            typer.echo(
                f"{study.name}: {collected.calculations} calculations taken, {collected.known} known; {end}"
            )
    if not studies:
        standard_error().print("Nothing was submitted to this project yet.")


@queue.command()
def init(
    *,
    name: Annotated[str, typer.Option("--name", prompt="Name of the project", help="Name of the project.")],
    scheduler: Annotated[
        QueueScheduler, typer.Option("--scheduler", "-s", prompt="Scheduler", help="What runs jobs there.")
    ],
    work_dir: Annotated[
        Path,
        typer.Option("--work-dir", prompt="Work directory there", help="Where each job gets a folder there."),
    ],
    environment: Annotated[
        str,
        typer.Option(
            "--environment",
            prompt="Shell command that activates the environment there",
            help="Shell command there that activates the environment of wadflow.",
        ),
    ],
    mongodb: Annotated[
        str,
        typer.Option("--mongodb", prompt="MongoDB server (host:port)", help="Address of the MongoDB server."),
    ] = "localhost:27017",
    host: Annotated[
        str | None,
        typer.Option("--host", help="Host that is reached by ssh; this machine if left out."),
    ] = None,
    user: Annotated[str | None, typer.Option("--user", help="User there.")] = None,
    poll: Annotated[
        float, typer.Option("--poll", min=1.0, help="Seconds between two looks at the queue.")
    ] = 30.0,
) -> None:
    """Write a project file of jobflow-remote, with a worker for calculations and one for arithmetic.

    What is left out is asked for.

    Example: `wadflow queue init --name cluster --scheduler slurm --host login.site.org --user me
    --work-dir /scratch/me/jobs --environment "module load gpaw; source ~/wadflow/bin/activate"
    --mongodb db.site.org:27017`
    """
    from wadflow.workflows.queue_project import Site, write_project

    site = Site(
        name=name,
        scheduler=scheduler,
        work_dir=work_dir,
        mongodb=mongodb,
        environment=environment or None,
        host=host,
        user=user,
        poll=poll,
    )
    path = write_project(site)
    typer.echo(f"{path}: read it, and add what the site asks for")
    typer.echo(
        f"Check it with: jf -p {name} project check -e; once for a new database: jf -p {name} admin reset"
    )


@queue.command()
def trial(
    name: Annotated[str, typer.Argument(help="Interface.", metavar="[NAME]")] = "li110-li110",
    protocol: ProtocolOption = "rehearsal",
    archive: ArchiveOption = None,
) -> None:
    """Send an interface through a queue on this machine: Slurm on loopback, a database, a runner.

    It needs root, Slurm (`apt-get install slurm-wlm munge`) and `pip install secantusdb`, leaves nothing
    behind but what it collected, and takes two minutes with the protocol `rehearsal`.

    Examples: `wadflow queue trial`, `wadflow queue trial li110-li110 -p smoke`
    """
    from wadflow.interfaces.definition import load_definition
    from wadflow.workflows.protocol import load_protocol
    from wadflow.workflows.queue_trial import run_trial

    load_definition(name)
    load_protocol(protocol)
    run_trial(name, protocol, open_archive(archive).root, typer.echo)


def _remedy(trouble: Trouble, project: str) -> str:
    return trouble.remedy.replace("UUID", trouble.uuid).replace("PROJECT", project)


def _as_dict(study: QueuedStudy, project: str) -> dict[str, Any]:
    return {
        "name": study.name,
        "document": study.document,
        "flow": study.uuid,
        "state": study.state,
        "jobs": dict(study.progress),
        "running": list(study.running),
        "troubles": [
            {"job": one.job, "uuid": one.uuid, "reason": one.reason, "remedy": _remedy(one, project)}
            for one in study.troubles
        ],
    }


def _table(studies: list[QueuedStudy]) -> Table:
    from rich.table import Table

    table = Table(box=None, pad_edge=False)
    table.add_column("interface", overflow="fold")
    columns = ("done", "running", "queued", "waiting", "failed", "stopped")
    for column in columns:
        table.add_column(column, justify="right", no_wrap=True)
    table.add_column("now", overflow="fold")
    for study in studies:
        counts = [str(study.progress.get(column, "")) for column in columns]  # type: ignore[call-overload]
        now = ", ".join(study.running) or ("finished" if study.state == "COMPLETED" else "")
        table.add_row(study.name, *counts, now)
    return table
