"""The numbers of the README come from the documents that are shipped, and these hold what they claim."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from wadflow.errors import InputError
from wadflow.interfaces.definition import load_definition
from wadflow.interfaces.stacking import build_interface
from wadflow.results.computed_documents import list_computed, read_computed

ROOT = Path(__file__).parents[1]


def test_the_readme_says_what_the_documents_say() -> None:
    command = [sys.executable, str(ROOT / "docs" / "write_numbers.py"), "--check"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"run 'python docs/write_numbers.py'\n{done.stderr}"


def test_the_files_that_the_readme_names_are_there() -> None:
    import re

    text = (ROOT / "README.md").read_text()
    for target in re.findall(r"\]\(([^)#:]+)\)", text):
        assert (ROOT / target).exists(), f"the README links to {target}"


def fenced(language: str) -> str:
    """Return the first code block of the README in a language."""
    text = (ROOT / "README.md").read_text()
    return text.partition(f"```{language}\n")[2].partition("```")[0]


def test_the_definition_in_the_readme_works(tmp_path: Path) -> None:
    file = tmp_path / "my.toml"
    file.write_text(fenced("toml"))
    interface = build_interface(load_definition(str(file)), vacuum=10.0)
    assert interface.ab.get_chemical_formula() == "Na8"


def test_the_python_in_the_readme_works() -> None:
    names: dict[str, Any] = {}
    exec(compile(fenced("python"), "README.md", "exec"), names)  # noqa: S102  # our own file
    assert names["eos"].initial_relax_maker.relax_cell is True
    assert names["eos"].eos_relax_maker.relax_cell is False


@pytest.mark.parametrize("name", list_computed())
def test_a_shipped_document_is_a_converged_production_run(name: str) -> None:
    document = read_computed(name)
    assert f"{document.name}.{document.protocol}" == name
    assert document.production
    assert document.converged
    assert set(document.relaxed_structures) == {"AB", "A", "B"}


def test_the_shipped_value_of_li110_lies_in_the_band_around_the_source() -> None:
    document = read_computed("li110-li110.standard")
    for value in (document.work_of_adhesion_rigid, document.work_of_adhesion_relaxed):
        assert value is not None
        assert -1.03 <= value <= -0.97


def test_a_document_that_is_not_shipped_is_named() -> None:
    with pytest.raises(InputError, match="there is no shipped document 'nonsense'"):
        read_computed("nonsense")
