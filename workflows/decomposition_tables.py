"""Decomposition documents as tables for the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Group
from rich.table import Table
from rich.text import Text

from wadflow.results.thermochemistry.comparison import REFERENCE
from wadflow.results.thermochemistry.wording import metal_text, turning_text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rich.console import RenderableType

    from wadflow.results.thermochemistry.documents import DecompositionDocument
    from wadflow.results.thermochemistry.records import ComputedRecord

ABSENT = "--"

SHOWN = (298.15, 500.0, 1000.0, 1500.0)
"""Temperatures (K) at which errors are printed; documents have more."""


def decomposition_report(document: DecompositionDocument) -> RenderableType:
    """Return the reactions at 298.15 K, where they turn, and the verdict on each salt."""
    lines: list[RenderableType] = [*_warning(document)]
    lines += [
        Text("Reactions at 298.15 K and 1 bar, and where their Gibbs energy is zero", style="bold"),
        Text(document.convention, style="dim"),
        *_reaction_tables(document),
    ]
    if document.computed is not None:
        heading = f"Signed errors against {REFERENCE}: enthalpies and Gibbs energies in kJ/mol, entropies in"
        heading += " J/mol/K, temperatures of dG = 0 in K"
        lines += [Text(), Text(heading, style="bold"), *_error_tables(document)]
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


def _reaction_tables(document: DecompositionDocument) -> list[RenderableType]:
    return _below_equations(
        ["dH\nkJ/mol", "dS\nJ/mol/K", "dG\nkJ/mol", *(f"dG < 0\n{name}" for name in document.conditions)],
        {
            record.equation: [
                (
                    column.source,
                    f"{column.enthalpy_298:.1f}",
                    f"{column.entropy_298:.1f}",
                    f"{column.gibbs_energy_298:.1f}",
                    *(turning_text(turning, column) for turning in column.turnings),
                )
                for column in record.columns
            ]
            for record in document.reactions
        },
    )


def _error_tables(document: DecompositionDocument) -> list[RenderableType]:
    return _below_equations(
        ["dH\n298 K", "dS\n298 K", *(f"dG\n{kelvin:.0f} K" for kelvin in SHOWN)]
        + [f"dG = 0\n{name}" for name in document.conditions],
        {
            record.equation: [
                (
                    errors.source,
                    f"{errors.enthalpy_298:+.1f}",
                    f"{errors.entropy_298:+.1f}",
                    *(_signed(errors.gibbs_energies.get(kelvin), ".1f") for kelvin in SHOWN),
                    *(_signed(errors.turnings.get(name), ".0f") for name in document.conditions),
                )
                for errors in record.errors
            ]
            for record in document.reactions
        },
    )


def _signed(value: float | None, form: str) -> str:
    return ABSENT if value is None else f"{value:+{form}}"


def _below_equations(headings: list[str], rows: Mapping[str, list[tuple[str, ...]]]) -> list[RenderableType]:
    """Return the headings, then each equation with its rows; all are aligned.

    An equation in a column of its own would leave the numbers no room on a terminal of 80 columns. The first
    cell of a row is the source.
    """
    everything = [row for several in rows.values() for row in several]
    widths = [max(len(row[column]) for row in everything) for column in range(len(headings) + 1)]

    def aligned(*, with_headings: bool) -> Table:
        table = Table(box=None, pad_edge=False, show_header=with_headings)
        for heading, width in zip(["", *headings], widths, strict=True):
            least = max(width, *(len(line) for line in heading.split("\n")))
            table.add_column(heading, justify="right" if heading else "left", no_wrap=True, min_width=least)
        return table

    found: list[RenderableType] = [aligned(with_headings=True)]
    for equation, several in rows.items():
        table = aligned(with_headings=False)
        for row in several:
            table.add_row(*row)
        found += [Text(equation, style="italic"), table]
    return found


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
