"""The pages of actions in a real Chromium: by phone, without scripts, in French, light and dark."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from playwright.sync_api import Page

from icsfeed.domain.changes import Plan
from icsfeed.domain.feeds import Kind
from icsfeed.domain.windows import Impact
from icsfeed.services import subscribing
from icsfeed.services.announcing import AnnouncementRequest
from icsfeed.services.drafting import announce_or_draft
from icsfeed.services.freezing import FreezeRequest, start_freeze
from icsfeed.web.operators.console.subscriber_cards import subscriber_id
from tests.actors import operator
from tests.examples import span
from tests.operators.access import NOW
from tests.operators.console.browsing import DESK, PHONE, check
from tests.operators.console.stories import NASTY, workspace
from tests.operators.consoles import Operations

LONG = f"{NASTY} {'Straßenbahnhaltestelle' * 7}"
ACME = f"Acme {'Straßenbahn' * 8}"
PAGES = (
    "calendar/2026/12/",
    "calendar/2026/12/31/",
    "windows/thursday/2026-12-10/",
    "windows/thursday/2026-12-10/move",
    "freezes/",
    "freezes/start",
    "freezes/CF-1/",
    "drafts/",
    "drafts/DR-1",
    "audit/",
    "subscribers/",
    f"subscribers/{subscriber_id(ACME)}/",
    "mail/",
    "deliveries/",
    "tokens/",
    "sessions/all/",
)


@pytest.fixture
def ops(console: Operations) -> Operations:
    """A bit of everything, with texts that are long and nasty."""
    bob, at = operator("bob", NOW), workspace(console)
    start_freeze(at, FreezeRequest(reason=LONG, environments=frozenset({"laboratory"})), uid_part="a", actor=bob)
    subscribing.add(at.schedule, at.repository, ACME, feed="insiders", token="t" * 32, actor=bob)
    plan = Plan(
        summary=LONG,
        environments=frozenset({"production"}),
        impact=Impact.DEGRADED,
        span=span((2026, 12, 8, 20), (2026, 12, 8, 21)),
    )
    announce_or_draft(at, AnnouncementRequest(kind=Kind.PLANNED, plan=plan), uid_part="b", actor=bob)
    return console


def test_every_page_is_accessible_and_fits_a_phone(visit: Callable[..., Page]) -> None:
    page = visit(viewport=PHONE)
    for path in PAGES:
        page.goto(f"/operator/{path}")
        check(page, schemes=("dark",))


def test_pages_in_french_are_accessible_on_a_desk(visit: Callable[..., Page]) -> None:
    page = visit(viewport=DESK, locale="fr-CA")
    for path in PAGES[::4]:
        page.goto(f"/operator/{path}")
        assert page.locator("html").get_attribute("lang") == "fr"
        check(page, schemes=("light",))


def test_an_occurrence_is_skipped_by_keyboard_and_without_scripts(ops: Operations, visit: Callable[..., Page]) -> None:
    page = visit(java_script_enabled=False, viewport=PHONE)
    page.goto("/operator/calendar/2026/12/")
    for press, name in (("link", "2:00 a.m. Scheduled maintenance"), ("link", "Skip it")):
        page.get_by_role(press, name=name, exact=True).nth(1 if "maintenance" in name else 0).focus()  # type: ignore[arg-type] # a role
        page.keyboard.press("Enter")
        page.wait_for_load_state()
    page.get_by_label("Reason, which customers read").fill("Away")
    page.keyboard.press("Enter")
    page.wait_for_load_state()
    page.get_by_role("button", name="Skip it").click()
    assert page.get_by_role("status").inner_text() == "Skipped. Customers see it now."
    assert list(ops.database.record().adjustments) == [("thursday", date(2026, 12, 10))]


def test_a_new_address_is_copied_by_a_button(visit: Callable[..., Page]) -> None:
    page = visit(permissions=["clipboard-read", "clipboard-write"])
    page.goto("/operator/subscribers/")
    page.fill("#name", "Beta")
    page.click("main button.main")
    check(page)
    page.get_by_role("button", name="Copy The feed").click()
    page.get_by_text("Copied").wait_for()
    assert page.evaluate("navigator.clipboard.readText()") == page.input_value("#feed")


def test_a_freeze_of_now_shows_its_errors_beside_the_fields_and_then_starts(
    ops: Operations, visit: Callable[..., Page]
) -> None:
    page = visit(viewport=PHONE)
    page.goto("/operator/freezes/start")
    page.get_by_role("button", name="Preview").click()
    check(page, schemes=("light",))
    assert page.locator("#reason").get_attribute("aria-describedby") == "reason-hint reason-error"
    page.fill("#reason", "The core switches are failing")
    page.get_by_role("button", name="Preview").click()
    check(page, schemes=("dark",))
    page.get_by_role("button", name="Freeze now").click()
    assert page.get_by_role("status").inner_text() == "The change freeze has started."
    assert list(ops.database.record().freezes) == ["CF-1", "CF-2"]
