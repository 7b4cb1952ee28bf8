"""A browser, and a host that it visits; both are shared by the tests of this folder."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any, Protocol

import pytest
from playwright.sync_api import Browser, Page, Playwright, sync_playwright

from icsfeed.publication.representations import Representation
from tests.publication.pages import browsers
from tests.publication.pages.serving import Host, hosting
from tests.publication.pages.stories import NOON
from tests.required import require


@pytest.fixture(scope="package", name="playwright")
def _playwright() -> Iterator[Playwright]:
    """Starts browsers."""
    require(browsers.unavailable())
    with sync_playwright() as playwright:
        yield playwright


@pytest.fixture(scope="package")
def chromium(playwright: Playwright) -> Iterator[Browser]:
    """A real browser, started for the first test that needs it."""
    browser = playwright.chromium.launch(executable_path=browsers.CHROMIUM, args=list(browsers.FLAGS))
    yield browser
    browser.close()


@pytest.fixture
def chromium_without_zone(playwright: Playwright) -> Iterator[Browser]:
    """A real browser on a system that does not say in which time zone it is."""
    browser = playwright.chromium.launch(
        executable_path=browsers.CHROMIUM, args=list(browsers.FLAGS), env={**os.environ, "TZ": ""}
    )
    yield browser
    browser.close()


@pytest.fixture(scope="package")
def host() -> Iterator[Host]:
    """Serves the site that a test sets."""
    with hosting() as host:
        yield host


class Open(Protocol):
    """Opens a path of a site as a visitor in that time zone at that moment."""

    def __call__(
        self,
        site: Mapping[str, Representation],
        path: str = "/",
        *,
        now: datetime = ...,
        zone: str = ...,
        prefix: str = ...,
        browser: Browser | None = ...,
        **context: Any,  # noqa: ANN401  (any option of a browser's context)
    ) -> Page: ...


@pytest.fixture(name="visit")
def _visit(chromium: Browser, host: Host) -> Iterator[Open]:
    """Opens pages; any console message, error or failed request fails the test."""
    complaints: list[str] = []
    closing: list[Callable[[], None]] = []

    def visit(
        site: Mapping[str, Representation],
        path: str = "/",
        *,
        now: datetime = NOON,
        zone: str = "America/Toronto",
        prefix: str = "",
        browser: Browser | None = None,
        **context: Any,  # noqa: ANN401
    ) -> Page:
        host.site, host.prefix = site, prefix
        host.requests.clear()
        opened = (browser or chromium).new_context(
            **{"timezone_id": zone, "locale": "en-US", "color_scheme": "light"} | context
        )
        closing.append(opened.close)
        page = opened.new_page()
        page.on("console", lambda message: complaints.append(f"{message.type}: {message.text}"))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("dialog", lambda dialog: complaints.append(f"dialog: {dialog.message}"))
        page.clock.set_fixed_time(now)
        page.goto(host.url + path)
        return page

    yield visit
    for close in closing:
        close()
    assert complaints == []
    assert [each for each in host.requests if each[1] != 200] == []
