"""Pictures of mails: ``python -m tests.notify.messages.pictures FOLDER`` renders every sort in Chromium."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.notify.messages.mails import confirmation, hostile_mail, mail, sample_announcements
from tests.publication.pages.browsers import CHROMIUM, FLAGS

WIDTHS = {"wide": 800, "phone": 390}


def every_html() -> Iterator[tuple[str, str]]:
    for language in ("en", "fr"):
        for name, announced in sample_announcements(language):
            yield f"{name.replace(' ', '-')}-{language}", mail(announced).html
        yield f"confirmation-{language}", confirmation(language, is_confirmed=False).html
        yield f"confirmed-{language}", confirmation(language, is_confirmed=True).html
    yield "hostile-en", hostile_mail().html


def take_pictures(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=[*FLAGS])
        for width_name, width in WIDTHS.items():
            page = browser.new_page(viewport={"width": width, "height": 600})
            page.route("**/*", lambda route: route.abort())
            for scheme in ("light", "dark"):
                page.emulate_media(color_scheme=scheme)
                for name, html in every_html():
                    page.set_content(html)
                    page.screenshot(path=folder / f"{name}-{width_name}-{scheme}.png", full_page=True)
        browser.close()


if __name__ == "__main__":
    take_pictures(Path(sys.argv[1]))
