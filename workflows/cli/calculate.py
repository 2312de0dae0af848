"""``wadflow plan`` and ``wadflow run``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from wadflow.workflows.cli.options import (
    ArchiveOption,
    JsonOption,
    NamesArgument,
    ProtocolOption,
    open_archive,
    print_json,
    standard_error,
    standard_output,
)

if TYPE_CHECKING:
    from rich.table import Table

    from wadflow.results.documents import AdhesionDocument
    from wadflow.workflows.plan import AdhesionPlan, PlannedCalculation


def plan(
    names: NamesArgument,
    protocol: ProtocolOption = "standard",
    archive: ArchiveOption = None,
    as_json: JsonOption = False,
) -> None:
    """Say what a run would calculate: each calculation with its key, new or in the archive.

    Starts nothing. The slabs are cut from the relaxed crystals, so their keys are known only
    when those are in the archive.

    Examples: `wadflow plan li110-li110`, `wadflow plan source` (the four interfaces of the source)
    and `wadflow plan my-interface.toml -p tight --json`
    """
    from wadflow.interfaces.groups import load_definitions
    from wadflow.workflows.plan import plan_adhesion
    from wadflow.workflows.protocol import load_protocol

    definitions = load_definitions(names)
    settings = load_protocol(protocol)
    memory = open_archive(archive)
    plans = [plan_adhesion(definition, settings, memory) for definition in definitions]
    if as_json:
        print_json([_plan_dict(one) for one in plans])
        return
    for one in plans:
        standard_output().print(_plan_table(one))


def run(
    names: NamesArgument,
    protocol: ProtocolOption = "standard",
    ranks: Annotated[
        int | None,
        typer.Option("--ranks", "-n", min=1, help="MPI ranks of each calculation; chosen if left out."),
    ] = None,
    archive: ArchiveOption = None,
    as_json: JsonOption = False,
) -> None:
    """Calculate the work of adhesion of interfaces, and print it with all it rests on.

    What the archive has is not calculated again; what was interrupted goes on after its last
    ionic step.

    Examples: `wadflow run li110-li110`, `wadflow run source` (the four interfaces of the source),
    `wadflow run li110-li110 -p smoke`, `wadflow run my-interface.toml --ranks 4`
    """
    from wadflow.interfaces.groups import load_definitions
    from wadflow.workflows.adhesion_steps import build
    from wadflow.workflows.display import display_for
    from wadflow.workflows.execution import Execution
    from wadflow.workflows.local_run import run_adhesion
    from wadflow.workflows.protocol import load_protocol
    from wadflow.workflows.result_tables import adhesion_report

    definitions = load_definitions(names)
    settings = load_protocol(protocol)
    for definition in definitions[1:]:  # one that cannot work stops all before anything runs;
        build(definition, settings)  # the first is built at once by its own plan
    documents: list[AdhesionDocument] = []
    try:
        with display_for(standard_error()) as display:
            execution = Execution.from_environment(archive=archive, ranks=ranks, listener=display)
            for definition in definitions:
                documents.append(run_adhesion(definition, settings, execution))  # noqa: PERF401
    finally:  # what has finished is shown also when a later one fails
        if as_json and documents:
            print_json([document.model_dump(mode="json") for document in documents])
        elif not as_json:
            for document in documents:
                standard_output().print(adhesion_report(document))


def _plan_dict(plan: AdhesionPlan) -> dict[str, Any]:
    return {
        "name": plan.definition.name,
        "protocol": plan.protocol.name,
        "complete": plan.complete,
        "calculations": [
            {
                "role": planned.role,
                "label": planned.calculation.label,
                "task": planned.calculation.task,
                "key": planned.key,
                "state": planned.state,
                "same_as": planned.same_as,
                "n_atoms": len(planned.calculation.atoms.numbers),
                "kpoints": list(planned.calculation.electrons.kpoints),
                "cutoff_eV": planned.calculation.electrons.cutoff,
                "dipole_layer": planned.calculation.electrons.dipole_layer,
            }
            for planned in plan.calculations
        ],
    }


def _task(planned: PlannedCalculation) -> str:
    relaxation = planned.calculation.relaxation
    if relaxation is None:
        return "static"
    return "relax gap" if relaxation.moves == "gap" else "relax"


def _plan_table(plan: AdhesionPlan) -> Table:
    from rich.table import Table

    table = Table(
        title=f"{plan.definition.title}, protocol {plan.protocol.name}",
        title_justify="left",
        box=None,
        pad_edge=False,
    )
    table.add_column("calculation", overflow="fold")
    table.add_column("task", no_wrap=True)
    for column in ("atoms", "k-points", "eV"):
        table.add_column(column, justify="right", no_wrap=True)
    table.add_column("key", no_wrap=True, min_width=12)
    table.add_column("state")
    for planned in plan.calculations:
        electrons = planned.calculation.electrons
        state = planned.state + (f" (same as {planned.same_as})" if planned.same_as else "")
        label = planned.calculation.label.removeprefix(f"{plan.definition.name} ")
        table.add_row(
            label,
            _task(planned),
            str(len(planned.calculation.atoms.numbers)),
            "x".join(str(count) for count in electrons.kpoints),
            f"{electrons.cutoff:g}",
            (planned.key or "")[:12],
            state,
        )
    return table
