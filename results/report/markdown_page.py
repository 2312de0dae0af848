"""A report as Markdown, with its pictures as files beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wadflow.results.report.blocks import (
    Block,
    Code,
    Fold,
    Gallery,
    Notes,
    Paragraph,
    Picture,
    Report,
    Section,
    States,
    Table,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

PICTURES = "pictures"
"""Folder of the pictures, beside the page."""


def render_markdown(report: Report) -> str:
    """Return a report as Markdown (GitHub's tables); pictures are linked as ``pictures/NAME.png``.

    What can be turned in three dimensions is left out: its still picture stands before it.
    """
    lines = [
        f"# {report.title}",
        "",
        f"wadflow {report.version}, {report.made:%d %B %Y, %H:%M UTC}, from the documents of {report.place}.",
        "",
    ]
    for section in report.sections:
        lines += _section(section, 2)
    return "\n".join(lines).rstrip() + "\n"


def _section(section: Section, level: int) -> Iterator[str]:
    yield from (f"{'#' * level} {section.title}", "")
    for block in section.blocks:
        yield from _block(block)
    for inner in section.sections:
        yield from _section(inner, level + 1)


def _block(block: Block) -> Iterator[str]:
    match block:
        case Paragraph():
            yield from (escaped(block.text), "")
        case States():
            yield from ("; ".join(f"**{escaped(state.text)}**" for state in block.states), "")
        case Notes():
            yield from (f"> **{block.title}**", ">")
            yield from (f"> - {escaped(sentence)}" for sentence in block.sentences)
            yield ""
        case Table():
            yield from _table(block)
        case Picture():
            yield from (f"![{escaped(block.alternative)}]({PICTURES}/{block.name}.png)", "")
            yield from (f"*{escaped(block.caption)}*", "")
        case Code():
            yield from (f"{block.label}:", "", f"```{block.language}", block.text.rstrip("\n"), "```", "")
        case Gallery() | Fold():
            if isinstance(block, Fold):
                yield from (f"**{block.title}**", "")
            for inner in block.blocks:
                yield from _block(inner)


def _table(table: Table) -> Iterator[str]:
    yield from (f"**{escaped(table.caption)}**", "")
    yield f"| {' | '.join(escaped(column.title) for column in table.columns)} |"
    yield "|" + "|".join("--:" if column.numeric else "---" for column in table.columns) + "|"
    for texts in table.texts():
        yield f"| {' | '.join(escaped(text) for text in texts)} |"
    yield ""
    for note in table.notes:
        yield from (escaped(note), "")


def escaped(text: str) -> str:
    r"""Return a plain text that Markdown leaves as it is.

    Examples
    --------
    >>> print(escaped("E_AB | <b>"))
    E\_AB \| \<b>
    """
    for letter in "\\`*_[]|<":
        text = text.replace(letter, f"\\{letter}")
    return text
