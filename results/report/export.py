"""Tables of a report for programs and for papers: CSV, JSON, LaTeX with booktabs."""

from __future__ import annotations

import csv
import re
from io import StringIO
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from wadflow.results.report.blocks import Report, Table, Value

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
}
_UNITS: Final = {
    "J/m2": r"J\,m$^{-2}$",
    "eV/angstrom": r"eV\,\AA$^{-1}$",
    "angstrom2": r"\AA$^{2}$",
    "angstrom": r"\AA{}",
    " -> ": r" $\rightarrow$ ",
}


def csv_text(table: Table) -> str:
    """Return a table as CSV: headings with units, numbers as they are, empty cells where there is none."""
    stream = StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(column.key for column in table.columns)
    writer.writerows(["" if value is None else _plain(value) for value in row] for row in table.rows)
    return stream.getvalue()


def json_value(report: Report) -> dict[str, Any]:
    """Return all tables of a report as plain values for JSON, numbers not rounded."""
    return {
        "title": report.title,
        "made": report.made.isoformat(),
        "documents_of": report.place,
        "wadflow_version": report.version,
        "tables": {
            table.name: {
                "caption": table.caption,
                "units": {column.key: column.unit for column in table.columns if column.unit},
                "rows": [
                    {column.key: _plain(value) for column, value in zip(table.columns, row, strict=True)}
                    for row in table.rows
                ],
                "notes": list(table.notes),
            }
            for table in report.tables()
        },
    }


def latex_text(table: Table) -> str:
    """Return a table as LaTeX: a ``table`` environment that needs the package booktabs.

    Numbers are rounded as they are shown in the report.
    """
    alignment = "".join("r" if column.numeric else "l" for column in table.columns)
    lines = [
        "% needs \\usepackage{booktabs}",
        r"\begin{table}",
        rf"  \caption{{{latex(table.caption)}.}}",
        rf"  \label{{tab:{table.name}}}",
        rf"  \begin{{tabular}}{{{alignment}}}",
        r"    \toprule",
        f"    {' & '.join(latex(column.heading) for column in table.columns)} \\\\",
    ]
    if any(column.unit for column in table.columns):
        units = (f"({latex(column.unit)})" if column.unit else "" for column in table.columns)
        lines.append(f"    {' & '.join(units)} \\\\")
    lines.append(r"    \midrule")
    for texts in table.texts():
        cells = [
            _number(text) if column.numeric else latex(text)
            for column, text in zip(table.columns, texts, strict=True)
        ]
        lines.append(f"    {' & '.join(cells)} \\\\")
    lines += [r"    \bottomrule", r"  \end{tabular}"]
    lines += [rf"  \par\footnotesize {latex(note)}" for note in table.notes]
    return "\n".join([*lines, r"\end{table}", ""])


def latex(text: str) -> str:
    r"""Return a plain text for LaTeX; formulas and units as they are printed.

    Examples
    --------
    >>> print(latex("Li2O(001): 100 % of 2 J/m2"))
    Li$_{2}$O(001): 100 \% of 2 J\,m$^{-2}$
    """
    from wadflow.results.report.wording import formulas

    units = "|".join(re.escape(unit) for unit in _UNITS)
    pieces = re.split(f"({units})", formulas(text, "\0{}\1"))
    escaped = (
        _UNITS.get(piece) or "".join(_LATEX.get(letter, letter) for letter in piece) for piece in pieces
    )
    return re.sub("\0(.*?)\1", r"$_{\1}$", "".join(escaped))


def _number(text: str) -> str:
    """Return a number in mathematics, so that its minus sign is one."""
    return latex(text) if not any(letter.isdigit() for letter in text) else f"${text}$"


def _plain(value: Value) -> str | int | float | None:
    return "; ".join(state.text for state in value) if isinstance(value, tuple) else value
