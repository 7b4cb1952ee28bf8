"""Long texts in a real browser: each can be read in full, and none breaks the page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from functools import cache

import pytest
from playwright.sync_api import Page, expect

from icsfeed.domain.adjustments import Move, Skip
from icsfeed.domain.changes import State
from icsfeed.domain.feeds import Kind
from icsfeed.publication.representations import Representation
from tests.examples import span, utc
from tests.publication.pages.conftest import Open
from tests.publication.pages.stories import SCHEDULE, a_change, a_plan, a_record, a_site, hostile_site

WIDTHS = (320, 360, 375, 1280)


def long(what: str, length: int) -> str:
    """A text of that length, in words, with a recognizable start and end."""
    begin, end = f"The {what}: ", f" and so ends the {what}."
    return begin + ("every word of it counts, " * length)[: length - len(begin) - len(end)].strip() + end


SUMMARY = long("summary", 250)
"""As long as summaries may be."""

TEXTS = {
    what: long(what, 1200)
    for what in ("description", "reason", "message", "new reason", "skip reason", "move reason", "window text")
}


@cache
def wordy_site() -> Mapping[str, Representation]:
    """A site on which every text is long."""
    plan = a_plan(utc(2026, 12, 8, 16), utc(2026, 12, 8, 18), summary=SUMMARY, reason=TEXTS["reason"])
    later = a_plan(utc(2026, 12, 9, 16), utc(2026, 12, 9, 18), summary=f"Later: {SUMMARY}"[:250])
    changes = (
        a_change(
            Kind.EMERGENCY,
            1,
            (utc(2026, 12, 8, 14), State.CONFIRMED, TEXTS["message"], plan),
            (utc(2026, 12, 8, 15), State.CONFIRMED, "", replace(plan, reason=TEXTS["new reason"])),
            (utc(2026, 12, 8, 16), State.IN_PROGRESS, "", replace(plan, reason=TEXTS["new reason"])),
        ),
        a_change(Kind.EMERGENCY, 2, (utc(2026, 12, 8, 14), State.CONFIRMED, "", later)),
    )
    adjustments = (
        Skip(window_id="thursday", day=date(2026, 12, 17), reason=TEXTS["skip reason"]),
        Move(
            window_id="sunday",
            day=date(2026, 12, 13),
            to=span((2026, 12, 14, 7), (2026, 12, 14, 11)),
            reason=TEXTS["move reason"],
        ),
    )
    schedule = replace(
        SCHEDULE,
        calendar=replace(SCHEDULE.calendar, description=TEXTS["description"], vendor=long("vendor", 250)),
        windows=tuple(
            replace(window, name=long(f"{window.id} window", 250), description=TEXTS["window text"])
            for window in SCHEDULE.windows
        ),
        freezes=tuple(replace(freeze, name=long("freeze", 250)) for freeze in SCHEDULE.freezes),
        feeds=tuple(replace(feed, description=long(f"feed {feed.slug}", 400)) for feed in SCHEDULE.feeds),
    )
    return a_site(schedule, a_record(*changes, adjustments=adjustments))


def texts_of(page: Page) -> tuple[set[str], set[str]]:
    """The texts that are shown in full somewhere, and those that are truncated everywhere.

    Texts for screen readers only are neither.
    """
    full, cut = page.evaluate(
        """() => {
            const full = new Set(), cut = new Set();
            for (const each of document.querySelectorAll("bdi, small, p, h1, h2, h3, td, dd, li > span")) {
                const box = each.getBoundingClientRect();
                if (box.width <= 1 || box.height <= 1 || each.closest(".hidden")) continue;
                const text = each.textContent.trim().replace(/\\s+/g, " ");
                let short = false;
                for (let around = each; around !== document.body; around = around.parentElement) {
                    const style = getComputedStyle(around);
                    if (style.overflowY === "hidden" && around.scrollHeight > around.clientHeight + 1) short = true;
                    if (style.overflowX === "hidden" && around.scrollWidth > around.clientWidth + 1) short = true;
                }
                if (each.tagName === "BDI") (short ? cut : full).add(text);
            }
            return [[...full], [...cut]];
        }"""
    )
    return set(full), set(cut) - set(full)


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("path", ["/", "/fr/", "/embed/", "/calendar/2026/12/"])
def test_every_text_is_shown_in_full_somewhere_on_its_page(visit: Open, path: str, width: int) -> None:
    """A text that is truncated in one place is in full elsewhere on the page."""
    page = visit(wordy_site(), path, viewport={"width": width, "height": 800})
    full, nowhere = texts_of(page)
    assert nowhere == set()
    assert SUMMARY in full
    if path == "/":
        assert {TEXTS["description"], TEXTS["message"], TEXTS["new reason"], TEXTS["window text"]} <= full
        assert f"New reason: {TEXTS['new reason']}" in full
    if path in {"/", "/calendar/2026/12/"}:
        assert f"Does not take place: {TEXTS['skip reason']}" in full
        assert f"Moved from Sun, Dec 13, 2:00\u00a0a.m.\u00a0EST: {TEXTS['move reason']}".replace("\u00a0", " ") in full
    assert page.evaluate("document.documentElement.scrollWidth") == width


@pytest.mark.parametrize("path", ["/", "/embed/", "/calendar/2026/12/"])
def test_print_truncates_nothing(visit: Open, path: str) -> None:
    page = visit(wordy_site(), path, viewport={"width": 760, "height": 1000})
    page.emulate_media(media="print")
    clamped = page.evaluate(
        """() => [...document.querySelectorAll("body *")]
            .filter((each) => getComputedStyle(each).webkitLineClamp !== "none").map((each) => each.textContent)"""
    )
    assert clamped == []
    assert texts_of(page)[1] == set()


@pytest.mark.parametrize("width", [320, 1280])
def test_the_status_stays_short_on_the_first_page(visit: Open, width: int) -> None:
    """The announcement has the full text, so three lines are enough."""
    page = visit(wordy_site(), viewport={"width": width, "height": 800})
    heights = page.locator("#status bdi").evaluate_all(
        "texts => texts.map((each) => each.clientHeight / parseFloat(getComputedStyle(each).lineHeight))"
    )
    assert len(heights) == 2
    assert max(heights) <= 3.1


ABOVE_FIRST_LINE = """(each) => {
    const words = [...each.querySelectorAll("bdi, span")].flatMap((part) => [...part.childNodes])
        .filter((node) => node.nodeType === Node.TEXT_NODE && node.data.trim());
    const range = document.createRange(), icon = each.querySelector(".icon").getBoundingClientRect();
    const lines = words.flatMap((node) => (range.selectNodeContents(node), [...range.getClientRects()]))
        .filter((line) => line.width > 1 && line.left >= icon.right);
    if (!lines.length) return 0; // a phone's picture of a month has icons alone
    const first = lines.reduce((one, other) => (other.top < one.top ? other : one));
    return (first.top + first.bottom) / 2 - (icon.top + icon.bottom) / 2;
}"""
"""By how many pixels the center of an icon is above that of the first line beside it."""


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("path", ["/", "/fr/", "/embed/", "/calendar/2026/12/"])
@pytest.mark.parametrize("scripted", [True, False], ids=["script", "no script"])
def test_icons_are_aligned_with_the_first_line(visit: Open, path: str, width: int, *, scripted: bool) -> None:
    """Even where a summary takes many lines."""
    page = visit(wordy_site(), path, viewport={"width": width, "height": 800}, java_script_enabled=scripted)
    for beside in page.locator(".headline:visible, .lines li:has(.icon), .large .chip").all():
        assert abs(beside.evaluate(ABOVE_FIRST_LINE)) < 4


@pytest.mark.parametrize("path", ["/", "/embed/", "/calendar/2026/12/"])
def test_texts_without_spaces_break_anywhere(visit: Open, path: str) -> None:
    page = visit(hostile_site(), path)
    for width in (320, 1280):
        page.set_viewport_size({"width": width, "height": 800})
        page.emulate_media(media="screen")
        assert page.evaluate("document.documentElement.scrollWidth") == width
        page.emulate_media(media="print")
        assert page.evaluate("document.documentElement.scrollWidth") == width


@pytest.mark.parametrize("width", [320, 375, 1280])
@pytest.mark.parametrize("path", ["/", "/fr/"])
def test_the_hours_of_the_policy_name_their_zone_at_any_width(visit: Open, path: str, width: int) -> None:
    """All other times are the visitor's, so the vendor's hours need their zone; and no part of the table is hidden."""
    page = visit(a_site(), path, zone="Asia/Tokyo", viewport={"width": width, "height": 800})
    for hours in page.locator(".windows tbody td:nth-of-type(2)").all():
        expect(hours).to_contain_text("(America/Toronto)")
        expect(hours.locator("small")).to_be_visible()
    for table in page.locator(".scroll").all():
        assert table.evaluate("each => each.scrollWidth - each.clientWidth") == 0
