"""A browser for host pages."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, TypeAlias

import pytest
from playwright.sync_api import Browser, Page

from tests.publication.pages.browsers import a_chromium

Show: TypeAlias = Callable[..., Page]


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    with a_chromium() as browser:
        yield browser


@pytest.fixture
def show(chromium: Browser) -> Iterator[Show]:
    """Shows the content of a page; any request or console message fails the test."""
    complaints: list[str] = []
    closing: list[Callable[[], None]] = []

    def show(content: str, **context: Any) -> Page:  # noqa: ANN401  (any option of a browser's context)
        opened = chromium.new_context(**context)
        closing.append(opened.close)
        page = opened.new_page()
        page.on("console", lambda message: complaints.append(f"{message.type}: {message.text}"))
        page.on("request", lambda request: complaints.append(f"request: {request.url}"))
        page.set_content(content)
        return page

    yield show
    for close in closing:
        close()
    assert complaints == []
