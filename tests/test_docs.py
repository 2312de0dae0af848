"""The documentation builds without a warning, its links hold, and what it tells people to type works."""

from __future__ import annotations

import io
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

import pytest
from command_line import call
from markdown_it import MarkdownIt

from wadflow.interfaces.definition import load_definition
from wadflow.interfaces.stacking import build_interface
from wadflow.interfaces.surface_definition import load_surface_definition
from wadflow.results.thermochemistry.conditions import load_conditions
from wadflow.results.thermochemistry.reactions import load_reactions
from wadflow.workflows.protocol import load_protocol

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
PAGES = [
    ROOT / "README.md",
    *(page for page in sorted(DOCS.rglob("*.md")) if page.parent.name != "generated"),
]
LOADED = ("link", "script", "img", "source", "iframe", "video", "audio", "object", "embed")
"""Elements whose address a browser fetches by itself."""


class Addresses(HTMLParser):
    """Collects the addresses of a page, and the places in it that can be linked to."""

    def __init__(self) -> None:
        super().__init__()
        self.followed: list[str] = []
        self.fetched: list[str] = []
        self.places: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take in one element."""
        for name, value in attrs:
            if name in ("id", "name") and value:
                self.places.add(value)
            elif name in ("href", "src", "data", "poster") and value and tag in (*LOADED, "a"):
                (self.followed if tag == "a" else self.fetched).append(value)


@cache
def addresses(page: Path) -> Addresses:
    """Return what is in a page of the site."""
    found = Addresses()
    found.feed(page.read_text(encoding="utf-8"))
    return found


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the site as `make docs` does."""
    place = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "sphinx", "-q", "-W", "--keep-going", str(DOCS), str(place)]
    built = subprocess.run(command, capture_output=True, text=True, check=False)
    assert built.returncode == 0, built.stderr
    return place


def test_every_link_inside_the_site_leads_to_a_place(site: Path) -> None:
    pages = sorted(site.rglob("*.html"))
    assert len(pages) > 20
    broken = []
    for page in pages:
        for address in addresses(page).followed:
            parts = urlsplit(address)
            if parts.scheme or parts.netloc:
                continue
            target = (page.parent / unquote(parts.path)).resolve() if parts.path else page
            lost = not target.is_file()
            if not lost and parts.fragment and target.suffix == ".html":
                lost = unquote(parts.fragment) not in addresses(target).places
            if lost:
                broken.append(f"{page.relative_to(site)}: {address}")
    assert broken == []


def test_the_site_opens_without_a_network(site: Path) -> None:
    outside = []
    for page in sorted(site.rglob("*.html")):
        for address in addresses(page).fetched:
            parts = urlsplit(address)
            lost = parts.path and not (page.parent / unquote(parts.path)).is_file()
            if parts.scheme or parts.netloc or lost:
                outside.append(f"{page.relative_to(site)}: {address}")
    assert outside == []
    styles = {sheet: sheet.read_text(encoding="utf-8") for sheet in site.rglob("*.css")}
    assert styles
    for sheet, text in styles.items():
        assert not re.search(r"@import|url\(\s*['\"]?(?:https?:)?//", text), sheet


def test_the_reference_holds_the_public_names_and_every_command(site: Path) -> None:
    found = set().union(*(addresses(page).places for page in (site / "reference").rglob("*.html")))
    for name in (
        "interfaces.definition.InterfaceDefinition",
        "results.documents.AdhesionDocument",
        "results.adhesion.work_of_adhesion",
        "results.thermochemistry.reactions.load_reactions",
        "workflows.makers.GpawRelaxMaker",
        "workflows.archive.Archive",
        "errors.InputError",
    ):
        assert f"wadflow.{name}" in found
    for command in ("run", "decompose", "batch-script", "archive-verify", "queue-init"):
        assert f"wadflow-{command}" in found


def fences(page: Path, language: str) -> list[str]:
    """Return the code blocks of a page in a language."""
    tokens = MarkdownIt().parse(page.read_text(encoding="utf-8"))
    return [token.content for token in tokens if token.type == "fence" and token.info == language]


def test_relative_links_between_the_pages_work_without_the_site_too() -> None:
    """On a page that shows the repository."""
    for page in PAGES:
        for target in re.findall(r"\]\(([^)#:\s]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
            if "generated/" not in target:
                assert (page.parent / target).exists(), f"{page.name} links to {target}"


def write_files(page: Path, folder: Path) -> list[Path]:
    """Write the TOML blocks of a page, each named by its first line, beside the examples."""
    shutil.copytree(DOCS / "examples", folder, dirs_exist_ok=True)
    files = []
    for block in fences(page, "toml"):
        named = re.match(r"# ([\w-]+\.toml)\n", block)
        assert named, f"a TOML block of {page.name} does not begin with the name of its file:\n{block}"
        assert folder / named[1] not in files, f"two blocks of {page.name} are called {named[1]}"
        files.append(folder / named[1])
        files[-1].write_text(block, encoding="utf-8")
    return files


WITH_FILES = [page for page in PAGES if page.name != "README.md" and fences(page, "toml")]


@pytest.mark.parametrize("page", WITH_FILES, ids=lambda page: page.stem)
def test_the_files_that_a_page_shows_can_be_loaded(page: Path, tmp_path: Path) -> None:
    for file in write_files(page, tmp_path):
        content = tomllib.loads(file.read_text(encoding="utf-8"))
        if "lower" in content:
            assert len(build_interface(load_definition(str(file)), vacuum=10.0).ab) > 0
        elif "crystal" in content:
            assert load_surface_definition(str(file)).faces
        elif "based_on" in content:
            assert load_protocol(str(file)).production
        elif any("equation" in one for one in content.values()):
            assert load_reactions(file)
        else:
            assert load_conditions(file)


def command_lines(page: Path) -> Iterator[list[str]]:
    """Give the arguments of each ``wadflow ...`` in the shell blocks of a page, in their order."""
    for block in fences(page, "bash"):
        for line in block.replace("\\\n", " ").splitlines():
            words = shlex.split(line, comments=True)
            for part in " ".join("\n" if word == "&&" else shlex.quote(word) for word in words).split("\n"):
                name, *arguments = shlex.split(part) or [""]
                if name == "wadflow":
                    yield arguments


WITH_COMMANDS = [page for page in PAGES if list(command_lines(page))]


@pytest.mark.parametrize("page", WITH_COMMANDS, ids=lambda page: page.stem)
def test_the_commands_of_a_page_exist_with_these_options(page: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import typer
    from typer.main import get_command

    from wadflow.workflows.cli.app import app

    monkeypatch.setattr(sys, "stdin", io.StringIO())
    for arguments in command_lines(page):
        command, rest, parent = get_command(app), arguments, None
        while True:
            try:
                context = command.make_context(command.name, list(rest), parent=parent)
            except typer.Abort:  # its options are right, and it asks for more
                break
            if not hasattr(command, "resolve_command"):
                break
            _, command, rest = command.resolve_command(context, [*context._protected_args, *context.args])
            parent = context


def is_cheap(arguments: list[str]) -> bool:
    """Return whether a command answers at once and asks for nothing that is not there."""
    name, *rest = arguments
    if name == "results":
        return "--shipped" in rest
    if name == "decompose" and "-p" in rest:
        return "--plan" in rest
    if name == "surface":
        return "--plan" in rest
    return name in ("list", "show", "match", "plan", "decompose", "batch-script", "archive")


WITH_CHEAP_ONES = [
    page for page in WITH_COMMANDS if page.name != "README.md" and any(map(is_cheap, command_lines(page)))
]


@pytest.mark.parametrize("page", WITH_CHEAP_ONES, ids=lambda page: page.stem)
def test_the_cheap_commands_of_a_page_work(
    page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    write_files(page, tmp_path)
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("WADFLOW_ARCHIVE", raising=False)
    (tmp_path / "figures").mkdir()
    for arguments in filter(is_cheap, command_lines(page)):
        assert call(*arguments) == 0, (arguments, capsys.readouterr().err)
