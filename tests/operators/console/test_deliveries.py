"""The console's page of deliveries: what waits and failed, the state of channels, and another attempt."""

from __future__ import annotations

from datetime import date, timedelta

from sqlalchemy import create_engine, update

from icsfeed.domain.deliveries import DeliveryState
from icsfeed.domain.operators import Scope
from icsfeed.services.adjusting import adjust
from icsfeed.services.adjustment_rules import AdjustmentRequest
from icsfeed.store.database.outbox_tables import deliveries
from tests.actors import operator
from tests.operators.access import HOUR, NOW
from tests.operators.console.stories import words, workspace
from tests.operators.consoles import Operations

PAGE = "/operator/deliveries/"
RETRY = f"{PAGE}retry"
PROBLEM = "HTTP 500 <b>"


def queue(console: Operations, *days: int) -> None:
    """A delivery to the channel for each of these Thursdays of December, which is skipped."""
    for day in days:
        request = AdjustmentRequest(window_id="thursday", day=date(2026, 12, day), reason="Away", skip=True)
        adjust(workspace(console), request, actor=operator("bob", NOW))


def fail(console: Operations, *numbers: int) -> None:
    """Let the deliveries with these numbers have failed two hours ago."""
    engine = create_engine(console.database.url)
    with engine.begin() as connection:
        connection.execute(
            update(deliveries)
            .where(deliveries.c.number.in_(numbers))
            .values(
                state=DeliveryState.FAILED.value,
                attempts=3,
                problem=PROBLEM,
                first_attempt_at=NOW - 2 * HOUR,
                ended_at=NOW - HOUR,
            )
        )
    engine.dispose()


def states(console: Operations) -> dict[int, str]:
    return {row.delivery.number: row.state.value for row in console.database.outbox.rows()}


def test_events_are_said_in_the_operators_language(console: Operations) -> None:
    queue(console, 3)
    text = words(console.signed_in(language="fr").get(PAGE).text)
    assert "thursday/2026-12-03, maintenance sautée En attente" in text


def test_a_page_says_which_channel_fails_since_when_and_why(console: Operations) -> None:
    queue(console, 3, 10)
    fail(console, 1)
    page = console.signed_in(scope=Scope.READ).get(PAGE).text
    text = words(page)
    assert f"Channels operations failing since Sat, Nov 28, 5:00 a.m. EST, 3 attempts: {PROBLEM} Mail in order" in text
    assert "Waiting 1 Sent 0 Failed 1 Replaced by a newer one 0 Dropped 0" in text
    assert f"1: thursday/2026-12-03, skipped Failed operations: {PROBLEM} Sat, Nov 28, 6:00 a.m. EST 3 attempts" in text
    assert 'href="/operator/windows/thursday/2026-12-03/"' in page
    assert "Try again" not in text


def test_one_all_of_a_channel_or_all_failed_ones_are_tried_again(console: Operations) -> None:
    queue(console, 3, 10, 17)
    fail(console, 1, 2, 3)
    browser = console.signed_in()
    browser.get(PAGE)
    response = browser.post(RETRY, {"delivery": "2"})
    assert (response.status_code, response.location) == (303, f"{PAGE}?done=retry")
    assert states(console) == {3: "failed", 2: "waiting", 1: "failed"}
    assert browser.post(RETRY, {"delivery": "operations"}).status_code == 303
    assert set(states(console).values()) == {"waiting"}
    fail(console, 1, 2)
    assert browser.post(RETRY).status_code == 303
    assert set(states(console).values()) == {"waiting"}


def test_what_can_not_be_tried_again_says_why(console: Operations) -> None:
    queue(console, 3)
    browser = console.signed_in()
    browser.get(PAGE)
    response = browser.post(RETRY, {"delivery": "1"})
    assert response.status_code == 404
    assert "delivery 1 waits for its first attempt" in words(response.text)
    response = browser.post(RETRY, {"delivery": "moon"})
    assert '"moon" is neither the id of a delivery' in words(response.text)


def test_those_who_may_only_read_try_nothing_again(console: Operations) -> None:
    queue(console, 3)
    fail(console, 1)
    browser = console.signed_in(scope=Scope.READ)
    browser.get(PAGE)
    assert browser.post(RETRY, {"delivery": "1"}).status_code == 403
    assert states(console) == {1: "failed"}


def test_what_ended_is_listed_where_somebody_asks(console: Operations) -> None:
    queue(console, 3)
    browser = console.signed_in()
    adjust(
        workspace(console),
        AdjustmentRequest(window_id="thursday", day=date(2026, 12, 3), reason=""),
        actor=operator("bob", NOW + timedelta(minutes=1)),
    )
    assert "thursday/2026-12-03" not in words(browser.get(PAGE).text)
    assert "1: thursday/2026-12-03, skipped Dropped operations: restored before it was sent" in words(
        browser.get(f"{PAGE}?all").text
    )
