"""A real Chromium, and the scripts that check a page in it: axe-core and jsQR."""

from __future__ import annotations

import shutil
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from tests.required import require

HERE = Path(__file__).parent
CHROMIUM = shutil.which("chromium") or ""
NODE = shutil.which("node") or ""
FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage")
"""As root, as in a container, Chromium does not start with a sandbox."""

_PACKAGES = HERE / "node_modules"


def unavailable() -> str | None:
    """The reason why the tests can't run: no browser, or no Node packages."""
    if not CHROMIUM:
        return "Chromium is not installed: Debian's chromium"
    if not NODE:
        return "node is not installed"
    if not (_PACKAGES / "axe-core").is_dir():
        return "axe-core, html-validate and jsQR are not installed: npm ci --prefix tests/publication/pages"
    return None


@contextmanager
def a_chromium() -> Generator[Browser]:
    """A real browser; without one, the test is skipped or, in CI, fails."""
    require(unavailable())
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        yield browser
        browser.close()


@cache
def _script(*path: str) -> str:
    return _PACKAGES.joinpath(*path).read_text(encoding="utf-8")


@dataclass(frozen=True, kw_only=True, slots=True)
class Violation:
    """A problem that axe-core reports."""

    rule: str
    impact: str
    where: tuple[str, ...]


def violations(page: Page, selector: str = "html") -> list[Violation]:
    """The accessibility problems of the page in its current state, by WCAG 2.2 (A and AA) and good practice.

    ``selector`` names the elements that count.
    """
    page.evaluate(_script("axe-core", "axe.min.js"))
    run = "async (part) => (await axe.run(part, {resultTypes: ['violations']})).violations"
    problems = page.evaluate(run, selector)
    return [
        Violation(
            rule=each["id"],
            impact=each["impact"],
            where=tuple(str(node["target"]) + str(node.get("failureSummary", "")) for node in each["nodes"]),
        )
        for each in problems
    ]


def qr_texts(page: Page) -> list[str]:
    """The texts of the QR codes on the page, read from their pixels."""
    page.evaluate(_script("jsqr", "dist", "jsQR.js"))
    texts: list[str] = page.evaluate(
        """async () => {
            const texts = [];
            for (const { src } of document.querySelectorAll(".qr img")) {
                const image = new Image(), canvas = document.createElement("canvas");
                image.src = src;
                await image.decode();
                canvas.width = canvas.height = 400;
                const context = canvas.getContext("2d");
                context.drawImage(image, 0, 0, 400, 400);
                texts.push(jsQR(context.getImageData(0, 0, 400, 400).data, 400, 400)?.data ?? "not readable");
            }
            return texts;
        }"""
    )
    return texts
