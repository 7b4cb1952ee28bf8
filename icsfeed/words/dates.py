"""Dates and times in a language, as the vendor's country writes them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache, cached_property, lru_cache
from typing import Final
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError
from babel.core import get_global
from babel.dates import format_date, format_skeleton, format_time
from babel.units import format_unit

from icsfeed.domain.spans import DateRange, Span
from icsfeed.domain.zones import clock_changes_in, offset_at
from icsfeed.words.languages import Language, sentence
from icsfeed.words.phrases import phrase_in

_ORDINALS: Final = {
    "one": phrase_in("ordinal day, as in 1st or 21st", "{day}st"),
    "two": phrase_in("ordinal day, as in 2nd or 22nd", "{day}nd"),
    "few": phrase_in("ordinal day, as in 3rd or 23rd", "{day}rd"),
    "other": phrase_in("ordinal day, as in 4th or 11th", "{day}th"),
}
"""By CLDR's category of ordinal numbers."""

_FIRST: Final = phrase_in("first day of a month, within a date", "1")
"""French writes 1er here, which no locale data know."""


_MAX_CACHED_TEXTS: Final = 4096
"""The pages of three years write each of their days, and few times of day, over and over."""

_ENGLISH_HALVES: Final = {"AM": "a.m.", "PM": "p.m."}
"""The halves of a day, which some English locales write otherwise."""


@dataclass(frozen=True, kw_only=True, slots=True)
class When:
    """A span in words: the ``day`` or days and, unless it is whole days, the ``hours``."""

    day: str
    hours: str = ""

    def __str__(self) -> str:
        return f"{self.day}, {self.hours}" if self.hours else self.day


@dataclass(frozen=True, kw_only=True)
class Dates:
    """Writes dates in ``language``, on the clock of the vendor's ``zone``; those of ``year`` without the year."""

    language: Language
    zone: ZoneInfo
    year: int

    @cached_property
    def locale(self) -> Locale:
        """The language as the zone's country writes it, where CLDR has such a locale: 12 or 24 hours, say."""
        own = self.language.locale
        country = get_global("zone_territories").get(self.zone.key, "")
        try:
            return Locale(own.language, country, script=own.script)
        except UnknownLocaleError:
            return own

    @property
    def tag(self) -> str:
        """The locale for browsers (BCP 47)."""
        return str(self.locale).replace("_", "-")

    @property
    def first_weekday(self) -> int:
        """The day on which weeks begin (Monday is 0)."""
        return int(self.locale.first_week_day)

    @property
    def first_of_month(self) -> str:
        """How a date writes the first day of a month."""
        return self.language.say(_FIRST)

    def day(self, day: date) -> str:
        """A date with its weekday, both short."""
        skeleton = "MMMEd" if day.year == self.year else "yMMMEd"
        return self._with_first(day.day, _in_skeleton(skeleton, day, self.locale))

    def dated_day(self, day: date) -> str:
        """A date with its weekday, both short, and always with its year."""
        return self._with_first(day.day, _in_skeleton("yMMMEd", day, self.locale))

    def long_day(self, day: date) -> str:
        """A date with its weekday, in full."""
        return self._with_first(day.day, format_date(day, "full", locale=self.locale))

    def plain_day(self, day: date) -> str:
        """A date without its weekday, in full."""
        return self._with_first(day.day, format_date(day, "long", locale=self.locale))

    def yearly_day(self, month: int, day: int) -> str:
        """A day of every year."""
        return self._with_first(day, format_skeleton("MMMMd", _noon(date(2000, month, day)), locale=self.locale))

    def _with_first(self, day: int, text: str) -> str:
        return re.sub(r"\b1\b", self.first_of_month, text, count=1) if day == 1 else text

    def ordinal(self, day: int) -> str:
        """A day of every month, such as ``15th``."""
        return self.language.say(_ORDINALS.get(self.locale.ordinal_form(day), _ORDINALS["other"]), day=day)

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
        """The time of day at an instant."""
        return self.clock(self.local(instant))

    def clock(self, local: datetime) -> str:
        """The time of day of a naive local time."""
        return self._written(_time_of_day(local.hour, local.minute, self.locale))

    def _written(self, time: str) -> str:
        """The time as every English-speaking country can read it, and without a break inside."""
        halves = _ENGLISH_HALVES if self.language.code == "en" else {}
        return "\u00a0".join(halves.get(part.upper(), part) for part in time.split())

    def hours(self, start: datetime, end: datetime) -> str:
        """The time of day from ``start`` to ``end`` (naive local times, of which the end may be a later day's)."""
        days_later = (end.date() - start.date()).days
        if days_later == 1 and end.time() == end.min.time():
            days_later = 0
        first, last, say = self.clock(start), self.clock(end), self.language.say
        if days_later == 1:
            return say("{start} – {end} the next day", start=first, end=last)
        if days_later:
            return self.language.say_count(
                "{start} – {end} {count} day later",
                "{start} – {end} {count} days later",
                days_later,
                start=first,
                end=last,
            )
        return say("{start} – {end}", start=first, end=last)

    def moment(self, instant: datetime) -> str:
        """An instant, with the date and the zone."""
        return f"{self.day(self.local(instant).date())}, {self.time(instant)}\u00a0{self.abbreviation(instant)}"

    def compact_moment(self, instant: datetime) -> str:
        """An instant in as few characters as tell it, such as ``Thu 3 Dec 02:00 EST``."""
        local = self.local(instant)
        pattern = "EEE d MMM" if local.year == self.year else "EEE d MMM y"
        day = self._with_first(local.day, format_date(local, pattern, locale=self.locale))
        clock = f"{local:%H:%M}" if self.language.code == "en" else self.time(instant)
        return f"{day} {clock} {self.abbreviation(instant)}"

    def span(self, span: Span) -> When:
        """A span on the wall clock, with the zone."""
        start, end = self.local(span.start), self.local(span.end)
        last = (end - timedelta(microseconds=1)).date() if end.time() == end.min.time() else end.date()
        names = (self.abbreviation(span.start), self.abbreviation(span.end))
        first = self.time(span.start) if names[0] == names[1] else f"{self.time(span.start)}\u00a0{names[0]}"
        until = self.time(span.end) if start.date() == last else f"{self.day(end.date())}, {self.time(span.end)}"
        return When(day=self.day(start.date()), hours=f"{first} – {until}\u00a0{names[1]}")

    def days(self, days: DateRange) -> When:
        """Whole days."""
        first, last = self.day(days.first), self.day(days.last)
        return When(day=first if days.first == days.last else f"{first} – {last}")

    def length(self, length: timedelta) -> str:
        """A length of time, in full."""
        minutes = int(length.total_seconds()) // 60
        parts = ((minutes // 60, "duration-hour"), (minutes % 60, "duration-minute"))
        written = [format_unit(number, unit, "long", locale=self.locale) for number, unit in parts if number]
        return " ".join(written) or format_unit(0, "duration-minute", "long", locale=self.locale)

    def length_in_days(self, length: timedelta) -> str:
        """A length of time, in full, with its whole days."""
        days, rest = divmod(length, timedelta(days=1))
        if not days:
            return self.length(length)
        written = format_unit(days, "duration-day", "long", locale=self.locale)
        return f"{written} {self.length(rest)}" if rest else written

    def local(self, instant: datetime) -> datetime:
        """The instant on the wall clock."""
        return instant.astimezone(self.zone)

    def abbreviation(self, instant: datetime) -> str:
        """The abbreviation of the zone's time then, such as ``EST``, or else its offset from UTC."""
        local = self.local(instant)
        name = local.tzname() or ""
        if self.language.code != "en":
            season = "daylight" if local.dst() else "standard"
            name = self._meta_zone_names(self.zone, "short").get(season, name)
        if name.isalpha():
            return name
        minutes = round(offset_at(self.zone, instant).total_seconds() / 60)
        sign, (hours, rest) = "−" if minutes < 0 else "+", divmod(abs(minutes), 60)
        return f"UTC{sign}{hours}:{rest:02}" if rest else f"UTC{sign}{hours}"

    @property
    def zone_name(self) -> str:
        """The name of the vendor's zone."""
        return self.name_of_zone(self.zone)

    def name_of_zone(self, zone: ZoneInfo) -> str:
        """The zone's name in the language, with the one in the IANA database."""
        names = self._meta_zone_names(zone, "long")
        name = names.get("generic")
        if name is None and not clock_changes_in(zone, self.year):
            name = names.get("standard")  # London has no other, and is not on Greenwich Mean Time in summer.
        return f"{name} ({zone.key})" if name else zone.key

    def _meta_zone_names(self, zone: ZoneInfo, width: str) -> dict[str, str]:
        return dict(self.locale.meta_zones.get(_meta_zone(zone.key), {}).get(width, {}))


@lru_cache(maxsize=_MAX_CACHED_TEXTS)
def _in_skeleton(skeleton: str, day: date, locale: Locale) -> str:
    return str(format_skeleton(skeleton, _noon(day), locale=locale))


@lru_cache(maxsize=_MAX_CACHED_TEXTS)
def _time_of_day(hour: int, minute: int, locale: Locale) -> str:
    return str(format_time(time(hour, minute), "short", locale=locale))


@cache
def _meta_zone(name: str) -> str | None:
    """CLDR's group of the zones with the same names. It knows some zones by a former name only: Asia/Calcutta, say."""
    former = [each for each, later in get_global("zone_aliases").items() if later == name]
    meta_zones = get_global("meta_zones")
    return next((meta_zones[each] for each in (name, *former) if each in meta_zones), None)


def _noon(day: date) -> datetime:
    """A time on that day for formatting alone: no zone is meant."""
    return datetime(day.year, day.month, day.day, 12)  # noqa: DTZ001
