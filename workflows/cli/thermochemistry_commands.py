"""``wadflow decompose``."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003  # typer reads the annotations
from typing import TYPE_CHECKING, Annotated

import typer

from wadflow.errors import InputError
from wadflow.workflows.cli.options import (
    ArchiveOption,
    JsonOption,
    RanksOption,
    open_archive,
    print_json,
    standard_error,
    standard_output,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from wadflow.results.thermochemistry.conditions import Condition
    from wadflow.results.thermochemistry.documents import DecompositionDocument
    from wadflow.results.thermochemistry.reactions import Reaction
    from wadflow.workflows.decomposition_program import DecompositionStudy


def decompose(
    names: Annotated[
        list[str] | None,
        typer.Argument(
            help="Salts (Li2CO3), reactions (li2co3-oxide), files of reactions; all shipped if left out.",
            metavar="[SALT|REACTION|FILE]...",
            show_default=False,
        ),
    ] = None,
    *,
    conditions: Annotated[
        list[str] | None,
        typer.Option(
            "--conditions",
            "-c",
            help="standard, ambient, vacuum, or a TOML file of partial pressures; may be repeated. "
            "Default: ambient and vacuum.",
            show_default=False,
        ),
    ] = None,
    protocol: Annotated[
        str | None,
        typer.Option(
            "--protocol",
            "-p",
            help="Calculate the species from first principles too: smoke, standard, tight, or a TOML file.",
            show_default=False,
        ),
    ] = None,
    quasiharmonic: Annotated[
        bool,
        typer.Option(
            "--quasiharmonic", help="With --protocol: let crystals expand, with phonons at several volumes."
        ),
    ] = False,
    ranks: RanksOption = None,
    archive: ArchiveOption = None,
    plan: Annotated[
        bool, typer.Option("--plan", help="With --protocol: say what would be calculated, start nothing.")
    ] = False,
    pictures: Annotated[
        Path | None,
        typer.Option(
            "--pictures",
            help="Draw a Gibbs-energy diagram of each salt into this folder; with --protocol its errors too.",
            show_default=False,
        ),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Say what a salt becomes when it is heated, from tables of experiment and from first principles.

    Every reaction with its enthalpy, entropy and Gibbs energy by each source, the temperature at
    which it turns at the partial pressures of each condition, the channel that comes first, and
    whether condensed metal is ever the stable product. Without a protocol it reads the tables alone,
    takes seconds and starts no calculation.

    Examples: `wadflow decompose`, `wadflow decompose Li2CO3 Na2CO3 -c vacuum`,
    `wadflow decompose my-reactions.toml -c my-conditions.toml --json`,
    `wadflow decompose LiF --pictures figures`, `wadflow decompose LiF -p standard --plan`,
    `wadflow decompose LiF -p standard --quasiharmonic`
    """
    from wadflow.results.thermochemistry.conditions import find_conditions
    from wadflow.results.thermochemistry.decomposition import decomposition_from_tables
    from wadflow.results.thermochemistry.reactions import find_reactions
    from wadflow.workflows.decomposition_tables import decomposition_report

    for option, given in (("--plan", plan), ("--quasiharmonic", quasiharmonic)):
        if given and protocol is None:
            raise InputError(
                f"{option} is about calculations, but the tables alone were asked for",
                remedy=f"add a protocol, for example `-p standard`, or leave {option} out",
            )
    reactions = find_reactions(names or [])
    at = find_conditions(conditions or ["ambient", "vacuum"])
    if protocol is None:
        document = decomposition_from_tables(reactions, at)
    else:
        study = _study(names or [], protocol, reactions, at, quasiharmonic=quasiharmonic)
        if plan:
            _show_plan(study, archive, as_json=as_json)
            return
        document = _calculated(study, archive, ranks)
    if as_json:
        print_json(document.model_dump(mode="json"))
    else:
        standard_output().print(decomposition_report(document))
    if pictures is not None:
        for file in _draw(document, pictures):
            if not as_json:
                standard_output().print(f"picture: {file}", soft_wrap=True)


def _study(
    names: list[str],
    protocol: str,
    reactions: dict[str, Reaction],
    conditions: dict[str, Condition],
    *,
    quasiharmonic: bool,
) -> DecompositionStudy:
    from wadflow.workflows.decomposition_program import DecompositionStudy
    from wadflow.workflows.protocol import load_protocol

    # The name of the document: what was asked for, files by their stems.
    selection = "-".join(name.removesuffix(".toml").rsplit("/", 1)[-1] for name in names) or "all"
    return DecompositionStudy(
        selection=selection,
        protocol=load_protocol(protocol),
        reactions=reactions,
        conditions=conditions,
        quasiharmonic=quasiharmonic,
    )


def _show_plan(study: DecompositionStudy, archive: Path | None, *, as_json: bool) -> None:
    from wadflow.workflows.costs import CostModel
    from wadflow.workflows.plan import plan_study
    from wadflow.workflows.plan_tables import plan_dict, plan_table

    memory = open_archive(archive)
    planned, costs = plan_study(study, memory), CostModel.of_archive(memory)
    if as_json:
        print_json(plan_dict(planned, costs))
    else:
        standard_output().print(plan_table(planned, costs))


def _calculated(study: DecompositionStudy, archive: Path | None, ranks: int | None) -> DecompositionDocument:
    from wadflow.results.thermochemistry.documents import DecompositionDocument
    from wadflow.workflows.display import display_for
    from wadflow.workflows.execution import Execution
    from wadflow.workflows.local_run import run_study

    with display_for(standard_error()) as display:
        execution = Execution.from_environment(archive=archive, ranks=ranks, listener=display)
        return run_study(study, execution, DecompositionDocument)


def _draw(document: DecompositionDocument, folder: Path) -> Iterator[Path]:
    """Draw the diagrams of each salt, PNG and SVG; give each file when it is written."""
    from wadflow.results.thermochemistry.error_diagram import draw_errors
    from wadflow.results.thermochemistry.gibbs_diagram import draw_gibbs_diagram

    diagrams = {"gibbs-energy": draw_gibbs_diagram}
    if document.computed is not None:
        diagrams["errors"] = draw_errors
    folder.mkdir(parents=True, exist_ok=True)
    for salt in dict.fromkeys(verdict.salt for verdict in document.verdicts):
        for name, draw in diagrams.items():
            figure = draw(document, salt)
            for ending in ("png", "svg"):
                file = folder / f"{salt}.{name}.{ending}"
                figure.savefig(file, dpi=200)
                yield file
