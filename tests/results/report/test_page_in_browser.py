"""The page in a real browser: nothing leaves it, nothing fails in it, and what can be turned turns.

`setup/chromium` installs the browser; screenshots are left in the folder of the test.
"""

from __future__ import annotations

import base64
import json
import os
import shutil
import time
from typing import TYPE_CHECKING, Any

import pytest

from wadflow.results.report.html_page import anchor

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from selenium.webdriver import Chrome
    from selenium.webdriver.remote.webelement import WebElement
    from tests.results.report.conftest import Shipped

pytestmark = pytest.mark.browser

ARGUMENTS = (
    "--headless=new",
    "--no-sandbox",  # root has none
    "--disable-dev-shm-usage",
    "--use-angle=swiftshader",  # WebGL without a graphics card
    "--enable-unsafe-swiftshader",
    "--window-size=1400,1000",
    "--no-proxy-server",
    "--remote-debugging-pipe",  # the driver would ask for "localhost" else
)
PATIENCE = 120.0
"""Seconds for what takes one on a machine alone: software draws the views."""


def why_no_browser() -> str | None:
    """Say what is missing; None: all is there."""
    missing = [program for program in ("chromium", "chromedriver") if shutil.which(program) is None]
    return (
        f"{' and '.join(missing)} not found: 'setup/chromium' installs it (root, apt-get)"
        if missing
        else None
    )


@pytest.fixture(scope="module")
def browser(shipped: Shipped) -> Iterator[Chrome]:
    """Open the report; without a browser the tests are skipped, and say so."""
    reason = why_no_browser()
    if reason is not None:
        if os.environ.get("CI") and os.getuid() == 0:
            pytest.fail(reason)
        pytest.skip(reason)
    from selenium.webdriver import Chrome, ChromeOptions
    from selenium.webdriver.chrome.service import Service
    from selenium.webdriver.common.utils import is_url_connectable

    class ServiceByNumber(Service):
        """A bare machine may not know "localhost"."""

        @property
        def service_url(self) -> str:
            return f"http://127.0.0.1:{self.port}"

        def is_connectable(self) -> bool:
            return is_url_connectable(self.port, host="127.0.0.1")

    options = ChromeOptions()
    options.binary_location = str(shutil.which("chromium"))
    for argument in ARGUMENTS:
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    driver = Chrome(options=options, service=ServiceByNumber(str(shutil.which("chromedriver"))))
    try:
        driver.set_page_load_timeout(PATIENCE)
        driver.get(shipped.file.as_uri())
        yield driver
    finally:
        driver.quit()


def element(browser: Chrome, selector: str) -> WebElement:
    return browser.find_element("css selector", selector)


def elements(browser: Chrome, selector: str) -> list[WebElement]:
    return browser.find_elements("css selector", selector)


def wait_until(condition: Callable[[], Any]) -> None:
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.1)


def settings(browser: Chrome, *, width: int = 1400, scheme: str = "light") -> None:
    """Give the window a width (pixels) and the system a colour scheme."""
    browser.execute_cdp_cmd(
        "Emulation.setDeviceMetricsOverride",
        {"width": width, "height": 1000, "deviceScaleFactor": 1, "mobile": width < 600},
    )
    browser.execute_cdp_cmd(
        "Emulation.setEmulatedMedia", {"features": [{"name": "prefers-color-scheme", "value": scheme}]}
    )


def background(browser: Chrome) -> str:
    return str(browser.execute_script("return getComputedStyle(document.body).backgroundColor"))


def first_view(browser: Chrome) -> WebElement:
    """Bring the first view into the window, drawn."""
    figure = element(browser, "figure.view")
    browser.execute_script("arguments[0].scrollIntoView({block: 'center', behavior: 'instant'})", figure)
    wait_until(lambda: figure.find_element("css selector", "output").text)
    return figure


def seen_from(figure: WebElement) -> tuple[float, float]:
    """Azimuth and elevation of the camera (degrees)."""
    canvas = figure.find_element("css selector", ".canvas")
    return float(str(canvas.get_attribute("data-azimuth"))), float(
        str(canvas.get_attribute("data-elevation"))
    )


def pixels(browser: Chrome) -> bytes:
    """Return the picture of the first view."""
    box = browser.execute_script(
        "const b = document.querySelector('figure.view .canvas').getBoundingClientRect();"
        "return {x: b.x + scrollX, y: b.y + scrollY, width: b.width, height: b.height, scale: 1}"
    )
    shot = browser.execute_cdp_cmd("Page.captureScreenshot", {"clip": box, "captureBeyondViewport": True})
    return base64.b64decode(shot["data"])


def test_the_keyboard_reaches_the_content_first_and_shows_where_it_is(browser: Chrome) -> None:
    """Comes first: where a click was, the keyboard goes on."""
    from selenium.webdriver import Keys

    settings(browser)
    element(browser, "body").send_keys(Keys.TAB)
    focused = browser.switch_to.active_element
    assert focused.get_attribute("class") == "skip"
    assert focused.rect["x"] >= 0
    assert browser.execute_script("return getComputedStyle(arguments[0]).outlineStyle", focused) == "solid"
    focused.send_keys(Keys.ENTER)
    wait_until(lambda: browser.switch_to.active_element.get_attribute("id") == "content")


def test_every_table_and_picture_is_drawn(browser: Chrome, shipped: Shipped) -> None:
    settings(browser)
    browser.execute_script("for (const fold of document.querySelectorAll('details')) fold.open = true")
    sizes = browser.execute_script(
        "return Object.fromEntries([...document.querySelectorAll('table, figure.picture')]"
        ".map((one) => [one.id, one.getBoundingClientRect().width * one.getBoundingClientRect().height]))"
    )
    for table in shipped.report.tables():
        assert sizes[f"table-{anchor(table.name)}"] > 1000
    for picture in shipped.report.pictures():
        assert sizes[f"picture-{anchor(picture.name)}"] > 10000
    browser.execute_script("for (const fold of document.querySelectorAll('details')) fold.open = false")


@pytest.mark.parametrize("width", [1400, 800, 360])
def test_the_page_is_never_wider_than_the_window(browser: Chrome, width: int) -> None:
    settings(browser, width=width)
    assert browser.execute_script("return document.documentElement.scrollWidth") <= width


def test_keys_buttons_and_the_mouse_turn_a_structure(browser: Chrome) -> None:
    from selenium.webdriver import ActionChains, Keys

    settings(browser)
    figure = first_view(browser)
    canvas = figure.find_element("css selector", ".canvas")
    start, picture = seen_from(figure), pixels(browser)
    canvas.send_keys(Keys.ARROW_RIGHT)
    wait_until(lambda: seen_from(figure) != start)
    assert seen_from(figure)[0] == pytest.approx(start[0] + 10, abs=0.2)
    wait_until(lambda: pixels(browser) != picture)
    canvas.send_keys(Keys.ARROW_UP)
    wait_until(lambda: seen_from(figure)[1] != start[1])
    figure.find_element("css selector", "[data-do=above]").click()
    wait_until(lambda: seen_from(figure)[1] == pytest.approx(89, abs=0.2))
    canvas.send_keys(Keys.HOME)
    wait_until(lambda: seen_from(figure) == start)
    before = seen_from(figure)

    def dragged() -> bool:
        """Drag, again where a slow machine has swallowed it."""
        mouse = ActionChains(browser).click_and_hold(canvas)
        mouse.move_by_offset(60, 0).pause(0.2).move_by_offset(30, 0).release().perform()
        return seen_from(figure)[0] != before[0]

    wait_until(dragged)
    status = figure.find_element("css selector", "output").text
    figure.find_element("css selector", "[data-do=closer]").click()
    wait_until(lambda: figure.find_element("css selector", "output").text != status)


def test_the_view_shows_the_slabs_alone_too(browser: Chrome) -> None:
    settings(browser)
    figure = first_view(browser)
    picture = pixels(browser)
    choice = figure.find_element("css selector", "select")
    assert [one.text for one in choice.find_elements("css selector", "option")] == [
        "interface",
        "lower slab alone",
        "upper slab alone",
    ]
    choice.send_keys("lower")
    wait_until(lambda: pixels(browser) != picture)


def test_the_switch_changes_the_colours_and_the_system_does(browser: Chrome) -> None:
    settings(browser, scheme="light")
    light = background(browser)
    settings(browser, scheme="dark")
    wait_until(lambda: background(browser) != light)
    dark = background(browser)
    for value, expected in (("light", light), ("dark", dark), ("auto", dark)):
        browser.execute_script(
            "arguments[0].scrollIntoView({behavior: 'instant'})", element(browser, "fieldset.theme")
        )
        element(browser, f"input[name=theme][value={value}] + span").click()
        wait_until(lambda wanted=expected: background(browser) == wanted)  # type: ignore[misc]
    settings(browser, scheme="light")
    wait_until(lambda: background(browser) == light)


def test_screenshots_and_paper(browser: Chrome, tmp_path: Path) -> None:
    settings(browser)
    first_view(browser)
    for name, width, scheme in (("wide", 1400, "light"), ("dark", 1400, "dark"), ("phone", 400, "light")):
        settings(browser, width=width, scheme=scheme)
        clip = {"x": 0, "y": 0, "width": width, "height": 3200, "scale": 1}
        shot = browser.execute_cdp_cmd(
            "Page.captureScreenshot", {"clip": clip, "captureBeyondViewport": True}
        )
        (tmp_path / f"{name}.png").write_bytes(base64.b64decode(shot["data"]))
        assert (tmp_path / f"{name}.png").stat().st_size > 50_000  # not an empty page
    settings(browser)
    paper = browser.execute_cdp_cmd("Page.printToPDF", {"printBackground": True, "preferCSSPageSize": True})
    (tmp_path / "paper.pdf").write_bytes(base64.b64decode(paper["data"]))
    assert (tmp_path / "paper.pdf").stat().st_size > 200_000
    assert elements(browser, "details[open]") == []  # opened for paper, closed again


def test_nothing_leaves_the_page_and_nothing_fails(browser: Chrome, shipped: Shipped) -> None:
    """Comes last: it reads what the browser has noted through all of the tests."""
    addresses = []
    for entry in browser.get_log("performance"):  # type: ignore[no-untyped-call]
        message = json.loads(entry["message"])["message"]
        if message["method"] == "Network.requestWillBeSent":
            addresses.append(message["params"]["request"]["url"])
    page = shipped.file.as_uri()
    others = [one[:200] for one in addresses if one != page and not one.startswith(("data:", "blob:"))]
    assert page in addresses
    assert others == []
    notes = browser.get_log("browser")  # type: ignore[no-untyped-call]
    errors = [entry for entry in notes if entry["level"] == "SEVERE"]
    assert errors == []
