"""The reminders on a customer's own page."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Mapping
from dataclasses import replace
from html import unescape
from pathlib import Path

import pytest
from playwright.sync_api import expect

from icsfeed.domain.feeds import Environment, Feed, Kind
from icsfeed.domain.situation import Situation
from icsfeed.publication.publishing import Publication, publish
from icsfeed.publication.representations import Representation
from tests.examples import THURSDAY, utc
from tests.publication.pages import browsers
from tests.publication.pages.browsers import violations
from tests.publication.pages.conftest import Open
from tests.publication.pages.stories import BASE, BUSY, NOON, SCHEDULE, a_change, a_plan, a_record
from tests.required import require

TOKEN = "a-token-that-nobody-else-has"
OURS = Environment(id="ours", name="Our own <system>", public=False)
WINDOW = replace(THURSDAY, id="ours", name="Our evening", environments=frozenset({"ours"}))
FEED = Feed(
    slug="ours",
    name="Ours",
    environments=frozenset({"ours", "production"}),
    kinds=frozenset(Kind),
    public=False,
)
CHANGE = a_change(
    Kind.EMERGENCY,
    9,
    (
        utc(2026, 12, 8, 16),
        next(iter(BUSY.changes.values())).state,
        "We replace your disk",
        a_plan(
            utc(2026, 12, 8, 16),
            utc(2026, 12, 8, 20),
            summary="Your disk & {{ its }} </pre><script>",
            environments=frozenset({"ours"}),
        ),
    ),
)


def published(feed: Feed = FEED, *, is_live: bool = True) -> Publication:
    schedule = replace(
        SCHEDULE,
        environments=(*SCHEDULE.environments, OURS),
        windows=(*SCHEDULE.windows, WINDOW),
        feeds=(*SCHEDULE.feeds, feed),
    )
    record = a_record(CHANGE, *BUSY.changes.values())
    return publish(
        Situation(schedule=schedule, record=record, now=NOON), changed_at=NOON, base_url=BASE, is_live=is_live
    )


def own_page(folder: str = "", feed: Feed = FEED, *, is_live: bool = True) -> Representation:
    page = published(feed, is_live=is_live).private_page(feed.slug, folder)
    assert page is not None
    return page.of(TOKEN).representation


def texts(page: Representation) -> list[str]:
    return [unescape(text) for text in re.findall("<pre>(.*?)</pre>", page.body.decode(), re.DOTALL)]


def site(folder: str = "") -> Mapping[str, Representation]:
    return {**published().representations, f"/private/{TOKEN}/{folder}": own_page(folder)}


def test_they_say_what_the_customer_sees() -> None:
    ticket, phone = texts(own_page())
    assert "Your disk & {{ its }} </pre><script>" in ticket
    assert "Our own <system>" in ticket
    assert "Your disk" in phone
    assert "Security patch for the login service" in ticket


def test_they_are_in_the_language_of_the_page() -> None:
    ticket, _ = texts(own_page("fr/"))
    assert "Your disk" in ticket
    assert "Maintenance régulière" in ticket


def test_they_lead_nowhere_and_hold_no_token() -> None:
    for folder in ("", "fr/"):
        body = own_page(folder).body.decode()
        (fragment,) = re.findall('<div class="fragment">(.*?)</div>\n</details>', body, re.DOTALL)
        for text in (*texts(own_page(folder)), fragment):
            assert (TOKEN in text, BASE in text, "href" in text, "style=" in text) == (False,) * 4


def test_what_an_export_shows_names_dates() -> None:
    ticket, _ = texts(own_page(is_live=False))
    assert "Your disk" in ticket
    assert (
        re.search(r"\b(today|tonight|tomorrow|now)\b", ticket.replace("We patch the login service today", "")) is None
    )


def test_nothing_public_has_them() -> None:
    """What others get does not depend on what only the customer sees."""
    bodies = [each.body for each in published().representations.values()]
    assert [body for body in bodies if b"Your disk" in body or b"Our own" in body or TOKEN.encode() in body] == []


def test_a_feed_of_some_kinds_has_none() -> None:
    """Reminders say that nothing is under way, which is true only of everything."""
    freezes = replace(FEED, kinds=frozenset({Kind.FREEZE}))
    assert texts(own_page(feed=freezes)) == []


@pytest.mark.parametrize("folder", ["", "fr/"])
def test_the_page_is_valid(tmp_path: Path, folder: str) -> None:
    require(browsers.unavailable())
    (tmp_path / ".htmlvalidate.json").write_text('{"extends": ["html-validate:standard"], "root": true}')
    (tmp_path / "page.html").write_bytes(own_page(folder).body)
    done = subprocess.run(
        [browsers.NODE, browsers.HERE / "node_modules/html-validate/bin/html-validate.mjs", tmp_path],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_they_are_folded_and_accessible(visit: Open, width: int, scheme: str) -> None:
    page = visit(site("fr/"), f"/private/{TOKEN}/fr/", viewport={"width": width, "height": 900}, color_scheme=scheme)
    expect(page.locator("pre").first).to_be_hidden()
    for summary in page.locator("#reminders ~ details summary").all():
        summary.click()
    expect(page.locator("pre").first).to_be_visible()
    expect(page.locator(".fragment")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") == width
    assert violations(page) == []


def test_the_formats_of_the_feed_have_the_customers_address(visit: Open) -> None:
    page = visit(site(), f"/private/{TOKEN}/")
    codes = page.locator(".format code").all_text_contents()
    assert codes == [f"{BASE}/private/{TOKEN}/ours{end}" for end in (".json", ".expanded.ics", ".maintnote.ics")]
    links = page.locator(".format h3 a").evaluate_all("all => all.map((each) => new URL(each.href).pathname)")
    assert links == [code.removeprefix(BASE) for code in codes]
