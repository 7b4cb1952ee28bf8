"""Dates and times as people write them, in a language and as in the vendor's country."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError
from babel.core import get_global
from babel.dates import format_date, format_skeleton, format_time
from babel.units import format_unit

from icsfeed.domain.spans import DateRange, Span
from icsfeed.domain.zones import offset_at
from icsfeed.publication.pages.languages import Language, sentence


@dataclass(frozen=True, kw_only=True, slots=True)
class When:
    """A stretch of time in words: the ``day`` or days and, unless it is whole days, the ``hours``."""

    day: str
    hours: str = ""

    def __str__(self) -> str:
        return f"{self.day}, {self.hours}" if self.hours else self.day


@dataclass(frozen=True, kw_only=True)
class Dates:
    """How a vendor whose clock is ``zone`` writes dates in ``language``; those of ``year`` without the year."""

    language: Language
    zone: ZoneInfo
    year: int

    @cached_property
    def locale(self) -> Locale:
        """The language as the zone's country writes it, where such a locale is known: clocks of 12 or 24 hours, say."""
        country = get_global("zone_territories").get(self.zone.key, "")
        try:
            return Locale(self.language.code, country)
        except UnknownLocaleError:
            return Locale(self.language.code)

    @property
    def tag(self) -> str:
        """The locale for browsers (BCP 47)."""
        return str(self.locale).replace("_", "-")

    @property
    def first_weekday(self) -> int:
        """The day on which calendars begin their weeks (Monday is 0)."""
        return int(self.locale.first_week_day)

    def day(self, day: date) -> str:
        """A date with its weekday, both short."""
        skeleton = "MMMEd" if day.year == self.year else "yMMMEd"
        return format_skeleton(skeleton, _noon(day), locale=self.locale)

    def dated_day(self, day: date) -> str:
        """A date with its weekday, both short, and with its year in any case."""
        return format_skeleton("yMMMEd", _noon(day), locale=self.locale)

    def long_day(self, day: date) -> str:
        """A date with its weekday, in full."""
        written = format_date(day, "full", locale=self.locale)
        return written.replace(" 1 ", " 1er ", 1) if self.language.code == "fr" else written

    def plain_day(self, day: date) -> str:
        """A date without its weekday, in full."""
        return self._with_ordinal(format_date(day, "long", locale=self.locale))

    def yearly_day(self, month: int, day: int) -> str:
        """A day of every year."""
        return self._with_ordinal(format_skeleton("MMMMd", _noon(date(2000, month, day)), locale=self.locale))

    def _with_ordinal(self, text: str) -> str:
        """The date as French has it on the first of a month; no locale's data know it."""
        return text.replace("1 ", "1er ", 1) if self.language.code == "fr" and text.startswith("1 ") else text

    def month(self, day: date) -> str:
        """The month of a date, with its year."""
        return sentence(format_skeleton("yMMMM", _noon(day), locale=self.locale))

    def month_name(self, month: int) -> str:
        """A month of every year (January is 1)."""
        return str(self.locale.months["stand-alone"]["wide"][month])

    def weekday(self, weekday: int, width: str = "wide") -> str:
        """A weekday (Monday is 0)."""
        return str(self.locale.days["stand-alone"][width][weekday])

    def time(self, instant: datetime) -> str:
        """What the clock on the wall shows."""
        return _unbroken(format_time(instant, "short", tzinfo=self.zone, locale=self.locale))

    def clock(self, local: datetime) -> str:
        """A naive local time."""
        return _unbroken(format_time(local, "short", locale=self.locale))

    def moment(self, instant: datetime) -> str:
        """An instant, with the date and the zone."""
        return f"{self.day(self.local(instant).date())}, {self.time(instant)} {self.abbreviation(instant)}"

    def span(self, span: Span) -> When:
        """A span on the wall clock, with the zone."""
        start, end = self.local(span.start), self.local(span.end)
        last = (end - timedelta(microseconds=1)).date() if end.time() == end.min.time() else end.date()
        names = (self.abbreviation(span.start), self.abbreviation(span.end))
        first = self.time(span.start) if names[0] == names[1] else f"{self.time(span.start)} {names[0]}"
        until = self.time(span.end) if start.date() == last else f"{self.day(end.date())}, {self.time(span.end)}"
        return When(day=self.day(start.date()), hours=f"{first} – {until} {names[1]}")

    def days(self, days: DateRange) -> When:
        """Whole days."""
        first, last = self.day(days.first), self.day(days.last)
        return When(day=first if days.first == days.last else f"{first} – {last}")

    def length(self, length: timedelta) -> str:
        """A length of time, in full."""
        minutes = int(length.total_seconds()) // 60
        parts = ((minutes // 60, "duration-hour"), (minutes % 60, "duration-minute"))
        said = [format_unit(number, unit, "long", locale=self.locale) for number, unit in parts if number]
        return " ".join(said) or format_unit(0, "duration-minute", "long", locale=self.locale)

    def local(self, instant: datetime) -> datetime:
        """The instant on the wall clock."""
        return instant.astimezone(self.zone)

    def abbreviation(self, instant: datetime) -> str:
        """What the time is called then, such as ``EST``; where it has no such name, its offset from UTC."""
        local = self.local(instant)
        name = local.tzname() or ""
        if self.language.code != "en":
            season = "daylight" if local.dst() else "standard"
            name = self._meta_zone("short").get(season, name)
        if name.isalpha():
            return name
        minutes = round(offset_at(self.zone, instant).total_seconds() / 60)
        sign, (hours, rest) = "−" if minutes < 0 else "+", divmod(abs(minutes), 60)
        return f"UTC{sign}{hours}:{rest:02}" if rest else f"UTC{sign}{hours}"

    @property
    def zone_name(self) -> str:
        """The zone as people call it, with its name in the IANA database."""
        names = self._meta_zone("long")
        name = names.get("generic") or names.get("standard")
        return f"{name} ({self.zone.key})" if name else self.zone.key

    def _meta_zone(self, width: str) -> dict[str, str]:
        # CLDR knows some zones by a former name only, such as Asia/Calcutta.
        former = [name for name, later in get_global("zone_aliases").items() if later == self.zone.key]
        known = get_global("meta_zones")
        meta_zone = next((known[name] for name in (self.zone.key, *former) if name in known), None)
        return dict(self.locale.meta_zones.get(meta_zone, {}).get(width, {}))


def _noon(day: date) -> datetime:
    """A time on that day for formatting alone: no zone is meant."""
    return datetime(day.year, day.month, day.day, 12)  # noqa: DTZ001


def _unbroken(time: str) -> str:
    """The time with spaces at which no line breaks: the narrow one between them is not in every font."""
    return "\u00a0".join(time.split())
