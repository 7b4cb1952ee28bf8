"""Events line by line, for cases that a golden file doesn't explain."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, time

import pytest

from icsfeed.domain.adjustments import Adjustment, Move, Skip
from icsfeed.domain.record import Record
from icsfeed.domain.recurrence import weekly
from icsfeed.domain.revisions import LedgerLine, Revision
from icsfeed.domain.schedule import Organizer, Schedule
from icsfeed.domain.zones import zone
from icsfeed.ical.series import ARRANGEMENTS, Rendering
from tests.examples import POLICY, SUNDAY, a_schedule, a_window, span, utc
from tests.situations import a_situation, events_in, served_feed


def lines_of(
    schedule: Schedule,
    uid: str,
    *adjustments: Adjustment,
    rendering: Rendering = Rendering.SERIES,
) -> list[str]:
    """The unfolded lines of the event with that UID, except those common to all events."""
    events = events_in(a_situation(schedule, adjustments=adjustments), rendering)
    (content,) = [event.content.decode() for event in events if event.uid == f"{uid}@maintenance.example.com"]
    same = ("UID", "CATEGORIES", "TRANSP", "X-MICROSOFT", "ORGANIZER", "LAST-MODIFIED")
    return [line for line in content.replace("\r\n ", "").split("\r\n") if line and not line.startswith(same)]


def year_of(schedule: Schedule) -> Schedule:
    """The schedule with its windows only in the first weeks of 2026."""
    until = date(2026, 1, 15)
    windows = tuple(replace(w, effective_from=date(2026, 1, 1), effective_until=until) for w in schedule.windows)
    return replace(schedule, windows=windows)


SHORT = year_of(a_schedule(a_window()))
FACTS = "Environments: Production\\nImpact: outage"


def test_a_series() -> None:
    assert lines_of(SHORT, "maintenance.thursday.2026.th") == [
        "BEGIN:VEVENT",
        "SUMMARY:Scheduled maintenance",
        "DTSTART;TZID=America/Toronto:20260101T020000",
        "DTEND;TZID=America/Toronto:20260101T060000",
        "DTSTAMP:20250101T050000Z",
        "SEQUENCE:0",
        "RRULE:FREQ=WEEKLY;UNTIL=20260115T070000Z;BYDAY=TH",
        f"DESCRIPTION:{FACTS}",
        "STATUS:CONFIRMED",
        "END:VEVENT",
    ]


def test_a_visible_skip_is_an_override_and_not_also_excluded() -> None:
    skip = Skip(window_id="thursday", day=date(2026, 1, 8), reason="Epiphany, observed; all offices closed")
    assert lines_of(SHORT, "maintenance.thursday.2026.th", skip)[9:] == [
        "END:VEVENT",
        "BEGIN:VEVENT",
        "SUMMARY:Cancelled: Scheduled maintenance",
        "DTSTART;TZID=America/Toronto:20260108T020000",
        "DTEND;TZID=America/Toronto:20260108T060000",
        "DTSTAMP:20250101T050000Z",
        "RECURRENCE-ID;TZID=America/Toronto:20260108T020000",
        "SEQUENCE:0",
        "DESCRIPTION:This maintenance does not take place: Epiphany\\, observed\\; all offices closed\\n\\n" + FACTS,
        "STATUS:CANCELLED",
        "END:VEVENT",
    ]


def test_a_silent_skip_is_an_exclusion() -> None:
    skip = Skip(window_id="thursday", day=date(2026, 1, 8), reason="a holiday", silent=True)
    assert lines_of(SHORT, "maintenance.thursday.2026.th", skip)[6:8] == [
        "RRULE:FREQ=WEEKLY;UNTIL=20260115T070000Z;BYDAY=TH",
        "EXDATE;TZID=America/Toronto:20260108T020000",
    ]


def test_a_moved_occurrence_is_excluded_and_becomes_a_single_event_in_utc() -> None:
    move = Move(
        window_id="thursday", day=date(2026, 1, 8), to=span((2026, 3, 8, 7), (2026, 3, 8, 9)), reason="a holiday"
    )
    assert lines_of(SHORT, "maintenance.thursday.2026.th", move)[7] == "EXDATE;TZID=America/Toronto:20260108T020000"
    alone = [
        "BEGIN:VEVENT",
        "SUMMARY:Scheduled maintenance",
        "DTSTART:20260308T070000Z",
        "DTEND:20260308T090000Z",
        "DTSTAMP:20250101T050000Z",
        "SEQUENCE:0",
        "DESCRIPTION:Moved from 2026-01-08 02:00 EST: a holiday\\n\\n" + FACTS,
        "STATUS:CONFIRMED",
        "END:VEVENT",
    ]
    assert lines_of(SHORT, "maintenance.thursday.20260108T020000", move) == alone
    assert lines_of(SHORT, "maintenance.thursday.20260108T020000", move, rendering=Rendering.EXPANDED) == alone


def test_an_occurrence_moved_beyond_the_published_span_is_in_neither_rendering() -> None:
    move = Move(window_id="thursday", day=date(2026, 1, 8), to=span((2028, 1, 5), (2028, 1, 6)), reason="r")
    for rendering in ARRANGEMENTS:
        events = events_in(a_situation(SHORT, adjustments=[move]), rendering)
        assert [event.uid for event in events if "20260108" in event.uid] == []


def test_an_occurrence_moved_to_an_earlier_year_is_not_dated_in_the_future() -> None:
    """Like any event of that year, it is dated to when the year was first published."""
    weekly = a_schedule(a_window())
    for day, uid in ((date(2028, 1, 6), "20280106"), (date(2027, 1, 7), "20270107")):
        move = Move(window_id="thursday", day=day, to=span((2026, 12, 5), (2026, 12, 5, 4)), reason="r")
        for rendering in ARRANGEMENTS:
            lines = lines_of(weekly, f"maintenance.thursday.{uid}T020000", move, rendering=rendering)
            assert lines[4] == "DTSTAMP:20250101T050000Z"


def test_recorded_revisions_are_shown() -> None:
    revision = Revision(sequence=3, at=utc(2026, 5, 4, 3, 2, 1))
    situation = a_situation(SHORT)
    (event, *_) = events_in(situation)
    ledger = {event.uid: (LedgerLine(uid=event.uid, digest=event.digest, revision=revision),)}
    (event, *_) = events_in(situation.with_record(Record(ledger=ledger)))
    stamps = [line for line in event.content.decode().split("\r\n") if line.startswith(("DTSTAMP", "SEQ", "LAST"))]
    assert stamps == ["DTSTAMP:20260504T030201Z", "SEQUENCE:3", "LAST-MODIFIED:20260504T030201Z"]


def test_the_sunday_of_the_clock_change_is_an_event_in_utc() -> None:
    schedule = replace(POLICY, windows=(SUNDAY,))
    assert lines_of(schedule, "maintenance.sunday.20260308T020000")[2:4] == [
        "DTSTART:20260308T070000Z",
        "DTEND:20260308T100000Z",
    ]


def test_a_series_of_one_occurrence_has_no_rule() -> None:
    window = a_window(effective_from=date(2026, 1, 8), effective_until=date(2026, 1, 8))
    assert lines_of(a_schedule(window), "maintenance.thursday.2026.th")[2:6] == [
        "DTSTART;TZID=America/Toronto:20260108T020000",
        "DTEND;TZID=America/Toronto:20260108T060000",
        "DTSTAMP:20250101T050000Z",
        "SEQUENCE:0",
    ]


def test_a_series_in_utc_has_no_time_zone() -> None:
    """2026-01-01, 02:00 in UTC, is still 2025 in the calendar's zone, so it belongs to that year's series."""
    schedule = year_of(a_schedule(a_window(zone=zone("Etc/UTC"))))
    events = events_in(a_situation(schedule))
    assert [event.zone for event in events] == [None, None]
    assert lines_of(schedule, "maintenance.thursday.2025.th")[2] == "DTSTART:20260101T020000Z"
    assert lines_of(schedule, "maintenance.thursday.2026.th")[2] == "DTSTART:20260108T020000Z"


def test_in_a_zone_with_changing_rules_every_occurrence_is_a_single_event() -> None:
    schedule = year_of(a_schedule(a_window(zone=zone("America/Vancouver"))))
    assert [event.uid.partition("@")[0] for event in events_in(a_situation(schedule))] == [
        "maintenance.thursday.20260101T020000",
        "maintenance.thursday.20260108T020000",
        "maintenance.thursday.20260115T020000",
    ]


def test_a_window_past_midnight_ends_on_the_next_local_day() -> None:
    schedule = year_of(a_schedule(a_window(recurrence=weekly(3), start=time(22), end=time(2))))
    assert lines_of(schedule, "maintenance.thursday.2026.th")[2:4] == [
        "DTSTART;TZID=America/Toronto:20260101T220000",
        "DTEND;TZID=America/Toronto:20260102T020000",
    ]


def test_a_freeze_is_transparent_and_has_an_exclusive_end() -> None:
    (content,) = [
        event.content.decode()
        for event in events_in(a_situation(POLICY))
        if event.uid == "freeze.month-end.20261124@maintenance.example.com"
    ]
    assert content.split("\r\n") == [
        "BEGIN:VEVENT",
        "SUMMARY:Change freeze",
        "DTSTART;VALUE=DATE:20261124",
        "DTEND;VALUE=DATE:20261201",
        "DTSTAMP:20250101T050000Z",
        "UID:freeze.month-end.20261124@maintenance.example.com",
        "SEQUENCE:0",
        "CATEGORIES:Change freeze",
        "DESCRIPTION:No planned change happens on these days.",
        "LAST-MODIFIED:20250101T050000Z",
        'ORGANIZER;CN="Customer Support":mailto:support@example.com',
        "TRANSP:TRANSPARENT",
        "X-MICROSOFT-CDO-BUSYSTATUS:FREE",
        "END:VEVENT",
        "",
    ]


def test_an_organizers_name_can_not_break_out_of_its_parameter() -> None:
    calendar = replace(
        SHORT.calendar, organizer=Organizer(name='Ann "A"\r\nBEGIN:VALARM\x07; b', email="a@example.com")
    )
    (event,) = events_in(a_situation(replace(SHORT, calendar=calendar)))
    (line,) = [each for each in event.content.decode().split("\r\n") if each.startswith("ORGANIZER")]
    assert line == "ORGANIZER;CN=\"Ann ^'A^' BEGIN:VALARM; b\":mailto:a@example.com"


def test_the_calendars_own_properties() -> None:
    calendar = replace(SHORT.calendar, name="Down, and up", description="When\nwe are down; and up")
    feed_bytes = served_feed(a_situation(replace(SHORT, calendar=calendar)))
    assert feed_bytes.decode().split("\r\n")[:11] == [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//icsfeed//Maintenance calendar//EN",
        "CALSCALE:GREGORIAN",
        "DESCRIPTION:When\\nwe are down\\; and up",
        "X-WR-CALDESC:When\\nwe are down\\; and up",
        "NAME:Down\\, and up",
        "X-WR-CALNAME:Down\\, and up",
        "REFRESH-INTERVAL;VALUE=DURATION:PT1H",
        "X-PUBLISHED-TTL:PT1H",
        "BEGIN:VTIMEZONE",
    ]


@pytest.mark.parametrize(
    ("color", "lines"),
    [
        ("", []),
        ("Teal", ["COLOR:teal", "X-APPLE-CALENDAR-COLOR:#008080"]),
        ("#00695c", ["X-APPLE-CALENDAR-COLOR:#00695C"]),
    ],
)
def test_the_color_is_given_in_the_form_of_each_client(color: str, lines: list[str]) -> None:
    """RFC 7986, section 5.9: COLOR is a CSS3 name. Apple's own property takes a hexadecimal value."""
    schedule = replace(SHORT, calendar=replace(SHORT.calendar, color=color))
    content = served_feed(a_situation(schedule)).decode()
    assert [line for line in content.split("\r\n") if "COLOR" in line] == lines


def test_a_feed_without_events_still_has_a_component() -> None:
    feed_bytes = served_feed(a_situation(a_schedule()))
    assert [line for line in feed_bytes.decode().split("\r\n") if line.startswith("BEGIN")] == [
        "BEGIN:VCALENDAR",
        "BEGIN:VTIMEZONE",
        "BEGIN:STANDARD",
    ]
