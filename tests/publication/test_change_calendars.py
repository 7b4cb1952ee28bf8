"""Feeds as AWS change calendars: when planned changes may run, within the limits of AWS."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from icsfeed.domain.changes import State
from icsfeed.domain.feeds import Environment, Feed, Kind
from icsfeed.domain.record import NOTHING, Record
from icsfeed.domain.recurrence import weekly
from icsfeed.domain.schedule import Schedule
from icsfeed.domain.situation import Situation
from icsfeed.ical.change_calendar import max_spans
from icsfeed.publication.publishing import Publication, publish
from tests.changes import PLAN, a_change, record_of
from tests.examples import NOW, POLICY, THURSDAY, a_schedule, span, utc

MOST_NIGHTS = a_schedule(replace(THURSDAY, recurrence=weekly(*range(6))))
MIDNIGHT = utc(2026, 11, 23, 5)


def publication_of(schedule: Schedule = POLICY, *, record: Record = NOTHING, now: datetime = NOW) -> Publication:
    return publish(Situation(schedule=schedule, record=record, now=now), changed_at=utc(2026, 1, 2))


def content(publication: Publication, slug: str = "all") -> bytes:
    calendar = publication.representations[f"/feeds/{slug}.windows.ics"]
    assert publication.representations[f"/feeds/{slug}.aws.ics"].body == calendar.body
    assert (calendar.content_type, calendar.download) == ("text/calendar; charset=utf-8", None)
    return calendar.body


def spans(body: bytes) -> list[tuple[str, str]]:
    lines = body.decode().split("\r\n")
    starts, ends = ([line for line in lines if line.startswith(name)] for name in ("DTSTART:", "DTEND:"))
    return [
        (start.removeprefix("DTSTART:"), end.removeprefix("DTEND:")) for start, end in zip(starts, ends, strict=True)
    ]


def test_the_document() -> None:
    """It has the form of the example change calendars in AWS's documentation."""
    only = a_schedule(
        replace(THURSDAY, effective_from=utc(2026, 12, 3).date(), effective_until=utc(2026, 12, 3).date())
    )
    assert content(publication_of(only)).decode().split("\r\n") == [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//AWS//Change Calendar 1.0//EN",
        "X-WR-CALDESC:Seed-to-Sale maintenance",
        "X-CALENDAR-TYPE:DEFAULT_CLOSED",
        "BEGIN:VEVENT",
        "SUMMARY:Open for planned changes",
        "DTSTART:20261203T070000Z",
        "DTEND:20261203T110000Z",
        "DTSTAMP:20250101T050000Z",
        "UID:open.20261203T070000Z@maintenance.example.com",
        "END:VEVENT",
        "END:VCALENDAR",
        "",
    ]


def test_a_calendar_that_never_opens_still_has_a_component() -> None:
    assert content(publication_of(a_schedule())).decode().split("\r\n")[5:] == [
        "BEGIN:VTODO",
        "DTSTAMP:20000101T000000Z",
        "SUMMARY:Never open for planned changes",
        "UID:open.never@maintenance.example.com",
        "END:VTODO",
        "END:VCALENDAR",
        "",
    ]


def test_changes_open_and_close_the_calendar() -> None:
    planned = a_change(Kind.PLANNED, plan=replace(PLAN, span=span((2026, 12, 5, 1), (2026, 12, 5, 2))))
    tentative = a_change(
        Kind.PLANNED,
        number=8,
        plan=replace(PLAN, span=span((2026, 12, 5, 3), (2026, 12, 5, 4))),
        announced=State.TENTATIVE,
    )
    openings = spans(content(publication_of(record=record_of(a_change(), planned, tentative))))
    assert [each for each in openings if "20261203" <= each[0] < "20261207"] == [
        ("20261203T070000Z", "20261203T080000Z"),
        ("20261203T090000Z", "20261203T110000Z"),
        ("20261205T010000Z", "20261205T020000Z"),
        ("20261206T070000Z", "20261206T110000Z"),
    ]


def test_a_calendar_is_open_while_all_environments_of_its_feed_are() -> None:
    both, one = frozenset({"preview", "production"}), frozenset({"production"})
    two = replace(
        POLICY,
        environments=tuple(Environment(id=each, name=each) for each in sorted(both)),
        windows=(THURSDAY,),
        feeds=(
            Feed(slug="production", name="Production", environments=one, kinds=frozenset(Kind)),
            Feed(slug="planned", name="Planned", environments=one, kinds=frozenset({Kind.PLANNED})),
        ),
    )
    planned = a_change(Kind.PLANNED, plan=replace(PLAN, environments=both, span=span((2026, 12, 2), (2026, 12, 4))))
    publication = publication_of(two, record=record_of(planned))
    openings = {slug: spans(content(publication, slug)) for slug in ("all", "production", "planned")}
    planned_span = ("20261202T000000Z", "20261204T000000Z")
    assert (openings["all"], openings["planned"]) == ([planned_span], [planned_span])
    assert planned_span in openings["production"]
    assert ("20261210T070000Z", "20261210T110000Z") in openings["production"]


def test_a_calendar_that_fits_starts_at_new_year_and_changes_only_with_the_year() -> None:
    openings = spans(content(publication := publication_of()))
    assert (openings[0][0], openings[-1][0]) == ("20260101T070000Z", "20271223T070000Z")
    assert content(publication_of(now=publication.fresh_until)) == content(publication)
    assert publication.changed_at == utc(2026, 1, 2)


def test_a_calendar_that_does_not_fit_starts_today_and_changes_every_day() -> None:
    """620 nights exceed the limit of AWS. Tonight's window is over, and is dropped from the next day on.

    They leave events out of the MAINTNOTE feed as well, so the publication is dated to the end of the latest.
    """
    publication = publication_of(MOST_NIGHTS)
    body = content(publication)
    openings = spans(body)
    assert 60_000 < len(body) <= 64_000
    assert (openings[0][0], len(openings)) == ("20261123T070000Z", max_spans("maintenance.example.com"))
    assert (publication.changed_at, publication.fresh_until) == (utc(2026, 11, 23, 11), MIDNIGHT + timedelta(days=1))
    for later in (timedelta(), timedelta(hours=23, minutes=59)):
        assert content(publication_of(MOST_NIGHTS, now=MIDNIGHT + later)) == body
    assert spans(content(publication_of(MOST_NIGHTS, now=MIDNIGHT + timedelta(days=1))))[0][0] == "20261124T070000Z"


@pytest.mark.parametrize("length", [60, 61, 150, 253])
def test_a_calendar_never_exceeds_the_limit_of_aws(length: int) -> None:
    domain = f"{'a' * 60}.{'b' * 60}.{'c' * 60}.{'d' * 60}.example"[-length:].lstrip(".")
    calendar = replace(MOST_NIGHTS.calendar, name="\N{SNOWMAN};\\" * 400, uid_domain=domain)
    body = content(publication_of(replace(MOST_NIGHTS, calendar=calendar)))
    assert 60_000 < len(body) <= 64_000


def test_an_overdue_emergency_change_closes_the_calendar_from_then_on() -> None:
    """Its end is an instant at which time alone changes this document, but no other feed."""
    record = record_of(a_change(Kind.EMERGENCY, (State.IN_PROGRESS, utc(2026, 12, 3, 8))))
    before = publication_of(record=record, now=utc(2026, 12, 3, 8, 59, 59))
    assert before.fresh_until == utc(2026, 12, 3, 9)
    assert spans(content(before))[-1][0] == "20271223T070000Z"
    after = publication_of(record=record, now=utc(2026, 12, 3, 9))
    assert (after.changed_at, after.fresh_until) == (utc(2026, 12, 3, 9), utc(2026, 12, 3, 11))
    assert spans(content(after))[-1] == ("20261203T070000Z", "20261203T080000Z")


def test_what_touches_other_environments_takes_no_place_in_a_calendar() -> None:
    """The nights of preview fill the calendars of their own feeds alone."""
    nightly = replace(MOST_NIGHTS.windows[0], id="nightly", environments=frozenset({"preview"}))
    schedule = a_schedule(
        THURSDAY,
        nightly,
        environments=tuple(Environment(id=each, name=each) for each in ("production", "preview")),
        feeds=tuple(
            Feed(slug=each, name=each, environments=frozenset({each}), kinds=frozenset(Kind))
            for each in ("production", "preview")
        ),
    )
    publication = publication_of(schedule)
    starts = {slug: spans(content(publication, slug))[0][0] for slug in ("production", "preview")}
    assert starts == {"production": "20260101T070000Z", "preview": "20261123T070000Z"}
