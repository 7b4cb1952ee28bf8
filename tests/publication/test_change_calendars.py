"""Feeds as change calendars of AWS: nothing but when a planned change may run, and no more than AWS takes."""

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
from tests.changes import PLAN, a_change, recorded
from tests.examples import NOW, POLICY, THURSDAY, a_schedule, span, utc

MOST_NIGHTS = a_schedule(replace(THURSDAY, recurrence=weekly(*range(6))))
MIDNIGHT = utc(2026, 11, 23, 5)


def made(schedule: Schedule = POLICY, *, record: Record = NOTHING, now: datetime = NOW) -> Publication:
    return publish(Situation(schedule=schedule, record=record, now=now), changed_at=utc(2026, 1, 2))


def content(publication: Publication, slug: str = "all") -> bytes:
    calendar = publication.representations[f"/feeds/{slug}.aws.ics"]
    assert (calendar.content_type, calendar.download) == ("text/calendar; charset=utf-8", None)
    return calendar.body


def spans(body: bytes) -> list[tuple[str, str]]:
    lines = body.decode().split("\r\n")
    starts, ends = ([line for line in lines if line.startswith(name)] for name in ("DTSTART:", "DTEND:"))
    return [
        (start.removeprefix("DTSTART:"), end.removeprefix("DTEND:")) for start, end in zip(starts, ends, strict=True)
    ]


def test_the_document() -> None:
    """The form of the documents that AWS shows as examples of change calendars."""
    only = a_schedule(
        replace(THURSDAY, effective_from=utc(2026, 12, 3).date(), effective_until=utc(2026, 12, 3).date())
    )
    assert content(made(only)).decode().split("\r\n") == [
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


def test_one_that_never_opens_has_a_component_all_the_same() -> None:
    assert content(made(a_schedule())).decode().split("\r\n")[5:] == [
        "BEGIN:VTODO",
        "DTSTAMP:20000101T000000Z",
        "SUMMARY:Never open for planned changes",
        "UID:open.never@maintenance.example.com",
        "END:VTODO",
        "END:VCALENDAR",
        "",
    ]


def test_changes_make_and_close_openings() -> None:
    planned = a_change(Kind.PLANNED, plan=replace(PLAN, span=span((2026, 12, 5, 1), (2026, 12, 5, 2))))
    tentative = a_change(
        Kind.PLANNED,
        number=8,
        plan=replace(PLAN, span=span((2026, 12, 5, 3), (2026, 12, 5, 4))),
        announced=State.TENTATIVE,
    )
    found = spans(content(made(record=recorded(a_change(), planned, tentative))))
    assert [each for each in found if "20261203" <= each[0] < "20261207"] == [
        ("20261203T070000Z", "20261203T080000Z"),
        ("20261203T090000Z", "20261203T110000Z"),
        ("20261205T010000Z", "20261205T020000Z"),
        ("20261206T070000Z", "20261206T110000Z"),
    ]


def test_a_feed_opens_by_its_kinds_where_all_its_environments_are_open() -> None:
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
    publication = made(two, record=recorded(planned))
    found = {slug: spans(content(publication, slug)) for slug in ("all", "production", "planned")}
    opened = ("20261202T000000Z", "20261204T000000Z")
    assert (found["all"], found["planned"]) == ([opened], [opened])
    assert opened in found["production"]
    assert ("20261210T070000Z", "20261210T110000Z") in found["production"]


def test_what_fits_is_there_from_new_year_on_and_changes_only_with_the_year() -> None:
    found = spans(content(publication := made()))
    assert (found[0][0], found[-1][0]) == ("20260101T070000Z", "20271223T070000Z")
    assert content(made(now=publication.fresh_until)) == content(publication)
    assert publication.changed_at == utc(2026, 1, 2)


def test_what_does_not_fit_is_there_from_today_on_and_changes_every_day() -> None:
    """620 nights are more than AWS takes; tonight's is over, and no longer of use from the next day on."""
    publication = made(MOST_NIGHTS)
    body = content(publication)
    found = spans(body)
    assert 60_000 < len(body) <= 64_000
    assert (found[0][0], len(found)) == ("20261123T070000Z", max_spans("maintenance.example.com"))
    assert (publication.changed_at, publication.fresh_until) == (MIDNIGHT, MIDNIGHT + timedelta(days=1))
    for later in (timedelta(), timedelta(hours=23, minutes=59)):
        assert content(made(MOST_NIGHTS, now=MIDNIGHT + later)) == body
    assert spans(content(made(MOST_NIGHTS, now=MIDNIGHT + timedelta(days=1))))[0][0] == "20261124T070000Z"


@pytest.mark.parametrize("length", [60, 61, 150, 253])
def test_it_never_holds_more_than_aws_takes(length: int) -> None:
    domain = f"{'a' * 60}.{'b' * 60}.{'c' * 60}.{'d' * 60}.example"[-length:].lstrip(".")
    calendar = replace(MOST_NIGHTS.calendar, name="\N{SNOWMAN};\\" * 400, uid_domain=domain)
    body = content(made(replace(MOST_NIGHTS, calendar=calendar)))
    assert 60_000 < len(body) <= 64_000


def test_an_emergency_change_that_is_not_over_in_time_closes_all_that_follows() -> None:
    """Its end is an instant at which time alone changes the document, and no other feed."""
    record = recorded(a_change(Kind.EMERGENCY, (State.IN_PROGRESS, utc(2026, 12, 3, 8))))
    before = made(record=record, now=utc(2026, 12, 3, 8, 59, 59))
    assert before.fresh_until == utc(2026, 12, 3, 9)
    assert spans(content(before))[-1][0] == "20271223T070000Z"
    after = made(record=record, now=utc(2026, 12, 3, 9))
    assert (after.changed_at, after.fresh_until) == (utc(2026, 12, 3, 9), utc(2026, 12, 4, 5))
    assert spans(content(after))[-1] == ("20261203T070000Z", "20261203T080000Z")
