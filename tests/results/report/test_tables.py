"""Tables: the numbers of the documents, loud where they are not final, and the same in every format."""

from __future__ import annotations

import csv
import json
from io import StringIO
from typing import TYPE_CHECKING

import pytest

from wadflow.errors import InputError
from wadflow.results.computed_documents import list_computed, read_computed
from wadflow.results.report.adhesion_tables import parts_table, states_of, summary_table
from wadflow.results.report.blocks import Column, Notes, State, Table
from wadflow.results.report.contents import build_report, in_order
from wadflow.results.report.export import csv_text, json_value
from wadflow.results.report.latex_table import PARAGRAPH, latex, latex_text
from wadflow.results.report.markdown_page import escaped, render_markdown
from wadflow.results.report.wording import printed
from wadflow.results.reproduction import reproduce
from wadflow.results.scans import ThicknessPoint, ThicknessSeries

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.results.report.conftest import Shipped

    from wadflow.results.documents import AdhesionDocument

    Documents = Callable[..., AdhesionDocument]


def series(*works: float) -> ThicknessSeries:
    points = tuple(
        ThicknessPoint(lower_planes=place, upper_planes=place, work_of_adhesion=work, keys=("a", "b", "c"))
        for place, work in enumerate(works, start=2)
    )
    return ThicknessSeries(points=points)


def test_the_summary_says_what_the_documents_say() -> None:
    documents = [read_computed(name) for name in list_computed()]
    table = summary_table(documents)
    for document, row in zip(documents, table.rows, strict=True):
        values = dict(zip((column.key for column in table.columns), row, strict=True))
        other = "" if document.protocol == "standard" else f" [{document.protocol}]"
        assert values["interface"] == document.title + other
        assert values["work_of_adhesion_rigid_J_per_m2"] == document.work_of_adhesion_rigid
        assert values["work_of_adhesion_relaxed_J_per_m2"] == document.work_of_adhesion_relaxed
        assert values["separation_work_J_per_m2"] == -document.work_of_adhesion
        if document.source is not None:
            assert values["relaxed_minus_source_J_per_m2"] == pytest.approx(document.source.difference)
    assert "negative = bound" in table.caption
    assert any("(E_AB - E_A - E_B) / area" in note for note in table.notes)
    assert any("settings of the source unknown" in note for note in table.notes)


def test_what_is_not_final_is_said_loudly_and_first(make_document: Documents, make_record: Documents) -> None:
    assert states_of(make_document()) == (State("relaxation converged", "good"),)
    assert states_of(make_document(production=False))[0] == State("proves the path only: no result", "bad")
    stuck = make_document(a=make_record("A", -9.6, -9.7, converged=False))
    assert states_of(stuck)[0] == State("NOT CONVERGED", "bad")
    growing = make_document(thickness_series=series(-1.0, -2.0, -2.5))
    assert [state.tone for state in states_of(growing)] == ["warn", "good"]
    assert states_of(growing)[0].text == "NOT CONVERGED WITH THICKNESS (-0.50 J/m2 by the last step)"
    steady = make_document(thickness_series=series(-1.0, -2.0, -2.01))
    assert {state.tone for state in states_of(steady)} == {"good"}


def test_a_contact_that_turned_over_is_no_number_of_its_name() -> None:
    turned = read_computed("li001-li2o001-li-contact.standard")
    assert State("OTHER PLANES MEET than were cut to", "warn") in states_of(turned)
    report = build_report([turned, read_computed("li110-li110.standard")], place="here", command="here")
    usable, not_final = [block for block in report.blocks() if isinstance(block, Notes)][:2]
    assert turned.title not in " ".join(usable.sentences)
    assert "OTHER PLANES MEET THAN WERE CUT TO" in " ".join(not_final.sentences)


def test_the_source_stands_beside_ours_number_by_number(shipped: Shipped) -> None:
    (table,) = [table for table in shipped.report.tables() if table.name == "reproduction"]
    numbers = reproduce([read_computed(name) for name in list_computed()], []).numbers
    assert [row[5] for row in table.rows] == [one.value for number in numbers for one in number.ours]
    (unsaid,) = [table for table in shipped.report.tables() if table.name == "unsaid-settings"]
    assert {"smearing", "vacuum: height of the cell", "strain"} <= {row[0] for row in unsaid.rows}


def test_the_parts_of_the_table_add_up(make_document: Documents) -> None:
    values = {str(row[0]): row[1] for row in parts_table(make_document()).rows}
    parts = [values[name] for name in list(values)[:4]]
    assert list(values)[:5] == [
        "rigid",
        "+ relaxation of AB",
        "- relaxation of A (lower)",
        "- relaxation of B (upper)",
        "relaxed",
    ]
    assert sum(part for part in parts if isinstance(part, float)) == pytest.approx(values["relaxed"])


def test_documents_stand_in_the_order_of_the_catalog(make_document: Documents) -> None:
    names = ["zinc", "li2o111-li2o111", "li2o001-li2o001", "li110-li110", "aluminium"]
    ordered = in_order([make_document(name=name) for name in names])
    assert [one.name for one in ordered] == [
        "li110-li110",
        "li2o001-li2o001",
        "li2o111-li2o111",
        "aluminium",
        "zinc",
    ]


def test_nothing_to_report_is_the_users_mistake() -> None:
    with pytest.raises(InputError, match="the archive here has nothing to report"):
        build_report([], place="the archive here", command="wadflow report")


def a_table() -> Table:
    columns = (
        Column("name", "name"),
        Column("value", "value_J_per_m2", "J/m2", 2),
        Column("change", "change", decimals=1, signed=True),
        Column("key", "key", shown=4),
        Column("state", "state"),
    )
    state = (State("NOT CONVERGED", "bad"), State("b & c", "plain"))
    rows = (("Li2O | _x_", -1.23456, 2.0, "abcdefgh", state), ("empty", None, None, None, ()))
    return Table("t", "Caption of 100 % Li2O", columns, rows, ("a note",))


def test_numbers_are_rounded_for_people_and_whole_for_programs() -> None:
    assert a_table().texts()[0] == ["Li2O | _x_", "-1.23", "+2.0", "abcd", "NOT CONVERGED; b & c"]
    read = list(csv.DictReader(StringIO(csv_text(a_table()))))
    assert read[0] == {
        "name": "Li2O | _x_",
        "value_J_per_m2": "-1.23456",
        "change": "2.0",
        "key": "abcdefgh",
        "state": "NOT CONVERGED; b & c",
    }
    assert read[1]["value_J_per_m2"] == ""


def test_a_row_that_does_not_fit_its_table_is_refused() -> None:
    with pytest.raises(ValueError, match="table 't' has 1 columns, but a row"):
        Table("t", "c", (Column("a", "a"),), ((1, 2),))


def test_latex_is_ready_for_booktabs() -> None:
    text = latex_text(a_table())
    assert text.splitlines()[1:8] == [
        r"\begin{table}",
        r"\small",
        r"\caption{Caption of 100 \% Li$_{2}$O.}\label{tab:t}",
        r"\begin{tabular}{lrrll}",
        r"  \toprule",
        r"  name & value & change & key & state \\",
        r"   & (J\,m$^{-2}$) &  &  &  \\",
    ]
    assert r"Li$_{2}$O | \_x\_ & $-1.23$ & $+2.0$ & abcd & NOT CONVERGED; b \& c \\" in text
    assert r"empty & -- & -- & -- & -- \\" in text


def test_latex_of_long_texts_and_many_rows_goes_over_lines_and_pages() -> None:
    text = "a text that is longer than a column of words can be, by far"
    wide = Table("w", "Wide", tuple(Column(f"c{n}", f"c{n}") for n in range(6)), ((text,) * 6,) * 40)
    written = latex_text(wide)
    assert r"\begin{landscape}" in written
    assert rf"\begin{{xltabular}}{{\linewidth}}{{{PARAGRAPH * 6}}}" in written
    assert written.count(r"\toprule") == 2  # on the first page, and on those after it
    narrow = Table("n", "Narrow", (Column("c", "c"),), (("x",),) * 40)
    assert r"\begin{longtable}{l}" in latex_text(narrow)
    assert "landscape" not in latex_text(narrow)


@pytest.mark.parametrize(
    ("plain", "written"),
    [
        ("off by -0.08", "off by $-$0.08"),
        ("W = -(work) - rest", "W = $-$(work) $-$ rest"),
        ("Li-Li contact, 2026-11-23", "Li-Li contact, 2026-11-23"),
    ],
)
def test_latex_has_minus_signs_where_they_are_meant(plain: str, written: str) -> None:
    assert latex(plain) == written


def test_json_has_every_table(shipped: Shipped) -> None:
    value = json_value(shipped.report)
    assert set(value["tables"]) == {table.name for table in shipped.report.tables()}
    rows = value["tables"]["works-of-adhesion"]["rows"]
    assert len(rows) == len(list_computed())
    assert json.loads(json.dumps(value)) == value


def test_markdown_has_the_same_content(shipped: Shipped) -> None:
    text = render_markdown(shipped.report)
    for table in shipped.report.tables():
        assert f"**{escaped(table.caption)}**" in text
    for picture in shipped.report.pictures():
        assert f"](pictures/{picture.name}.png)" in text
    lines = text.splitlines()
    for number, line in enumerate(lines):
        if line.startswith("|---"):
            assert line.count("|") == lines[number - 1].replace("\\|", "").count("|")


@pytest.mark.parametrize(
    ("plain", "html"),
    [
        ("Li2O(001), Li-Li contact", "Li<sub>2</sub>O(001), Li-Li contact"),
        ("-7.85 J/m2 at 2 angstrom2", "\u22127.85 J/m² at 2 Å²"),
        ("1 < 2 & PBE0", "1 &lt; 2 &amp; PBE0"),
        ("Na2CO3(c) -> Na2O(c)", "Na<sub>2</sub>CO<sub>3</sub>(c) → Na<sub>2</sub>O(c)"),
        ("2026-11-23 and li2o001", "2026-11-23 and li2o001"),
    ],
)
def test_texts_are_printed_as_people_write_them(plain: str, html: str) -> None:
    assert str(printed(plain)) == html
