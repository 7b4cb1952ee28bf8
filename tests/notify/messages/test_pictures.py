"""Mails in a real Chromium: on a phone and beside, in the light and in the dark, whatever the vendor writes."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Dialog, Route, sync_playwright

from tests.notify.messages.mails import confirmation, hostile_mail, mail, sample_announcements
from tests.publication.pages import browsers
from tests.required import require

MAILS = {
    "moved, in French": mail(dict(sample_announcements("fr"))["moved"]).html,
    "skipped": mail(dict(sample_announcements("en"))["skipped"]).html,
    "question": confirmation("fr", is_confirmed=False).html,
    "hostile texts": hostile_mail().html,
}


@pytest.fixture(scope="module", name="chromium")
def _chromium() -> Iterator[Browser]:
    require(browsers.unavailable())
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=browsers.CHROMIUM, args=list(browsers.FLAGS))
        yield browser
        browser.close()


@pytest.mark.parametrize("html", MAILS.values(), ids=MAILS.keys())
def test_mails_fit_and_are_legible(html: str, chromium: Browser) -> None:
    page = chromium.new_page(viewport={"width": 390, "height": 800})
    requests: list[str] = []

    def refuse(route: Route) -> None:
        requests.append(route.request.url)
        route.abort()

    page.route("**/*", refuse)
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        for width in (320, 390, 800):
            page.set_viewport_size({"width": width, "height": 800})
            page.set_content(html)
            assert page.evaluate("document.documentElement.scrollWidth") <= width
        problems = browsers.violations(page, "body")
        assert [each for each in problems if each.rule not in {"region", "landmark-one-main"}] == []
    assert [url for url in requests if not url.startswith("https://example.com/%22onload=%22x.svg")] == []
    page.close()


def test_hostile_texts_run_nothing(chromium: Browser) -> None:
    page = chromium.new_page()
    dialogs: list[str] = []

    def close(dialog: Dialog) -> None:
        dialogs.append(dialog.message)
        dialog.dismiss()

    page.on("dialog", close)
    page.route("**/*", lambda route: route.abort())
    page.set_content(hostile_mail().html)
    page.wait_for_timeout(50)
    assert dialogs == []
    assert page.evaluate("document.querySelectorAll('[onerror], [onload], script').length") == 0
    page.close()
