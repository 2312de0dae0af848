"""The HTML page: whole, self-contained, small, and sound for readers who see, hear or print it."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest

from wadflow.results.report.blocks import StructureView
from wadflow.results.report.html_page import anchor

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.results.report.conftest import Shipped

    from wadflow.results.documents import AdhesionDocument

MEGABYTE = 1e6
VOID = {"meta", "link", "br", "input", "img", "hr", "source", "wbr"}


class Elements(HTMLParser):
    """All elements of a page in their order, with attributes, and whether each was closed."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str]]] = []
        self.open: list[str] = []
        self.wrong: list[str] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.wrong.append(tag)

    def of(self, tag: str) -> list[dict[str, str]]:
        return [attributes for name, attributes in self.found if name == tag]


@pytest.fixture(scope="module")
def elements(shipped: Shipped) -> Elements:
    return Elements(shipped.page)


def test_the_page_is_small_and_quick(shipped: Shipped) -> None:
    assert len(shipped.page.encode()) < 10 * MEGABYTE
    # Processor time: the tests share the machine. Alone it is about 15 s, on shared cores twice that.
    assert shipped.seconds < 40


def test_every_element_is_closed(elements: Elements) -> None:
    assert elements.wrong == []
    assert elements.open == []


def test_no_address_is_fetched(elements: Elements, shipped: Shipped) -> None:
    fetching = ("src", "srcset", "data", "poster", "xlink:href", "action", "background")
    for tag, attributes in elements.found:
        for name in fetching:
            if name in attributes and tag != "button":
                assert attributes[name].startswith(("data:", "#")), f"<{tag} {name}={attributes[name][:80]}>"
        if "href" in attributes:
            links = ("#", "data:", "https://doi.org/10.") if tag in ("a", "link") else ("#", "data:")
            assert attributes["href"].startswith(links), f"<{tag} href={attributes['href'][:80]}>"
    style = shipped.page.partition("<style>")[2].partition("</style>")[0]
    assert "@import" not in style
    assert "url(" not in style
    assert "content=\"default-src 'none';" in shipped.page  # what browsers hold to


def test_names_are_unique_and_links_inside_lead_somewhere(elements: Elements) -> None:
    names = [attributes["id"] for _, attributes in elements.found if "id" in attributes]
    assert len(names) == len(set(names))
    for attributes in elements.of("a"):
        if attributes["href"].startswith("#"):
            assert attributes["href"][1:] in names
    for _, attributes in elements.found:
        for name in attributes.get("aria-labelledby", "").split():
            assert name in names


def test_headings_go_down_step_by_step_and_landmarks_are_there(elements: Elements) -> None:
    levels = [int(tag[1]) for tag, _ in elements.found if re.fullmatch(r"h[1-6]", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))
    for landmark in ("header", "nav", "main", "footer"):
        assert len(elements.of(landmark)) == 1
    assert elements.of("html")[0]["lang"] == "en"
    first_link = elements.of("a")[0]
    assert first_link["class"] == "skip"
    assert first_link["href"] == "#content"


def test_every_table_has_a_caption_and_its_headings_say_what_they_head(
    elements: Elements, shipped: Shipped
) -> None:
    tables = elements.of("table")
    assert len(tables) == len(elements.of("caption")) == len(shipped.report.tables())
    assert {attributes["id"] for attributes in tables} == {
        f"table-{anchor(table.name)}" for table in shipped.report.tables()
    }
    assert all(attributes["scope"] in ("row", "col") for attributes in elements.of("th"))


def test_every_picture_says_its_data(elements: Elements, shipped: Shipped) -> None:
    frames = [one for one in elements.of("div") if one.get("class") == "frame"]
    pictures = shipped.report.pictures()
    assert len(frames) == len(pictures) == len(elements.of("svg"))
    assert [frame["aria-label"] for frame in frames] == [picture.alternative for picture in pictures]
    for picture in pictures:
        assert re.search(r"\d", picture.alternative), picture.name
        assert len(picture.alternative) > 60, picture.name


def test_figures_have_no_colour_that_a_theme_cannot_change(shipped: Shipped) -> None:
    drawings = re.findall(r'<svg viewBox="[^"]*" style=.*?</svg>', shipped.page, re.DOTALL)
    assert drawings
    for drawing in drawings:
        inside = re.sub(r'xlink:href="data:[^"]*"', "", drawing)
        assert "var(--ink)" in inside
        assert not re.search(r"(fill|stroke): #(000000|ffffff|1b1e23)", inside)
    theme = shipped.page.partition("<style>")[2].partition("</style>")[0]
    for name in re.findall(r"var\(--([a-z]+)\)", "".join(drawings)):
        assert theme.count(f"--{name}:") >= 4, name  # light, dark by the system and by the switch, paper


def test_each_interface_has_its_view_and_its_numbers(shipped: Shipped) -> None:
    views = [block for block in shipped.report.blocks() if isinstance(block, StructureView)]
    assert len(views) == shipped.page.count('<figure class="view needs-script"')
    assert len(views) == len(next(s for s in shipped.report.sections if s.anchor == "interfaces").sections)
    assert "NOT CONVERGED WITH THICKNESS" in shipped.page
    assert "10.1038/s41467-020-19206-w" in shipped.page


def test_texts_of_users_cannot_become_elements(make_document: Callable[..., AdhesionDocument]) -> None:
    from wadflow.results.report.contents import build_report
    from wadflow.results.report.html_page import render_html

    bad = '</script><script>alert(1)</script><img src="http://example.org/x">'
    document = make_document(title=bad)
    page = render_html(build_report([document], place=bad, command=bad, documents_option=[bad]))
    assert "<script>alert" not in page
    assert "<img" not in page
