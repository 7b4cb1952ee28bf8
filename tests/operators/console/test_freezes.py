"""The console's pages of freezes: one that starts now, after a preview of what it cuts, and its end."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from icsfeed.domain.recorded_freezes import RecordedFreeze
from icsfeed.services.freezing import FreezeRequest, start_freeze
from tests.actors import operator
from tests.examples import utc
from tests.operators.access import HOUR, NOW
from tests.operators.console.stories import NASTY, hidden, words, workspace
from tests.operators.consoles import Operations

START = "/operator/freezes/start"
IN_A_WINDOW = utc(2026, 12, 3, 8)
"""Thursday, 3:00 a.m. in Toronto."""


def freezes(console: Operations) -> list[RecordedFreeze]:
    return list(console.database.record().freezes.values())


def start(console: Operations, *, is_internal: bool = False) -> None:
    request = FreezeRequest(reason=NASTY, environments=frozenset({"production"}), is_internal=is_internal)
    start_freeze(workspace(console), request, uid_part="a", actor=operator("bob", NOW))


def test_a_freeze_starts_after_a_preview_of_what_it_cuts_and_removes(console: Operations) -> None:
    console.now = IN_A_WINDOW
    browser = console.signed_in()
    assert re.search(r'value="production"( id="environments")? checked', browser.get(START).text)
    fields = {"reason": NASTY, "environments": ["production"], "until": "2026-12-18T09:00"}
    preview = browser.post(START, fields)
    assert (preview.status_code, freezes(console)) == (200, [])
    text = words(preview.text)
    assert f"Customers read No planned change happens during this time. {NASTY}" in text
    assert (
        "Maintenance that is cut short Scheduled maintenance: Thu, Dec 3, 2:00 a.m. – 3:00 a.m. EST instead of "
        "Thu, Dec 3, 2:00 a.m. – 6:00 a.m. EST"
    ) in text
    assert (
        "Maintenance that does not take place Scheduled maintenance: Thu, Dec 10, 2:00 a.m. – 6:00 a.m. EST "
        "Scheduled maintenance: Thu, Dec 17, 2:00 a.m. – 6:00 a.m. EST"
    ) in text
    assert "Feeds all, insiders Told operations" in text
    answers = [browser.post(START, hidden(preview.text)) for _ in range(2)]
    assert [each.location for each in answers] == [
        "/operator/freezes/CF-1/?done=freeze-started",
        "/operator/freezes/CF-1/?done=freeze-repeated",
    ]
    (freeze,) = freezes(console)
    assert (freeze.reason, freeze.started_by, freeze.until) == (NASTY, "Alice", utc(2026, 12, 18, 14))
    page = browser.get(answers[0].location)
    assert f"The change freeze has started. Change freeze CF-1 active Reason {NASTY}" in words(page.text)


def test_of_an_internal_freeze_the_preview_says_that_its_effect_alone_is_public(console: Operations) -> None:
    browser = console.signed_in()
    browser.get(START)
    preview = browser.post(START, {"reason": "An audit", "environments": "production", "internal": "yes"}).text
    assert "Public its effect alone: neither the freeze nor its reason is shown to customers" in words(preview)
    assert "Told nobody" in words(preview)
    assert browser.post(START, hidden(preview)).status_code == 303
    assert [each.is_internal for each in freezes(console)] == [True]
    assert "CF-1 active internal An audit" in words(browser.get("/operator/freezes/").text)


@pytest.mark.parametrize(
    ("fields", "status", "message"),
    [
        ({"environments": ["production"]}, 400, "the reason is missing"),
        ({"reason": "x"}, 400, "a freeze of no environment freezes nothing"),
        ({"reason": "x", "environments": ["moon"]}, 400, '"moon"'),
        ({"reason": "x", "environments": ["production"], "until": "2020-01-01T00:00"}, 422, "which is past"),
    ],
)
def test_what_is_wrong_stands_in_the_form_with_what_was_written(
    console: Operations, fields: dict[str, object], status: int, message: str
) -> None:
    browser = console.signed_in()
    browser.get(START)
    response = browser.post(START, {**fields, "confirmed": "yes"})
    assert response.status_code == status
    assert message in words(response.text)
    if "reason" in fields:
        assert ">\nx</textarea>" in response.text
    assert freezes(console) == []


def test_a_freeze_ends_after_a_preview_and_only_once(console: Operations) -> None:
    start(console)
    console.later(timedelta(days=6))
    browser, path = console.signed_in(), "/operator/freezes/CF-1/"
    assert "Started by bob, Sat, Nov 28, 7:00 a.m. EST" in words(browser.get(path).text)
    preview = browser.post(f"{path}end")
    assert preview.status_code == 200
    text = words(preview.text)
    assert "Customers read The change freeze ends now." in text
    assert "Maintenance that takes place again Scheduled maintenance: Thu, Dec 10," in text
    answers = [browser.post(f"{path}end", hidden(preview.text)) for _ in range(2)]
    assert [each.location for each in answers] == [f"{path}?done=freeze-ended"] * 2
    assert [each.ended_by for each in freezes(console)] == ["Alice"]
    assert len(console.database.entries(subject="CF-1")) == 2
    assert "Ended by Alice, Fri, Dec 4, 7:00 a.m. EST" in words(browser.get(path).text)


def test_one_that_is_over_is_listed_where_somebody_asks(console: Operations) -> None:
    request = FreezeRequest(reason="Short", environments=frozenset({"laboratory"}), until=NOW + HOUR)
    start_freeze(workspace(console), request, uid_part="a", actor=operator("bob", NOW))
    console.later(HOUR)
    browser = console.signed_in()
    assert "CF-1" not in browser.get("/operator/freezes/").text
    text = words(browser.get("/operator/freezes/?all").text)
    assert "CF-1 over private Short" in text
    assert "Month-end freeze active Wed, Nov 25 – Tue, Dec 1" not in text
    assert "Month-end freeze active Tue, Nov 24 – Mon, Nov 30" in text


def test_there_is_no_page_of_a_freeze_that_nobody_started(console: Operations) -> None:
    browser = console.signed_in()
    assert browser.get("/operator/freezes/CF-9/").status_code == 404
    assert browser.post("/operator/freezes/CF-9/end", {"confirmed": "yes"}).status_code == 404
