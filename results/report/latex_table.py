"""Tables of a report for papers: LaTeX with booktabs, as wide and as long as the page allows."""

from __future__ import annotations

import re
from dataclasses import dataclass
from textwrap import wrap
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from wadflow.results.report.blocks import Table

_LATEX: Final = {
    "\\": r"\textbackslash{}",
    "&": r"\&",
    "%": r"\%",
    "$": r"\$",
    "#": r"\#",
    "_": r"\_",
    "{": r"\{",
    "}": r"\}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "\u2013": "--",
    "\u2212": "$-$",
}
# A hyphen before a number or a parenthesis, or between spaces, is a minus sign.
_MINUS: Final = re.compile(r"(?<![\w)\]-])-(?=[\d(])|(?<= )-(?= )")
_UNITS: Final = {
    "J/m2": r"J\,m$^{-2}$",
    "eV/angstrom": r"eV\,\AA$^{-1}$",
    "angstrom2": r"\AA$^{2}$",
    "angstrom": r"\AA{}",
    " -> ": r" $\rightarrow$ ",
}

PAGE_ROWS: Final = 30
"""Tables with more rows go over pages."""

WORD_LETTERS: Final = 24
"""Letters of a text from which on it is set in lines of a paragraph."""

HEADING_LETTERS: Final = 14
"""Letters of a line of a heading."""

PARAGRAPH_LETTERS: Final = 30
"""Letters of such a line that a table is laid out for."""

GAP_LETTERS: Final = 2
"""Letters that the space between two columns takes."""

PARAGRAPH: Final = r">{\raggedright\arraybackslash}X"
"""Column of paragraphs, which share what the other columns leave of a line."""

PACKAGES: Final = "array,booktabs,tabularx,longtable,xltabular,pdflscape"


@dataclass(frozen=True, slots=True)
class _Line:
    """A way to set a line of a table: how many letters it holds at a size of letters, page turned or not."""

    letters: int
    size: str
    turned: bool


LINES: Final = (
    _Line(72, r"\small", turned=False),
    _Line(84, r"\footnotesize", turned=False),
    _Line(130, r"\footnotesize", turned=True),
    _Line(155, r"\scriptsize", turned=True),
)
"""From the most to the least readable; letters of the article class with its own margins."""


def latex_text(table: Table) -> str:
    """Return a table as LaTeX; its first line names the packages that it needs.

    Long texts are set in paragraphs, tables of many rows go over pages, and those too wide for a page are
    turned. Numbers are rounded as they are shown in the report.
    """
    rows = table.texts()
    headings = [wrap(column.heading, HEADING_LETTERS, break_long_words=False) for column in table.columns]
    lengths = [
        max(len(text) for text in (*headings[place], *(row[place] for row in rows)))
        for place in range(len(table.columns))
    ]
    long = [
        not column.numeric and length > WORD_LETTERS
        for column, length in zip(table.columns, lengths, strict=True)
    ]
    needed = sum(min(length, PARAGRAPH_LETTERS) + GAP_LETTERS for length in lengths)
    line = next((one for one in LINES if needed <= one.letters), LINES[-1])
    columns = "".join(
        PARAGRAPH if is_long else "r" if column.numeric else "l"
        for column, is_long in zip(table.columns, long, strict=True)
    )
    head = [f"{' & '.join(_heading(lines) for lines in headings)} \\\\"]
    if any(column.unit for column in table.columns):
        units = (f"({latex(column.unit)})" if column.unit else "" for column in table.columns)
        head.append(f"{' & '.join(units)} \\\\")
    body = [
        " & ".join(
            _number(text) if column.numeric else latex(text)
            for column, text in zip(table.columns, row, strict=True)
        )
        + r" \\"
        for row in rows
    ]
    title = rf"\caption{{{latex(table.caption)}.}}\label{{tab:{table.name}}}"
    over_pages = len(table.rows) > PAGE_ROWS
    if over_pages:
        kind = "xltabular" if any(long) else "longtable"
        inside = [
            *(rf"{title} \\", r"\toprule", *head, r"\midrule", r"\endfirsthead"),
            *(r"\toprule", *head, r"\midrule", r"\endhead", r"\bottomrule", r"\endfoot"),
            *body,
        ]
    else:
        kind = "tabularx" if any(long) else "tabular"
        inside = [r"\toprule", *head, r"\midrule", *body, r"\bottomrule"]
    width = r"{\linewidth}" if any(long) else ""
    lines = [
        *((rf"\begingroup{line.size}",) if over_pages else (r"\begin{table}", line.size, title)),
        rf"\begin{{{kind}}}{width}{{{columns}}}",
        *(f"  {one}" for one in inside),
        rf"\end{{{kind}}}",
        *(rf"\par {latex(note)}" for note in table.notes),
        r"\endgroup" if over_pages else r"\end{table}",
    ]
    if line.turned:
        lines = [r"\begin{landscape}", *lines, r"\end{landscape}"]
    return "\n".join([rf"% needs \usepackage{{{PACKAGES}}}", *lines, ""])


def _heading(lines: list[str]) -> str:
    """Return a heading of one line or of several."""
    text = r" \\ ".join(latex(line) for line in lines)
    return text if len(lines) == 1 else rf"\shortstack{{{text}}}"


def latex(text: str) -> str:
    r"""Return a plain text for LaTeX; formulas and units as they are printed.

    Examples
    --------
    >>> print(latex("Li2O(001): 100 % of 2 J/m2"))
    Li$_{2}$O(001): 100 \% of 2 J\,m$^{-2}$
    """
    from wadflow.results.report.wording import formulas

    units = "|".join(re.escape(unit) for unit in _UNITS)
    pieces = re.split(f"({units})", formulas(_MINUS.sub("\u2212", text), "\0{}\1"))
    escaped = (
        _UNITS.get(piece) or "".join(_LATEX.get(letter, letter) for letter in piece) for piece in pieces
    )
    return re.sub("\0(.*?)\1", r"$_{\1}$", "".join(escaped))


def _number(text: str) -> str:
    """Return a number in mathematics, so that its minus sign is one."""
    return latex(text) if not any(letter.isdigit() for letter in text) else f"${text}$"
