"""Tables of works of adhesion: the summary of all, and the parts of one."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from wadflow.results.contact_distance import sides_parted
from wadflow.results.plane_order import contact_changed
from wadflow.results.report.blocks import Column, State, Table, Value
from wadflow.results.sentences import planes_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from wadflow.results.documents import AdhesionDocument
    from wadflow.results.records import SideRecord

UNIT = "J/m2"

ROUNDING = 1e-15
"""Of double precision: no sum is said to be closer than that."""

KINDS = (
    "rigid: AB, A and B at the interface's geometry; relaxed: all three relaxed, in-plane cell fixed. The "
    "separation work is that of the relaxed value, of the rigid one where nothing was relaxed."
)


def states_of(document: AdhesionDocument) -> tuple[State, ...]:
    """Return what may be said of the convergence of a document, worst first."""
    states = []
    if not document.production:
        states.append(State("proves the path only: no result", "bad"))
    series = document.thickness_series
    if sides_parted(document.relaxed_structures):
        states.append(State("THE SIDES PARTED: no bond", "warn"))
    if contact_changed(document.relaxed_structures):
        states.append(State("OTHER PLANES MEET than were cut to", "warn"))
    if document.converged:
        relaxed = "relaxation converged" if document.energy_kind == "relaxed" else "converged"
        states.append(State(relaxed, "good"))
    else:
        states.append(State("NOT CONVERGED", "bad"))
    if series is not None:
        change = f"{series.last_change:+.2f} J/m2 by the last step"
        states.append(
            State(f"converged with thickness ({change})", "good")
            if series.converged
            else State(f"NOT CONVERGED WITH THICKNESS ({change})", "warn")
        )
    order = {"bad": 0, "warn": 1, "good": 2, "plain": 3}
    return tuple(sorted(states, key=lambda state: order[state.tone]))


def summary_table(documents: Sequence[AdhesionDocument]) -> Table:
    """Return one row for each document; works of adhesion in J/m2, negative = bound."""
    columns = (
        Column("interface", "interface"),
        Column("planes, lower + upper", "planes"),
        Column("model of polar sides", "polar_model"),
        Column("rigid", "work_of_adhesion_rigid_J_per_m2", UNIT, 3),
        Column("relaxed", "work_of_adhesion_relaxed_J_per_m2", UNIT, 3),
        Column("separation work", "separation_work_J_per_m2", UNIT, 3),
        Column("source", "source_J_per_m2", UNIT, 2),
        Column("rigid - source", "rigid_minus_source_J_per_m2", UNIT, 2, signed=True),
        Column("relaxed - source", "relaxed_minus_source_J_per_m2", UNIT, 2, signed=True),
        Column("state", "state"),
    )
    return Table(
        name="works-of-adhesion",
        caption="Works of adhesion, J/m2 per one interface, negative = bound",
        columns=columns,
        rows=tuple(_summary_row(document) for document in documents),
        notes=(
            *dict.fromkeys(document.sign_convention for document in documents),
            KINDS,
            *_source_notes(documents),
        ),
    )


def _summary_row(document: AdhesionDocument) -> tuple[Value, ...]:
    source = document.source.work_of_adhesion if document.source else None
    relaxed = document.work_of_adhesion_relaxed
    several = "" if document.protocol == "standard" else f" [{document.protocol}]"
    return (
        document.title + several,
        planes_text(document.lower, document.upper),
        polar_text(document),
        document.work_of_adhesion_rigid,
        relaxed,
        document.separation_work,
        source,
        None if source is None else document.work_of_adhesion_rigid - source,
        None if source is None or relaxed is None else relaxed - source,
        states_of(document),
    )


def polar_text(document: AdhesionDocument) -> str:
    """Say which model the polar sides have: ``ideal (lower)``, ``tasker2``, or ``not polar``."""
    models = {
        place: side.polar_model
        for place, side in (("lower", document.lower), ("upper", document.upper))
        if side.tasker_class == "III"
    }
    if not models:
        return "not polar"
    if len(models) == 2 and len(set(models.values())) == 1:
        return next(iter(models.values()))
    return ", ".join(f"{model} ({place})" for place, model in models.items())


def _source_notes(documents: Sequence[AdhesionDocument]) -> list[str]:
    sources = [document.source for document in documents if document.source is not None]
    return [
        f"Source: {citation}doi {doi}; {settings}: a small difference is no proof of an equal calculation."
        for citation, doi, settings in dict.fromkeys(
            (f"{one.citation}, " if one.citation else "", one.doi, one.settings) for one in sources
        )
    ]


def parts_table(document: AdhesionDocument) -> Table:
    """Return the parts that add up to the relaxed work of adhesion, J/m2."""
    relaxed = document.work_of_adhesion_relaxed
    rows: list[tuple[Value, ...]] = [("rigid", document.work_of_adhesion_rigid)]
    notes = []
    if relaxed is not None:
        a, b = document.relaxation_a, document.relaxation_b
        rows += [
            ("+ relaxation of AB", document.relaxation_ab),
            ("- relaxation of A (lower)", None if a is None else -a),
            ("- relaxation of B (upper)", None if b is None else -b),
            ("relaxed", relaxed),
        ]
        notes.append(f"The parts add up to {max(abs(document.closing_error or 0.0), ROUNDING):.0e} J/m2.")
    rows.append(("separation work", document.separation_work))
    for place, side in (("lower", document.lower), ("upper", document.upper)):
        rows.append((f"strain energy of the {place} side", side.strain_energy))
        if side.strain_energy_reason:
            notes.append(f"Strain energy of the {place} side: {side.strain_energy_reason}.")
    notes.append("Strain energies stand apart: they are no part of the work of adhesion.")
    return Table(
        name=f"parts.{document.name}.{document.protocol}",
        caption=f"Parts of the work of adhesion of {document.title}, J/m2",
        columns=(Column("part", "part"), Column("value", "value_J_per_m2", UNIT, 4)),
        rows=tuple(rows),
        notes=tuple(notes),
    )


def sides_table(document: AdhesionDocument) -> Table:
    """Return what was cut for each side, and its polarity."""
    columns = (
        Column("side", "side"),
        Column("face", "face"),
        Column("planes", "planes", decimals=0),
        Column("plane at the contact", "contact_plane"),
        Column("plane at the vacuum", "free_plane"),
        Column("Tasker class", "tasker_class"),
        Column("polar model", "polar_model"),
        Column("strain", "strain_percent", "%", 2),
    )
    return Table(
        name=f"sides.{document.name}.{document.protocol}",
        caption=f"The two sides of {document.title}",
        columns=columns,
        rows=tuple(
            _side_row(place, side) for place, side in (("lower", document.lower), ("upper", document.upper))
        ),
    )


def _side_row(place: str, side: SideRecord) -> tuple[Value, ...]:
    as_run = side.tasker_class_as_run
    tasker: str = side.tasker_class or "none (no formal charges)"
    if as_run is not None and as_run != side.tasker_class:
        tasker += f", {as_run} as run"
    return (
        place,
        side.name,
        side.planes,
        side.termination,
        side.free_termination,
        tasker,
        side.polar_model if side.tasker_class == "III" else "not polar",
        100 * side.strain_measure,
    )


def shifts_table(document: AdhesionDocument) -> Table | None:
    """Return the calculated shifts of an adhesion map; None where none was searched."""
    found = document.registry_map
    if found is None:
        return None
    return Table(
        name=f"shifts.{document.name}.{document.protocol}",
        caption=f"Adhesion map of {document.title}: rigid slabs, each shift at its best gap",
        columns=(
            Column("shift, fractions of a and b", "shift"),
            Column("equal shifts", "equal_shifts", decimals=0),
            Column("gap", "gap_angstrom", "angstrom", 3),
            Column("work of adhesion", "work_of_adhesion_J_per_m2", UNIT, 3),
            Column("state", "state"),
        ),
        rows=tuple(
            (
                f"{point.registry[0]:z.3f}, {point.registry[1]:z.3f}",
                len(point.images),
                point.gap,
                point.work_of_adhesion,
                (
                    *((State("bound most: relaxed", "plain"),) if place == found.best else ()),
                    State("gap found", "good") if point.converged else State("GAP NOT CONVERGED", "bad"),
                ),
            )
            for place, point in enumerate(found.points)
        ),
    )


def thickness_table(document: AdhesionDocument) -> Table | None:
    """Return the thickness series; None where none was run."""
    series = document.thickness_series
    if series is None:
        return None
    works = [point.work_of_adhesion for point in series.points]
    changes = [None, *(after - before for before, after in pairwise(works))]
    return Table(
        name=f"thickness.{document.name}.{document.protocol}",
        caption=f"Rigid work of adhesion of {document.title} over the number of planes",
        columns=(
            Column("planes, lower + upper", "planes"),
            Column("work of adhesion", "work_of_adhesion_J_per_m2", UNIT, 3),
            Column("change", "change_J_per_m2", UNIT, 3, signed=True),
        ),
        rows=tuple(
            (f"{point.lower_planes} + {point.upper_planes}", point.work_of_adhesion, change)
            for point, change in zip(series.points, changes, strict=True)
        ),
        notes=(series.sentence(),),
    )


def separation_table(document: AdhesionDocument) -> Table | None:
    """Return the separation curve; None where none was asked for."""
    curve = document.separation_curve
    if curve is None:
        return None
    fit = curve.fit
    notes = []
    if fit is not None:
        notes.append(
            f"Rose fit: {fit.depth:.3f} J/m2 at {fit.minimum:+.2f} angstrom, length {fit.length:.3f} "
            f"angstrom, largest stress {fit.largest_stress:.1f} GPa, deviation {fit.residual:.3f} J/m2."
        )
    return Table(
        name=f"separation.{document.name}.{document.protocol}",
        caption=f"Rigid work of adhesion of {document.title} while the sides are moved apart",
        columns=(
            Column("separation beyond the gap", "separation_angstrom", "angstrom", 2),
            Column("work of adhesion", "work_of_adhesion_J_per_m2", UNIT, 3),
        ),
        rows=tuple((point.separation, point.work_of_adhesion) for point in curve.points),
        notes=tuple(notes),
    )
