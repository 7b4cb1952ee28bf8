"""A console on a database with an empty record, and an operator who has signed in."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import Page

from icsfeed.store.database.database import Database
from tests.operators.access import DAY, create
from tests.operators.console.browsing import DESK, REFUSAL, running
from tests.operators.console.stories import a_console
from tests.operators.consoles import Browser, Operations, operations
from tests.publication.pages.browsers import a_chromium


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    """On SQLite alone: the console's pages know no database."""
    with closing(Database(f"sqlite:///{tmp_path}/icsfeed.db")) as one:
        yield one


@pytest.fixture
def ops(tmp_path: Path, database: Database) -> Operations:
    return operations(tmp_path, database)


@pytest.fixture
def alice(ops: Operations) -> Browser:
    return ops.signed_in()


@pytest.fixture
def console(tmp_path: Path) -> Iterator[Operations]:
    """A console with private environments, channels, mail and approvals."""
    with a_console(tmp_path) as one:
        yield one


@pytest.fixture(scope="package")
def chromium() -> Iterator[Chromium]:
    with a_chromium() as browser:
        yield browser


@pytest.fixture
def visit(ops: Operations, chromium: Chromium) -> Iterator[Callable[..., Page]]:
    """Opens the console as somebody who has just signed in; any console message or dialog fails the test."""
    complaints: list[str] = []
    contexts = []

    with running(ops) as address:

        def visit(name: str = "Alice", *, viewport: dict[str, int] = DESK, **context: object) -> Page:
            opened = chromium.new_context(viewport=viewport, base_url=address, **{"locale": "en-US"} | context)  # type: ignore[arg-type] # any option of a browser's context
            contexts.append(opened)
            page = opened.new_page()
            page.set_default_timeout(10_000)
            token = create(ops.database, name, lasts=DAY, now=ops.now).text
            page.goto("/operator/")
            page.fill("#token", token)
            page.click("main button")
            page.wait_for_url("**/operator/")
            page.on("console", lambda message: complaints.append(f"{message.type}: {message.text}"))
            page.on("pageerror", lambda error: complaints.append(str(error)))
            page.on("dialog", lambda dialog: complaints.append(f"dialog: {dialog.message}"))
            return page

        yield visit
        for each in contexts:
            each.close()
    assert [each for each in complaints if REFUSAL not in each] == []
