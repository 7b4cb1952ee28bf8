"""The console in a real Chromium: an emergency by phone, without scripts, in both languages, light and dark."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page

from icsfeed.domain.changes import State
from tests.operators.console.browsing import PHONE, check
from tests.operators.console.forms import changes_of
from tests.operators.consoles import Operations

ATTACK = '</script><script>window.hacked = 1</script><img src=x onerror="window.hacked = 1">'
LONG = "Straßenbahnhaltestelle" * 7


def test_an_emergency_by_phone_takes_three_taps_and_one_text(ops: Operations, visit: Callable[..., Page]) -> None:
    page = visit(viewport=PHONE, has_touch=True)
    taps: list[str] = []

    def tap(name: str) -> None:
        taps.append(name)
        with page.expect_navigation():
            page.get_by_role("link", name=name, exact=True).or_(page.get_by_role("button", name=name, exact=True)).tap()

    check(page)
    tap("Announce an emergency change")
    assert page.evaluate("document.activeElement.id") == "summary"
    check(page)
    page.keyboard.type("Database failover")
    tap("Preview")
    check(page)
    assert page.get_by_role("heading", name="Preview: not public yet").is_visible()
    assert changes_of(ops) == []
    tap("Publish")
    assert page.get_by_role("status").inner_text() == "Announced. Customers see it now."
    check(page)
    assert len(taps) == 3
    assert [(each.plan.summary, each.state) for each in changes_of(ops)] == [("Database failover", State.CONFIRMED)]


def test_without_scripts_in_french(ops: Operations, visit: Callable[..., Page]) -> None:
    page = visit(java_script_enabled=False, locale="fr-CA", viewport=PHONE)
    page.click("text=Annoncer un changement d’urgence")
    page.fill("#summary", "Bascule")
    page.click("text=Aperçu >> nth=0")
    page.click("button:has-text('Publier')")
    for step in ("Démarrer", "+30 min", "Terminer", "Revenir sur"):
        page.click(f"main a:has-text('{step}')")
        page.fill("#message", "Message")
        page.click("form .main")
        assert page.locator("p.good").count() == 1, step
    (change,) = changes_of(ops)
    assert [each.state for each in change.updates] == [
        State.CONFIRMED,
        State.IN_PROGRESS,
        State.IN_PROGRESS,
        State.COMPLETED,
        State.IN_PROGRESS,
    ]


def test_the_preview_follows_what_somebody_types(ops: Operations, visit: Callable[..., Page]) -> None:
    page = visit(locale="fr-CA", color_scheme="dark")
    page.goto("/operator/announce/planned")
    page.fill("#summary", "Pare-feu")
    page.check("text=Production")
    page.fill("#start", "2026-12-09T01:00")
    page.locator("#preview").get_by_text("mer. 9 déc., 01 h 00 – 03 h 00 HNE").first.wait_for()
    check(page, schemes=("dark",))
    page.get_by_role("button", name="Prendre cet horaire").first.click()
    page.get_by_role("button", name="Publier").click()
    assert page.locator("h1").inner_text() == "Pare-feu"
    assert changes_of(ops)[0].plan.span.start.day == 3
    page.goto("/operator/changes/PC-1/update")
    page.fill("#message", "Un peu\nplus tard")
    page.locator("#preview").get_by_text("plus tard").first.wait_for()
    check(page, schemes=("light",))
    page.get_by_role("button", name="Aperçu").click()
    page.get_by_role("button", name="Publier la mise à jour").click()
    assert page.get_by_role("status").inner_text().startswith("Mis à jour.")
    assert changes_of(ops)[0].latest.message == "Un peu\nplus tard"


def test_errors_get_the_focus_and_lead_to_their_fields(visit: Callable[..., Page]) -> None:
    page = visit(java_script_enabled=True)
    complaints = page.locator("#errors")
    page.goto("/operator/announce/planned")
    page.evaluate("document.querySelector('form[data-preview] button.main').click()")
    complaints.wait_for()
    assert page.evaluate("document.activeElement.id") == "errors"
    check(page)
    page.get_by_role("link", name="the start is missing").click()
    assert page.evaluate("document.activeElement.id") == "start"


def test_the_keyboard_reaches_everything(visit: Callable[..., Page]) -> None:
    page = visit()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Announce an emergency change"
    page.locator(".more summary").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('details').open") is True
    page.keyboard.press("Escape")
    assert page.evaluate("[document.activeElement.tagName, document.querySelector('.more details').open]") == [
        "SUMMARY",
        False,
    ]


def test_two_operators_in_two_browsers(ops: Operations, visit: Callable[..., Page]) -> None:
    alice, bob = visit("Alice"), visit("Bob")
    alice.goto("/operator/announce/emergency")
    alice.fill("#summary", f"{ATTACK} {LONG}")
    alice.click("main button.main")
    alice.click("button.danger")
    for page in (alice, bob):
        page.goto("/operator/changes/EC-1/complete")
    bob.fill("#message", "Bob is done")
    bob.click("main button.main")
    check(bob, schemes=("light",))
    alice.fill("#message", "Alice is done")
    alice.click("main button.main")
    assert "EC-1 has changed since update 1: update 2 by Bob" in alice.locator("#errors").inner_text()
    assert alice.input_value("#message") == "Alice is done"
    assert [each.message for each in changes_of(ops)[0].updates] == ["", "Bob is done"]
    assert [page.evaluate("window.hacked") for page in (alice, bob)] == [None, None]
