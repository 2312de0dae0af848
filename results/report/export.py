"""Tables of a report for programs: CSV and JSON; for papers see `wadflow.results.report.latex_table`."""

from __future__ import annotations

import csv
from io import StringIO
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from wadflow.results.report.blocks import Report, Table, Value


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


def _plain(value: Value) -> str | int | float | None:
    return "; ".join(state.text for state in value) if isinstance(value, tuple) else value
