"""The reproduction of the source as tables for the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Group
from rich.table import Table
from rich.text import Text

from wadflow.results.number_texts import ABSENT, percent
from wadflow.results.reproduction import NEAR_TEXT, SOURCE_ON_SALTS

if TYPE_CHECKING:
    from rich.console import RenderableType

    from wadflow.results.reproduction_records import ReproducedConclusion, ReproducedNumber, Reproduction


def reproduction_report(reproduction: Reproduction) -> RenderableType:
    """Return the numbers of the source, its conclusions on heated salts, and what it does not say."""
    doi = ", ".join(dict.fromkeys(one.doi for one in reproduction.numbers))
    return Group(
        Text("Work of adhesion, J/m2 per interface, negative = bound", style="bold"),
        Text(
            f"Source: doi {doi}. Difference: ours - source, also in % of the source's size; near: within "
            f"{NEAR_TEXT}. Planes: lower + upper side.",
            style="dim",
        ),
        _numbers(reproduction),
        Text(),
        *(Text.assemble((f"{one.title}", "bold"), _sides(one), one.verdict) for one in reproduction.numbers),
        Text(),
        Text("Heated salts", style="bold"),
        Text(f"The source, in air and in the vacuum of its microscope: {SOURCE_ON_SALTS}.", style="dim"),
        _conclusions(reproduction),
        Text(_metal(reproduction), style="dim"),
        Text(
            "Agreement is on the direction of equilibrium at the stated pressures; rates and electron beams "
            "are in none of the columns.",
            style="dim",
        ),
        Text(),
        Text("What the source does not say, and what stands here in its place", style="bold"),
        _unsaid(reproduction),
    )


def _sides(number: ReproducedNumber) -> str:
    """Say whose planes are counted, where the sides differ."""
    return f" (planes of {number.sides}): " if " + " in number.sides else ": "


def _numbers(reproduction: Reproduction) -> Table:
    table = Table(box=None, pad_edge=False, collapse_padding=True)
    table.add_column("interface", no_wrap=True)
    table.add_column("source", justify="right", no_wrap=True)
    table.add_column("ours", overflow="fold", min_width=13)
    table.add_column("model", no_wrap=True)
    for column in ("J/m2", "diff.", "%"):
        table.add_column(column, justify="right", no_wrap=True)
    table.add_column("", no_wrap=True)
    for number in reproduction.numbers:
        protocols = {one.protocol for one in number.ours}
        if not number.ours:
            table.add_row(number.name, f"{number.source:.2f}", "not computed", *[ABSENT] * 4, "")
        for place, one in enumerate(number.ours):
            table.add_row(
                number.name if place == 0 else "",
                f"{number.source:.2f}" if place == 0 else "",
                one.name + (f", {one.protocol}" if len(protocols) > 1 else ""),
                one.model or ABSENT,
                f"{one.value:.2f}" + ("" if one.converged else "*"),
                f"{one.difference:+.2f}",
                percent(one.relative_difference),
                "near" if one.near else "",
            )
    if any(not one.converged for number in reproduction.numbers for one in number.ours):
        table.caption = "*: not all calculations behind it converged"
        table.caption_justify = "left"
    return table


def _conclusions(reproduction: Reproduction) -> Table:
    table = Table(box=None, pad_edge=False)
    for column in ("salt", "condition", "energies"):
        table.add_column(column, no_wrap=True)
    table.add_column("first channel", overflow="fold", ratio=1)
    table.add_column("from, K", justify="right", no_wrap=True)
    table.add_column("verdict", no_wrap=True)
    last = ("", "")
    for one in sorted(reproduction.conclusions, key=lambda each: (each.salt, each.condition)):
        place = (one.salt, one.condition)
        table.add_row(
            "" if place == last else one.salt,
            "" if place == last else one.condition,
            one.energies,
            short_equation(one.first) if one.first else "none",
            ABSENT if one.first_temperature is None else f"{one.first_temperature:.0f}",
            _verdict(one),
        )
        last = place
    return table


def _metal(reproduction: Reproduction) -> str:
    """Say what the verdict is on, and how far metal was looked for."""
    ends = [one.highest for one in reproduction.conclusions if one.highest is not None]
    reach = f" ({min(ends):.0f} to {max(ends):.0f} K)" if ends else ""
    return f"agrees: condensed metal is nowhere the stable product, up to where the data end{reach}."


def short_equation(equation: str) -> str:
    """Return an equation without the mark of what is condensed: ``LiF -> LiF(g)``."""
    return equation.replace("(c)", "")


def _verdict(conclusion: ReproducedConclusion) -> str:
    if conclusion.agrees is None:
        return "not asked"
    return "agrees" if conclusion.agrees else "DIFFERS"


def _unsaid(reproduction: Reproduction) -> Table:
    table = Table(box=None, pad_edge=False, show_header=False)
    table.add_column(no_wrap=True, style="dim")
    table.add_column(overflow="fold")
    for one in reproduction.unsaid:
        table.add_row(one.setting, one.ours)
    return table
