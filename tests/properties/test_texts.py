"""Every engine returns operators' texts unchanged, whatever their characters."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, date, datetime, time
from typing import Final

import icalendar
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from ical.calendar_stream import CalendarStream

from icsfeed.domain.adjustments import Skip
from icsfeed.domain.feeds import Environment
from icsfeed.domain.freeze_patterns import NamedDays
from icsfeed.domain.freezes import ChangeFreeze
from icsfeed.domain.recurrence import weekly
from icsfeed.domain.schedule import Calendar, Organizer, Schedule
from icsfeed.domain.spans import DateRange
from icsfeed.domain.texts import clean
from icsfeed.domain.windows import Impact, MaintenanceWindow
from icsfeed.domain.zones import zone
from tests.examples import TORONTO
from tests.properties.content_lines import parse, physical_lines
from tests.readers import READERS, Reader, require
from tests.situations import a_situation, served_feed

NOW: Final = datetime(2026, 5, 5, tzinfo=UTC)
FIRST: Final = date(2026, 6, 4)
HOSTILE: Final = (
    "a\nb\r\nc\rd\ve\ff\x1cg\x1dh\x1ei\x85j\u2028k\u2029l",
    "Routers, switches; core: \"A\" and 'B'",
    "C:\\new\\notes \\n \\N \\, \\; \\\\",
    "\U0001f469\U0001f3fd\u200d\U0001f4bb\U0001f3f3\ufe0f\u200d\U0001f308" * 20,
    "e\u0301o\u0302\u0323" * 40,
    "bell\x07 null\x00 escape\x1b[31m delete\x7f csi\x9b",
    "long " * 2000,
    "\u05e9\u05dc\u05d5\u05dd \u202eevil\u202c \u2066\u0645\u0631\u062d\u0628\u0627\u2069 \u200f\u200e",
    "END:VEVENT\r\nBEGIN:VEVENT\r\nSUMMARY:smuggled",
    "<script>alert(1)</script> &amp; %0D%0A ^n ^' ^^",
    "\ufeffbyte order mark \u00a0and spaces\t",
)
PIECES: Final = st.one_of(
    st.sampled_from(
        (",", ";", ":", '"', "\\", "\\n", "\\N", "\n", "\r\n", "\r", "\u2028", "^n", "\U0001f469\u200d", "\u0301")
    ),
    st.text(max_size=30),
)
texts = st.one_of(st.sampled_from(HOSTILE), st.lists(PIECES, min_size=1, max_size=20).map("".join)).map(
    lambda text: f"[{text}]"
)
"""In brackets, for engines differ over blanks at either end of a text, and over a text that is empty."""


def schedule_with_texts(name: str, words: str, reason: str) -> tuple[Schedule, Skip]:
    """A policy with those texts in every field that an operator can write."""
    schedule = Schedule(
        calendar=Calendar(
            name=name,
            zone=zone("America/Toronto"),
            uid_domain="maintenance.example.com",
            description=words,
            organizer=Organizer(name=words, email="support@example.com"),
        ),
        environments=(Environment(id="production", name=name),),
        windows=(
            MaintenanceWindow(
                id="thursday",
                name=name,
                recurrence=weekly(3),
                start=time(2),
                end=time(6),
                zone=zone("America/Toronto"),
                environments=frozenset({"production"}),
                impact=Impact.OUTAGE,
                description=words,
                effective_from=FIRST,
                effective_until=date(2026, 6, 18),
            ),
        ),
        freezes=(
            ChangeFreeze(
                zone=TORONTO,
                id="freeze",
                name=words,
                description=name,
                pattern=NamedDays(days=DateRange(first=date(2026, 7, 1), last=date(2026, 7, 2))),
            ),
        ),
    )
    return schedule, Skip(window_id="thursday", day=date(2026, 6, 11), reason=reason)


def rendered(schedule: Schedule, skip: Skip) -> bytes:
    return served_feed(a_situation(schedule, now=NOW, adjustments=[skip]))


def expected_texts(name: str, words: str, reason: str) -> list[tuple[str, str]]:
    """The summary and description of the three occurrences and the freeze."""
    facts = f"Environments: {name}\nImpact: outage\n\n{words}"
    cancelled = f"This maintenance does not take place: {reason}\n\n{facts}"
    freeze = f"No planned change happens on these days.\n\n{name}"
    texts = [(name, facts), (f"Cancelled: {name}", cancelled), (name, facts), (words, freeze)]
    return [(clean(summary), clean(description)) for summary, description in texts]


every_reader = pytest.mark.parametrize("reader", READERS, ids=lambda reader: reader.name)


@every_reader
@settings(max_examples=15)
@given(name=texts, words=texts, reason=texts)
def test_every_engine_shows_the_original_texts(reader: Reader, name: str, words: str, reason: str) -> None:
    """calendar-clients.md, 12: "TEXT escaped in *every* text property"."""
    require(reader)
    content = rendered(*schedule_with_texts(name, words, reason))
    instances = reader.read(content, datetime(2026, 6, 1, tzinfo=UTC), datetime(2026, 8, 1, tzinfo=UTC))
    assert [(each.summary, each.description) for each in instances] == expected_texts(name, words, reason)


@every_reader
@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: re.sub("[^A-Za-z0-9]+", "-", text)[:20])
def test_every_engine_shows_each_hostile_text(reader: Reader, text: str) -> None:
    """RFC 5545, section 3.3.11: only backslash, semicolon, comma and line break are escaped."""
    require(reader)
    text = f"[{text}]"
    instances = reader.read(
        rendered(*schedule_with_texts(text, text, text)),
        datetime(2026, 6, 1, tzinfo=UTC),
        datetime(2026, 8, 1, tzinfo=UTC),
    )
    assert [(each.summary, each.description) for each in instances] == expected_texts(text, text, text)


@settings(max_examples=25)
@given(name=texts, words=texts)
@example(name=f"[{HOSTILE[6]}]", words=f"[{HOSTILE[0]}]")
def test_calendar_and_organizer_have_their_original_names(name: str, words: str) -> None:
    """RFC 7986, section 5.1 (NAME) and RFC 6868 (quotes and line breaks in a parameter)."""
    content = rendered(*schedule_with_texts(name, words, "none"))
    calendar = icalendar.Calendar.from_ical(content)
    assert isinstance(calendar, icalendar.Calendar)
    assert [unescaped(str(calendar[key])) for key in ("NAME", "X-WR-CALNAME")] == [clean(name)] * 2
    assert [str(calendar["DESCRIPTION"]), unescaped(str(calendar["X-WR-CALDESC"]))] == [clean(words)] * 2
    in_one_line = " ".join(clean(words).split())
    organizers = [event.one("ORGANIZER").params["CN"] for event in parse(content).within("VEVENT")]
    assert {without_carets(cn) for cn in organizers} == {in_one_line}
    (other,) = CalendarStream.from_ics(content.decode()).calendars
    (calendar_name,) = [each.value for each in other.extras if each.name.upper() == "X-WR-CALNAME"]
    assert unescaped(calendar_name) == clean(name)


def without_carets(value: str) -> str:
    """A parameter's value (RFC 6868), which icalendar unescapes as if it were TEXT."""
    return re.sub(r"\^([n'^])", lambda match: {"n": "\n", "'": '"', "^": "^"}[match[1]], value)


def unescaped(value: str) -> str:
    """A TEXT value (RFC 5545, section 3.3.11), which both engines leave escaped where they do not know the property."""
    return re.sub(r"\\(.)", lambda match: "\n" if match[1] in "nN" else match[1], value)


@settings(max_examples=25)
@given(name=texts, words=texts, reason=texts)
def test_no_text_breaks_a_line_or_adds_one(name: str, words: str, reason: str) -> None:
    """RFC 5545, section 3.1: "Lines of text SHOULD NOT be longer than 75 octets"; 3.3.11: no control characters."""
    content = rendered(*schedule_with_texts(name, words, reason))
    plain = parse(rendered(*schedule_with_texts("Name", "Words", "Reason")))
    lines = physical_lines(content)
    assert [line for line in lines if not 1 <= len(line) <= 75] == []
    text = "".join(line.decode() for line in lines)
    assert re.findall("[\x00-\x08\x0a-\x1f\x7f-\x9f\u2028\u2029]", text) == []
    calendar = parse(content)
    assert [line.name for line in calendar.lines] == [line.name for line in plain.lines]
    assert [[line.name for line in event.lines] for event in calendar.within("VEVENT")] == [
        [line.name for line in event.lines] for event in plain.within("VEVENT")
    ]


def test_missing_texts_leave_nothing_behind() -> None:
    """An empty description leaves no empty paragraph."""
    schedule, skip = schedule_with_texts("Name", "Words", "Reason")
    bare = replace(schedule, windows=tuple(replace(each, description="") for each in schedule.windows))
    (first, *_) = parse(rendered(bare, skip)).within("VEVENT")
    assert first.one("DESCRIPTION").value == "Environments: Name\\nImpact: outage"
