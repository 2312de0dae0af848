"""The report of the shipped documents, built once for all tests, and how long that took."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from wadflow.results.computed_documents import read_all_computed
from wadflow.results.documents import AdhesionDocument
from wadflow.results.report.contents import build_report
from wadflow.results.report.html_page import render_html
from wadflow.results.surface_documents import SurfaceDocument
from wadflow.results.thermochemistry.conditions import find_conditions
from wadflow.results.thermochemistry.decomposition import decomposition_from_tables
from wadflow.results.thermochemistry.documents import DecompositionDocument
from wadflow.results.thermochemistry.reactions import load_reactions

if TYPE_CHECKING:
    from pathlib import Path

    from wadflow.results.report.blocks import Report


@dataclass(frozen=True)
class Shipped:
    """A report, its page, where that is, and the seconds of processor time that it took."""

    report: Report
    page: str
    file: Path
    seconds: float


@pytest.fixture(scope="session")
def shipped(tmp_path_factory: pytest.TempPathFactory) -> Shipped:
    """Build the report of all shipped documents."""
    start = time.process_time()
    documents = read_all_computed()
    tables = decomposition_from_tables(load_reactions(), find_conditions(["ambient", "vacuum"]))
    report = build_report(
        [one for one in documents if isinstance(one, AdhesionDocument)],
        surfaces=[one for one in documents if isinstance(one, SurfaceDocument)],
        decompositions=[tables, *(one for one in documents if isinstance(one, DecompositionDocument))],
        place="the package",
        command="wadflow report --shipped",
        documents_option=["--shipped"],
    )
    page = render_html(report)
    seconds = time.process_time() - start
    file = tmp_path_factory.mktemp("report") / "report.html"
    file.write_text(page, encoding="utf-8")
    return Shipped(report, page, file, seconds)
