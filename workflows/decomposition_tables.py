"""Decomposition documents as tables for the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Group
from rich.table import Table
from rich.text import Text

from wadflow.results.thermochemistry.comparison import REFERENCE, TEMPERATURES
from wadflow.results.thermochemistry.wording import metal_text, turning_text

if TYPE_CHECKING:
    from rich.console import RenderableType

    from wadflow.results.thermochemistry.documents import DecompositionDocument
    from wadflow.results.thermochemistry.records import ComputedRecord

ABSENT = "--"


def decomposition_report(document: DecompositionDocument) -> RenderableType:
    """Return the reactions at 298.15 K, where they turn, and the verdict on each salt."""
    lines: list[RenderableType] = [*_warning(document)]
    lines += [
        Text("Reactions at 298.15 K and 1 bar, and where their Gibbs energy is zero", style="bold"),
        Text(document.convention, style="dim"),
        _reaction_table(document),
    ]
    if document.computed is not None:
        lines += [Text(), Text(f"Signed errors against {REFERENCE}", style="bold"), _error_table(document)]
        lines += [Text(), Text("Crystals", style="bold"), _crystal_table(document.computed)]
    if document.verdicts:
        lines += [Text(), Text("What comes first on heating", style="bold"), _verdict_table(document)]
    lines.append(Text())
    lines.extend(Text(f"{name}: {title}", style="dim") for name, title in document.sources.items())
    lines.extend(Text(f"{name}: {one.title}", style="dim") for name, one in document.conditions.items())
    lines.extend(Text(f"Note: {note}", style="yellow") for note in document.notes)
    return Group(*lines)


def _warning(document: DecompositionDocument) -> list[RenderableType]:
    if document.computed is None or document.computed.production:
        return []
    text = f"Protocol {document.computed.protocol}: proves the path; its numbers mean nothing"
    return [Text(text, style="bold yellow")]


def _crystal_table(computed: ComputedRecord) -> Table:
    table = Table(box=None, pad_edge=False)
    for column in ("crystal", "heat capacity at 298 K, J/mol/K", "JANAF (constant pressure)", "error"):
        table.add_column(column, justify="left" if column == "crystal" else "right")
    for one in computed.heat_capacities:
        error = one.relative_error
        table.add_row(
            one.species,
            f"{one.computed:.2f} (constant {one.at_constant})",
            ABSENT if one.measured is None else f"{one.measured:.2f}",
            ABSENT if error is None else f"{100 * error:+.1f} %",
        )
    return table


def _reaction_table(document: DecompositionDocument) -> Table:
    table = Table(box=None, pad_edge=False)
    table.add_column("reaction", overflow="fold")
    table.add_column("source", no_wrap=True)
    for heading in ("dH kJ/mol", "dS J/mol/K", "dG kJ/mol"):
        table.add_column(heading, justify="right", no_wrap=True)
    for name in document.conditions:
        table.add_column(f"dG < 0, {name}", justify="right", no_wrap=True)
    for record in document.reactions:
        for number, column in enumerate(record.columns):
            table.add_row(
                record.equation if number == 0 else "",
                column.source,
                f"{column.enthalpy_298:.1f}",
                f"{column.entropy_298:.1f}",
                f"{column.gibbs_energy_298:.1f}",
                *(turning_text(turning, column) for turning in column.turnings),
            )
    return table


def _error_table(document: DecompositionDocument) -> Table:
    table = Table(box=None, pad_edge=False)
    table.add_column("reaction", overflow="fold")
    table.add_column("source", no_wrap=True)
    headings = (
        "dH kJ/mol",
        "dS J/mol/K",
        *(f"dG {kelvin:.0f} K" for kelvin in TEMPERATURES),
        *(f"T of dG = 0, {name}" for name in document.conditions),
    )
    for heading in headings:
        table.add_column(heading, justify="right")
    for record in document.reactions:
        for number, errors in enumerate(record.errors):
            found = [errors.gibbs_energies.get(kelvin) for kelvin in TEMPERATURES]
            table.add_row(
                record.equation if number == 0 else "",
                errors.source,
                f"{errors.enthalpy_298:+.1f}",
                f"{errors.entropy_298:+.1f}",
                *(ABSENT if one is None else f"{one:+.1f}" for one in found),
                *(
                    f"{errors.turnings[name]:+.0f} K" if name in errors.turnings else ABSENT
                    for name in document.conditions
                ),
            )
    return table


def _verdict_table(document: DecompositionDocument) -> Table:
    equations = {record.name: record.equation for record in document.reactions}
    table = Table(box=None, pad_edge=False)
    for column in ("salt", "condition", "source"):
        table.add_column(column, no_wrap=True)
    table.add_column("from", justify="right", no_wrap=True)
    table.add_column("first channel", overflow="fold")
    table.add_column("condensed metal is stable", overflow="fold")
    for verdict in document.verdicts:
        temperature = verdict.first_temperature
        table.add_row(
            verdict.salt,
            verdict.condition,
            verdict.source,
            ABSENT if temperature is None else f"{temperature:.0f} K",
            equations[verdict.first] if verdict.first else f"none up to {verdict.highest:.0f} K",
            metal_text(verdict),
        )
    return table
