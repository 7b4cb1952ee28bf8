"""Reads dates and times out of reminders, independently of the code that writes them: its own months, its own rules."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from html.parser import HTMLParser
from typing import Final
from zoneinfo import ZoneInfo

from tests.properties.content_lines import Component, ContentLine, parse

_MONTHS: Final = {
    "en": ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"),
    "fr": ("jan", "fév", "mars", "avr", "mai", "juin", "juil", "aoû", "sep", "oct", "nov", "déc"),
}
"""How the names of months begin; a French "mar." is a Tuesday."""

_TIME: Final = r"(?<![+−])(?P<hour>\d{1,2})(?::| h )(?P<minute>\d{2})(?: (?P<half>[ap])\.m\.)?"


def _token(language: str) -> re.Pattern[str]:
    month = "|".join(f"{each}[a-zûé]*" for each in _MONTHS[language])
    day_first = rf"(?P<day_first>\d{{1,2}})(?:er)? (?P<month_later>{month})\b\.?(?:,? (?P<year_later>\d{{4}}))?"
    # Only English has the month first, as in "Dec 3, 2026".
    month_first = (
        rf"(?P<month>{month})\.? (?P<day>\d{{1,2}})\b(?!:)(?:, (?P<year>\d{{4}}))?|" if language == "en" else ""
    )
    return re.compile(rf"\b(?:{month_first}{day_first}|{_TIME})", re.IGNORECASE)


_TOKENS: Final = {language: _token(language) for language in _MONTHS}
_ONE_DAY: Final = timedelta(days=1)
_WORK: Final = ("maintenance.", "emergency.", "planned.")


def tokens(text: str, language: str, year: int) -> Iterator[date | time]:
    """The dates, of which those without a year are of ``year``, and the times of day, in their order."""
    for match in _TOKENS[language].finditer(re.sub(r"[\s\u00a0\u202f]+", " ", text)):
        part = match.groupdict()
        if part["hour"] is not None:
            hour = int(part["hour"])
            if part["half"]:
                hour = hour % 12 + (12 if part["half"].lower() == "p" else 0)
            yield time(hour, int(part["minute"]))
        else:
            name, day = part.get("month") or part["month_later"], part.get("day") or part["day_first"]
            month = next(
                number for number, each in enumerate(_MONTHS[language], start=1) if name.lower().startswith(each)
            )
            yield date(int(part.get("year") or part["year_later"] or year), month, int(day))


@dataclass(kw_only=True)
class Reading:
    """The dates that stand alone, and the times with the date that stands before each."""

    dates: set[date] = field(default_factory=set)
    moments: set[datetime] = field(default_factory=set)

    @classmethod
    def of(cls, pieces: list[str], language: str, year: int) -> Reading:
        """What the pieces say, each of which begins without a date."""
        reading = cls()
        for piece in pieces:
            day: date | None = None
            is_end = False
            for token in tokens(piece, language, year):
                if isinstance(token, date):
                    day = token
                    reading.dates.add(day)
                else:
                    assert day is not None, f"a time without a date: {piece}"
                    # A day ends with its second midnight.
                    later = _ONE_DAY if is_end and token == time() else timedelta()
                    reading.moments.add(datetime.combine(day, token) + later)
                is_end = not isinstance(token, date)
        return reading


def markdown_pieces(text: str) -> list[str]:
    """Each line, without what escapes Markdown's signs."""
    return [re.sub(r"\\(.)", r"\1", line) for line in text.splitlines()]


def plain_pieces(text: str) -> list[str]:
    """Each entry, put together again from its lines of 75 columns."""
    return re.split(r"\n(?=\* |\n)|\n\n|\n-+\n", text)


class _Blocks(HTMLParser):
    """Collects the text of each block of a fragment, and the ``datetime`` of each ``time``."""

    def __init__(self) -> None:
        super().__init__()
        self.pieces = [""]
        self.times: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in {"p", "li", "h2", "h3", "td", "th", "tr", "div", "strong"}:
            self.pieces.append("")
        if tag == "time":
            self.times += [value for name, value in attrs if name == "datetime" and value]

    def handle_data(self, data: str) -> None:
        self.pieces[-1] += data


def html_pieces(text: str) -> list[str]:
    blocks = _Blocks()
    blocks.feed(text)
    return blocks.pieces


def html_times(text: str) -> list[str]:
    blocks = _Blocks()
    blocks.feed(text)
    return blocks.times


@dataclass(frozen=True, kw_only=True, slots=True)
class FeedEvent:
    """An event of a feed: local times of the calendar's zone, or whole days, of which ``end`` is the one after."""

    uid: str
    status: str
    summary: str
    start: datetime | date
    end: datetime | date

    @property
    def is_work(self) -> bool:
        return self.uid.startswith(_WORK)


def feed_events(feed: bytes, zone: ZoneInfo) -> list[FeedEvent]:
    """The events of an expanded feed."""

    def value(line: ContentLine) -> datetime | date:
        if line.params.get("VALUE") == "DATE":
            return datetime.strptime(line.value, "%Y%m%d").date()  # noqa: DTZ007  (a date)
        return line.local.replace(tzinfo=UTC).astimezone(zone)

    def of(event: Component) -> FeedEvent:
        return FeedEvent(
            uid=event.one("UID").value,
            status=event.one("STATUS").value if event.all("STATUS") else "",
            summary=event.one("SUMMARY").value,
            start=value(event.one("DTSTART")),
            end=value(event.one("DTEND")),
        )

    return [of(event) for event in parse(feed).within("VEVENT")]


def dates_of(event: FeedEvent) -> set[date]:
    """The dates on which it starts and ends; one that ends at midnight also ends on the day before."""
    if isinstance(event.start, datetime) and isinstance(event.end, datetime):
        return {event.start.date(), event.end.date(), (event.end - timedelta(microseconds=1)).date()}
    assert not isinstance(event.end, datetime)
    return {event.start, event.end - _ONE_DAY} if not isinstance(event.start, datetime) else set()


def moments_of(event: FeedEvent) -> set[datetime]:
    """The local times at which it starts and ends, to the minute."""
    return {
        each.replace(tzinfo=None, fold=0, second=0, microsecond=0)
        for each in (event.start, event.end)
        if isinstance(each, datetime)
    }
