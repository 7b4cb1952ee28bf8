"""Alarms: which events have them, when they ring, and that they change nothing else."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from icalendar import Calendar

from icsfeed.domain.adjustments import Adjustment, Skip
from icsfeed.domain.feeds import Kind
from icsfeed.domain.schedule import Schedule
from icsfeed.ical.alarms import with_alarms
from icsfeed.ical.calendar import feed_content
from icsfeed.ical.events import CalendarEvent
from tests.examples import POLICY, a_schedule, a_window
from tests.situations import a_situation, events_in

HALF_AN_HOUR = timedelta(minutes=30)
A_DAY = timedelta(days=1)
SKIPPED = Skip(window_id="thursday", day=date(2026, 12, 3), reason="A holiday", silent=False)


def events(schedule: Schedule = POLICY, *adjustments: Adjustment) -> tuple[CalendarEvent, ...]:
    return events_in(a_situation(schedule, adjustments=adjustments))


def read(events: list[CalendarEvent]) -> Calendar:
    return Calendar.from_ical(feed_content(a_situation(POLICY), POLICY.feed("all"), events).content)


def test_an_alarm() -> None:
    (event, *_) = events()
    ringing = with_alarms(event, (A_DAY, HALF_AN_HOUR))
    alarms = [
        f"BEGIN:VALARM\r\nACTION:DISPLAY\r\nDESCRIPTION:Scheduled maintenance\r\nTRIGGER:{trigger}\r\nEND:VALARM\r\n"
        for trigger in ("-P1D", "-PT30M")
    ]
    end = b"END:VEVENT\r\n"
    assert ringing.content == event.content.removesuffix(end) + "".join(alarms).encode() + end


def test_every_window_has_an_alarm_and_no_freeze_has() -> None:
    with_alarm = [with_alarms(event, (HALF_AN_HOUR,)) for event in events()]
    ringing = {(event.kind, event.content.count(b"BEGIN:VALARM")) for event in with_alarm}
    assert ringing == {(Kind.MAINTENANCE, 1), (Kind.FREEZE, 0)}


def test_a_cancelled_instance_of_a_series_has_no_alarm() -> None:
    (series,) = [each for each in events(POLICY, SKIPPED) if b"STATUS:CANCELLED" in each.content]
    components = read([with_alarms(series, (HALF_AN_HOUR,))]).events
    assert [(str(each["STATUS"]), len(each.alarms.times) > 0) for each in components] == [
        ("CONFIRMED", True),
        ("CANCELLED", False),
    ]


def test_alarms_do_not_change_the_digest() -> None:
    """Otherwise each subscriber's alarm would raise everybody's revisions."""
    (event, *_) = events()
    ringing = with_alarms(event, (HALF_AN_HOUR,))
    assert (ringing.digest, ringing.revision, ringing.uid) == (event.digest, event.revision, event.uid)


def test_an_event_without_alarms_is_unchanged() -> None:
    (event, *_) = events()
    assert with_alarms(event, ()) is event


@pytest.mark.parametrize(
    "name",
    [
        "Maintenance; of all, and \\n everything",
        "Wartung der Datenbank in Übersee " * 5,
        "维护" * 60,
        "BEGIN:VALARM",
    ],
)
def test_an_alarm_has_the_texts_of_its_event(name: str) -> None:
    schedule = a_schedule(a_window(name=name))
    ringing = [with_alarms(event, (HALF_AN_HOUR,)) for event in events(schedule)]
    calendar = read(ringing)
    assert {str(event["SUMMARY"]) for event in calendar.events} == {name}
    alarms = [alarm for event in calendar.events for alarm in event.walk("VALARM")]
    # The library reads a backslash before an N as a line break in any text, so both change alike.
    assert [str(alarm["DESCRIPTION"]) for alarm in alarms] == [str(event["SUMMARY"]) for event in calendar.events]
    assert all(len(line) <= 75 for event in ringing for line in event.content.split(b"\r\n"))


def test_a_reader_shows_an_alarm_half_an_hour_before() -> None:
    (event, *_) = events()
    (component,) = read([with_alarms(event, (HALF_AN_HOUR,))]).events
    rings = [time.trigger for time in component.alarms.times]
    assert [component.start - HALF_AN_HOUR] == rings
