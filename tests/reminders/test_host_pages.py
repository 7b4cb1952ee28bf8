"""The knowledge base's fragment in other people's pages: readable whatever their style sheets say, and alone."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any, Final

import html5lib
import pytest
from playwright.sync_api import Page, ViewportSize

from tests.publication.pages import browsers
from tests.reminders.conftest import Show
from tests.reminders.hosts import HOSTS, host_page
from tests.reminders.situations import SITUATIONS
from tests.reminders.texts import text_of
from tests.required import require

WIDE: Final[ViewportSize] = {"width": 1280, "height": 1000}
PHONE: Final[ViewportSize] = {"width": 390, "height": 844}
LANGUAGES: Final = ("en", "fr")

_ROOTS: Final = """
    const roots = [...document.querySelectorAll("main > :not(.own)")];
    const texts = [];
    for (const root of roots) {
        const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
        for (let node; (node = walker.nextNode()); )
            if (node.data.trim() && getComputedStyle(node.parentElement).clipPath === "none") texts.push(node);
    }
    const boxes = (node) => {
        const range = document.createRange();
        range.selectNodeContents(node);
        return [...range.getClientRects()].filter((box) => box.width > 0 && box.height > 0);
    };
"""
"""The elements of the fragment in the host's page, and its texts, but for those that only screen readers read."""

_FAULTS: Final = (
    "() => {"
    + _ROOTS
    + """
    const faults = [];
    for (const node of texts) {
        const text = node.data.trim().slice(0, 40);
        const style = getComputedStyle(node.parentElement), size = parseFloat(style.fontSize);
        const say = (what) => faults.push(`${text}: ${what}`);
        if (!boxes(node).length) say("not there");
        if (style.visibility !== "visible") say(style.visibility);
        if (size < 12 || size > 32) say(`font-size ${size}`);
        const between = parseFloat(style.lineHeight) / size;
        if (!Number.isNaN(between) && (between < 1.1 || between > 2)) say(`line-height ${between}`);
        if (style.textTransform !== "none") say(style.textTransform);
        if (style.fontVariantCaps !== "normal") say(style.fontVariantCaps);
        if (style.fontStyle !== "normal") say(style.fontStyle);
        if (style.textShadow !== "none") say(style.textShadow);
        if (parseFloat(style.letterSpacing) > size / 10) say(`letter-spacing ${style.letterSpacing}`);
        if (parseFloat(style.wordSpacing) < 0) say(`word-spacing ${style.wordSpacing}`);
        if (style.wordBreak === "break-all") say(style.wordBreak);
        for (let each = node.parentElement; each.matches("main *"); each = each.parentElement) {
            const own = getComputedStyle(each);
            if (own.opacity !== "1") say(`opacity ${own.opacity}`);
            if (own.transform !== "none") say(own.transform);
            if (own.textDecorationLine === "line-through") say("struck out");
            if (own.position === "absolute" || own.position === "fixed") say(own.position);
            if (own.float !== "none") say(`float ${own.float}`);
            const isCut = own.overflowY === "hidden" || own.overflowX === "hidden";
            if (isCut && (each.scrollHeight > each.clientHeight + 1 || each.scrollWidth > each.clientWidth + 1))
                say(`cut off by ${each.tagName}`);
        }
    }
    return faults;
}"""
)
"""What makes a text of the fragment hard to read."""

_OVERLAPS: Final = (
    "() => {"
    + _ROOTS
    + """
    const all = texts.flatMap((node) => boxes(node).map((box) => [node.data.trim().slice(0, 30), box, node]));
    const overlaps = [];
    for (const [one, a, node] of all)
        for (const [other, b, otherNode] of all)
            if (node !== otherNode && Math.min(a.right, b.right) - Math.max(a.left, b.left) > 2
                && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > Math.min(a.height, b.height) / 2)
                overlaps.push(`${one} / ${other}`);
    return overlaps;
}"""
)
"""Texts of the fragment that lie upon each other."""

_TABLES: Final = (
    "() => {"
    + _ROOTS
    + """
    const tables = roots.flatMap((root) => [...root.querySelectorAll("table")]);
    return tables.map((table) => {
        let frame = table;
        while (frame && frame.tagName !== "MAIN" && !["auto", "scroll"].includes(getComputedStyle(frame).overflowX))
            frame = frame.parentElement;
        const rows = [...table.rows].map((row) => [...row.cells].map((cell) => cell.getBoundingClientRect()));
        const inOneLine = (cells) => cells.every((box, place) => !place || box.left >= cells[place - 1].right - 1
            || box.right <= cells[place - 1].left + 1) && new Set(cells.map((box) => Math.round(box.top))).size === 1;
        return {
            displays: [table, ...table.rows].map((each) => getComputedStyle(each).display),
            inOneLine: rows.every(inOneLine),
            isTooWide: table.getBoundingClientRect().width > (frame?.clientWidth ?? 0) + 1,
            scrolls: frame !== null && frame.tagName !== "MAIN",
            isFocusable: frame !== null && frame.tabIndex === 0,
        };
    });
}"""
)

_OWN: Final = """() => [...document.querySelectorAll(".own")].map((each) => {
    const style = getComputedStyle(each), box = each.getBoundingClientRect();
    const place = ["perspective-origin", "transform-origin"];
    return [
        each.tagName, Math.round(box.left), Math.round(box.width), Math.round(box.height),
        ...[...style].filter((name) => !place.includes(name)).map((name) => `${name}: ${style.getPropertyValue(name)}`),
    ];
})"""
"""How the host's own elements look."""


def fragment(name: str, language: str = "en") -> str:
    return text_of(SITUATIONS[name], "knowledge-base.html", language=language)


def faults(page: Page) -> list[str]:
    return [*page.evaluate(_FAULTS), *page.evaluate(_OVERLAPS)]


def contrast_problems(page: Page) -> list[browsers.Violation]:
    """Those that axe-core reports of the fragment; the host answers for its own texts."""
    return [each for each in browsers.violations(page, "main > :not(.own)") if each.rule.startswith("color-contrast")]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("host", HOSTS)
def test_every_text_is_readable_in_every_host(show: Show, host: str, language: str) -> None:
    page = show(host_page(fragment("emergency_under_way", language), HOSTS[host], language), viewport=WIDE)
    assert faults(page) == []
    assert contrast_problems(page) == []
    page.set_viewport_size(PHONE)
    assert faults(page) == []


@pytest.mark.parametrize("host", HOSTS)
def test_tables_stay_tables_and_scroll_where_there_is_no_room(show: Show, host: str) -> None:
    """A reader who has no mouse scrolls them, too."""
    page = show(host_page(fragment("ordinary_week", "fr"), HOSTS[host], "fr"), viewport={"width": 320, "height": 800})
    tables: list[dict[str, Any]] = page.evaluate(_TABLES)
    assert tables != []
    for table in tables:
        assert table["displays"][0] == "table"
        assert set(table["displays"][1:]) == {"table-row"}
        assert table["inOneLine"]
        assert table["scrolls"]
        assert table["isFocusable"]


@pytest.mark.parametrize("host", HOSTS)
def test_the_fragment_changes_nothing_outside_it(show: Show, host: str) -> None:
    """Neither how the host's own texts look nor how wide its page is."""
    pages = [show(host_page(each, HOSTS[host]), viewport=WIDE) for each in ("", fragment("emergency_under_way"))]
    for viewport in (WIDE, PHONE):
        for page in pages:
            page.set_viewport_size(viewport)
        without, with_it = (page.evaluate(_OWN) for page in pages)
        assert len(without) == 11
        assert with_it == without
        widths = [page.evaluate("() => document.documentElement.scrollWidth") for page in pages]
        assert widths[1] == widths[0]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", SITUATIONS)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_fragment_is_accessible(show: Show, name: str, language: str, scheme: str) -> None:
    """By WCAG 2.2 (A and AA) and good practice, within a page that is."""
    page = show(host_page(fragment(name, language), HOSTS["plain"], language), viewport=PHONE, color_scheme=scheme)
    assert browsers.violations(page) == []


def test_the_fragment_is_valid_html(tmp_path: Path) -> None:
    """The fragment is valid within a page, for a strict parser and for html-validate, and repeats no id of the host."""
    require(browsers.unavailable())
    (tmp_path / ".htmlvalidate.json").write_text(
        '{"extends": ["html-validate:standard"], "root": true, "rules": {"no-inline-style": "off"}}'
    )
    for name in SITUATIONS:
        for language in LANGUAGES:
            content = host_page(fragment(name, language), "", language)
            html5lib.HTMLParser(strict=True).parse(content)
            (tmp_path / f"{name}-{language}.html").write_text(content, encoding="utf-8")
    done = subprocess.run(
        [browsers.NODE, browsers.HERE / "node_modules/html-validate/bin/html-validate.mjs", tmp_path],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
