"""Warnings: what is right and may not be meant."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, time

from icsfeed.domain.freezes import ChangeFreeze, NamedDays
from icsfeed.domain.recurrence import parse_recurrence, weekly
from icsfeed.domain.schedule import Schedule
from icsfeed.domain.spans import DateRange
from icsfeed.domain.zones import zone
from icsfeed.services.advice import advise
from tests.examples import MONTH_END, NOW, POLICY, SUNDAY, THURSDAY, a_schedule, a_window


def told(schedule: Schedule) -> list[tuple[str, str]]:
    return [(advice.name, advice.message) for advice in advise(schedule, now=NOW)]


def test_the_policys_sundays_meet_the_clock_change_of_march() -> None:
    assert told(POLICY) == [
        (
            "sunday",
            "the clock of America/Toronto changes during the window: on "
            "2025-03-09 (02:00 becomes 03:00, so it lasts from 03:00 EDT to 06:00 EDT, 3 h); "
            "2026-03-08 (02:00 becomes 03:00, so it lasts from 03:00 EDT to 06:00 EDT, 3 h); "
            "2027-03-14 (02:00 becomes 03:00, so it lasts from 03:00 EDT to 06:00 EDT, 3 h)",
        )
    ]


def test_a_window_that_the_clock_skips_is_said_not_to_happen() -> None:
    window = a_window(
        recurrence=weekly(6),
        start=time(2, 15),
        end=time(2, 45),
        effective_from=date(2026, 3, 1),
        effective_until=date(2026, 3, 31),
    )
    assert told(a_schedule(window)) == [
        (
            "thursday",
            "the clock of America/Toronto changes during the window: "
            "on 2026-03-08 (02:00 becomes 03:00, so it does not happen)",
        )
    ]


def test_an_odd_length_is_told_in_minutes_and_further_dates_are_counted() -> None:
    window = a_window(recurrence=weekly(6), start=time(0, 30), end=time(1, 45), effective_from=date(2026, 1, 1))
    lord_howe = a_schedule(replace(window, zone=zone("Australia/Lord_Howe")))
    assert told(lord_howe) == [
        (
            "thursday",
            "the clock of Australia/Lord_Howe changes during the window: on "
            "2026-04-05 (02:00 becomes 01:30, so it lasts from 00:30 +11 to 01:45 +1030, 1 h 45 min); "
            "2027-04-04 (02:00 becomes 01:30, so it lasts from 00:30 +11 to 01:45 +1030, 1 h 45 min)",
        )
    ]
    november = a_window(recurrence=weekly(6), start=time(0, 30), end=time(3), effective_from=date(2024, 1, 1))
    ((_, message),) = told(a_schedule(november))
    assert message.endswith(
        "2026-03-08 (02:00 becomes 03:00, so it lasts from 00:30 EST to 03:00 EDT, 1 h 30 min) and 3 more"
    )


def test_a_clock_change_in_a_freeze_concerns_nobody() -> None:
    freeze = ChangeFreeze(
        id="march",
        name="March",
        pattern=NamedDays(days=DateRange(first=date(2025, 1, 1), last=date(2027, 3, 14))),
    )
    assert told(a_schedule(SUNDAY, freezes=(freeze,))) == []


def test_windows_that_overlap_in_an_environment() -> None:
    other = a_window(id="other", start=time(5), end=time(7), effective_from=date(2027, 12, 1))
    assert told(a_schedule(THURSDAY, other)) == [
        ("other", 'overlaps the window "thursday": on 2027-12-02, 2027-12-09, 2027-12-16 and 2 more')
    ]


def test_windows_that_touch_or_share_no_environment_do_not_overlap() -> None:
    after = a_window(id="after", start=time(6), end=time(7))
    elsewhere = a_window(id="elsewhere", environments=frozenset({"preview"}))
    assert told(a_schedule(THURSDAY, after, elsewhere)) == []


def test_a_window_that_is_always_frozen() -> None:
    window = a_window(recurrence=parse_recurrence("FREQ=MONTHLY;BYMONTHDAY=-1"), start=time(9), end=time(10))
    assert told(a_schedule(window, freezes=(MONTH_END,))) == [
        ("thursday", "never happens from 2025 through 2027: each of its 36 dates is frozen (Change freeze)")
    ]
    once = replace(window, effective_from=date(2026, 5, 1), effective_until=date(2026, 5, 31))
    assert told(a_schedule(once, freezes=(MONTH_END,))) == [
        ("thursday", "never happens from 2025 through 2027: its only date is frozen (Change freeze)")
    ]


def test_a_window_that_has_ended_is_history_and_no_mistake() -> None:
    assert told(a_schedule(a_window(effective_until=date(2022, 1, 1)))) == []


def test_a_zone_whose_rules_change() -> None:
    window = a_window(zone=zone("America/Vancouver"), start=time(12), end=time(13))
    assert told(a_schedule(window)) == [
        (
            "thursday",
            "America/Vancouver does not keep to one yearly pair of clock changes from 2025 through 2027 "
            "(time zone data 2026f); older clients would misread its local times, so the series rendering has each "
            "occurrence as a single event in UTC",
        )
    ]


def test_a_feed_with_more_events_than_google_takes() -> None:
    """Every day of three years: seven series a year, or 1095 single events."""
    daily = a_window(recurrence=weekly(0, 1, 2, 3, 4, 5, 6), start=time(9), end=time(10))
    assert told(a_schedule(daily)) == [
        ("all", 'the feed "all" has 1095 events in the expanded rendering; Google Calendar takes about 1000')
    ]
    vancouver = replace(daily, zone=zone("America/Vancouver"))
    assert [message for name, message in told(a_schedule(vancouver)) if name == "all"] == [
        'the feed "all" has 1095 events in the series rendering; Google Calendar takes about 1000',
        'the feed "all" has 1095 events in the expanded rendering; Google Calendar takes about 1000',
    ]
