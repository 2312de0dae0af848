"""The section of cross-checks: what was computed beside experiment and other calculations."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wadflow.results.cross_check import NOT_CONFIRMED, cross_checks, missing_counterparts
from wadflow.results.cross_check_pictures import draw_cross_checks, pages_of_cross_checks
from wadflow.results.report import alternatives
from wadflow.results.report.blocks import (
    Block,
    Code,
    Column,
    Fold,
    Paragraph,
    Picture,
    Section,
    State,
    Table,
    Tone,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from wadflow.results.cross_check import ComputedDocument, CrossCheck, MissingCounterpart


def cross_check_section(documents: Sequence[ComputedDocument], command: str) -> Section | None:
    """Return the cross-checks of documents; None where the tables have no counterpart of any number.

    ``command`` prints the same in a terminal.
    """
    checks = cross_checks(documents)
    if not checks:
        return None
    missing = missing_counterparts(documents)
    # A number that no scheme of corrections changes stands once for each scheme, with one counterpart.
    once = list({(one.quantity, one.subject, one.computed, one.counterpart): one for one in checks}.values())
    judged = [one for one in once if one.agreement != "not stated"]
    within = sum(one.agreement == "within" for one in judged)
    measured = sum(one.kind == "experiment" for one in once)
    blocks: list[Block] = [
        Paragraph(
            f"{len(once)} different numbers stand beside a counterpart, {measured} of these from "
            f"experiment (in {len(checks)} rows: schemes of corrections that leave a number as it is give it "
            f"again). For {len(judged)} the counterpart has an uncertainty: {within} lie within the combined "
            f"uncertainty, {len(judged) - within} outside. Of heated salts that is the difference of two "
            "tables, a lower bound that holds no error of the functional: outside says that this error is "
            "larger, as it is known to be. Differences are computed minus counterpart."
        ),
        *(
            Picture(
                name="cross-checks" if number == 1 else f"cross-checks-{number}",
                figure=draw_cross_checks(page),
                caption="Signed differences, computed minus counterpart; bars are the combined uncertainty "
                "where one is given.",
                alternative=alternatives.of_cross_checks(page),
                wide=True,
            )
            for number, page in enumerate(pages_of_cross_checks(checks), start=1)
        ),
        _checks_table(checks),
    ]
    if missing:
        blocks.append(Fold("Numbers without a counterpart", (_missing_table(missing),)))
    blocks.append(Fold("The command to repeat it", (Code("Command", command, "bash"),)))
    return Section(anchor="cross-checks", title="Beside experiment", blocks=tuple(blocks))


def _checks_table(checks: Sequence[CrossCheck]) -> Table:
    return Table(
        name="cross-checks",
        caption="Computed, beside experiment, published calculations and the source",
        columns=(
            Column("quantity", "quantity"),
            Column("of", "subject"),
            Column("unit", "unit"),
            Column("computed", "computed", decimals=3),
            Column("counterpart", "counterpart", decimals=3),
            Column("difference", "difference", decimals=3, signed=True),
            Column("combined uncertainty", "combined_uncertainty", decimals=3),
            Column("agreement", "agreement"),
            Column("kind", "kind"),
            Column("method", "method"),
            Column("citation", "citation"),
        ),
        rows=tuple(
            (
                one.quantity,
                one.subject,
                one.unit,
                one.computed,
                one.counterpart,
                one.difference,
                one.combined_uncertainty,
                _states(one),
                one.kind,
                ", ".join(word for word in (one.protocol, one.method) if word),
                one.citation
                + (f", doi {one.doi}" if one.doi else "")
                + ("" if one.confirmed else f" ({NOT_CONFIRMED})"),
            )
            for one in checks
        ),
        notes=tuple(dict.fromkeys(note for one in checks for note in one.notes)),
    )


def _states(check: CrossCheck) -> tuple[State, ...]:
    tones: dict[str, Tone] = {"within": "good", "outside": "warn", "not stated": "plain"}
    states = [State(check.agreement, tones[check.agreement])]
    if not check.converged:
        states.append(State("NOT CONVERGED", "bad"))
    if not check.production:
        states.append(State("proves the path only", "bad"))
    return tuple(states)


def _missing_table(missing: Sequence[MissingCounterpart]) -> Table:
    return Table(
        name="without-counterpart",
        caption="What was computed and nobody measured, and what the tables hold and nobody computed",
        columns=(
            Column("quantity", "quantity"),
            Column("of", "subject"),
            Column("value", "value", decimals=3),
            Column("unit", "unit"),
            Column("what is missing", "side"),
            Column("found in", "found_in"),
        ),
        rows=tuple(
            (one.quantity, one.subject, one.value, one.unit, one.side, one.found_in) for one in missing
        ),
    )
