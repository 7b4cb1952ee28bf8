"""Free slots for an occurrence that has to move: the window's hours on the days nearby where nothing is in the way."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from icsfeed.domain.adjustments import Skip
from icsfeed.domain.errors import RefusedError
from icsfeed.domain.spans import Span
from icsfeed.services.free_slots import free_slots
from tests.changes import PLAN, a_change
from tests.examples import MONTH_END, PEAK_HOURS, POLICY, SUNDAY, THURSDAY, a_schedule, span, utc
from tests.situations import a_situation


def nights(*days: int, year: int = 2026, month: int = 12) -> tuple[Span, ...]:
    """From 2 to 6 in the morning in Toronto."""
    return tuple(span((year, month, day, 7), (year, month, day, 11)) for day in days)


def test_the_nearest_nights_are_offered_in_order() -> None:
    assert free_slots(a_situation(a_schedule(THURSDAY)), "thursday", date(2026, 12, 10)) == nights(9, 11, 12)


def test_no_night_is_offered_that_is_past() -> None:
    situation = a_situation(a_schedule(THURSDAY), now=utc(2026, 12, 10, 6))
    assert free_slots(situation, "thursday", date(2026, 12, 10)) == nights(11, 12, 13)


def test_no_night_is_offered_with_another_window_or_an_open_change() -> None:
    plan = replace(PLAN, span=nights(12)[0])
    situation = a_situation(a_schedule(THURSDAY, replace(SUNDAY, effective_from=None)), changes=[a_change(plan=plan)])
    assert free_slots(situation, "thursday", date(2026, 12, 10), limit=5) == nights(7, 8, 9, 11, 14)


def test_no_night_is_offered_in_a_freeze() -> None:
    situation = a_situation(a_schedule(THURSDAY, freezes=(MONTH_END,)))
    assert free_slots(situation, "thursday", date(2026, 12, 24)) == nights(21, 22, 23)


def test_no_time_is_offered_in_peak_hours_unless_nobody_notices() -> None:
    day_shift = replace(THURSDAY, start=PEAK_HOURS.start, end=PEAK_HOURS.end)
    schedule = a_schedule(day_shift, peak_hours=PEAK_HOURS)
    slots = free_slots(a_situation(schedule), "thursday", date(2026, 12, 10))
    assert [each.start.date() for each in slots] == [date(2026, 12, 6), date(2026, 12, 12), date(2026, 12, 13)]


def test_a_night_in_which_the_clock_is_put_forward_keeps_the_windows_hours() -> None:
    slots = free_slots(a_situation(a_schedule(THURSDAY)), "thursday", date(2027, 3, 11), limit=5)
    assert slots == (*nights(9, 10, 12, 13, year=2027, month=3), span((2027, 3, 14, 7), (2027, 3, 14, 10)))


def test_an_occurrence_that_is_skipped_can_move_as_well() -> None:
    skip = Skip(window_id="thursday", day=date(2026, 12, 10), reason="Away")
    situation = a_situation(a_schedule(THURSDAY), adjustments=[skip])
    assert free_slots(situation, "thursday", date(2026, 12, 10)) == nights(9, 11, 12)


def test_there_is_none_for_a_date_without_an_occurrence() -> None:
    with pytest.raises(RefusedError, match="thursday has no occurrence on Fri 2026-12-11"):
        free_slots(a_situation(POLICY), "thursday", date(2026, 12, 11))
