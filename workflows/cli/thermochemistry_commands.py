"""``wadflow decompose``."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003  # typer reads the annotations
from typing import TYPE_CHECKING, Annotated

import typer

from wadflow.workflows.cli.options import JsonOption, print_json, standard_output

if TYPE_CHECKING:
    from collections.abc import Iterator

    from wadflow.results.thermochemistry.documents import DecompositionDocument


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
    pictures: Annotated[
        Path | None,
        typer.Option(
            "--pictures",
            help="Draw a Gibbs-energy diagram of each salt into this folder.",
            show_default=False,
        ),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Say what a salt becomes when it is heated, from the tables of experiment.

    Every reaction with its enthalpy, entropy and Gibbs energy by two sources, the temperature at
    which it turns at the partial pressures of each condition, the channel that comes first, and
    whether condensed metal is ever the stable product. Takes seconds; starts no calculation.

    Examples: `wadflow decompose`, `wadflow decompose Li2CO3 Na2CO3 -c vacuum`,
    `wadflow decompose my-reactions.toml -c my-conditions.toml --json`,
    `wadflow decompose LiF --pictures figures`
    """
    from wadflow.results.thermochemistry.conditions import find_conditions
    from wadflow.results.thermochemistry.decomposition import decomposition_from_tables
    from wadflow.results.thermochemistry.reactions import find_reactions
    from wadflow.workflows.decomposition_tables import decomposition_report

    document = decomposition_from_tables(
        find_reactions(names or []), find_conditions(conditions or ["ambient", "vacuum"])
    )
    if as_json:
        print_json(document.model_dump(mode="json"))
    else:
        standard_output().print(decomposition_report(document))
    if pictures is not None:
        for file in _draw(document, pictures):
            if not as_json:
                standard_output().print(f"picture: {file}", soft_wrap=True)


def _draw(document: DecompositionDocument, folder: Path) -> Iterator[Path]:
    """Draw a diagram of each salt, PNG and SVG; give each file when it is written."""
    from wadflow.results.thermochemistry.gibbs_diagram import draw_gibbs_diagram

    folder.mkdir(parents=True, exist_ok=True)
    for salt in dict.fromkeys(verdict.salt for verdict in document.verdicts):
        figure = draw_gibbs_diagram(document, salt)
        for ending in ("png", "svg"):
            file = folder / f"{salt}.gibbs-energy.{ending}"
            figure.savefig(file, dpi=200)
            yield file
