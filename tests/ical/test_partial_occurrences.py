"""Occurrences that are frozen for some of their environments, cut, or longer than a day: how feeds show them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, time, timedelta

from icsfeed.domain.adjustments import Skip
from icsfeed.domain.feeds import Environment, Feed, Kind
from icsfeed.domain.freeze_patterns import NamedDays
from icsfeed.domain.freezes import ChangeFreeze
from icsfeed.domain.record import Record
from icsfeed.domain.recorded_freezes import RecordedFreeze
from icsfeed.domain.recurrence import weekly
from icsfeed.domain.situation import Situation
from icsfeed.domain.spans import DateRange
from icsfeed.ical.events import CalendarEvent
from icsfeed.ical.series import Rendering
from tests.examples import TORONTO, a_schedule, a_window, utc
from tests.situations import events_in

PREVIEW, PRODUCTION = frozenset({"preview"}), frozenset({"production"})
BOTH = PREVIEW | PRODUCTION
DAY = date(2026, 12, 10)
OF_PRODUCTION = ChangeFreeze(
    id="launch",
    name="Launch",
    pattern=NamedDays(days=DateRange(first=DAY, last=DAY)),
    zone=TORONTO,
    environments=PRODUCTION,
)
SCHEDULE = a_schedule(
    a_window(environments=BOTH),
    environments=tuple(Environment(id=each, name=each.capitalize()) for each in sorted(BOTH)),
    freezes=(OF_PRODUCTION,),
    feeds=(
        Feed(slug="production", name="Production", environments=PRODUCTION, kinds=frozenset(Kind)),
        Feed(slug="preview", name="Preview", environments=PREVIEW, kinds=frozenset(Kind)),
    ),
)
OWN_UID = "maintenance.thursday.20261210T020000.preview@maintenance.example.com"


def in_feed(situation: Situation, slug: str, rendering: Rendering = Rendering.SERIES) -> dict[str, CalendarEvent]:
    feed = situation.schedule.feed(slug)
    return {event.uid: event for event in events_in(situation, rendering) if event.belongs_to(feed)}


def unfolded(event: CalendarEvent) -> str:
    return event.content.decode().replace("\r\n ", "")


def series_of_2026(events: dict[str, CalendarEvent]) -> str:
    return events["maintenance.thursday.2026.th@maintenance.example.com"].content.decode()


def test_the_series_leaves_it_out_and_an_event_of_its_own_shows_it_to_the_others() -> None:
    situation = Situation(schedule=SCHEDULE, now=utc(2026, 12, 1))
    for slug in ("all", "production", "preview"):
        events = in_feed(situation, slug)
        assert "EXDATE;TZID=America/Toronto:20261210T020000\r\n" in series_of_2026(events)
        assert (OWN_UID in events) is (slug != "production")
        assert ("freeze.launch.20261210@maintenance.example.com" in events) is (slug != "preview")
    own = in_feed(situation, "all")[OWN_UID].content.decode()
    assert "DTSTART:20261210T070000Z\r\nDTEND:20261210T110000Z\r\n" in own
    assert "DESCRIPTION:Environments: Preview\\n" in own


def test_the_expanded_rendering_has_the_same_event() -> None:
    situation = Situation(schedule=SCHEDULE, now=utc(2026, 12, 1))
    expanded = in_feed(situation, "preview", Rendering.EXPANDED)
    assert expanded[OWN_UID].content == in_feed(situation, "preview")[OWN_UID].content
    assert "maintenance.thursday.20261210T020000@maintenance.example.com" not in expanded
    assert OWN_UID not in in_feed(situation, "production", Rendering.EXPANDED)


def test_a_freeze_names_its_environments_unless_it_is_for_all() -> None:
    situation = Situation(schedule=SCHEDULE, now=utc(2026, 12, 1))
    named = in_feed(situation, "all")["freeze.launch.20261210@maintenance.example.com"]
    assert "DESCRIPTION:No planned change happens on these days.\\nEnvironments: Production\r\n" in unfolded(named)
    for_all = replace(SCHEDULE, freezes=(replace(OF_PRODUCTION, environments=BOTH),))
    event = in_feed(replace(situation, schedule=for_all), "all")["freeze.launch.20261210@maintenance.example.com"]
    assert "DESCRIPTION:No planned change happens on these days.\r\n" in unfolded(event)


def test_what_is_skipped_where_it_is_not_frozen_is_cancelled_there() -> None:
    skip = Skip(window_id="thursday", day=DAY, reason="Release")
    record = Record(adjustments={("thursday", DAY): skip})
    events = in_feed(Situation(schedule=SCHEDULE, record=record, now=utc(2026, 12, 1)), "all")
    assert "RECURRENCE-ID" not in series_of_2026(events)
    assert "STATUS:CANCELLED\r\n" in events[OWN_UID].content.decode()


def test_what_a_recorded_freeze_cuts_is_an_event_of_its_own_that_ends_early() -> None:
    freeze = RecordedFreeze(
        id="CF-1",
        reason="Incident",
        environments=BOTH,
        started_at=utc(2026, 12, 17, 8, 30),
        started_by="olga",
        uid_part="x7",
    )
    record = Record(freezes={"CF-1": freeze})
    events = in_feed(Situation(schedule=SCHEDULE, record=record, now=utc(2026, 12, 17, 9)), "all")
    cut = events["maintenance.thursday.20261217T020000@maintenance.example.com"].content.decode()
    assert "DTSTART:20261217T070000Z\r\nDTEND:20261217T083000Z\r\n" in cut
    assert not any("20261224" in uid for uid in events)
    shown = unfolded(events["freeze.cf-1.x7@maintenance.example.com"])
    assert "SUMMARY:Change freeze\r\n" in shown
    assert "DTSTART:20261217T083000Z\r\nDTEND:20280101T050000Z\r\n" in shown
    assert (
        "DESCRIPTION:No planned change happens during this time.\\nIt lasts until further notice.\\n\\nIncident\r\n"
        in shown
    )


def test_of_an_internal_freeze_only_the_effect_is_shown() -> None:
    freeze = RecordedFreeze(
        id="CF-1",
        reason="Secret",
        environments=BOTH,
        started_at=utc(2026, 12, 17),
        started_by="olga",
        until=utc(2026, 12, 18),
        is_internal=True,
        uid_part="x7",
    )
    events = in_feed(
        Situation(schedule=SCHEDULE, record=Record(freezes={"CF-1": freeze}), now=utc(2026, 12, 17, 9)), "all"
    )
    assert "EXDATE;TZID=America/Toronto:20261217T020000\r\n" in series_of_2026(events)
    assert not any("cf-1" in uid or b"Secret" in event.content for uid, event in events.items())


def test_a_window_of_a_whole_weekend_is_a_series_and_one_of_a_week_is_not() -> None:
    """The instances of the latter would touch, which Outlook does not hold."""
    weekend = a_window(recurrence=weekly(4), start=time(18), duration=timedelta(hours=63), environments=BOTH)
    situation = Situation(schedule=replace(SCHEDULE, windows=(weekend,)), now=utc(2026, 6, 1))
    events = in_feed(situation, "preview")
    series = [event.content.decode() for event in events.values() if b"RRULE" in event.content]
    assert any(
        "DTSTART;TZID=America/Toronto:20260109T180000\r\nDTEND;TZID=America/Toronto:20260112T090000\r\n" in each
        or "DTSTART;TZID=America/Toronto:20260102T180000\r\nDTEND;TZID=America/Toronto:20260105T090000\r\n" in each
        for each in series
    )
    whole_week = replace(weekend, duration=timedelta(days=7))
    events = in_feed(replace(situation, schedule=replace(SCHEDULE, windows=(whole_week,))), "preview")
    assert not any(b"RRULE" in event.content for event in events.values())
