"""Documents as tables for the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Group
from rich.table import Table
from rich.text import Text

from wadflow.results.comparison import compare_with_source
from wadflow.results.sentences import settings_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import RenderableType

    from wadflow.results.documents import AdhesionDocument

ABSENT = "--"


def adhesion_table(documents: Sequence[AdhesionDocument]) -> RenderableType:
    """Return one line for each document; works of adhesion in J/m2."""
    table = Table(
        title="Work of adhesion, J/m2 per interface, negative = bound",
        title_justify="left",
        box=None,
        pad_edge=False,
    )
    for column in ("interface", "protocol", "planes"):
        table.add_column(column, no_wrap=True)
    for column in ("rigid", "relaxed", "source", "ours - source"):
        table.add_column(column, justify="right", no_wrap=True)
    table.add_column("state")
    for document in documents:
        source = document.source
        table.add_row(
            document.name,
            document.protocol,
            f"{document.lower.planes}+{document.upper.planes}",
            _number(document.work_of_adhesion_rigid),
            _number(document.work_of_adhesion_relaxed),
            _number(source.work_of_adhesion if source else None, decimals=2),
            _number(source.difference if source else None, signed=True),
            _state(document),
        )
    dois = sorted({document.source.doi for document in documents if document.source})
    notes = [Text(f"Source: doi {doi}; settings of the source unknown.") for doi in dois]
    return Group(table, *notes)


def adhesion_report(document: AdhesionDocument) -> RenderableType:
    """Return everything about one document that belongs beside its number."""
    table = Table(show_header=False, box=None, pad_edge=False)
    table.add_column(style="dim")
    table.add_column(justify="right")
    table.add_column()
    unit = "J/m2"
    table.add_row("work of adhesion, rigid", _number(document.work_of_adhesion_rigid, 4), unit)
    if document.work_of_adhesion_relaxed is not None:
        table.add_row("  + relaxation of AB", _number(document.relaxation_ab, 4, signed=True), unit)
        table.add_row("  - relaxation of A", _number(_minus(document.relaxation_a), 4, signed=True), unit)
        table.add_row("  - relaxation of B", _number(_minus(document.relaxation_b), 4, signed=True), unit)
        table.add_row(
            "work of adhesion, relaxed",
            Text(_number(document.work_of_adhesion_relaxed, 4), style="bold"),
            f"{unit}  (closing error {abs(document.closing_error or 0.0):.0e})",
        )
    table.add_row("separation work", _number(document.separation_work, 4), unit)
    for side, record in (("lower", document.lower), ("upper", document.upper)):
        strain = _number(record.strain_energy, 4) if record.strain_energy is not None else ABSENT
        reason = record.strain_energy_reason or f"strain {record.strain_measure:.2%}"
        table.add_row(f"strain energy, {side}", strain, f"{unit}  (apart; {reason})")
    table.add_row("area", f"{document.area:.4f}", f"angstrom2, {document.n_interfaces} interface")
    if document.gap is not None and document.registry is not None:
        fx, fy = document.registry
        table.add_row("gap", f"{document.gap:.3f}", f"angstrom, before relaxation; shift {fx:z.3f} {fy:z.3f}")
    lines: list[RenderableType] = [
        Text(f"{document.title}   [{document.protocol}]", style="bold"),
        Text(f"{document.sign_convention}", style="dim"),
        table,
        Text(f"Model: {document.model}"),
        Text(f"Settings: {settings_text(document.ab)}"),
    ]
    lines.extend(_variations(document))
    if document.source is not None:
        lines.append(Text(compare_with_source(document).sentence))
    lines.append(Text(f"State: {_state(document)}; {_cost(document)}"))
    lines.extend(Text(f"Note: {warning}", style="yellow") for warning in document.warnings)
    return Group(*lines, Text(""))


def _variations(document: AdhesionDocument) -> list[RenderableType]:
    """Return what was searched or varied around the number."""
    lines: list[RenderableType] = []
    found = document.registry_map
    if found is not None:
        table = Table(
            title="Adhesion map: rigid, each shift at its best gap",
            title_justify="left",
            box=None,
            pad_edge=False,
        )
        for column in ("shift", "equal shifts", "gap, angstrom", "J/m2", ""):
            table.add_column(column, justify="right")
        for place, point in enumerate(found.points):
            table.add_row(
                f"{point.registry[0]:z.3f} {point.registry[1]:z.3f}",
                str(len(point.images)),
                f"{point.gap:.3f}",
                _number(point.work_of_adhesion),
                ("relaxed" if place == found.best else "") + ("" if point.converged else " NOT converged"),
            )
        lines.append(table)
    curve = document.separation_curve
    if curve is not None:
        points = ", ".join(f"{one.separation:g}: {one.work_of_adhesion:.3f}" for one in curve.points)
        lines.append(Text(f"Separation (angstrom): rigid work of adhesion (J/m2): {points}"))
        if curve.fit is not None:
            fit = curve.fit
            lines.append(
                Text(
                    f"Universal binding energy curve: {fit.depth:.3f} J/m2 at {fit.minimum:+.2f} angstrom, "
                    f"length {fit.length:.3f} angstrom, largest stress {fit.largest_stress:.1f} GPa, "
                    f"deviation {fit.residual:.3f} J/m2"
                )
            )
    return lines


def _state(document: AdhesionDocument) -> str:
    if not document.production:
        return "proves the path only"
    return "converged" if document.converged else "NOT converged"


def _cost(document: AdhesionDocument) -> str:
    unique = {record.key: record for record in document.calculations}
    found = sum(record.from_archive for record in unique.values())
    seconds = sum(record.cpu_seconds for record in unique.values())
    return f"{len(unique)} calculations of {seconds:.0f} CPU seconds, {found} of them from the archive"


def _minus(value: float | None) -> float | None:
    return None if value is None else -value


def _number(value: float | None, decimals: int = 3, *, signed: bool = False) -> str:
    if value is None:
        return ABSENT
    return f"{value:+.{decimals}f}" if signed else f"{value:.{decimals}f}"
