"""A real Chromium, and what it loads into a page to check it: axe-core and jsQR."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from playwright.sync_api import Page

HERE = Path(__file__).parent
CHROMIUM = shutil.which("chromium") or ""
NODE = shutil.which("node") or ""
FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage")
"""Chromium refuses to have a sandbox as root, who runs the tests in a container."""

_PACKAGES = HERE / "node_modules"


def unavailable() -> str | None:
    """Say what is missing: the browser, or what `npm ci` puts beside this module."""
    if not CHROMIUM:
        return "Chromium is not installed: Debian's chromium"
    if not NODE:
        return "node is not installed"
    if not (_PACKAGES / "axe-core").is_dir():
        return "axe-core, html-validate and jsQR are not installed: npm ci --prefix tests/publication/pages"
    return None


@cache
def _script(*path: str) -> str:
    return _PACKAGES.joinpath(*path).read_text(encoding="utf-8")


@dataclass(frozen=True, kw_only=True, slots=True)
class Violation:
    """Something that axe-core finds wrong, and how bad it is."""

    rule: str
    impact: str
    where: tuple[str, ...]


def violations(page: Page) -> list[Violation]:
    """What keeps people from using the page as it is shown now, by WCAG 2.2 (A and AA) and good practice."""
    page.evaluate(_script("axe-core", "axe.min.js"))
    found = page.evaluate("async () => (await axe.run(document, {resultTypes: ['violations']})).violations")
    return [
        Violation(
            rule=each["id"],
            impact=each["impact"],
            where=tuple(str(node["target"]) + str(node.get("failureSummary", "")) for node in each["nodes"]),
        )
        for each in found
    ]


def qr_texts(page: Page) -> list[str]:
    """What the QR codes of the page say, read from their pixels."""
    page.evaluate(_script("jsqr", "dist", "jsQR.js"))
    found: list[str] = page.evaluate(
        """async () => {
            const texts = [];
            for (const svg of document.querySelectorAll(".qr svg")) {
                const copy = svg.cloneNode(true), image = new Image(), canvas = document.createElement("canvas");
                copy.setAttribute("xmlns", "http://www.w3.org/2000/svg");
                copy.setAttribute("width", 400);
                copy.setAttribute("height", 400);
                image.src = "data:image/svg+xml," + encodeURIComponent(new XMLSerializer().serializeToString(copy));
                await image.decode();
                canvas.width = canvas.height = 400;
                const context = canvas.getContext("2d");
                context.drawImage(image, 0, 0);
                texts.push(jsQR(context.getImageData(0, 0, 400, 400).data, 400, 400)?.data ?? "not readable");
            }
            return texts;
        }"""
    )
    return found
