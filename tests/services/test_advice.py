"""Warnings about schedules that are valid, but look unintended."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from datetime import date, time, timedelta
from pathlib import Path

import pytest

from icsfeed.domain.freeze_patterns import ListedDays, NamedDays, PublicHolidays, RecurringDays
from icsfeed.domain.freezes import ChangeFreeze
from icsfeed.domain.recurrence import ListedDates, parse_recurrence, weekly
from icsfeed.domain.schedule import Schedule
from icsfeed.domain.situation import Situation
from icsfeed.domain.spans import DateRange
from icsfeed.domain.zones import zone
from icsfeed.ical.series import ARRANGEMENTS
from icsfeed.services.advice import advise
from tests.changes import a_change, record_of
from tests.examples import MONTH_END, NOW, POLICY, SUNDAY, THURSDAY, TORONTO, a_schedule, a_window
from tests.situations import a_situation, events_in, served_feed

ROOT = Path(__file__).parents[2]


def warnings(schedule: Schedule) -> list[tuple[str, str]]:
    return [(advice.name, advice.message) for advice in advise(Situation(schedule=schedule, now=NOW))]


def test_the_policys_sundays_include_the_clock_change_in_march() -> None:
    assert warnings(POLICY) == [
        (
            "sunday",
            "the clock of America/Toronto changes during the window: on "
            "2025-03-09 (02:00 becomes 03:00, so the window lasts from 03:00 EDT to 06:00 EDT, 3 h); "
            "2026-03-08 (02:00 becomes 03:00, so the window lasts from 03:00 EDT to 06:00 EDT, 3 h); "
            "2027-03-14 (02:00 becomes 03:00, so the window lasts from 03:00 EDT to 06:00 EDT, 3 h)",
        )
    ]


def test_a_window_skipped_by_the_clock_does_not_take_place() -> None:
    window = a_window(
        recurrence=weekly(6),
        start=time(2, 15),
        end=time(2, 45),
        effective_from=date(2026, 3, 1),
        effective_until=date(2026, 3, 31),
    )
    assert warnings(a_schedule(window)) == [
        (
            "thursday",
            "the clock of America/Toronto changes during the window: "
            "on 2026-03-08 (02:00 becomes 03:00, so the window does not take place)",
        )
    ]


def test_an_odd_length_is_given_in_minutes_and_more_dates_are_counted() -> None:
    window = a_window(recurrence=weekly(6), start=time(0, 30), end=time(1, 45), effective_from=date(2026, 1, 1))
    lord_howe = a_schedule(replace(window, zone=zone("Australia/Lord_Howe")))
    assert warnings(lord_howe) == [
        (
            "thursday",
            "the clock of Australia/Lord_Howe changes during the window: on "
            "2026-04-05 (02:00 becomes 01:30, so the window lasts from 00:30 +11 to 01:45 +1030, 1 h 45 min); "
            "2027-04-04 (02:00 becomes 01:30, so the window lasts from 00:30 +11 to 01:45 +1030, 1 h 45 min)",
        )
    ]
    november = a_window(recurrence=weekly(6), start=time(0, 30), end=time(3), effective_from=date(2024, 1, 1))
    ((_, message),) = warnings(a_schedule(november))
    assert message.endswith(
        "2026-03-08 (02:00 becomes 03:00, so the window lasts from 00:30 EST to 03:00 EDT, 1 h 30 min) and 3 more"
    )


def test_a_clock_change_in_a_freeze_gives_no_warning() -> None:
    freeze = ChangeFreeze(
        zone=TORONTO,
        id="march",
        name="March",
        pattern=NamedDays(days=DateRange(first=date(2025, 1, 1), last=date(2027, 3, 14))),
    )
    assert warnings(a_schedule(SUNDAY, freezes=(freeze,))) == []


def test_windows_that_overlap_in_an_environment() -> None:
    other = a_window(id="other", start=time(5), end=time(7), effective_from=date(2027, 12, 1))
    assert warnings(a_schedule(THURSDAY, other)) == [
        ("other", 'the window overlaps the window "thursday": on 2027-12-02, 2027-12-09, 2027-12-16 and 2 more')
    ]


def test_adjacent_windows_and_those_of_different_environments_do_not_overlap() -> None:
    after = a_window(id="after", start=time(6), end=time(7))
    elsewhere = a_window(id="elsewhere", environments=frozenset({"preview"}))
    assert warnings(a_schedule(THURSDAY, after, elsewhere)) == []


def test_a_window_that_is_always_frozen() -> None:
    window = a_window(recurrence=parse_recurrence("FREQ=MONTHLY;BYMONTHDAY=-1"), start=time(9), end=time(10))
    assert warnings(a_schedule(window, freezes=(MONTH_END,))) == [
        (
            "thursday",
            "the window never takes place from 2025 through 2027: each of its 36 dates is frozen (Change freeze)",
        )
    ]
    once = replace(window, effective_from=date(2026, 5, 1), effective_until=date(2026, 5, 31))
    assert warnings(a_schedule(once, freezes=(MONTH_END,))) == [
        ("thursday", "the window never takes place from 2025 through 2027: its only date is frozen (Change freeze)")
    ]


def test_a_window_that_is_always_frozen_in_one_environment() -> None:
    both = frozenset({"production", "preview"})
    window = a_window(
        recurrence=parse_recurrence("FREQ=MONTHLY;BYMONTHDAY=-1"), start=time(9), end=time(10), environments=both
    )
    freeze = replace(MONTH_END, environments=frozenset({"production"}))
    assert warnings(a_schedule(window, freezes=(freeze,))) == [
        (
            "thursday",
            "the window never takes place in production from 2025 through 2027: each of its 36 dates is frozen "
            "(Change freeze)",
        )
    ]


def test_windows_of_which_one_is_frozen_in_the_environment_of_the_other_do_not_overlap() -> None:
    both, production = frozenset({"production", "preview"}), frozenset({"production"})
    last = parse_recurrence("FREQ=MONTHLY;BYMONTHDAY=-1")
    window = a_window(recurrence=last, start=time(9), end=time(11), environments=both)
    other = a_window(id="other", recurrence=last, start=time(10), end=time(12), environments=production)
    (messages,) = {tuple(name for name, _ in warnings(a_schedule(window, other)))}
    assert messages == ("other",)
    frozen = warnings(a_schedule(window, other, freezes=(replace(MONTH_END, environments=production),)))
    assert [message.partition(" takes place")[0] for _, message in frozen] == ["the window never"] * 2


@pytest.mark.parametrize(
    ("rule", "offset", "message"),
    [
        ("FREQ=MONTHLY;BYDAY=2TU", 0, None),
        ("FREQ=MONTHLY;BYDAY=2TU,4TU", 0, None),
        (
            "FREQ=MONTHLY;BYDAY=2TU",
            2,
            "calendars get the 36 occurrences from 2025 through 2027 as single events: Outlook holds no series of days "
            "after those of a rule (offset_days)",
        ),
        (
            "FREQ=MONTHLY;BYDAY=5TU",
            0,
            "calendars get the 12 occurrences from 2025 through 2027 as single events: Outlook holds no series for "
            "FREQ=MONTHLY;BYDAY=5TU",
        ),
    ],
)
def test_occurrences_that_no_series_holds_are_counted(rule: str, offset: int, message: str | None) -> None:
    window = a_window(recurrence=parse_recurrence(rule), offset_days=offset)
    assert [text for _, text in warnings(a_schedule(window))] == ([message] if message else [])


def test_occurrences_without_a_gap_are_single_events() -> None:
    window = a_window(duration=timedelta(days=7), effective_until=date(2025, 2, 1))
    assert warnings(a_schedule(window)) == [
        (
            "thursday",
            "calendars get the 5 occurrences from 2025 through 2027 as single events: Outlook holds no series whose "
            "occurrences follow one another without a gap",
        )
    ]


def test_a_list_of_dates_that_runs_out_within_the_year() -> None:
    def of_dates(*days: date) -> list[tuple[str, str]]:
        return warnings(a_schedule(a_window(recurrence=ListedDates(days=days), effective_from=None)))

    messages = [message for _, message in of_dates(date(2026, 12, 5), date(2027, 6, 5))]
    assert messages == [
        "calendars get the 2 occurrences from 2025 through 2027 as single events: Outlook holds no series of listed "
        "dates",
        "its last date is 2027-06-05, and none follows up to 2027-12-31, which customers see already; add the next "
        "ones",
    ]
    assert of_dates(date(2026, 1, 15), date(2027, 12, 18))[1:] == []
    assert of_dates(date(2024, 12, 18)) == []


def test_a_freeze_without_any_day() -> None:
    """A war, and a rule whose only day lies outside the effective dates."""
    ukraine = replace(MONTH_END, pattern=PublicHolidays(country="UA"), effective_from=date(2026, 1, 1))
    thanksgiving = RecurringDays(recurrence=parse_recurrence("FREQ=YEARLY;BYMONTH=11;BYDAY=4TH"))
    november = replace(
        MONTH_END,
        id="november",
        pattern=thanksgiving,
        effective_from=date(2026, 11, 1),
        effective_until=date(2026, 11, 25),
    )
    assert warnings(a_schedule(freezes=(ukraine, november))) == [
        ("month-end", "the freeze has no day from 2026-01-01 through 2027-12-31"),
        ("november", "the freeze has no day from 2026-11-01 through 2026-11-25"),
    ]
    assert warnings(a_schedule(freezes=(replace(november, effective_until=date(2026, 11, 26)),))) == []
    assert warnings(a_schedule(freezes=(replace(november, effective_until=date(2024, 11, 25)),))) == []


def test_a_freeze_of_listed_dates_that_runs_out_within_the_year() -> None:
    freeze = replace(MONTH_END, pattern=ListedDays(dates=(date(2026, 12, 24), date(2027, 4, 1))), effective_from=None)
    assert warnings(a_schedule(freezes=(freeze,))) == [
        (
            "month-end",
            "the last of these freezes ends on 2027-04-01, and none follows up to 2027-12-31, which customers see "
            "already; add the next dates",
        )
    ]


def test_a_window_that_has_ended_gives_no_warning() -> None:
    assert warnings(a_schedule(a_window(effective_until=date(2022, 1, 1)))) == []


def test_a_zone_whose_rules_change() -> None:
    window = a_window(zone=zone("America/Vancouver"), start=time(12), end=time(13))
    assert warnings(a_schedule(window)) == [
        (
            "thursday",
            "the clock changes of America/Vancouver are not the same every year from 2020 through 2027 (time zone data "
            "2026f); older clients would show wrong times, so the series rendering has each occurrence as a single "
            "event in UTC",
        )
    ]


def test_a_window_that_never_occurs() -> None:
    """There is no Thursday from a Friday through the next Wednesday."""
    window = a_window(effective_from=date(2026, 5, 1), effective_until=date(2026, 5, 6))
    assert warnings(a_schedule(window)) == [
        ("thursday", "the window never occurs: FREQ=WEEKLY;BYDAY=TH has no date from 2026-05-01 through 2026-05-06")
    ]
    assert warnings(a_schedule(replace(window, effective_until=date(2026, 5, 7)))) == []
    assert warnings(a_schedule(replace(window, effective_from=None, effective_until=date(1971, 1, 6)))) == [
        ("thursday", "the window never occurs: FREQ=WEEKLY;BYDAY=TH has no date from 1971-01-01 through 1971-01-06")
    ]


def test_lifted_dates_that_are_not_frozen_anyway() -> None:
    lifted = (date(2019, 12, 31), date(2026, 11, 23), date(2026, 11, 24), date(2026, 11, 30), date(2026, 12, 1))
    assert warnings(a_schedule(freezes=(replace(MONTH_END, lifted=lifted),))) == [
        ("month-end", "lifted has dates that are not frozen anyway: 2019-12-31, 2026-11-23, 2026-12-01")
    ]
    assert warnings(a_schedule(freezes=(replace(MONTH_END, lifted=lifted[2:4]),))) == []


def left_out(slug: str, events: str, month: str, rendering: str) -> str:
    return (
        f'the feed "{slug}" leaves out {events}, the farthest ahead, from {month} on, in the {rendering} rendering: it '
        "holds 1,000 events, or 1 MB; offer customers feeds of fewer environments or kinds ([[feeds]])"
    )


DAILY = a_window(recurrence=weekly(0, 1, 2, 3, 4, 5, 6), start=time(9), end=time(10))


def test_a_feed_that_leaves_out_only_past_events_gives_no_warning() -> None:
    """Daily for three years: seven series a year, or 1,095 single events, of which some 400 are ahead."""
    assert warnings(a_schedule(DAILY)) == []
    assert warnings(a_schedule(DAILY, replace(DAILY, id="friday", start=time(13), end=time(14)))) == []


def test_a_feed_that_leaves_out_events_ahead_says_how_many_and_from_when_on() -> None:
    windows = [replace(DAILY, id=f"at-{hour}", start=time(hour), end=time(hour + 1)) for hour in (9, 11, 13)]
    ahead = 3 * ((date(2028, 1, 1) - NOW.date()).days)
    assert warnings(a_schedule(*windows)) == [
        ("all", left_out("all", f"{ahead - 1_000} events", "2027-10", "expanded"))
    ]
    vancouver = [replace(window, zone=zone("America/Vancouver")) for window in windows]
    assert [message for name, message in warnings(a_schedule(*vancouver)) if name == "all"] == [
        left_out("all", f"{ahead - 1_000} events", "2027-10", "series"),
        left_out("all", f"{ahead - 1_000} events", "2027-10", "expanded"),
    ]


def test_a_feed_with_more_bytes_than_fit() -> None:
    wordy = replace(DAILY, description="Ü" * 2_000)
    ((name, message),) = warnings(a_schedule(wordy))
    assert (name, message.partition(" leaves ")[0]) == ("all", 'the feed "all"')
    assert warnings(a_schedule(replace(wordy, description="Ü" * 800))) == []


def test_what_the_maintnote_rendering_alone_leaves_out_is_warned_of() -> None:
    """Its events are those of the expanded one, and larger."""
    schedule = replace(a_schedule(replace(DAILY, description="Ü" * 300)), provider="x" * 1500)
    ((name, message),) = warnings(schedule)
    assert (name, message.partition(" leaves ")[0], "in the maintnote rendering" in message) == (
        "all",
        'the feed "all"',
        True,
    )
    assert warnings(replace(schedule, provider="")) == []


def test_nothing_is_rendered_if_everything_certainly_fits() -> None:
    """Importing the library takes longer than `icsfeed check` may take to start."""
    code = """
import sys
from icsfeed.domain.situation import Situation
from icsfeed.services.advice import advise
from tests.examples import NOW, POLICY
advise(Situation(schedule=POLICY, now=NOW))
print("icalendar" in sys.modules)
"""
    run = subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True, capture_output=True, text=True)
    assert run.stdout == "False\n"


@pytest.mark.parametrize("text", ["", "Ü" * 500, ",;" * 500])
def test_no_feed_is_larger_than_the_estimate(text: str) -> None:
    """Otherwise, a feed could be too large without a warning."""
    window = a_window(id="w" * 60, zone=zone("America/Argentina/Buenos_Aires"), name=f"Weekly {text}", description=text)
    schedule = a_schedule(window, freezes=(MONTH_END,))
    entries = 157 * (950 + 2 * len(f"Weekly {text}{text}".encode())) + 36 * (950 + 2 * len(MONTH_END.name))
    for rendering in ARRANGEMENTS:
        assert len(served_feed(a_situation(schedule), rendering=rendering)) <= entries


def test_announced_changes_count_as_well() -> None:
    ahead = sum(event.span.end > NOW for event in events_in(a_situation(POLICY)))
    changes = [a_change(number=number) for number in range(1, 1001)]
    policy = advise(Situation(schedule=POLICY, now=NOW))
    warnings_of_feeds = [
        each.message
        for each in advise(Situation(schedule=POLICY, record=record_of(*changes), now=NOW))
        if each not in policy
    ]
    assert warnings_of_feeds[0] == left_out("all", f"{ahead} events", "2026-12", "series")
    assert advise(Situation(schedule=POLICY, record=record_of(*changes[:600]), now=NOW)) == policy


def test_a_window_with_a_duration_is_not_said_to_last_24_hours() -> None:
    """Where the schedule file gives a duration, the window's start and end are the same time of day."""
    window = a_window(start=time(2), end=time(2), duration=timedelta(hours=3))
    assert not any("24 hours" in message for _, message in warnings(a_schedule(window)))
