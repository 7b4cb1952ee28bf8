"""Slots for an urgent change, computed by hand: Toronto is five hours behind UTC in winter, four in summer."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest

from icsfeed.domain.adjustments import Move, Skip
from icsfeed.domain.errors import BadInputError, NotFoundError, RefusedError
from icsfeed.domain.feeds import Environment
from icsfeed.domain.spans import Span
from icsfeed.domain.windows import Impact
from icsfeed.domain.zones import zone
from icsfeed.services.suggestions import Rank, SlotRequest, Suggestion, suggest
from tests.changes import PLAN, a_change
from tests.examples import PEAK_HOURS, POLICY, SUNDAY, THURSDAY, TORONTO, a_schedule, a_window, span, utc
from tests.situations import a_situation

BUSY_HOURS = replace(POLICY, peak_hours=PEAK_HOURS)
TWO = replace(
    BUSY_HOURS,
    environments=(Environment(id="preview", name="Preview"), Environment(id="production", name="Production")),
    windows=(THURSDAY, replace(SUNDAY, environments=frozenset({"preview", "production"}))),
)
MONDAY = utc(2026, 12, 7, 15, 2)
"""10:02 in Toronto."""

IN_FREEZE = 'in the change freeze "month-end", Tue 2026-11-24 – Mon 2026-11-30'


def two_hours(by: datetime, **overrides: Any) -> SlotRequest:  # noqa: ANN401  (any field)
    return replace(SlotRequest(duration=timedelta(hours=2), by=by), **overrides)


def ranked_starts(slots: tuple[Suggestion, ...]) -> list[tuple[int, datetime]]:
    return [(each.rank, each.span.start) for each in slots]


def test_thursdays_window_comes_first_then_evenings_then_an_immediate_start() -> None:
    assert suggest(a_situation(BUSY_HOURS, now=MONDAY), two_hours(utc(2026, 12, 11, 17))) == (
        Suggestion(
            span=span((2026, 12, 10, 7), (2026, 12, 10, 9)),
            rank=Rank.WINDOW,
            reasons=('inside the maintenance window "thursday"', "outside peak hours", "starts in 2 d 16 h"),
        ),
        *(
            Suggestion(
                span=span((2026, 12, day, 1), (2026, 12, day, 3)),
                rank=Rank.QUIET,
                reasons=("outside peak hours", f"starts in {delay}"),
            )
            for day, delay in ((8, "9 h 58 min"), (9, "1 d 10 h"), (10, "2 d 10 h"), (11, "3 d 10 h"))
        ),
        Suggestion(
            span=span((2026, 12, 7, 15, 5), (2026, 12, 7, 17, 5)),
            rank=Rank.PEAK,
            reasons=("in peak hours", "starts in 3 min"),
        ),
    )


def test_in_a_freeze_no_window_happens_and_each_slot_says_so() -> None:
    """Monday the 23rd, 07:00: one hour before the peak, and Thursday the 26th is frozen."""
    request = SlotRequest(duration=timedelta(hours=1), by=utc(2026, 11, 26, 12))
    assert [
        (each.rank, each.span.start, each.reasons)
        for each in suggest(a_situation(BUSY_HOURS, now=utc(2026, 11, 23, 12)), request)
    ] == [
        (Rank.QUIET, utc(2026, 11, 23, 12), ("outside peak hours", "starts now")),
        (Rank.QUIET, utc(2026, 11, 24, 1), ("outside peak hours", "starts in 13 h")),
        (Rank.QUIET, utc(2026, 11, 25, 1), ("outside peak hours", IN_FREEZE, "starts in 1 d 13 h")),
        (Rank.QUIET, utc(2026, 11, 26, 1), ("outside peak hours", IN_FREEZE, "starts in 2 d 13 h")),
    ]


def test_a_slot_outside_a_freeze_comes_before_quieter_ones_in_it() -> None:
    """Monday the 23rd, 11:00, with peak hours until 20:00: the first suggestion lay in the freeze that follows."""
    request = SlotRequest(duration=timedelta(hours=1), by=utc(2026, 12, 1, 6, 30))
    slots = suggest(a_situation(BUSY_HOURS, now=utc(2026, 11, 23, 16)), request)
    assert [(each.rank, each.span.start, each.is_frozen) for each in slots[:4]] == [
        (Rank.QUIET, utc(2026, 11, 24, 1), False),
        (Rank.QUIET, utc(2026, 12, 1, 5), False),
        (Rank.PEAK, utc(2026, 11, 23, 16), False),
        (Rank.QUIET, utc(2026, 11, 25, 1), True),
    ]


@pytest.mark.parametrize(
    ("length", "rank", "when"),
    [
        pytest.param(timedelta(hours=1), Rank.QUIET, "outside", id="ends exactly when the peak begins"),
        pytest.param(timedelta(hours=1, seconds=1), Rank.PEAK, "in", id="ends a second into the peak"),
    ],
)
def test_a_slot_before_the_peak(length: timedelta, rank: Rank, when: str) -> None:
    (slots,) = suggest(
        a_situation(BUSY_HOURS, now=utc(2026, 12, 7, 12)), SlotRequest(duration=length, by=utc(2026, 12, 7, 15))
    )
    assert (slots.rank, slots.reasons) == (rank, (f"{when} peak hours", "starts now"))


@pytest.mark.parametrize(
    ("impact", "rank", "reason"),
    [
        (Impact.OUTAGE, Rank.PEAK, "in peak hours"),
        (Impact.DEGRADED, Rank.PEAK, "in peak hours"),
        (
            Impact.REDUCED_REDUNDANCY,
            Rank.QUIET,
            "in peak hours, but customers notice nothing (reduced-redundancy)",
        ),
        (Impact.NO_IMPACT, Rank.QUIET, "in peak hours, but customers notice nothing (no-impact)"),
    ],
)
def test_only_noticeable_changes_avoid_the_peak(impact: Impact, rank: Rank, reason: str) -> None:
    (slots,) = suggest(a_situation(BUSY_HOURS, now=MONDAY), two_hours(utc(2026, 12, 7, 20), impact=impact))
    assert (slots.rank, slots.reasons) == (rank, (reason, "starts in 3 min"))


def test_for_changes_without_impact_the_soonest_slot_comes_right_after_the_windows() -> None:
    slots = suggest(a_situation(BUSY_HOURS, now=MONDAY), two_hours(utc(2026, 12, 10, 12), impact=Impact.NO_IMPACT))
    assert ranked_starts(slots) == [
        (1, utc(2026, 12, 10, 7)),
        (2, utc(2026, 12, 7, 15, 5)),
        (2, utc(2026, 12, 8, 1)),
        (2, utc(2026, 12, 9, 1)),
        (2, utc(2026, 12, 10, 1)),
    ]


def test_without_peak_hours_they_are_not_mentioned() -> None:
    (slots,) = suggest(a_situation(POLICY, now=MONDAY), two_hours(utc(2026, 12, 7, 20)))
    assert (slots.rank, slots.reasons) == (Rank.QUIET, ("starts in 3 min",))


@pytest.mark.parametrize(
    ("length", "rank"),
    [
        pytest.param(timedelta(hours=3), Rank.WINDOW, id="the window from 02:00 to 06:00 has three hours"),
        pytest.param(timedelta(hours=3, seconds=1), Rank.QUIET, id="but not a second more"),
    ],
)
def test_the_sunday_on_which_the_clock_goes_forward(length: timedelta, rank: Rank) -> None:
    request = SlotRequest(duration=length, by=utc(2026, 3, 8, 12))
    slots = suggest(a_situation(BUSY_HOURS, now=utc(2026, 3, 8, 4)), request)
    assert (rank, utc(2026, 3, 8, 7)) in ranked_starts(slots)


def test_the_peak_is_an_hour_longer_on_a_sunday_on_which_the_clock_goes_back() -> None:
    peak_hours = replace(PEAK_HOURS, weekdays=frozenset({6}), start=time(0, 30), end=time(3))
    sundays = a_schedule(peak_hours=peak_hours)
    assert ranked_starts(suggest(a_situation(sundays, now=utc(2026, 11, 1, 5)), two_hours(utc(2026, 11, 1, 10)))) == [
        (2, utc(2026, 11, 1, 8)),
        (3, utc(2026, 11, 1, 5)),
    ]


@pytest.mark.parametrize(
    ("now", "rank", "reasons"),
    [
        pytest.param(
            utc(2026, 12, 10, 8, 56),
            Rank.WINDOW,
            ('inside the maintenance window "thursday"', "outside peak hours", "starts in 4 min"),
            id="04:00 to 06:00 remains",
        ),
        pytest.param(
            utc(2026, 12, 10, 9, 0, 1),
            Rank.QUIET,
            ("outside peak hours", "starts in 5 min"),
            id="less than two hours remain",
        ),
    ],
)
def test_the_rest_of_a_window_in_progress(now: datetime, rank: Rank, reasons: tuple[str, ...]) -> None:
    (slots,) = suggest(a_situation(BUSY_HOURS, now=now), two_hours(utc(2026, 12, 10, 12)))
    assert (slots.rank, slots.reasons) == (rank, reasons)


def test_adjusted_windows_count_at_the_time_they_happen() -> None:
    request = two_hours(utc(2026, 12, 13, 12))
    adjusted = (
        Skip(window_id="thursday", day=date(2026, 12, 10), reason="Not needed", silent=True),
        Move(
            window_id="sunday",
            day=date(2026, 12, 13),
            to=span((2026, 12, 12, 20), (2026, 12, 12, 23)),
            reason="Vendor on site",
        ),
    )
    slots = suggest(a_situation(BUSY_HOURS, now=MONDAY, adjustments=adjusted), request)
    assert [each.span.start for each in slots if each.rank is Rank.WINDOW] == [utc(2026, 12, 12, 20)]


@pytest.mark.parametrize(
    ("environments", "windows"),
    [
        pytest.param(("production",), ["thursday", "sunday"], id="an environment of both windows"),
        pytest.param(("preview",), ["sunday"], id="an environment of one window"),
        pytest.param(("preview", "production"), ["sunday"], id="both environments"),
        pytest.param((), ["sunday"], id="no environment means all of them"),
    ],
)
def test_a_window_covers_all_environments_of_the_change(environments: tuple[str, ...], windows: list[str]) -> None:
    slots = suggest(a_situation(TWO, now=MONDAY), two_hours(utc(2026, 12, 13, 12), environments=environments))
    assert [each.reasons[0] for each in slots if each.rank is Rank.WINDOW] == [
        f'inside the maintenance window "{window}"' for window in windows
    ]


def test_slots_at_the_time_of_another_change_come_last_and_say_so() -> None:
    """The end of another change is a possible start, so the second half of the window is suggested."""
    busy = [
        a_change(number=8, plan=replace(PLAN, span=span((2026, 12, 10, 8), (2026, 12, 10, 9)))),
        a_change(number=7, plan=replace(PLAN, span=span((2026, 12, 10, 6), (2026, 12, 10, 8)))),
        a_change(number=2, plan=replace(PLAN, span=span((2026, 11, 10, 6), (2026, 11, 10, 8)))),
    ]
    slots = suggest(a_situation(BUSY_HOURS, now=utc(2026, 12, 10, 5), changes=busy), two_hours(utc(2026, 12, 10, 12)))
    assert [(each.rank, each.span.start, each.reasons[:-2]) for each in slots] == [
        (Rank.WINDOW, utc(2026, 12, 10, 9), ('inside the maintenance window "thursday"',)),
        (Rank.OVERLAP, utc(2026, 12, 10, 5), ("overlaps the change EC-7",)),
        (
            Rank.OVERLAP,
            utc(2026, 12, 10, 7),
            ("overlaps the change EC-7", "overlaps the change EC-8", 'inside the maintenance window "thursday"'),
        ),
        (
            Rank.OVERLAP,
            utc(2026, 12, 10, 8),
            ("overlaps the change EC-8", 'inside the maintenance window "thursday"'),
        ),
    ]


def test_a_slot_adjacent_to_another_change_does_not_overlap_it() -> None:
    busy = [a_change(number=7, plan=replace(PLAN, span=span((2026, 12, 7, 17, 5), (2026, 12, 7, 18))))]
    (at_once, after) = suggest(a_situation(BUSY_HOURS, now=MONDAY, changes=busy), two_hours(utc(2026, 12, 7, 20)))
    assert ranked_starts((at_once, after)) == [(3, utc(2026, 12, 7, 15, 5)), (3, utc(2026, 12, 7, 18))]


def test_a_start_with_two_reasons_is_suggested_once() -> None:
    """At 20:00 the peak ends, a window starts, and the five minutes are full; the first of two windows is named."""
    windows = (
        a_window(id="evening", start=time(20), end=time(23)),
        a_window(id="night", start=time(20), end=time(1)),
    )
    schedule = a_schedule(*windows, peak_hours=PEAK_HOURS)
    slots = suggest(a_situation(schedule, now=utc(2026, 12, 11, 0, 57)), two_hours(utc(2026, 12, 11, 3)))
    assert [(each.span.start, each.reasons) for each in slots] == [
        (
            utc(2026, 12, 11, 1),
            ('inside the maintenance window "evening"', "outside peak hours", "starts in 3 min"),
        )
    ]


@pytest.mark.parametrize(
    ("now", "start"),
    [
        pytest.param(utc(2026, 12, 7, 15, 5), utc(2026, 12, 7, 15, 5), id="full five minutes are kept"),
        pytest.param(utc(2026, 12, 7, 15, 5, 1), utc(2026, 12, 7, 15, 10), id="a second later rounds up"),
        pytest.param(
            utc(2026, 12, 7, 15, 10) - timedelta(microseconds=1),
            utc(2026, 12, 7, 15, 10),
            id="a microsecond before rounds up",
        ),
        pytest.param(
            utc(2026, 12, 7, 15, 58).astimezone(TORONTO), utc(2026, 12, 7, 16), id="now may be given in any zone"
        ),
    ],
)
def test_an_immediate_start_is_rounded_up_to_five_minutes(now: datetime, start: datetime) -> None:
    (slots,) = suggest(a_situation(BUSY_HOURS, now=now), two_hours(utc(2026, 12, 7, 20)))
    assert slots.span == Span(start=start, end=start + timedelta(hours=2))


def test_five_minutes_are_those_of_the_calendars_zone() -> None:
    """Liberia was 44 minutes and 30 seconds behind UTC until January 1972."""
    schedule = replace(a_schedule(), calendar=replace(POLICY.calendar, zone=zone("Africa/Monrovia")))
    (slots,) = suggest(a_situation(schedule, now=utc(1971, 6, 1, 15)), two_hours(utc(1971, 6, 1, 20)))
    assert slots.span.start == utc(1971, 6, 1, 15, 4, 30)


def test_a_slot_may_end_at_the_deadline() -> None:
    (slots,) = suggest(a_situation(BUSY_HOURS, now=MONDAY), two_hours(utc(2026, 12, 7, 17, 5)))
    assert slots.span == span((2026, 12, 7, 15, 5), (2026, 12, 7, 17, 5))


@pytest.mark.parametrize(
    ("by", "message"),
    [
        pytest.param(
            utc(2026, 12, 7, 17, 4, 59),
            "no slot of 2 h fits: it is 2 h 2 min 59 s until the deadline, 2026-12-07T12:04:59-05:00, "
            "and the soonest start is 2026-12-07T10:05:00-05:00",
            id="a second too short",
        ),
        pytest.param(
            utc(2026, 12, 7, 15, 3),
            "no slot of 2 h fits: it is 1 min until the deadline, 2026-12-07T10:03:00-05:00, "
            "and the soonest start is 2026-12-07T10:05:00-05:00",
            id="before the next five minutes",
        ),
        pytest.param(
            MONDAY,
            "the deadline, 2026-12-07T10:02:00-05:00, is past: it is 2026-12-07T10:02:00-05:00",
            id="now",
        ),
        pytest.param(
            MONDAY + timedelta(days=366, seconds=1),
            "the deadline, 2027-12-08T10:02:01-05:00, is more than a year away; name one that makes the change urgent",
            id="a year and a second",
        ),
    ],
)
def test_invalid_deadlines_are_refused(by: datetime, message: str) -> None:
    with pytest.raises(RefusedError) as refusal:
        suggest(a_situation(BUSY_HOURS, now=MONDAY), two_hours(by))
    assert str(refusal.value) == message


def test_a_deadline_may_be_a_year_ahead() -> None:
    slots = suggest(a_situation(BUSY_HOURS, now=MONDAY), two_hours(MONDAY + timedelta(days=366)))
    assert [slots[0].span.start, slots[-1].span.start] == [utc(2026, 12, 10, 7), utc(2027, 12, 1, 1)]


def test_an_unknown_environment_is_refused() -> None:
    with pytest.raises(NotFoundError) as refusal:
        suggest(a_situation(TWO, now=MONDAY), two_hours(utc(2026, 12, 8), environments=("preview", "prod")))
    assert str(refusal.value) == 'there is no environment "prod"; this schedule has preview, production'


@pytest.mark.parametrize(("duration", "text"), [(timedelta(), "0 s"), (timedelta(hours=-2), "-7200 s")])
def test_a_change_without_duration_is_refused(duration: timedelta, text: str) -> None:
    with pytest.raises(BadInputError) as refusal:
        SlotRequest(duration=duration, by=MONDAY)
    assert str(refusal.value) == f"a change takes some time, not {text}"


def test_json_has_times_in_utc_and_in_local_time() -> None:
    (slots,) = suggest(a_situation(BUSY_HOURS, now=MONDAY), two_hours(utc(2026, 12, 7, 20)))
    assert slots.as_json(TORONTO) == {
        "start": "2026-12-07T15:05:00Z",
        "end": "2026-12-07T17:05:00Z",
        "local_start": "2026-12-07T10:05:00-05:00",
        "local_end": "2026-12-07T12:05:00-05:00",
        "rank": 3,
        "reasons": ["in peak hours", "starts in 3 min"],
    }
