"""The outside readers themselves, on handwritten feeds with known instances."""

from datetime import UTC, date, datetime

import pytest

from tests.readers import READERS, Instance, Reader, icaljs, require

TORONTO = """\
BEGIN:VTIMEZONE
TZID:America/Toronto
BEGIN:STANDARD
DTSTART:19701101T020000
RRULE:FREQ=YEARLY;BYMONTH=11;BYDAY=1SU
TZOFFSETFROM:-0400
TZOFFSETTO:-0500
TZNAME:EST
END:STANDARD
BEGIN:DAYLIGHT
DTSTART:19700308T020000
RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=2SU
TZOFFSETFROM:-0500
TZOFFSETTO:-0400
TZNAME:EDT
END:DAYLIGHT
END:VTIMEZONE
"""

TIMED = """\
BEGIN:VEVENT
UID:thursdays
DTSTAMP:20260101T000000Z
DTSTART;TZID=America/Toronto:20260226T020000
DTEND;TZID=America/Toronto:20260226T060000
RRULE:FREQ=WEEKLY;BYDAY=TH;UNTIL=20260409T060000Z
EXDATE;TZID=America/Toronto:20260326T020000
SUMMARY:Maintenance
DESCRIPTION:Routers\\, switches\\; C:\\\\data\\nsecond line 🛠️ and a tail that is l
 ong enough to be folded
STATUS:CONFIRMED
END:VEVENT
BEGIN:VEVENT
UID:thursdays
RECURRENCE-ID;TZID=America/Toronto:20260319T020000
DTSTAMP:20260101T000000Z
DTSTART;TZID=America/Toronto:20260319T020000
DTEND;TZID=America/Toronto:20260319T060000
SUMMARY:Cancelled: Maintenance
STATUS:CANCELLED
END:VEVENT
BEGIN:VEVENT
UID:thursdays
RECURRENCE-ID;TZID=America/Toronto:20260409T020000
DTSTAMP:20260101T000000Z
DTSTART;TZID=America/Toronto:20260407T030000
DTEND;TZID=America/Toronto:20260407T050000
SUMMARY:Moved: Maintenance
END:VEVENT
BEGIN:VEVENT
UID:once
DTSTAMP:20260101T000000Z
DTSTART:20260308T070000Z
DTEND:20260308T100000Z
SUMMARY:Clock change
STATUS:TENTATIVE
END:VEVENT
"""

FREEZE = """\
BEGIN:VEVENT
UID:freeze
DTSTAMP:20260101T000000Z
DTSTART;VALUE=DATE:20260331
DTEND;VALUE=DATE:20260402
SUMMARY:Quarter end
END:VEVENT
"""

EVENTS = TIMED + FREEZE
FLOATING = TIMED.replace("20260308T070000Z", "20260308T070000").replace("20260308T100000Z", "20260308T100000")

TEXT = "Routers, switches; C:\\data\nsecond line 🛠️ and a tail that is long enough to be folded"


def feed(*parts: str) -> bytes:
    """A calendar of the parts, with the line ends of RFC 5545."""
    text = "BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//icsfeed//tests//EN\n" + "".join(parts) + "END:VCALENDAR\n"
    return text.replace("\n", "\r\n").encode()


def utc(month: int, day: int, hour: int) -> datetime:
    return datetime(2026, month, day, hour, tzinfo=UTC)


def thursday(month: int, day: int, hour: int) -> Instance:
    """A regular instance of the weekly series, four hours long."""
    return Instance(utc(month, day, hour), utc(month, day, hour + 4), "thursdays", "Maintenance", TEXT, "CONFIRMED")


FIRST = thursday(2, 26, 7)
MIDDLE = [
    thursday(3, 5, 7),
    Instance(utc(3, 8, 7), utc(3, 8, 10), "once", "Clock change", "", "TENTATIVE"),
    thursday(3, 12, 6),
    Instance(utc(3, 19, 6), utc(3, 19, 10), "thursdays", "Cancelled: Maintenance", "", "CANCELLED"),
    Instance(date(2026, 3, 31), date(2026, 4, 2), "freeze", "Quarter end", "", ""),
    thursday(4, 2, 6),
]
LAST = Instance(utc(4, 7, 7), utc(4, 7, 9), "thursdays", "Moved: Maintenance", "", "")


@pytest.fixture(params=READERS, ids=lambda reader: reader.name)
def reader(request: pytest.FixtureRequest) -> Reader:
    """Each engine in turn."""
    selected: Reader = request.param
    require(selected)
    return selected


def test_readers_return_every_instance(reader: Reader) -> None:
    """Covers summer time, UNTIL, EXDATE, cancelled and moved overrides, UTC, all-day events and escaped text."""
    assert reader.read(feed(TORONTO, EVENTS), utc(1, 1, 0), utc(12, 31, 0)) == [FIRST, *MIDDLE, LAST]


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        pytest.param(utc(2, 26, 7), utc(4, 7, 7), [FIRST, *MIDDLE], id="the start is inclusive, the end exclusive"),
        pytest.param(utc(2, 26, 8), utc(4, 7, 8), [*MIDDLE, LAST], id="an instance in progress at the start is out"),
        pytest.param(utc(4, 7, 0), utc(4, 8, 0), [LAST], id="an instance moved into the span is in"),
        pytest.param(utc(4, 9, 0), utc(4, 10, 0), [], id="an instance moved out of the span is out"),
        pytest.param(utc(3, 31, 0), utc(4, 1, 0), [MIDDLE[4]], id="an all-day event starts at midnight UTC"),
        pytest.param(utc(4, 1, 0), utc(4, 2, 0), [], id="the second day of an all-day event is out"),
    ],
)
def test_readers_return_instances_that_start_in_the_span(
    reader: Reader, start: datetime, end: datetime, expected: list[Instance]
) -> None:
    assert reader.read(feed(TORONTO, EVENTS), start, end) == expected


def test_an_override_affects_only_its_own_series(reader: Reader) -> None:
    """By itself, ical.js applies every override of the calendar to every series."""
    other_series = EVENTS[: EVENTS.index("END:VEVENT")].replace("UID:thursdays", "UID:other") + "END:VEVENT\n"
    instances = reader.read(feed(TORONTO, other_series, EVENTS), utc(3, 19, 0), utc(3, 20, 0))
    assert instances == [thursday(3, 19, 6)._replace(uid="other"), MIDDLE[3]]


def zoned(tzid: str) -> bytes:
    """A feed whose zone has its own rules: +03:00, and +05:00 from April to September."""
    zone = f"""\
BEGIN:VTIMEZONE
TZID:{tzid}
BEGIN:STANDARD
DTSTART:19701001T000000
RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=1TH
TZOFFSETFROM:+0500
TZOFFSETTO:+0300
END:STANDARD
BEGIN:DAYLIGHT
DTSTART:19700402T000000
RRULE:FREQ=YEARLY;BYMONTH=4;BYDAY=1TH
TZOFFSETFROM:+0300
TZOFFSETTO:+0500
END:DAYLIGHT
END:VTIMEZONE
"""
    events = f"""\
BEGIN:VEVENT
UID:monthly
DTSTAMP:20260101T000000Z
DTSTART;TZID={tzid}:20260310T120000
DTEND;TZID={tzid}:20260310T130000
RRULE:FREQ=MONTHLY;UNTIL=20260410T070000Z
SUMMARY:Zoned
END:VEVENT
"""
    return feed(zone, events)


ZONED = [
    Instance(utc(3, 10, 9), utc(3, 10, 10), "monthly", "Zoned", "", ""),
    Instance(utc(4, 10, 7), utc(4, 10, 8), "monthly", "Zoned", "", ""),
]


def test_an_unknown_zone_follows_the_feeds_own_rules(reader: Reader) -> None:
    assert reader.read(zoned("Europe/Nowhere"), utc(1, 1, 0), utc(12, 31, 0)) == ZONED


@pytest.mark.parametrize("reader", [each for each in READERS if each.name in {"ical.js", "libical"}], indirect=True)
def test_a_known_zone_follows_the_feeds_own_rules(reader: Reader) -> None:
    """Neither reader falls back on its own rules or reuses those of the previous feed."""
    reader.read(feed(TORONTO, EVENTS), utc(1, 1, 0), utc(12, 31, 0))
    assert reader.read(zoned("America/Toronto"), utc(1, 1, 0), utc(12, 31, 0)) == ZONED


@pytest.mark.parametrize("reader", [each for each in READERS if each.name in {"ical.js", "libical"}], indirect=True)
def test_a_zone_that_the_feed_does_not_describe_is_refused(reader: Reader) -> None:
    reader.read(feed(TORONTO, EVENTS), utc(1, 1, 0), utc(12, 31, 0))
    with pytest.raises(ValueError, match=f"^{reader.name} cannot read the feed$"):
        reader.read(feed(EVENTS), utc(1, 1, 0), utc(12, 31, 0))


@pytest.mark.parametrize(
    "broken",
    [
        pytest.param(b"", id="an empty feed"),
        pytest.param(b"this is no calendar\r\n", id="plain text"),
        pytest.param(b"<!doctype html>\r\n<title>Sign in</title>\r\n", id="a web page"),
        pytest.param(b"\xff\xfe\x00", id="bytes that aren't text"),
        pytest.param(feed(TORONTO, EVENTS)[:-20], id="a truncated calendar"),
        pytest.param(feed(TORONTO, EVENTS).replace(b"FREQ=WEEKLY", b"FREQ=OFTEN"), id="an invalid rule"),
        pytest.param(feed(TORONTO, EVENTS).replace(b":20260308T070000Z", b":soon"), id="an invalid time"),
        pytest.param(feed(TORONTO, FLOATING), id="a floating time"),
        pytest.param(feed(TORONTO, EVENTS).replace(b"SUMMARY:Quarter", b"Quarter"), id="a line without a name"),
        pytest.param(FREEZE.replace("\n", "\r\n").encode(), id="an event without a calendar"),
        pytest.param(feed(TORONTO, EVENTS) * 2, id="two calendars"),
    ],
)
def test_a_broken_feed_is_refused(reader: Reader, broken: bytes) -> None:
    with pytest.raises(ValueError, match=f"^{reader.name} cannot read the feed$"):
        reader.read(broken, utc(1, 1, 0), utc(12, 31, 0))


def test_ical_js_reads_many_feeds_in_one_process() -> None:
    """A feed that it refuses does not end the process."""
    require(next(each for each in READERS if each.name == icaljs.NAME))
    with pytest.raises(ValueError, match=r"^ical\.js cannot read the feed$"):
        icaljs.read(b"", utc(1, 1, 0), utc(12, 31, 0))
    whole = (feed(TORONTO, EVENTS), utc(1, 1, 0), utc(12, 31, 0))
    assert icaljs.read_many([whole, (zoned("America/Toronto"), *whole[1:]), whole]) == [
        [FIRST, *MIDDLE, LAST],
        ZONED,
        [FIRST, *MIDDLE, LAST],
    ]


MISSING = Reader("missing", lambda _feed, _start, _end: [], lambda: "the engine is not installed")


def test_a_missing_reader_skips_the_test(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CI", raising=False)
    with pytest.raises(pytest.skip.Exception, match=r"^the engine is not installed$"):
        require(MISSING)


def test_a_missing_reader_fails_the_test_under_ci(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match=r"^the engine is not installed$"):
        require(MISSING)
