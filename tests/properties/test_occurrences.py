"""Occurrences, compared with the brute-force reading of the policy."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from icsfeed.domain.civil import instant_of, readings, stretch
from icsfeed.domain.fates import Frozen, Missing
from icsfeed.domain.freeze_patterns import YearlyDays
from icsfeed.domain.freezes import ChangeFreeze, frozen_spans
from icsfeed.domain.occurrences import Occurrence
from icsfeed.domain.record import Record
from icsfeed.domain.schedule import Schedule
from icsfeed.domain.situation import Situation
from icsfeed.domain.spans import Span
from icsfeed.domain.zones import zone, zone_names
from tests.examples import TORONTO
from tests.properties import brute_force
from tests.properties.brute_force import DAY
from tests.properties.freezes import recorded_freezes
from tests.properties.frozen_times import frozen_on, frozen_times, is_frozen_at
from tests.properties.outcomes import Key, Outcome, Policy
from tests.properties.rules import times
from tests.properties.schedules import (
    ENVIRONMENTS,
    TRICKY_ZONES,
    adjustments,
    schedules,
    with_private_production,
    zones,
)

MARGIN = 10 * DAY
"""More than the longest occurrence, and than the difference between any two zones."""


def ten_years(first: int) -> Span:
    return Span(start=datetime(first, 1, 1, tzinfo=UTC), end=datetime(first + 10, 1, 1, tzinfo=UTC))


def instants(span: Span | None) -> brute_force.Instants | None:
    return (span.start, span.end) if span else None


def situation_in(data: st.DataObject, schedule: Schedule, year: int) -> Situation:
    """A situation in the middle of that year, with occurrences skipped and moved, and with freezes recorded."""
    now = datetime(year, 6, 1, 12, 30, 15, tzinfo=UTC)
    adjusted = data.draw(adjustments(schedule, year))
    recorded = data.draw(recorded_freezes(now, ENVIRONMENTS))
    record = Record(
        adjustments={(each.window_id, each.day): each for each in adjusted},
        freezes={each.id: each for each in recorded},
    )
    return Situation(schedule=schedule, record=record, now=now)


def policy_in(situation: Situation, span: Span) -> dict[Key, Outcome]:
    """The outcomes by brute force, of all occurrences that overlap the span."""
    record, first, last = situation.record, span.start.date() - MARGIN, span.end.date() + MARGIN
    policy = Policy(situation.schedule, record.adjustments.values(), first, last, record.freezes.values())
    return {key: outcome for key, outcome in policy.outcomes.items() if is_within(outcome, key[1], span)}


def results_in(situation: Situation, span: Span) -> dict[Key, Occurrence]:
    """The occurrences that the domain gives, once for each of their environments."""
    occurrences = situation.occurrences(span)
    results = {
        (each.window.id, each.original_start, environment): each
        for each in occurrences
        for environment in each.environments
    }
    assert len(results) == sum(len(each.environments) for each in occurrences)
    return results


def assert_agreement(situation: Situation, span: Span) -> None:
    """Compare all occurrences of that span with the policy."""
    expected, results = policy_in(situation, span), results_in(situation, span)
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


@settings(max_examples=20)
@given(data=st.data(), schedule=schedules(), first=st.integers(2005, 2027))
def test_ten_years_of_occurrences_match_the_policy(data: st.DataObject, schedule: Schedule, first: int) -> None:
    """Decision 2: "An occurrence lasts from the first to the last instant at which the wall clock of the zone reads at
    or after the start and before the end"; 3: one "that overlaps a freeze at all, by one second even, does not
    happen", "a freeze recorded with `freeze start` cuts an occurrence that has begun"; 4: "the first and last local
    date on which an occurrence may start or a day be frozen"; 16: "any "by default all" means the public environments".
    """  # noqa: D205  (a quotation)
    if data.draw(st.booleans()):
        schedule = with_private_production(schedule)
    assert_agreement(situation_in(data, schedule, first + 5), ten_years(first))


ZONES_AT_ONCE = 40


@pytest.mark.parametrize("number", range(4))
@settings(max_examples=1, phases=[Phase.generate])
@given(data=st.data())
def test_every_zone_in_rotation(number: int, data: st.DataObject) -> None:
    """A quarter of all zones each; some schedules take turns in them, and so do the years."""
    drawn = data.draw(st.lists(schedules(), min_size=ZONES_AT_ONCE, max_size=ZONES_AT_ONCE))
    for index, name in enumerate(sorted(zone_names())[number::4]):
        schedule = in_zone(drawn[index % ZONES_AT_ONCE], zone(name))
        first = 2005 + (index + 7 * number) % 30
        span = Span(start=datetime(first, 1, 1, tzinfo=UTC), end=datetime(first + 1, 1, 1, tzinfo=UTC))
        assert_agreement(Situation(schedule=schedule, now=span.start), span)


def in_zone(schedule: Schedule, tz: ZoneInfo) -> Schedule:
    """The same policy on the clocks of that zone."""
    return replace(
        schedule,
        calendar=replace(schedule.calendar, zone=tz),
        windows=tuple(replace(window, zone=tz) for window in schedule.windows),
        freezes=tuple(replace(freeze, zone=tz) for freeze in schedule.freezes),
    )


def is_within(outcome: Outcome, start: datetime, span: Span) -> bool:
    """Whether it overlaps the span; in these years, no zone skips an hour near New Year."""
    if outcome.policy is None:
        return span.start <= start.replace(tzinfo=UTC) < span.end
    moved = outcome.happens or outcome.policy
    return any(first < span.end and span.start < until for first, until in (outcome.policy, moved))


def has_a_true_reason(occurrence: Occurrence, expected: Outcome) -> bool:
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
def test_no_occurrence_overlaps_a_freeze_of_its_environments(
    data: st.DataObject, schedule: Schedule, first: int
) -> None:
    """Decision 3: "An occurrence that overlaps a freeze at all, by one second even, does not happen".

    Read on the wall of each freeze's zone: at the first and the last second, at every hour between, and at every
    beginning of frozen hours.
    """
    situation = situation_in(data, schedule, first + 5)
    wrong: list[tuple[Occurrence, str, datetime]] = []
    for each in situation.occurrences(ten_years(first)):
        if each.excluded is not None:
            continue
        span = each.span
        assert span is not None
        hours = int((span.end - span.start) / timedelta(hours=1))
        looked_at = [span.start + hour * timedelta(hours=1) for hour in range(hours + 1)]
        for freeze in schedule.freezes:
            if not each.environments & (freeze.environments or frozenset(ENVIRONMENTS)):
                continue
            starts = frozen_starts(span, freeze)
            wrong += [
                (each, freeze.id, instant)
                for instant in (*looked_at, *starts, span.end - brute_force.SECOND)
                if instant in span and is_frozen_at(instant, freeze)
            ]
        wrong += [
            (each, recorded.id, recorded.start)
            for recorded in situation.record.freezes.values()
            if each.environments & recorded.environments and recorded.span.overlaps(span)
        ]
    assert wrong == []


def frozen_starts(span: Span, freeze: ChangeFreeze) -> list[datetime]:
    """The instants at which the freeze begins to freeze some time of a date that the span touches."""
    dates = brute_force.days(*(brute_force.reading(at, freeze.zone).date() for at in (span.start, span.end)))
    return [
        at for day in dates for start, _ in frozen_on(day, freeze) for at in brute_force.readings(start, freeze.zone)
    ]


@settings(max_examples=25)
@given(schedule=schedules(most_windows=1, most_freezes=3), first=st.integers(2005, 2027))
def test_frozen_spans_match_the_policy(schedule: Schedule, first: int) -> None:
    """Decision 3: "A freeze can be lifted for named dates"; whichever its kind, it lasts as the wall clock says."""
    assert_frozen_spans_agree(schedule, ten_years(first))


def assert_frozen_spans_agree(schedule: Schedule, within: Span) -> None:
    """Compare all that each freeze freezes in that span with the policy."""
    margin = 45 * DAY
    for freeze in schedule.placed_freezes:
        actual = [(each.span.start, each.span.end) for each in frozen_spans([freeze], within)]
        expected = [
            each.span for each in frozen_times(freeze, within.start.date() - margin, within.end.date() + margin)
        ]
        assert covered(actual, within) == covered(expected, within)


def covered(spans: list[brute_force.Instants], within: Span) -> list[brute_force.Instants]:
    """What they cover of a span, in order, without overlaps."""
    pieces: list[brute_force.Instants] = []
    for start, end in sorted((max(start, within.start), min(end, within.end)) for start, end in spans):
        if start >= end:
            continue
        if pieces and start <= pieces[-1][1]:
            pieces[-1] = (pieces[-1][0], max(end, pieces[-1][1]))
        else:
            pieces.append((start, end))
    return pieces


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
