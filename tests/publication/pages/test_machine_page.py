"""The page of what programs read, in a real browser."""

from __future__ import annotations

from dataclasses import replace

import pytest
from playwright.sync_api import Page, expect

from tests.publication.pages.conftest import Open
from tests.publication.pages.stories import BASE, BUSY, SCHEDULE, a_site


def texts_to_copy(page: Page) -> dict[str, str]:
    """By the heading of its card, the text to copy."""
    cards = page.locator(".format").all()
    return {card.locator("h3").inner_text(): str(card.locator("code").text_content()) for card in cards}


@pytest.mark.parametrize("has_script", [True, False], ids=["with JavaScript", "without JavaScript"])
def test_every_format_has_an_address_to_copy_and_a_link(visit: Open, *, has_script: bool) -> None:
    page = visit(a_site(), "/machines/", java_script_enabled=has_script)
    addresses = texts_to_copy(page)
    assert addresses["JSON"] == f"{BASE}/feeds/all.json"
    assert addresses["Single events (iCalendar)"] == f"{BASE}/feeds/all.expanded.ics"
    assert page.locator(".address:visible").count() == len(addresses)
    links = page.locator(".format h3 a").evaluate_all("all => all.map((each) => new URL(each.href).pathname)")
    assert [each for each in links if f"{BASE}{each}" not in addresses.values() and ".svg" not in each] == []


def test_the_browser_completes_what_is_copied_where_the_sites_address_is_unknown(visit: Open) -> None:
    page = visit(
        a_site(base=""), "/fr/machines/", prefix="/calendars/ours", permissions=["clipboard-read", "clipboard-write"]
    )
    here = page.url.removesuffix("/fr/machines/")
    assert texts_to_copy(page)["JSON"] == f"{here}/fr/feeds/all.json"
    page.locator(".format .copy").first.click()
    expect(page.locator("#announcer")).to_have_text("Copié")
    assert page.evaluate("navigator.clipboard.readText()") == f"{here}/fr/feeds/all.json"


def test_parts_of_the_calendar_have_addresses_of_their_own(visit: Open) -> None:
    page = visit(a_site(record=BUSY), "/machines/")
    card = page.locator(".format", has=page.get_by_role("link", name="Change calendar (iCalendar)"))
    assert card.locator("ul a").all_inner_texts() == ["Maintenance windows", "Planned changes", "Preview", "Production"]


def test_one_line_of_the_first_page_leads_there(visit: Open) -> None:
    page = visit(a_site(replace(SCHEDULE, feeds=())), "/environments/preview/")
    with page.expect_navigation():
        page.get_by_role("link", name="For your systems").click()
    assert page.url.endswith("/machines/")
    assert page.locator("h1").inner_text() == "For your systems"
