"""Occurrences, compared with the brute-force reading of the policy."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from icsfeed.domain.civil import instant_of, midnight, readings, stretch
from icsfeed.domain.freeze_patterns import YearlyDays
from icsfeed.domain.freezes import ChangeFreeze, frozen_spans
from icsfeed.domain.occurrences import Frozen, Missing, Occurrence, occurrences
from icsfeed.domain.schedule import Schedule
from icsfeed.domain.spans import Span
from icsfeed.domain.zones import zone
from tests.examples import TORONTO
from tests.properties import brute_force
from tests.properties.brute_force import DAY, Policy
from tests.properties.schedules import TRICKY_ZONES, adjustments, schedules, times, zones

MARGIN = 3 * DAY


def ten_years(first: int) -> Span:
    return Span(start=datetime(first, 1, 1, tzinfo=UTC), end=datetime(first + 10, 1, 1, tzinfo=UTC))


def instants(span: Span | None) -> brute_force.Instants | None:
    return (span.start, span.end) if span else None


@settings(max_examples=15)
@given(data=st.data(), schedule=schedules(), first=st.integers(2005, 2027))
def test_ten_years_of_occurrences_match_the_policy(data: st.DataObject, schedule: Schedule, first: int) -> None:
    """Decision 2: "An occurrence lasts from the first to the last instant at which the wall clock of the zone reads at
    or after the start and before the end"; 3: one "that overlaps a frozen day at all, by one second even, does not
    happen"; 4: "the first and the last local date on which an occurrence may start or a day be frozen".
    """  # noqa: D205  (a quotation)
    adjusted = data.draw(adjustments(schedule, first + 5))
    span = ten_years(first)
    policy = Policy(schedule, adjusted, span.start.date() - MARGIN, span.end.date() + MARGIN)
    expected = {key: outcome for key, outcome in policy.outcomes.items() if is_within(outcome, key[1], span)}
    results = {(each.window.id, each.original_start): each for each in occurrences(schedule, span, adjusted)}
    assert {key: instants(each.span) for key, each in results.items() if each.excluded is None} == {
        key: outcome.happens for key, outcome in expected.items() if outcome.happens
    }
    assert {key: type(each.excluded).__name__ for key, each in results.items() if each.excluded} == {
        key: outcome.reason for key, outcome in expected.items() if outcome.reason
    }
    assert {key: instants(each.policy.span) for key, each in results.items()} == {
        key: outcome.policy for key, outcome in expected.items()
    }
    assert [key for key, each in results.items() if not has_a_true_reason(each, expected[key])] == []


def is_within(outcome: brute_force.Outcome, start: datetime, span: Span) -> bool:
    """Whether it overlaps the span; in these years, no zone skips an hour near New Year."""
    if outcome.policy is None:
        return span.start <= start.replace(tzinfo=UTC) < span.end
    moved = outcome.happens or outcome.policy
    return any(first < span.end and span.start < until for first, until in (outcome.policy, moved))


def has_a_true_reason(occurrence: Occurrence, expected: brute_force.Outcome) -> bool:
    """Whether the occurrence's reason for being excluded is true."""
    excluded = occurrence.excluded
    if isinstance(excluded, Frozen):
        return excluded.by.freeze.id in expected.freezes
    if isinstance(excluded, Missing):
        before = brute_force.reading(excluded.change.at - brute_force.SECOND, occurrence.window.zone)
        after = brute_force.reading(excluded.change.at, occurrence.window.zone)
        start, end = brute_force.local_span(occurrence.window, occurrence.original_start.date())
        return before < start < end <= after
    return True


@settings(max_examples=25)
@given(data=st.data(), schedule=schedules(), first=st.integers(2005, 2027))
def test_no_occurrence_overlaps_a_frozen_day(data: st.DataObject, schedule: Schedule, first: int) -> None:
    """Decision 3: "An occurrence that overlaps a frozen day at all, by one second even, does not happen (one that ends
    at midnight does not touch the next day)".

    Read on the wall of the calendar's zone, at the first and the last second and at every hour between.
    """  # noqa: D205  (a quotation)
    adjusted = data.draw(adjustments(schedule, first + 5))
    zone = schedule.calendar.zone
    spans = [each.span for each in occurrences(schedule, ten_years(first), adjusted) if not each.excluded]
    frozen: dict[date, bool] = {}
    wrong = []
    for span in spans:
        assert span is not None
        hours = int((span.end - span.start) / timedelta(hours=1))
        looked_at = [span.start + hour * timedelta(hours=1) for hour in range(hours + 1)]
        for instant in (*looked_at, span.end - brute_force.SECOND):
            day = brute_force.reading(instant, zone).date()
            if day not in frozen:
                frozen[day] = any(brute_force.is_frozen(day, freeze) for freeze in schedule.freezes)
            if frozen[day] and instant < span.end:
                wrong.append((span, instant))
    assert wrong == []


@settings(max_examples=25)
@given(schedule=schedules(most_windows=1, most_freezes=3), first=st.integers(2005, 2027))
def test_frozen_days_match_the_policy(schedule: Schedule, first: int) -> None:
    """Decision 3: "A freeze is whole local days"; "A freeze can be lifted for named dates"."""
    zone = schedule.calendar.zone
    within = date(first, 1, 1), date(first + 9, 12, 31)
    whole = Span(start=instant_of(midnight(within[0]), zone), end=instant_of(midnight(within[1] + DAY), zone))
    actual = {
        (frozen.freeze.id, day)
        for frozen in frozen_spans(schedule.freezes, whole)
        for day in brute_force.days(max(frozen.days.first, within[0]), min(frozen.days.last, within[1]))
    }
    # A longer freeze may include days that the zone skipped entirely.
    assert actual == {
        (freeze.id, day)
        for freeze in schedule.freezes
        for day in brute_force.days(*within)
        if brute_force.is_frozen(day, freeze)
    }


def test_a_yearly_freeze_of_29_february_occurs_only_in_leap_years() -> None:
    """In other years the freeze began on 1 March and ended on 28 February, which was refused."""
    leap_day = ChangeFreeze(
        zone=TORONTO, id="leap", name="Leap day", pattern=YearlyDays(start=(2, 29), through=(2, 29))
    )
    leap_days = [days.first for days in leap_day.ranges(date(2023, 1, 1), date(2033, 12, 31))]
    assert leap_days == [date(2024, 2, 29), date(2028, 2, 29), date(2032, 2, 29)]


@pytest.mark.parametrize("name", TRICKY_ZONES)
def test_every_stretch_near_a_clock_change_spans_its_local_times(name: str) -> None:
    """encoding.md: "An occurrence is regular when its local start and end each exist exactly once and its exact
    duration equals the one on the wall clock".
    """  # noqa: D205  (a quotation)
    tz = zone(name)
    steps = [timedelta(minutes=minutes) for minutes in (-1500, -120, -60, -30, -1, 0, 30, 60, 90, 240)]
    wrong = []
    for change in changes_of(name):
        near = [change + step for step in steps]
        for start, end in ((start, end) for start in near for end in near if start < end):
            result = stretch(start, end, tz)
            hull = brute_force.hull(start, end, tz)
            once = [len(brute_force.readings(local, tz)) for local in (start, end)] == [1, 1]
            regular = hull is not None and once and hull[1] - hull[0] == end - start
            if (instants(result.span), result.regular) != (hull, regular):
                wrong.append((start, end, result, hull))
    assert wrong == []


def changes_of(name: str) -> list[datetime]:
    """The full local hours before the clock changes of two years, one past and one future."""
    tz = zone(name)
    first = [datetime(year, 1, 1, tzinfo=UTC) for year in (2011, 2026)]
    hours = [start + hour * timedelta(hours=1) for start in first for hour in range(8760)]
    local_times = [brute_force.reading(hour, tz) for hour in hours]
    pairs = zip(hours, local_times, strict=True)
    offsets = [local - hour.replace(tzinfo=None) for hour, local in pairs]
    return [
        local_times[i] for i in range(1, len(hours)) if offsets[i] != offsets[i - 1] and hours[i] - hours[i - 1] < DAY
    ]


@settings(max_examples=150)
@given(tz=zones(), day=st.dates(date(2005, 1, 1), date(2036, 12, 31)), at=times())
def test_local_times_follow_the_clock(tz: ZoneInfo, day: date, at: time) -> None:
    """Decision 2: "an ambiguous start means the first"; one that is missing means the instant of the change."""
    local = datetime.combine(day, at)
    expected = brute_force.readings(local, tz)
    assert list(readings(local, tz)) == expected
    after = brute_force.hull(local, local + 2 * DAY, tz)
    assert after is not None
    assert instant_of(local, tz) == (expected or after)[0]
