"""What a report is made of: sections of paragraphs, tables, pictures, structures and code.

Blocks know nothing of HTML or Markdown; `wadflow.results.report.html_page` and `markdown_page` write them,
`wadflow.results.report.export` and `latex_table` the tables alone.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, Literal

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from matplotlib.figure import Figure

Tone = Literal["good", "warn", "bad", "plain"]

ABSENT = "\u2013"
"""What stands in a table where there is no number."""


@dataclass(frozen=True, slots=True)
class State:
    """A verdict that must be seen: its words say all, its tone only colours them."""

    text: str
    tone: Tone


Value = str | int | float | None | tuple[State, ...]


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table.

    Attributes
    ----------
    heading : str
        For people.
    key : str
        For programs: the key in JSON and the heading in CSV, with the unit in it.
    unit : str
        Of its numbers; written with the heading.
    decimals : int, optional
        Of its numbers as shown; None: a column of text. Exported numbers are not rounded.
    signed : bool
        Whether positive numbers show their sign: differences.
    shown : int, optional
        Characters of a text that are shown; None: all. Exported texts are not cut.
    """

    heading: str
    key: str
    unit: str = ""
    decimals: int | None = None
    signed: bool = False
    shown: int | None = None

    @property
    def numeric(self) -> bool:
        """Whether it holds numbers."""
        return self.decimals is not None

    @property
    def title(self) -> str:
        """Heading with its unit."""
        return f"{self.heading}, {self.unit}" if self.unit else self.heading

    def text(self, value: Value) -> str:
        """Return a value as it is shown."""
        if value is None or value in ("", ()):
            return ABSENT
        if isinstance(value, tuple):
            return "; ".join(state.text for state in value)
        if isinstance(value, str):
            return value if self.shown is None else value[: self.shown]
        sign = "+" if self.signed else ""
        return f"{value:{sign}z.{self.decimals or 0}f}"


@dataclass(frozen=True, slots=True)
class Table:
    """A table; the first column names the rows.

    Attributes
    ----------
    name : str
        Names files and anchors: unique in a report.
    caption : str
        What it shows, with conventions and units.
    columns : tuple of Column
        From left to right.
    rows : tuple of tuple
        As long as `columns`.
    notes : tuple of str
        What a reader must know, below the table.
    """

    kind: ClassVar[str] = "table"
    name: str
    caption: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Value, ...], ...]
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        wrong = [row for row in self.rows if len(row) != len(self.columns)]
        if wrong:
            problem = f"table '{self.name}' has {len(self.columns)} columns, but a row {wrong[0]!r}"
            raise ValueError(problem)

    def texts(self) -> list[list[str]]:
        """Return the rows as they are shown."""
        return [
            [column.text(value) for column, value in zip(self.columns, row, strict=True)] for row in self.rows
        ]


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Plain text."""

    kind: ClassVar[str] = "paragraph"
    text: str


@dataclass(frozen=True, slots=True)
class States:
    """Verdicts on what stands above, in a row."""

    kind: ClassVar[str] = "states"
    states: tuple[State, ...]


@dataclass(frozen=True, slots=True)
class Notes:
    """Sentences that a reader of the numbers must see."""

    kind: ClassVar[str] = "notes"
    title: str
    sentences: tuple[str, ...]
    tone: Tone = "warn"


@dataclass(frozen=True, slots=True)
class Picture:
    """A figure with its caption, and an alternative text that says what is seen on it."""

    kind: ClassVar[str] = "picture"
    name: str
    figure: Figure
    caption: str
    alternative: str
    wide: bool = False


@dataclass(frozen=True, slots=True)
class StructureView:
    """Structures to be turned in three dimensions; `scene` is what the script of the page reads."""

    kind: ClassVar[str] = "structure"
    name: str
    title: str
    scene: dict[str, Any]
    caption: str
    alternative: str


@dataclass(frozen=True, slots=True)
class Code:
    """Text for a machine: a command or a file."""

    kind: ClassVar[str] = "code"
    label: str
    text: str
    language: str


@dataclass(frozen=True, slots=True)
class Gallery:
    """Pictures that stand beside each other where there is room."""

    kind: ClassVar[str] = "gallery"
    blocks: tuple[Picture | StructureView, ...]


@dataclass(frozen=True, slots=True)
class Fold:
    """Blocks that few readers want: closed on the screen, open on paper."""

    kind: ClassVar[str] = "fold"
    title: str
    blocks: tuple[Block, ...]


Block = Paragraph | States | Notes | Table | Picture | StructureView | Code | Gallery | Fold


@dataclass(frozen=True, slots=True)
class Section:
    """A section with sections in it; `anchor` is unique in a report."""

    anchor: str
    title: str
    blocks: tuple[Block, ...] = ()
    sections: tuple[Section, ...] = field(default=())


@dataclass(frozen=True, slots=True)
class Report:
    """A whole report: `made` says when, `place` where its documents were, `version` by what."""

    title: str
    made: datetime
    place: str
    version: str
    sections: tuple[Section, ...]

    def blocks(self) -> Iterator[Block]:
        """Give all blocks in their order, those inside of others after them."""
        for section in self.sections:
            yield from _blocks_of_section(section)

    def tables(self) -> list[Table]:
        """Return all tables in their order."""
        return [block for block in self.blocks() if isinstance(block, Table)]

    def pictures(self) -> list[Picture]:
        """Return all pictures in their order."""
        return [block for block in self.blocks() if isinstance(block, Picture)]


def _blocks_of_section(section: Section) -> Iterator[Block]:
    for block in section.blocks:
        yield block
        if isinstance(block, Gallery | Fold):
            yield from _inner(block)
    for inner in section.sections:
        yield from _blocks_of_section(inner)


def _inner(block: Gallery | Fold) -> Iterator[Block]:
    for one in block.blocks:
        yield one
        if isinstance(one, Gallery | Fold):
            yield from _inner(one)
