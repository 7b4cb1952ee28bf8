"""Rules for every published byte, checked line by line without product code or any library."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from icsfeed.domain.recurrence import Recurrence
from icsfeed.domain.rule_parts import WEEKDAY_CODES, Frequency
from icsfeed.domain.schedule import Schedule
from icsfeed.domain.zones import zone
from icsfeed.ical.series import ARRANGEMENTS, Rendering
from tests.properties.brute_force import DAY, days, is_on_rule, reading, readings
from tests.properties.content_lines import Component, ContentLine, parse, physical_lines
from tests.properties.schedules import NOWS, adjustments, schedules
from tests.situations import a_situation, served_feed

LOCAL_TIMES = ("DTSTART", "DTEND", "EXDATE", "RECURRENCE-ID")
NEVER = {"RDATE", "EXRULE", "DURATION", "METHOD", "COUNT", "THISANDFUTURE"}


@st.composite
def published(draw: st.DrawFn) -> tuple[Schedule, bytes]:
    """A schedule and its feed `all`, in either rendering, at any instant."""
    schedule = draw(schedules())
    now = draw(NOWS)
    adjusted = draw(adjustments(schedule, now.year))
    situation = a_situation(schedule, now=now, adjustments=adjusted)
    return schedule, served_feed(situation, rendering=draw(st.sampled_from(ARRANGEMENTS)))


feeds = published()
few = settings(max_examples=15)


def events_of(content: bytes) -> list[Component]:
    return parse(content).within("VEVENT")


def masters_of(content: bytes) -> list[Component]:
    return [event for event in events_of(content) if not event.all("RECURRENCE-ID")]


def rule_of(master: Component) -> Recurrence:
    """The parts of the RRULE (RFC 5545, section 3.3.10)."""
    parts = master.one("RRULE").parts
    assert parts.keys() <= {"FREQ", "INTERVAL", "UNTIL", "BYMONTH", "BYMONTHDAY", "BYDAY", "BYSETPOS"}
    by_day = re.findall("(-?[0-9])?([A-Z]{2})", parts.get("BYDAY", ""))
    numbers = {
        name: tuple(int(each) for each in parts[name].split(",")) if name in parts else ()
        for name in ("BYMONTH", "BYMONTHDAY", "BYSETPOS")
    }
    return Recurrence(
        frequency=Frequency(parts["FREQ"]),
        interval=int(parts.get("INTERVAL", "1")),
        by_day=tuple((int(nth) if nth else None, WEEKDAY_CODES.index(code)) for nth, code in by_day),
        month_days=numbers["BYMONTHDAY"],
        months=numbers["BYMONTH"],
        positions=numbers["BYSETPOS"],
    )


def instances_of(master: Component) -> list[datetime]:
    """The local starts that the rule generates from DTSTART until UNTIL."""
    start, rule = master.one("DTSTART").local, rule_of(master)
    until = master.one("RRULE").parts["UNTIL"]
    last = ContentLine(name="UNTIL", params={}, value=until).local.replace(tzinfo=UTC)
    local_last = reading(last, zone(master.one("DTSTART").params.get("TZID", "UTC")))
    on = (day for day in days(start.date(), local_last.date()) if is_on_rule(day, rule, start.date()))
    return [moment for day in on if (moment := datetime.combine(day, start.time())) <= local_last]


@few
@given(feed=feeds)
def test_lines_conform_to_the_standard(feed: tuple[Schedule, bytes]) -> None:
    """calendar-clients.md, 12: "CRLF, no BOM, folded at 75 octets on character boundaries, no control characters"."""
    _, content = feed
    assert content.startswith(b"BEGIN:VCALENDAR\r\n")
    assert content.endswith(b"\r\nEND:VCALENDAR\r\n")
    assert content.count(b"\r") == content.count(b"\n") == content.count(b"\r\n")
    lines = physical_lines(content)
    assert [line for line in lines if not 1 <= len(line) <= 75] == []
    assert re.findall("[\x00-\x09\x0b\x0c\x0e-\x1f\x7f-\x9f\ufeff]", b"\r\n".join(lines).decode()) == []
    assert [line.decode() for line in lines if not line.strip()] == []


@few
@given(feed=feeds)
def test_forms_that_engines_read_differently_never_occur(feed: tuple[Schedule, bytes]) -> None:
    """encoding.md: "Never: RDATE; THISANDFUTURE; one UID on two masters"; "no COUNT"; 18: "DTEND rather than DURATION";
    "leave METHOD out".
    """  # noqa: D205  (a quotation)
    _, content = feed
    calendar = parse(content)
    lines = [*calendar.lines, *(line for event in calendar.within("VEVENT") for line in event.lines)]
    names = {line.name for line in lines} | {part for line in lines if line.name == "RRULE" for part in line.parts}
    names |= {value for line in lines if line.name != "REFRESH-INTERVAL" for value in line.params.values()}
    assert names & NEVER == set()
    uids = [master.one("UID").value for master in masters_of(content)]
    assert sorted(uids) == sorted(set(uids))
    assert {event.one("UID").value for event in events_of(content)} == set(uids)


@few
@given(feed=feeds)
def test_every_event_has_a_revision(feed: tuple[Schedule, bytes]) -> None:
    """calendar-clients.md, 8: "SEQUENCE small", "DTSTAMP and LAST-MODIFIED from the record"."""
    _, content = feed
    for event in events_of(content):
        assert event.one("SEQUENCE").value == "0"
        assert event.one("DTSTAMP").value == event.one("LAST-MODIFIED").value
        assert re.fullmatch("[0-9]{8}T[0-9]{6}Z", event.one("DTSTAMP").value)


@few
@given(feed=feeds)
def test_the_header_has_the_refresh_interval(feed: tuple[Schedule, bytes]) -> None:
    """calendar-clients.md, 16: "`REFRESH-INTERVAL;VALUE=DURATION:PT1H` and `X-PUBLISHED-TTL:PT1H`"."""
    _, content = feed
    header = parse(content)
    assert (header.one("REFRESH-INTERVAL").params, header.one("REFRESH-INTERVAL").value) == (
        {"VALUE": "DURATION"},
        "PT1H",
    )
    assert (header.one("VERSION").value, header.one("X-PUBLISHED-TTL").value) == ("2.0", "PT1H")
    assert header.one("NAME").value == header.one("X-WR-CALNAME").value


@few
@given(feed=feeds)
def test_the_times_of_an_event_share_zone_and_form(feed: tuple[Schedule, bytes]) -> None:
    """calendar-clients.md, 3: "DTSTART, DTEND, EXDATE, RECURRENCE-ID share value type, TZID and wall clock"."""
    _, content = feed
    masters = {master.one("UID").value: master for master in masters_of(content)}
    for event in events_of(content):
        times = event.all(*LOCAL_TIMES) + masters[event.one("UID").value].all("DTSTART")
        assert len({form_of(line) for line in times}) == 1
        starts = {line.local.time() for line in times if line.name != "DTEND" and "VALUE" not in line.params}
        assert len(starts) <= 1


def form_of(line: ContentLine) -> tuple[tuple[str, str], ...]:
    """Zone, value type and shape."""
    assert line.params.keys() <= {"TZID", "VALUE"}
    return *sorted(line.params.items()), ("shape", re.sub("[0-9]", "9", line.value))


@few
@given(feed=feeds)
def test_a_series_stays_on_its_rule_and_in_its_year(feed: tuple[Schedule, bytes]) -> None:
    """encoding.md: "EXDATE one value a line, only on an instance that the rule generates"; "`UNTIL` in UTC within that
    year, DTSTART is the first occurrence that really happens"; "Never an override and an EXDATE for it as well".
    """  # noqa: D205  (a quotation)
    schedule, content = feed
    for master in masters_of(content):
        if not master.all("RRULE"):
            assert master.all("EXDATE") == []
            continue
        generated = instances_of(master)
        uid = master.one("UID").value
        overridden = [
            event.one("RECURRENCE-ID").local
            for event in events_of(content)
            if event.one("UID").value == uid and event.all("RECURRENCE-ID")
        ]
        missing = [*(line.local for line in master.all("EXDATE")), *overridden]
        assert sorted(missing) == sorted(set(missing))
        assert set(missing) <= set(generated[1:-1])
        assert generated[0] == master.one("DTSTART").local
        tz = zone(master.one("DTSTART").params.get("TZID", "UTC"))
        (until,) = readings(generated[-1], tz)
        assert master.one("RRULE").parts["UNTIL"] == f"{until:%Y%m%dT%H%M%SZ}"
        ends = [readings(generated[0], tz)[0], until]
        assert len({reading(instant, schedule.calendar.zone).year for instant in ends}) == 1
        assert len({day for moment in generated for day in [moment.date()]}) == len(generated)


@few
@given(feed=feeds)
def test_every_local_time_exists_once(feed: tuple[Schedule, bytes]) -> None:
    """encoding.md: "no rule, EXDATE, RECURRENCE-ID or DTSTART ever stands on an irregular time".

    Nor does any instance of a rule, end included, and every one is as long as the clock on the wall says.
    """
    _, content = feed
    for event in events_of(content):
        start, end = event.one("DTSTART"), event.one("DTEND")
        if "TZID" not in start.params:
            continue
        tz, length = zone(start.params["TZID"]), end.local - start.local
        for moment in instances_of(event) if event.all("RRULE") else [start.local]:
            (first,), (last,) = readings(moment, tz), readings(moment + length, tz)
            assert last - first == length


@few
@given(feed=feeds)
def test_every_zone_has_one_simple_description(feed: tuple[Schedule, bytes]) -> None:
    """calendar-clients.md, 1: "One VTIMEZONE per TZID; one STANDARD and one DAYLIGHT, each with a yearly RRULE
    (`BYMONTH` + one ordinal `BYDAY`), no RDATE; without DST: STANDARD only, no RRULE".
    """  # noqa: D205  (a quotation)
    _, content = feed
    calendar = parse(content)
    used_zones = {line.params["TZID"] for event in events_of(content) for line in event.lines if "TZID" in line.params}
    described_zones = [each.one("TZID").value for each in calendar.within("VTIMEZONE")]
    empty = not events_of(content)
    assert sorted(described_zones) == sorted(used_zones) or (empty and len(described_zones) == 1)
    for observance in observances(calendar):
        assert [line.name for line in observance.lines if line.name == "RDATE"] == []
        assert observance.one("DTSTART").value.startswith("1970")
        assert observance.one("DTSTART").params == {}
    for component in calendar.within("VTIMEZONE"):
        names = [each.name for each in component.children]
        assert names in (["STANDARD"], ["STANDARD", "DAYLIGHT"])
        rules = [line.parts for each in component.children for line in each.all("RRULE")]
        assert [sorted(rule) for rule in rules] == [["BYDAY", "BYMONTH", "FREQ"]] * (2 * (len(names) - 1))
        assert [rule for rule in rules if not re.fullmatch("(-1|[1-4])[A-Z]{2}", rule["BYDAY"])] == []


def observances(calendar: Component) -> Iterator[Component]:
    for component in calendar.within("VTIMEZONE"):
        yield from component.children


@pytest.mark.parametrize("rendering", ARRANGEMENTS)
@settings(max_examples=8)
@given(schedule=schedules(), now=NOWS)
def test_freezes_are_whole_days_or_in_utc(rendering: Rendering, schedule: Schedule, now: datetime) -> None:
    """encoding.md: "one all-day VEVENT each, `VALUE=DATE`, exclusive DTEND, no RRULE, transparent"; a freeze with hours
    is "a timed event in UTC, transparent".
    """  # noqa: D205  (a quotation)
    content = served_feed(a_situation(schedule, now=now), rendering=rendering)
    freezes = [event for event in events_of(content) if event.one("CATEGORIES").value == "Change freeze"]
    for event in freezes:
        assert event.all("RRULE") == []
        assert event.one("TRANSP").value == "TRANSPARENT"
        assert event.one("DTSTART").params == event.one("DTEND").params
        if event.one("DTSTART").params != {"VALUE": "DATE"}:
            assert event.one("DTSTART").params == {}
            assert event.one("DTSTART").value < event.one("DTEND").value
            assert {event.one("DTSTART").value[-1], event.one("DTEND").value[-1]} == {"Z"}
            continue
        first, last = (datetime.strptime(event.one(name).value, "%Y%m%d").date() for name in ("DTSTART", "DTEND"))  # noqa: DTZ007  (a date)
        assert first + DAY <= last
