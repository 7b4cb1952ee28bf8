"""A feed holds 1,000 events and 1 MB: what is over gives way first, then what is farthest ahead."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from icsfeed.domain.changes import Change, Plan, State, Update
from icsfeed.domain.feeds import Kind
from icsfeed.domain.record import Record
from icsfeed.domain.situation import Situation
from icsfeed.domain.spans import Span
from icsfeed.domain.windows import Impact
from icsfeed.ical.events import CalendarEvent, change_event
from icsfeed.ical.limits import MAX_BYTES, MAX_EVENTS, events_that_fit, may_exceed
from icsfeed.ical.series import Rendering
from icsfeed.publication.feeds import build_feed
from icsfeed.publication.publishing import publish
from tests.changes import a_change
from tests.examples import POLICY, a_schedule, utc

NOW = utc(2026, 12, 8, 6)
HOUR = timedelta(hours=1)


def an_event(number: int, start: datetime, size: int = 10, length: timedelta = HOUR) -> CalendarEvent:
    event = change_event(POLICY, a_change())
    return replace(event, uid=f"{number:04}", content=b"x" * size, span=Span(start=start, end=start + length))


def kept(events: list[CalendarEvent], taken: int = 0, now: datetime = NOW) -> list[int]:
    return [int(event.uid) for event in events_that_fit(events, taken=taken, now=now)]


def test_a_thousand_events_fit_and_one_more_does_not() -> None:
    events = [an_event(number, NOW + number * HOUR) for number in range(MAX_EVENTS + 1)]
    assert events_that_fit(events[:-1], taken=0, now=NOW) == events[:-1]
    assert kept(events) == list(range(MAX_EVENTS))


def test_bytes_count_with_what_is_taken() -> None:
    half = [an_event(number, NOW, MAX_BYTES // 2) for number in range(2)]
    assert kept(half) == [0, 1]
    assert kept(half, taken=1) == [0]


@pytest.mark.parametrize(
    ("starts", "expected"),
    [
        pytest.param([-3, -2, 1, 2], [1, 2, 3], id="the longest ago goes first"),
        pytest.param([-2, 1, 2, 3], [1, 2, 3], id="whatever is over goes before anything ahead"),
        pytest.param([1, 2, 3, 4], [0, 1, 2], id="then the farthest ahead"),
        pytest.param([-1, 1, 2, 3], [1, 2, 3], id="over is what ends at this very instant"),
    ],
)
def test_what_gives_way(starts: list[int], expected: list[int]) -> None:
    """Four, of which three have room."""
    events = [an_event(number, NOW + start * HOUR, 300_000) for number, start in enumerate(starts)]
    assert kept(events) == expected


def test_what_is_under_way_is_the_last_to_give_way() -> None:
    under_way = an_event(0, NOW - 2 * HOUR, 600_000, length=3 * HOUR)
    ahead = an_event(1, NOW + HOUR, 600_000)
    assert kept([under_way, ahead]) == [0]
    assert kept([under_way, ahead], now=NOW + HOUR) == [1]


def test_an_event_that_is_too_large_leaves_room_to_the_others() -> None:
    assert kept([an_event(0, NOW, MAX_BYTES + 1), an_event(1, NOW + HOUR)]) == [1]


def test_the_half_leaves_room_for_a_header() -> None:
    assert not may_exceed([an_event(0, NOW, MAX_BYTES // 2)])
    assert may_exceed([an_event(0, NOW, MAX_BYTES // 2 + 1)])
    assert may_exceed([an_event(number, NOW) for number in range(MAX_EVENTS + 1)])


def a_record(count: int, reason: str = "") -> Record:
    """So many emergency changes of an hour each, one every hour from a day ago."""
    changes = {}
    for number in range(1, count + 1):
        start = NOW + (number - 25) * HOUR
        plan = Plan(
            summary=f"Number {number}",
            environments=frozenset({"production"}),
            impact=Impact.OUTAGE,
            span=Span(start=start, end=start + HOUR),
            reason=reason,
        )
        update = Update(number=1, at=NOW, by="ann", message="", state=State.CONFIRMED, plan=plan)
        changes[f"EC-{number}"] = Change(kind=Kind.EMERGENCY, id=f"EC-{number}", updates=(update,))
    return Record(entry=1, at=NOW, changes=changes)


EMPTY = a_schedule()


def shown(body: bytes) -> list[int]:
    return [int(part.partition(b"@")[0]) for part in body.split(b"\r\nUID:emergency.ec-")[1:]]


def test_a_feed_never_has_more_than_a_thousand_events() -> None:
    made = build_feed(Situation(schedule=EMPTY, record=a_record(1_030), now=NOW), "all", Rendering.SERIES)
    assert made.body.count(b"BEGIN:VEVENT") == MAX_EVENTS
    assert (made.left_out, shown(made.body)[0], shown(made.body)[-1]) == (30, 25, 1_024)


@pytest.mark.parametrize("reason", ["a", "é", "🛠", ";"], ids=["one byte", "two bytes", "four bytes", "escaped"])
def test_nor_more_than_a_megabyte(reason: str) -> None:
    made = build_feed(
        Situation(schedule=POLICY, record=a_record(100, reason * 10_000), now=NOW), "all", Rendering.SERIES
    )
    assert MAX_BYTES - 50_000 < len(made.body) <= MAX_BYTES
    emergencies = shown(made.body)
    # From 25 on they are ahead: either all of those have room, or none that is over.
    first, last = (11, 100) if reason == "a" else (25, 24 + len(emergencies))
    assert emergencies == list(range(first, last + 1))
    assert made.left_out >= 100 - len(emergencies)


def test_it_is_true_until_something_is_over_and_gives_way() -> None:
    record = a_record(1_030)
    first = publish(Situation(schedule=EMPTY, record=record, now=NOW + timedelta(minutes=1)), changed_at=NOW)
    assert first.fresh_until == NOW + HOUR
    then = publish(Situation(schedule=EMPTY, record=record, now=first.fresh_until), changed_at=NOW)
    assert [shown(each.representations["/feeds/all.ics"].body)[-1] for each in (first, then)] == [1_024, 1_025]
    assert then.changed_at == first.fresh_until


def test_a_feed_that_has_room_is_the_same_until_the_year_ends() -> None:
    first, then = (
        publish(Situation(schedule=EMPTY, record=a_record(30), now=now), changed_at=NOW)
        for now in (NOW, utc(2027, 1, 1, 4, 59, 59))
    )
    assert [each.changed_at for each in (first, then)] == [NOW, NOW]
    assert first.representations["/feeds/all.ics"].body == then.representations["/feeds/all.ics"].body


def test_a_feed_is_true_until_a_cancelled_change_lapses() -> None:
    record = a_record(26)
    change = record.changes["EC-26"]
    cancelled = replace(change, updates=(replace(change.latest, state=State.CANCELLED),))
    record = replace(record, changes={**record.changes, "EC-26": cancelled})
    first = publish(Situation(schedule=EMPTY, record=record, now=NOW), changed_at=NOW)
    assert first.fresh_until == cancelled.plan.span.end
    then = publish(Situation(schedule=EMPTY, record=record, now=first.fresh_until), changed_at=NOW)
    assert [26 in shown(each.representations["/feeds/all.ics"].body) for each in (first, then)] == [True, False]
