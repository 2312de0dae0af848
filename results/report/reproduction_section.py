"""The section of the source: its numbers one by one beside ours, and what it does not say."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wadflow.results.report.blocks import Block, Code, Column, Fold, Paragraph, Section, Table
from wadflow.results.reproduction import NEAR_TEXT, reproduce

if TYPE_CHECKING:
    from collections.abc import Sequence

    from wadflow.results.documents import AdhesionDocument
    from wadflow.results.reproduction_records import ReproducedNumber, Reproduction

UNIT = "J/m2"


def reproduction_section(documents: Sequence[AdhesionDocument], command: str) -> Section | None:
    """Return the works of adhesion of the source beside ours; None where none of them was computed.

    ``command`` prints the same in a terminal.
    """
    reproduction = reproduce(documents, [])
    numbers = [number for number in reproduction.numbers if number.ours]
    if not numbers:
        return None
    blocks: list[Block] = [
        Paragraph(
            "What the source gives, and what was computed for the same contact: rigid and relaxed, at each "
            f"number of planes. Near is within {NEAR_TEXT}, and no proof that the same was calculated: the "
            "source gives no settings."
        ),
        _numbers(numbers),
        *(Paragraph(f"{number.title}: {number.verdict}") for number in numbers),
        Fold("What the source does not say", (_unsaid(reproduction),)),
        Fold("The command to repeat it", (Code("Command", command, "bash"),)),
    ]
    return Section(anchor="reproduction", title="Beside the source", blocks=tuple(blocks))


def _numbers(numbers: Sequence[ReproducedNumber]) -> Table:
    return Table(
        name="reproduction",
        caption="Works of adhesion of the source and ours, negative = bound",
        columns=(
            Column("interface", "interface"),
            Column("source", "source_J_per_m2", UNIT, 2),
            Column("ours", "kind"),
            Column("planes", "planes"),
            Column("model of polar sides", "polar_model"),
            Column("ours", "ours_J_per_m2", UNIT, 3),
            Column("ours - source", "difference_J_per_m2", UNIT, 2, signed=True),
            Column("of the source's size", "relative_difference_percent", "%", 0, signed=True),
            Column("near", "near"),
        ),
        rows=tuple(
            (
                number.title,
                number.source,
                one.kind,
                f"{one.lower} + {one.upper}",
                one.model or "not polar",
                one.value,
                one.difference,
                100 * one.relative_difference,
                "near" if one.near else "",
            )
            for number in numbers
            for one in number.ours
        ),
        notes=tuple(
            f"Planes of {number.title}: {number.sides}." for number in numbers if " + " in number.sides
        ),
    )


def _unsaid(reproduction: Reproduction) -> Table:
    return Table(
        name="unsaid-settings",
        caption="What the source does not say, and what stands here in its place",
        columns=(Column("setting", "setting"), Column("here", "ours")),
        rows=tuple((one.setting, one.ours) for one in reproduction.unsaid),
    )
