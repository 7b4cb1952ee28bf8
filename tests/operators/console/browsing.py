"""The console in a real Chromium: a server, the sizes of screens, and what must hold on every page."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Page
from werkzeug.serving import make_server

from tests.operators.consoles import Operations
from tests.publication.pages.browsers import violations
from tests.publication.pages.serving import SilentHandler

PHONE = {"width": 390, "height": 844}
DESK = {"width": 1280, "height": 900}
REFUSAL = "the server responded with a status of 4"
"""The browser's own words for a form that comes back."""


@contextmanager
def running(ops: Operations) -> Iterator[str]:
    """The address of a server with that console."""
    server = make_server("127.0.0.1", 0, ops.app, threaded=True, request_handler=SilentHandler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def check(page: Page, *, schemes: tuple[str, ...] = ("light", "dark")) -> None:
    """No violation of WCAG 2.2 (A and AA) in either color scheme, and nothing that is cut off at the side."""
    for scheme in schemes:
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type] # light or dark
        assert violations(page) == [], page.url
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), page.url
