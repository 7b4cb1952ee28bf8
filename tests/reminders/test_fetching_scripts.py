"""The knowledge base's fragment as a script on another site fetches it, and as a browser opens it by itself."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

import pytest
from playwright.sync_api import Browser, Page, Route

from icsfeed.publication.representations import Representation
from tests.manual.documents import MANUAL
from tests.reminders.situations import SITUATIONS, URL
from tests.reminders.texts import published

PATH: Final = "/reminders/knowledge-base.html"
HELP: Final = "https://help.example.net/"
SCRIPT: Final = re.findall(
    r"```html\n(<div id=\"maintenance\">.*?)```", (MANUAL / "reminders.md").read_text(encoding="utf-8"), re.DOTALL
)[0]
"""As the manual has it."""

INJECTED: Final = "document.body.append(Object.assign(document.createElement('script'), {text: 'window.hacked = 1'}))"


@pytest.fixture
def fragment() -> Representation:
    return published(SITUATIONS["ordinary_week"])[PATH]


@pytest.fixture
def page(chromium: Browser, fragment: Representation) -> Iterator[Page]:
    """A page of a browser in which the site and a help center exist."""

    def answer(route: Route) -> None:
        if route.request.url == f"{URL}{PATH}":
            headers = {"Content-Type": fragment.content_type, **dict(fragment.public_headers)}
            route.fulfill(status=200, body=fragment.body, headers=headers)
        else:
            route.fulfill(status=200, body=f"<!doctype html><title>Help</title>{SCRIPT}", content_type="text/html")

    context = chromium.new_context()
    context.route("**/*", answer)
    yield context.new_page()
    context.close()


def test_a_script_of_any_site_may_show_it(page: Page) -> None:
    page.goto(HELP)
    page.locator("#maintenance section h2").wait_for()
    assert page.locator("#maintenance h2").inner_text() == "Seed-to-Sale maintenance"


def test_opened_by_itself_it_runs_nothing(page: Page) -> None:
    """A template of the vendor's own may show a text without escaping it."""
    violations = []
    page.on("console", lambda message: violations.append(message.text))
    page.goto(f"{URL}{PATH}")
    page.evaluate(INJECTED)
    assert page.evaluate("window.hacked") is None
    assert "Content Security Policy" in " ".join(violations)
    assert page.locator("h2").evaluate("each => getComputedStyle(each).marginTop") == "0px"
