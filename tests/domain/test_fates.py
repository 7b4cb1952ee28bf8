"""The fates of an occurrence: freezes of some of its environments, and freezes that are recorded while it runs."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest

from icsfeed.domain.adjustments import Adjustment, Move, Skip
from icsfeed.domain.feeds import Environment
from icsfeed.domain.freeze_patterns import FreezeHours, NamedDays, NamedHours, RecurringDays
from icsfeed.domain.freezes import ChangeFreeze
from icsfeed.domain.local_spans import LocalSpan
from icsfeed.domain.occurrences import Occurrence, occurrence_on
from icsfeed.domain.record import Record
from icsfeed.domain.recorded_freezes import RecordedFreeze
from icsfeed.domain.recurrence import weekly
from icsfeed.domain.schedule import Schedule
from icsfeed.domain.situation import Situation
from icsfeed.domain.spans import DateRange
from icsfeed.domain.zones import zone
from tests.examples import TORONTO, a_schedule, a_window, span, utc

PREVIEW, PRODUCTION = frozenset({"preview"}), frozenset({"production"})
BOTH = PREVIEW | PRODUCTION
ENVIRONMENTS = tuple(Environment(id=each, name=each.capitalize()) for each in sorted(BOTH))
WINDOW = a_window(environments=BOTH)
DAY = date(2026, 12, 10)
"""A Thursday, on which the window lasts from 7:00 to 11:00 UTC."""

AROUND = span((2026, 12, 9), (2026, 12, 12))


def a_freeze(environments: frozenset[str] = frozenset(), name: str = "freeze", days: int = 1) -> ChangeFreeze:
    pattern = NamedDays(days=DateRange(first=DAY, last=DAY + timedelta(days=days - 1)))
    return ChangeFreeze(id=name, name=name, pattern=pattern, zone=TORONTO, environments=environments)


def a_recorded_freeze(
    start: datetime, end: datetime | None = None, environments: frozenset[str] = BOTH, number: int = 1
) -> RecordedFreeze:
    return RecordedFreeze(
        id=f"CF-{number}",
        reason="Incident",
        environments=environments,
        started_at=start,
        started_by="olga",
        until=end,
    )


def fates(
    *freezes: ChangeFreeze,
    recorded: tuple[RecordedFreeze, ...] = (),
    adjustment: Adjustment | None = None,
    schedule: Schedule | None = None,
) -> list[str]:
    schedule = schedule or a_schedule(WINDOW, environments=ENVIRONMENTS, freezes=freezes)
    record = Record(
        freezes={each.id: each for each in recorded},
        adjustments={(adjustment.window_id, adjustment.day): adjustment} if adjustment else {},
    )
    situation = Situation(schedule=schedule, record=record, now=utc(2026, 12, 1))
    return [_line(each) for each in situation.occurrences(AROUND)]


def _line(occurrence: Occurrence) -> str:
    when = occurrence.span
    assert when is not None
    fate = "happens" if occurrence.excluded is None else type(occurrence.excluded).__name__.lower()
    return f"{'+'.join(sorted(occurrence.environments))} {fate} {when.start:%d %H:%M}-{when.end:%H:%M}"


def test_without_a_freeze_it_has_one_fate() -> None:
    assert fates() == ["preview+production happens 10 07:00-11:00"]


def test_a_freeze_that_names_no_environment_excludes_it_everywhere() -> None:
    assert fates(a_freeze()) == ["preview+production frozen 10 07:00-11:00"]


def test_a_freeze_of_production_leaves_preview_alone() -> None:
    assert fates(a_freeze(PRODUCTION)) == ["preview happens 10 07:00-11:00", "production frozen 10 07:00-11:00"]


def test_two_freezes_of_one_environment_each_exclude_it_everywhere() -> None:
    lines = fates(a_freeze(PRODUCTION, "one"), a_freeze(PREVIEW, "other"))
    assert lines == ["preview frozen 10 07:00-11:00", "production frozen 10 07:00-11:00"]


def test_a_freeze_of_another_environment_does_not_matter() -> None:
    schedule = a_schedule(a_window(environments=PREVIEW), environments=ENVIRONMENTS, freezes=(a_freeze(PRODUCTION),))
    assert fates(schedule=schedule) == ["preview happens 10 07:00-11:00"]


def test_a_skip_holds_where_it_is_not_frozen() -> None:
    skip = Skip(window_id="thursday", day=DAY, reason="Release")
    assert fates(a_freeze(PRODUCTION), adjustment=skip) == [
        "preview skipped 10 07:00-11:00",
        "production frozen 10 07:00-11:00",
    ]


def test_an_occurrence_moved_into_a_freeze_of_production_happens_for_preview_alone() -> None:
    move = Move(
        window_id="thursday", day=DAY - timedelta(days=7), to=span((2026, 12, 10, 7), (2026, 12, 10, 9)), reason="x"
    )
    schedule = a_schedule(WINDOW, environments=ENVIRONMENTS, freezes=(a_freeze(PRODUCTION),))
    assert fates(schedule=schedule, adjustment=move) == [
        "preview happens 10 07:00-09:00",
        "production frozen 10 07:00-09:00",
        "preview happens 10 07:00-11:00",
        "production frozen 10 07:00-11:00",
    ]


def test_a_recorded_freeze_cuts_an_occurrence_that_has_begun() -> None:
    assert fates(recorded=(a_recorded_freeze(utc(2026, 12, 10, 8, 30)),)) == [
        "preview+production happens 10 07:00-08:30"
    ]


def test_a_recorded_freeze_of_production_cuts_it_there_alone() -> None:
    assert fates(recorded=(a_recorded_freeze(utc(2026, 12, 10, 8, 30), environments=PRODUCTION),)) == [
        "preview happens 10 07:00-11:00",
        "production happens 10 07:00-08:30",
    ]


def test_the_first_of_two_recorded_freezes_cuts_it() -> None:
    first, second = a_recorded_freeze(utc(2026, 12, 10, 8)), a_recorded_freeze(utc(2026, 12, 10, 9), number=2)
    assert fates(recorded=(second, first)) == ["preview+production happens 10 07:00-08:00"]


def test_a_recorded_freeze_excludes_what_begins_after_its_start() -> None:
    for start in (utc(2026, 12, 10, 7), utc(2026, 12, 8)):
        assert fates(recorded=(a_recorded_freeze(start),)) == ["preview+production frozen 10 07:00-11:00"]


def test_a_recorded_freeze_that_has_ended_excludes_nothing_later() -> None:
    over = a_recorded_freeze(utc(2026, 12, 8), utc(2026, 12, 10, 7))
    assert fates(recorded=(over,)) == ["preview+production happens 10 07:00-11:00"]
    one_second_more = a_recorded_freeze(utc(2026, 12, 8), utc(2026, 12, 10, 7, 0, 1))
    assert fates(recorded=(one_second_more,)) == ["preview+production frozen 10 07:00-11:00"]


def test_what_was_moved_is_judged_by_the_time_at_which_it_happens() -> None:
    """It took place a day early; a freeze that was recorded afterwards does not change that."""
    early = Move(window_id="thursday", day=DAY, to=span((2026, 12, 9, 7), (2026, 12, 9, 11)), reason="x")
    assert fates(recorded=(a_recorded_freeze(utc(2026, 12, 10)),), adjustment=early) == [
        "preview+production happens 09 07:00-11:00"
    ]


def test_a_recorded_freeze_without_an_end_reaches_beyond_what_is_published() -> None:
    schedule = a_schedule(WINDOW, environments=ENVIRONMENTS)
    record = Record(freezes={"CF-1": a_recorded_freeze(utc(2026, 12, 1))})
    situation = Situation(schedule=schedule, record=record, now=utc(2026, 12, 2))
    far = situation.occurrences(span((2040, 1, 1), (2040, 2, 1)))
    assert far
    assert all(each.excluded is not None for each in far)
    (frozen,) = situation.freezes(span((2026, 12, 20), (2026, 12, 21)))
    assert frozen.span.end == situation.published_span.end
    (frozen,) = situation.freezes(span((2027, 12, 20), (2028, 1, 4)))
    assert frozen.span.end == situation.published_span.end, "December's page had it end on 4 January"
    (frozen,) = situation.freezes(span((2040, 1, 1), (2040, 2, 1)))
    assert frozen.span.end == utc(2040, 2, 1)


def test_the_occurrence_on_a_day_is_the_one_that_happens() -> None:
    schedule = a_schedule(WINDOW, environments=ENVIRONMENTS, freezes=(a_freeze(PREVIEW),))
    occurrence = occurrence_on(schedule, WINDOW, DAY)
    assert occurrence is not None
    assert (occurrence.environments, occurrence.excluded) == (PRODUCTION, None)


@pytest.mark.parametrize(
    ("start", "end", "is_frozen"),
    [
        pytest.param("2026-12-10T06:00:00", "2026-12-10T09:00:00", False, id="begins as the window ends"),
        pytest.param("2026-12-10T05:59:59", "2026-12-10T09:00:00", True, id="begins one second earlier"),
        pytest.param("2026-12-09T17:00:00", "2026-12-10T02:00:00", False, id="ends as the window begins"),
        pytest.param("2026-12-09T17:00:00", "2026-12-10T02:00:01", True, id="ends one second later"),
    ],
)
def test_hours_are_frozen_to_the_second(*, start: str, end: str, is_frozen: bool) -> None:
    hours = LocalSpan(start=datetime.fromisoformat(start), end=datetime.fromisoformat(end))
    freeze = ChangeFreeze(id="hours", name="Hours", pattern=NamedHours(hours=hours), zone=TORONTO)
    assert ("frozen" in fates(freeze)[0]) is is_frozen


def test_the_days_of_a_freeze_are_those_of_its_own_zone() -> None:
    """10 December in Tokyo ends at 10:00 in Toronto, and in Honolulu it begins at 5:00."""
    tokyo, honolulu = (replace(a_freeze(), zone=zone(name)) for name in ("Asia/Tokyo", "Pacific/Honolulu"))
    assert fates(tokyo) == ["preview+production frozen 10 07:00-11:00"]
    assert fates(honolulu) == ["preview+production frozen 10 07:00-11:00"]
    day_before = replace(a_freeze(), zone=zone("Pacific/Honolulu"), lifted=(DAY,))
    assert fates(day_before) == ["preview+production happens 10 07:00-11:00"]


def test_a_weekly_freeze_by_hours_is_cut_by_lifted_days() -> None:
    """From Friday 17:00 until Monday 8:00, but not on Saturday, 12 December."""
    hours = FreezeHours(start=time(17), length=timedelta(hours=63))
    weekend = ChangeFreeze(
        id="weekend",
        name="Weekend",
        pattern=RecurringDays(recurrence=weekly(4), hours=hours),
        zone=TORONTO,
        lifted=(date(2026, 12, 12),),
    )
    frozen = [each.span for each in weekend.frozen_spans(span((2026, 12, 11), (2026, 12, 15)))]
    assert frozen == [
        span((2026, 12, 11, 22), (2026, 12, 12, 5)),
        span((2026, 12, 13, 5), (2026, 12, 14, 13)),
    ]


def test_the_length_of_frozen_hours_is_that_of_the_wall_clock() -> None:
    """The clock goes back on 1 November 2026 in Toronto."""
    hours = FreezeHours(start=time(17), length=timedelta(hours=63))
    freeze = ChangeFreeze(
        id="weekend", name="Weekend", pattern=RecurringDays(recurrence=weekly(4), hours=hours), zone=TORONTO
    )
    (frozen,) = freeze.frozen_spans(span((2026, 11, 1), (2026, 11, 2)))
    assert (frozen.span.length, frozen.span.end.astimezone(UTC)) == (timedelta(hours=64), utc(2026, 11, 2, 13))


def test_a_window_of_several_days_is_judged_by_all_of_them() -> None:
    friday = a_window(recurrence=weekly(4), start=time(18), duration=timedelta(hours=63), environments=BOTH)
    schedule = a_schedule(friday, environments=ENVIRONMENTS, freezes=(a_freeze(),))
    situation = Situation(schedule=schedule, now=utc(2026, 12, 1))
    (before, after) = situation.occurrences(span((2026, 12, 5), (2026, 12, 12)))
    assert (before.span, before.excluded) == (span((2026, 12, 4, 23), (2026, 12, 7, 14)), None)
    assert (after.span, after.excluded) == (span((2026, 12, 11, 23), (2026, 12, 14, 14)), None)
    monday = replace(a_freeze(), pattern=NamedDays(days=DateRange(first=date(2026, 12, 7), last=date(2026, 12, 7))))
    situation = Situation(schedule=replace(schedule, freezes=(monday,)), now=utc(2026, 12, 1))
    assert [each.excluded is None for each in situation.occurrences(span((2026, 12, 5), (2026, 12, 12)))] == [
        False,
        True,
    ]
