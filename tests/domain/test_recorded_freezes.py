"""Recorded freezes: from when until when they last, and what calendars show of that."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from icsfeed.domain.errors import BadInputError, NotFoundError
from icsfeed.domain.feeds import Kind
from icsfeed.domain.record import NOTHING, Record
from icsfeed.domain.recorded_freezes import RecordedFreeze
from icsfeed.domain.spans import END_OF_TIME, Span
from tests.examples import utc

START = utc(2026, 11, 24, 10) + timedelta(seconds=17.5)
FREEZE = RecordedFreeze(
    id="CF-1",
    reason="The core switches are failing",
    environments=frozenset({"production"}),
    started_at=START,
    started_by="ann",
    uid_part="0123456789",
)
PUBLISHED = Span(start=utc(2025, 1, 1, 5), end=utc(2028, 1, 1, 5))


def test_a_freeze_is_active_from_the_minute_in_which_it_is_recorded() -> None:
    assert FREEZE.start == utc(2026, 11, 24, 10)
    assert FREEZE.is_active(START)


@pytest.mark.parametrize(
    ("until", "ended_at", "end"),
    [
        pytest.param(None, None, None, id="without an end, it has none"),
        pytest.param(utc(2026, 11, 26, 9), None, utc(2026, 11, 26, 9), id="until the instant that was given"),
        pytest.param(
            utc(2026, 11, 26, 9), utc(2026, 11, 25, 9, 30, 59), utc(2026, 11, 25, 9, 30), id="ended before that"
        ),
        pytest.param(None, utc(2026, 11, 25, 9, 30, 59), utc(2026, 11, 25, 9, 30), id="ended, without another end"),
        pytest.param(
            None, START + timedelta(seconds=3), utc(2026, 11, 24, 10, 1), id="ended at once: it lasts a minute"
        ),
        pytest.param(
            START + timedelta(seconds=30),
            START + timedelta(seconds=10),
            START + timedelta(seconds=30),
            id="never longer than until the instant that was given",
        ),
        pytest.param(
            None, utc(2026, 11, 24, 9), utc(2026, 11, 24, 10, 1), id="ended by a machine whose clock is behind"
        ),
    ],
)
def test_it_lasts_until_its_end_or_until_somebody_ends_it(
    until: datetime | None, ended_at: datetime | None, end: datetime | None
) -> None:
    freeze = replace(FREEZE, until=until)
    freeze = freeze if ended_at is None else freeze.ended(at=ended_at, by="bob")
    assert freeze.end == end
    assert freeze.span == Span(start=FREEZE.start, end=end or END_OF_TIME)
    if end is not None:
        assert (freeze.is_over(end), freeze.is_active(end)) == (True, False)
        assert (freeze.is_over(end - timedelta(microseconds=1)), freeze.is_active(FREEZE.start)) == (False, True)


def test_without_an_end_it_is_shown_to_the_end_of_the_published_span() -> None:
    assert FREEZE.shown_span(PUBLISHED) == Span(start=FREEZE.start, end=PUBLISHED.end)
    assert not FREEZE.is_over(utc(2999, 1, 1))


def test_outside_the_published_span_it_is_not_shown() -> None:
    ended = FREEZE.ended(at=utc(2026, 12, 1), by="bob")
    assert ended.shown_span(PUBLISHED) == Span(start=FREEZE.start, end=utc(2026, 12, 1))
    assert ended.shown_span(Span(start=utc(2026, 12, 1), end=utc(2027, 1, 1))) is None


def test_its_days_are_those_of_the_zone_that_it_is_given() -> None:
    toronto = ZoneInfo("America/Toronto")
    assert FREEZE.in_zone(toronto) == replace(FREEZE, zone=toronto)
    assert (FREEZE.name, FREEZE.description) == ("", "The core switches are failing")


@pytest.mark.parametrize(
    ("wrong", "expected"),
    [
        ({"environments": frozenset()}, "CF-1 needs at least one environment that it freezes"),
        (
            {"started_at": datetime(2026, 11, 24, 10, tzinfo=ZoneInfo("America/Toronto"))},
            "the times of CF-1 are given in UTC",
        ),
        ({"until": START}, "CF-1 ends after it starts, not at 2026-11-24T10:00:17.500000+00:00"),
    ],
)
def test_what_can_be_no_freeze_is_refused(wrong: dict[str, object], expected: str) -> None:
    with pytest.raises(BadInputError) as refusal:
        replace(FREEZE, **wrong)  # type: ignore[arg-type]
    assert str(refusal.value) == expected


def test_a_record_finds_freezes_whatever_the_case_and_numbers_the_next() -> None:
    record = Record(freezes={"CF-1": FREEZE}, reserved_numbers={Kind.FREEZE: 4})
    assert record.freeze("cf-1") is FREEZE
    assert (NOTHING.next_number(Kind.FREEZE), record.next_number(Kind.FREEZE)) == (1, 5)
    assert replace(record, reserved_numbers={}).next_number(Kind.FREEZE) == 2


@pytest.mark.parametrize(
    ("record", "expected"),
    [
        (NOTHING, 'there is no freeze "CF-9" that `freeze start` recorded; none has been started'),
        (
            Record(freezes={"CF-1": FREEZE}),
            'there is no freeze "CF-9" that `freeze start` recorded; write an id such as CF-1, which is the latest',
        ),
    ],
)
def test_an_unknown_freeze_is_refused(record: Record, expected: str) -> None:
    with pytest.raises(NotFoundError) as refusal:
        record.freeze("CF-9")
    assert str(refusal.value) == expected


def test_feeds_show_something_else_once_a_freeze_is_recorded() -> None:
    assert NOTHING.shows_same_as(replace(NOTHING, entry=1))
    assert not NOTHING.shows_same_as(replace(NOTHING, freezes={"CF-1": FREEZE}))
