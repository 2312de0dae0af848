"""Notebooks run from top to bottom in a kernel of their own, and are kept without outputs."""

from __future__ import annotations

import re
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

NOTEBOOKS = sorted((Path(__file__).parents[1] / "notebooks").glob("*.ipynb"))
NUMBER_WITH_UNIT = re.compile(r"\d (J/m2|kJ/mol|K|min|angstrom2?)\b")


@pytest.mark.parametrize("file", NOTEBOOKS, ids=lambda file: file.stem)
def test_a_notebook_is_kept_without_outputs(file: Path) -> None:
    notebook = nbformat.read(file, as_version=4)
    nbformat.validate(notebook)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert code
    for cell in code:
        assert cell.outputs == []
        assert cell.execution_count is None
    assert set(notebook.metadata) == {"language_info"}  # no kernel of anybody's machine


@pytest.mark.parametrize("file", NOTEBOOKS, ids=lambda file: file.stem)
def test_a_notebook_runs(file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))  # nobody's own settings
    monkeypatch.setenv("PYTHONWARNINGS", "ignore:IProgress not found")  # bars of progress, which nobody sees
    monkeypatch.delenv("WADFLOW_ARCHIVE", raising=False)
    notebook = nbformat.read(file, as_version=4)
    NotebookClient(notebook, timeout=300, resources={"metadata": {"path": str(tmp_path)}}).execute()
    outputs = [output for cell in notebook.cells if cell.cell_type == "code" for output in cell.outputs]
    said = "".join(output.text for output in outputs if output.output_type == "stream")
    assert NUMBER_WITH_UNIT.search(said)
    assert "stderr" not in {output.get("name") for output in outputs}, said
    drawn = [output for output in outputs if "image/png" in output.get("data", {})]
    expected = sum(
        re.search(r"^draw_\w+\(", cell.source, re.MULTILINE) is not None for cell in notebook.cells
    )
    assert len(drawn) == expected
