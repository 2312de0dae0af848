"""``wadflow plan`` and ``wadflow run``."""

from __future__ import annotations

from wadflow.workflows.cli.options import (
    ArchiveOption,
    JsonOption,
    NamesArgument,
    ProtocolOption,
    RanksOption,
    open_archive,
    print_json,
    standard_error,
    standard_output,
)


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
    from wadflow.workflows.adhesion_program import AdhesionStudy
    from wadflow.workflows.costs import CostModel
    from wadflow.workflows.plan import plan_study
    from wadflow.workflows.plan_tables import plan_dict, plan_table
    from wadflow.workflows.protocol import load_protocol

    definitions = load_definitions(names)
    settings = load_protocol(protocol)
    memory = open_archive(archive)
    studies = [AdhesionStudy(definition=definition, protocol=settings) for definition in definitions]
    plans = [plan_study(study, memory) for study in studies]
    costs = CostModel.of_archive(memory)
    if as_json:
        print_json([plan_dict(one, costs) for one in plans])
        return
    for one in plans:
        standard_output().print(plan_table(one, costs))


def run(
    names: NamesArgument,
    protocol: ProtocolOption = "standard",
    ranks: RanksOption = None,
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
    from wadflow.results.documents import AdhesionDocument
    from wadflow.workflows.adhesion_program import AdhesionStudy
    from wadflow.workflows.adhesion_steps import build
    from wadflow.workflows.display import display_for
    from wadflow.workflows.execution import Execution
    from wadflow.workflows.local_run import run_study
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
                study = AdhesionStudy(definition=definition, protocol=settings)
                documents.append(run_study(study, execution, AdhesionDocument))
    finally:  # what has finished is shown also when a later one fails
        if as_json and documents:
            print_json([document.model_dump(mode="json") for document in documents])
        elif not as_json:
            for document in documents:
                standard_output().print(adhesion_report(document))
