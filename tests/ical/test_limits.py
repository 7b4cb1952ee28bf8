"""Feeds hold up to 1,000 events and 1 MB: past events are dropped first, then the most distant ones."""

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
    return replace(event, uid=f"{number:04}", write=lambda: b"x" * size, span=Span(start=start, end=start + length))


def numbers_that_fit(events: list[CalendarEvent], taken: int = 0, now: datetime = NOW) -> list[int]:
    return [int(event.uid) for event in events_that_fit(events, size, taken=taken, now=now)]


def size(event: CalendarEvent) -> int:
    return len(event.content)


def test_a_thousand_events_fit_but_no_more() -> None:
    events = [an_event(number, NOW + number * HOUR) for number in range(MAX_EVENTS + 1)]
    assert events_that_fit(events[:-1], size, taken=0, now=NOW) == events[:-1]
    assert numbers_that_fit(events) == list(range(MAX_EVENTS))


def test_bytes_count_towards_the_limit() -> None:
    half = [an_event(number, NOW, MAX_BYTES // 2) for number in range(2)]
    assert numbers_that_fit(half) == [0, 1]
    assert numbers_that_fit(half, taken=1) == [0]


@pytest.mark.parametrize(
    ("starts", "expected"),
    [
        pytest.param([-3, -2, 1, 2], [1, 2, 3], id="the oldest event is dropped first"),
        pytest.param([-2, 1, 2, 3], [1, 2, 3], id="past events are dropped before future ones"),
        pytest.param([1, 2, 3, 4], [0, 1, 2], id="the most distant event is dropped next"),
        pytest.param([-1, 1, 2, 3], [1, 2, 3], id="an event that ends now is past"),
    ],
)
def test_which_events_are_dropped(starts: list[int], expected: list[int]) -> None:
    """Three of four events fit."""
    events = [an_event(number, NOW + start * HOUR, 300_000) for number, start in enumerate(starts)]
    assert numbers_that_fit(events) == expected


def test_events_in_progress_are_dropped_last() -> None:
    under_way = an_event(0, NOW - 2 * HOUR, 600_000, length=3 * HOUR)
    ahead = an_event(1, NOW + HOUR, 600_000)
    assert numbers_that_fit([under_way, ahead]) == [0]
    assert numbers_that_fit([under_way, ahead], now=NOW + HOUR) == [1]


def test_an_oversized_event_leaves_room_for_the_others() -> None:
    assert numbers_that_fit([an_event(0, NOW, MAX_BYTES + 1), an_event(1, NOW + HOUR)]) == [1]


def test_the_half_leaves_room_for_a_header() -> None:
    assert not may_exceed([an_event(0, NOW, MAX_BYTES // 2)])
    assert may_exceed([an_event(0, NOW, MAX_BYTES // 2 + 1)])
    assert may_exceed([an_event(number, NOW) for number in range(MAX_EVENTS + 1)])


def a_record(count: int, reason: str = "") -> Record:
    """``count`` emergency changes of an hour each, one every hour from a day ago."""
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


def numbers_in(body: bytes) -> list[int]:
    return [int(part.partition(b"@")[0]) for part in body.split(b"\r\nUID:emergency.ec-")[1:]]


def test_a_feed_never_has_more_than_a_thousand_events() -> None:
    feed = build_feed(Situation(schedule=EMPTY, record=a_record(1_030), now=NOW), "all", Rendering.SERIES)
    assert feed.body.count(b"BEGIN:VEVENT") == MAX_EVENTS
    assert (feed.left_out, numbers_in(feed.body)[0], numbers_in(feed.body)[-1]) == (30, 25, 1_024)


@pytest.mark.parametrize("reason", ["a", "é", "🛠", ";"], ids=["one byte", "two bytes", "four bytes", "escaped"])
def test_a_feed_never_exceeds_a_megabyte(reason: str) -> None:
    feed = build_feed(
        Situation(schedule=POLICY, record=a_record(100, reason * 10_000), now=NOW), "all", Rendering.SERIES
    )
    assert MAX_BYTES - 50_000 < len(feed.body) <= MAX_BYTES
    emergencies = numbers_in(feed.body)
    # From number 25 on they are in the future: either all of those fit, or no past one does.
    first, last = (11, 100) if reason == "a" else (25, 24 + len(emergencies))
    assert emergencies == list(range(first, last + 1))
    assert feed.left_out >= 100 - len(emergencies)


def test_a_full_feed_is_valid_until_an_event_passes_and_is_dropped() -> None:
    record = a_record(1_030)
    first = publish(Situation(schedule=EMPTY, record=record, now=NOW + timedelta(minutes=1)), changed_at=NOW)
    assert first.fresh_until == NOW + HOUR
    later = publish(Situation(schedule=EMPTY, record=record, now=first.fresh_until), changed_at=NOW)
    assert [numbers_in(each.representations["/feeds/all.ics"].body)[-1] for each in (first, later)] == [1_024, 1_025]
    assert later.changed_at == first.fresh_until


def test_a_feed_with_room_stays_the_same_until_the_year_ends() -> None:
    first, later = (
        publish(Situation(schedule=EMPTY, record=a_record(30), now=now), changed_at=NOW)
        for now in (NOW, utc(2027, 1, 1, 4, 59, 59))
    )
    assert [each.changed_at for each in (first, later)] == [NOW, NOW]
    assert first.representations["/feeds/all.ics"].body == later.representations["/feeds/all.ics"].body


def test_a_feed_is_valid_until_a_cancelled_change_lapses() -> None:
    record = a_record(26)
    change = record.changes["EC-26"]
    cancelled = replace(change, updates=(replace(change.latest, state=State.CANCELLED),))
    record = replace(record, changes={**record.changes, "EC-26": cancelled})
    just_before = cancelled.plan.span.end - timedelta(microseconds=1)
    first = publish(Situation(schedule=EMPTY, record=record, now=just_before), changed_at=NOW)
    assert first.fresh_until == cancelled.plan.span.end
    later = publish(Situation(schedule=EMPTY, record=record, now=first.fresh_until), changed_at=NOW)
    assert [26 in numbers_in(each.representations["/feeds/all.ics"].body) for each in (first, later)] == [True, False]
