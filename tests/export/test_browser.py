"""A real Chromium opens the exported site below a path, as on GitHub Pages."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from playwright.sync_api import Page, sync_playwright

from tests.cli.running import NOW, run
from tests.publication.pages import browsers
from tests.required import require


class Quiet(SimpleHTTPRequestHandler):
    """A file server without a log."""

    def log_message(self, *_: object) -> None:
        """Log nothing."""


@pytest.fixture
def host(schedule: Path, tmp_path: Path) -> Iterator[str]:
    """The address of the site."""
    del schedule
    assert run("export", tmp_path / "root" / "project", "--now", NOW).status == 0
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(tmp_path / "root")))
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/project/"
    server.shutdown()
    server.server_close()


@pytest.fixture
def page() -> Iterator[Page]:
    """An empty browser page."""
    require(browsers.unavailable())
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=browsers.CHROMIUM, args=list(browsers.FLAGS))
        yield browser.new_page()
        browser.close()


@pytest.mark.parametrize("languages", [["en", "fr"]])
def test_every_page_opens_without_a_failed_request(host: str, page: Page) -> None:
    answers: dict[str, int] = {}
    faults: list[str] = []
    page.on("response", lambda response: answers.update({response.url: response.status}))
    page.on("requestfailed", lambda request: faults.append(request.url))
    page.on("console", lambda message: faults.append(message.text))
    page.on("pageerror", lambda error: faults.append(str(error)))
    for path in ("", "fr/", "embed/", "calendar/2026/11/", "fr/calendar/2026/12/"):
        page.goto(host + path, wait_until="networkidle")
        assert page.locator("main, body").first.inner_text().strip()
    page.goto(host)
    links = page.eval_on_selector_all("a[href]", "links => links.map(link => link.href)")
    own = sorted({link.partition("#")[0] for link in links if link.startswith(host)})
    assert {f"{host}downloads/all.ics", f"{host}fr/"} <= set(own)
    statuses = {link: page.request.get(link).status for link in own}
    assert set(statuses.values()) == {200}, statuses
    assert {url: status for url, status in answers.items() if status not in {200, 304}} == {}
    assert [url for url in answers if not url.startswith(host)] == []
    assert any("/project/assets/" in url for url in answers)
    assert faults == []
