"""What lies in the repository is what gets installed, and the accompanying files agree with each other."""

import itertools
import os
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[1]
# Byte code and tools' caches; the shipped calculations are for readers of the sources.
IGNORED = re.compile(r"__pycache__|(^|/)\.|^results/calculations\.tar\.xz$")
ROOMS = ("interfaces", "results", "workflows")


@pytest.fixture(scope="module")
def project() -> dict[str, Any]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text())


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A wheel of a copy of this tree, since setuptools leaves a build folder; no links, no network."""
    tree = tmp_path_factory.mktemp("tree")
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, tree)
    for name in ROOMS:
        shutil.copytree(ROOT / name, tree / name, ignore=shutil.ignore_patterns("__pycache__"))
    (tree / "src/wadflow").mkdir(parents=True)
    for path in (ROOT / "src/wadflow").iterdir():
        if path.is_file():
            shutil.copy(path, tree / "src/wadflow")
    build = "import sys; from setuptools import build_meta; build_meta.build_wheel(sys.argv[1])"
    made = subprocess.run(
        [sys.executable, "-c", build, "dist"], cwd=tree, capture_output=True, text=True, check=False
    )
    assert made.returncode == 0, made.stderr
    (path,) = (tree / "dist").glob("wadflow-*.whl")
    return path


def test_every_folder_with_code_is_a_listed_package(project: dict[str, Any]) -> None:
    found = {"wadflow"}
    for room in ROOMS:
        for folder in {path.parent for path in (ROOT / room).rglob("*.py")}:
            assert (folder / "__init__.py").exists(), f"{folder} holds code but no __init__.py"
            found.add(".".join(["wadflow", *folder.relative_to(ROOT).parts]))
    assert sorted(project["tool"]["setuptools"]["packages"]) == sorted(found)


def test_the_wheel_holds_every_file_of_the_rooms(wheel: Path) -> None:
    expected = {
        f"wadflow/{path.relative_to(ROOT)}"
        for room in ROOMS
        for path in (ROOT / room).rglob("*")
        if path.is_file() and not IGNORED.search(str(path.relative_to(ROOT)))
    }
    with zipfile.ZipFile(wheel) as archive:
        held = {name for name in archive.namelist() if name.split("/")[1] in ROOMS}
    assert held == expected
    assert any(name.startswith("wadflow/interfaces/catalog/") for name in held)
    assert any(name.startswith("wadflow/interfaces/structures/") for name in held)


def test_the_wheel_works_away_from_the_repository(wheel: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path)
    code = (
        "import wadflow.interfaces\n"
        "from wadflow.interfaces.crystals import list_crystals, load_crystal\n"
        "from wadflow.interfaces.definition import list_definitions, load_definition\n"
        "print(wadflow.interfaces.__file__)\n"
        "for name in list_crystals(): load_crystal(name)\n"
        "for name in list_definitions(): print(load_definition(name).name)\n"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    origin, *definitions = ran.stdout.splitlines()
    assert Path(origin).is_relative_to(tmp_path)  # not the editable installation
    assert "li110-li110" in definitions


def test_the_links_for_type_checkers_lead_to_the_rooms() -> None:
    for room in ROOMS:
        assert (ROOT / "src/wadflow" / room).resolve() == (ROOT / room).resolve()


def test_changelog_and_citation_have_the_version(project: dict[str, Any]) -> None:
    version = project["project"]["version"]
    assert f"\n## [{version}] - " in (ROOT / "CHANGELOG.md").read_text()
    assert f"\nversion: {version}\n" in (ROOT / "CITATION.cff").read_text()


def test_constraints_are_plain_pins() -> None:
    """No index address and no path: they would send everybody to somebody's own machine."""
    pins = (ROOT / "constraints.txt").read_text().splitlines()[1:]
    assert len(pins) > 100
    assert [line for line in pins if not re.fullmatch(r"[a-z0-9-]+==[0-9a-z.]+", line)] == []


def test_constraints_pin_every_requirement(project: dict[str, Any]) -> None:
    pinned = {line.split("==")[0] for line in (ROOT / "constraints.txt").read_text().splitlines()[1:]}
    wanted = [*project["project"]["dependencies"], *itertools.chain(*project["dependency-groups"].values())]
    names = {re.split(r"[^A-Za-z0-9-]", requirement)[0] for requirement in wanted}
    assert names <= pinned
    assert "gpaw" in names


def test_importing_the_command_line_loads_no_heavy_package() -> None:
    heavy = ("gpaw", "pymatgen", "matplotlib", "scipy", "atomate2", "jobflow")
    code = f"import sys, wadflow.workflows.cli; print([name for name in {heavy} if name in sys.modules])"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "[]"
