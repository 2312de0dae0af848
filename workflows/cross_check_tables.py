"""Cross-checks as tables for the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Group
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from wadflow.results.cross_check import NOT_CONFIRMED, NOT_CONVERGED
from wadflow.results.number_texts import ABSENT, percent, significant

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import RenderableType

    from wadflow.results.cross_check import CrossCheck, MissingCounterpart
    from wadflow.results.cross_check_selection import CrossCheckSummary

MOST_SUBJECTS = 2
"""Subjects of a note that are named; more are counted."""

AGREEMENT = {"within": "in", "outside": "OUT", "not stated": ABSENT}

BESIDE = {"experiment": "exp.", "published calculation": "calc.", "source": "source", "identity": "identity"}

CONVENTION = (
    "Signed differences, computed - counterpart. in, OUT: within and outside the combined uncertainty; "
    "--: the counterpart gives none."
)

MARKS = "?: counterpart not confirmed in its source. *: not all calculations behind it converged."


def summary_report(
    summaries: Sequence[CrossCheckSummary], missing: Sequence[MissingCounterpart]
) -> RenderableType:
    """Return one line for each quantity, method and kind of counterpart."""
    table = Table(box=None, pad_edge=False)
    table.add_column("quantity", overflow="fold")
    table.add_column("beside", no_wrap=True)
    table.add_column("unit", no_wrap=True)
    for column in ("n", "mean", "mean abs.", "largest", "in", "OUT"):
        table.add_column(column, justify="right", no_wrap=True)
    for one in summaries:
        stated = one.within + one.outside
        name = ", ".join(part for part in (one.quantity, one.method) if part)
        table.add_row(
            name,
            BESIDE[one.kind],
            one.unit,
            str(one.count),
            significant(one.mean, signed=True),
            significant(one.mean_absolute),
            significant(one.largest, signed=True),
            str(one.within) if stated else ABSENT,
            str(one.outside) if stated else ABSENT,
        )
    count = sum(one.count for one in summaries)
    experiments = sum(one.count for one in summaries if one.kind == "experiment")
    return Group(
        Text(f"{count} cross-checks, {experiments} of them with experiment", style="bold"),
        Text(CONVENTION, style="dim"),
        table,
        *_missing(missing),
        Text("Every one of them: wadflow compare --all; of a species, quantity or document: with its name."),
    )


def cross_check_report(checks: Sequence[CrossCheck], missing: Sequence[MissingCounterpart]) -> RenderableType:
    """Return every cross-check, one table a quantity with its unit, what limits them, and the sources."""
    lines: list[RenderableType] = [Text(f"{CONVENTION} {MARKS}", style="dim")]
    groups: dict[tuple[str, str], list[CrossCheck]] = {}
    for one in checks:
        groups.setdefault((one.quantity, one.unit), []).append(one)
    sources = {text: number for number, text in enumerate(dict.fromkeys(map(_source, checks)), start=1)}
    for (quantity, unit), group in groups.items():
        lines += [Text(), Text(f"{quantity}, {unit}", style="bold"), _table(group, sources)]
        lines += [_indented(note, style="dim") for note in _shared_notes(group)]
    lines += [Text(), *_missing(missing)]
    lines += [Text(f"[{number}] {text}", style="dim") for text, number in sources.items()]
    return Group(*lines)


def _table(group: Sequence[CrossCheck], sources: dict[str, int]) -> Table:
    table = Table(box=None, pad_edge=False)
    table.add_column("", overflow="fold", ratio=1)
    table.add_column("ours", justify="right", no_wrap=True)
    table.add_column("beside", no_wrap=True)
    for column in ("theirs", "+/-", "diff.", "%"):
        table.add_column(column, justify="right", no_wrap=True)
    table.add_column("", no_wrap=True)
    last = ""
    protocols = {one.protocol for one in group}
    for one in group:
        parts = [one.subject, one.method, one.protocol if len(protocols) > 1 else ""]
        name = ", ".join(part for part in parts if part)
        relative = one.relative_difference
        table.add_row(
            "" if name == last else name,
            "" if name == last else significant(one.computed) + ("" if one.converged else "*"),
            _beside(one, sources),
            significant(one.counterpart) + ("" if one.confirmed else "?"),
            ABSENT if one.combined_uncertainty is None else significant(one.combined_uncertainty),
            significant(one.difference, signed=True),
            percent(relative),
            AGREEMENT[one.agreement],
        )
        last = name
    return table


def _beside(check: CrossCheck, sources: dict[str, int]) -> str:
    """Say in few letters what the counterpart is: ``exp. 293 K [2]``."""
    temperature = (
        f" {check.temperature:.0f} K" if check.kind == "experiment" and check.temperature is not None else ""
    )
    return f"{BESIDE[check.kind]}{temperature} [{sources[_source(check)]}]"


def _source(check: CrossCheck) -> str:
    doi = "" if check.doi is None or check.doi in check.citation else f", doi {check.doi}"
    return f"{check.citation}{doi}"


def _shared_notes(group: Sequence[CrossCheck]) -> list[str]:
    """Return the notes of a group, each once, with the subjects that it is of where it is not of all."""
    subjects = list(dict.fromkeys(one.subject for one in group))
    notes: dict[str, dict[str, None]] = {}
    for one in group:
        for note in one.notes:
            if note not in (NOT_CONVERGED, NOT_CONFIRMED):  # marked in the table
                notes.setdefault(note, {})[one.subject] = None
    return [_note(note, list(of), subjects) for note, of in notes.items()]


def _note(note: str, of: list[str], subjects: list[str]) -> str:
    if len(of) == len(subjects):
        return note
    if len(of) > MOST_SUBJECTS:
        return f"{len(of)} of {len(subjects)}: {note}"
    return f"{', '.join(of)}: {note}"


def _indented(text: str, style: str = "") -> RenderableType:
    return Padding(Text(text, style=style), (0, 0, 0, 2))


def _missing(missing: Sequence[MissingCounterpart]) -> list[RenderableType]:
    titles = {
        "not measured": "Computed, and nothing to compare with:",
        "not computed": "In the tables, and not computed:",
    }
    lines: list[RenderableType] = []
    for side, title in titles.items():
        subjects: dict[str, dict[str, None]] = {}
        for one in missing:
            if one.side == side:
                subjects.setdefault(one.quantity, {})[one.subject] = None
        if subjects:
            lines.append(Text(title, style="bold"))
            lines += [_indented(f"{quantity}: {', '.join(names)}") for quantity, names in subjects.items()]
            lines.append(Text())
    return lines
