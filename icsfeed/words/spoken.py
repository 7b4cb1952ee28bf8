"""Dates and times as people say them, to be read out: in words, without digits, signs or abbreviations."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from icsfeed.domain.civil import readings
from icsfeed.domain.spans import ONE_DAY, DateRange, Span
from icsfeed.domain.zones import clock_changes_in, offset_at
from icsfeed.words.dates import Dates, When
from icsfeed.words.phrases import Phrase, phrase_in
from icsfeed.words.spoken_numbers import (
    day_in_words,
    hour_in_words,
    minutes_in_words,
    number_in_words,
    spell_out,
    year_in_words,
)

_MIDNIGHT: Final = phrase_in("time of day, as people say it", "midnight")
_NOON: Final = phrase_in("time of day, as people say it", "noon")
_PAST_MIDNIGHT: Final = phrase_in("from 0:01 to 0:59, as in: twelve thirty a.m.", "{time} a.m.")
_MORNING: Final = phrase_in("from 1:00 to 11:59, as in: two a.m.", "{time} a.m.")
_PAST_NOON: Final = phrase_in("from 12:01 to 12:59, as in: twelve thirty p.m.", "{time} p.m.")
_AFTERNOON: Final = phrase_in("from 13:00 to 17:59, as in: two p.m.", "{time} p.m.")
_EVENING: Final = phrase_in("from 18:00 to 23:59, as in: ten p.m.", "{time} p.m.")
_NOON_HOUR: Final = 12
_EVENING_HOUR: Final = 18

_SPOKEN_DATE: Final = phrase_in("date as people say it: Thursday, December third", "{weekday}, {month} {day}")
_PLAIN_DATE: Final = phrase_in("date as people say it: December third", "{month} {day}")
_WITH_YEAR: Final = phrase_in("date as people say it, with its year", "{date}, {year}")
_FROM: Final = phrase_in("as people say it before a time: from two a.m.", "from {time}")
_FROM_ONE: Final = phrase_in("as people say it before one o’clock: from one a.m.", "from {time}")
_ONE_O_CLOCK: Final = frozenset({1, 13})
_HOURS: Final = phrase_in("times as people say them: from two to six a.m.", "{start} to {end}")
_HOURS_TO_DAY: Final = phrase_in(
    "times as people say them: from eleven p.m. to one a.m. on Friday", "{start} to {end} on {day}"
)
_HOURS_TO_DATE: Final = phrase_in(
    "times as people say them: from eleven p.m. to one a.m. on Friday, December fourth", "{start} to {end} on {day}"
)
_TO_END_OF_DAY: Final = phrase_in(
    "times as people say them: from eleven p.m. to the end of Friday", "{start} to the end of {day}"
)
_TO_END_OF_DATE: Final = phrase_in(
    "times as people say them: from eleven p.m. to the end of Friday, December fourth", "{start} to the end of {day}"
)
_ALL_DAY: Final = phrase_in("times as people say them: from midnight to midnight", "all day")
_FOR_DAYS: Final = phrase_in("times as people say them: two days from midnight on", "for {number} days")
_HOURS_TO_NEXT_DAY: Final = phrase_in("times as people say them", "{start} to {end} the next day")
_HOURS_TO_LATER_DAY: Final = phrase_in(
    "times as people say them, several days apart", "{start} to {end}, {number} days later"
)
_DAYS: Final = phrase_in("dates as people say them", "from {first}, through {last}")
_MOMENT: Final = phrase_in("date and time as people say them", "{day}, at {time}")
_FIRST_READING: Final = phrase_in("time that comes twice in a night", "{time} before the clocks go back")
_SECOND_READING: Final = phrase_in("time that comes twice in a night", "{time} after the clocks go back")
_CITY_TIME: Final = phrase_in("time zone as people say it: London time", "{city} time")
_CITY_TIME_WITH_VOWEL: Final = phrase_in("time zone of a city that begins with a vowel", "{city} time")
_AHEAD_OF_UTC: Final = phrase_in("time zone as people say it: UTC plus five thirty", "UTC plus {offset}")
_BEHIND_UTC: Final = phrase_in("time zone as people say it: UTC minus three thirty", "UTC minus {offset}")
_VOWELS: Final = frozenset("aeiouâéèêëîïôû")

_DAYS_WITHOUT_YEAR: Final = range(-31, 331)
"""How far from today a date may lie to be clear without its year."""

_DAYS_BY_WEEKDAY: Final = 6
"""How many days later than the start an end may be to be clear by its weekday alone."""


@dataclass(frozen=True, kw_only=True)
class SpokenDates(Dates):
    """Says dates and times, those near ``today`` without the year, and those of another zone than its own never."""

    today: date

    def day(self, day: date) -> str:
        return self._with_year(day, self._spell(_SPOKEN_DATE, day))

    def dated_day(self, day: date) -> str:
        return self._dated(day, self._spell(_SPOKEN_DATE, day))

    def long_day(self, day: date) -> str:
        return self.day(day)

    def plain_day(self, day: date) -> str:
        return self._with_year(day, self._spell(_PLAIN_DATE, day))

    def yearly_day(self, month: int, day: int) -> str:
        return self._spell(_PLAIN_DATE, date(2000, month, day))

    def _spell(self, form: Phrase, day: date) -> str:
        weekday, month = self.weekday(day.weekday()), str(self.locale.months["format"]["wide"][day.month])
        return self.language.say(form, weekday=weekday, month=month, day=day_in_words(day.day, self.language))

    def _with_year(self, day: date, text: str) -> str:
        if (day - self.today).days in _DAYS_WITHOUT_YEAR:
            return text
        return self._dated(day, text)

    def _dated(self, day: date, text: str) -> str:
        return self.language.say(_WITH_YEAR, date=text, year=year_in_words(day.year, self.language))

    def ordinal(self, day: int) -> str:
        return day_in_words(day, self.language)

    def time(self, instant: datetime) -> str:
        """The time of day; of one that the clock shows twice, which of the two."""
        return self._reading(instant, usual=None)

    def _reading(self, instant: datetime, usual: int | None) -> str:
        """The time of day, and which of two readings it is unless that is the ``usual`` one (0 or 1)."""
        local = self.local(instant).replace(tzinfo=None, fold=0)
        times, text = readings(local, self.zone), self.clock(local)
        if len(times) == 1 or times.index(instant) == usual:
            return text
        return self.language.say(_FIRST_READING if instant == times[0] else _SECOND_READING, time=text)

    def times(self, instants: Sequence[datetime]) -> str:
        """Several times of one day, in order, each part of the day said once: "two, four and six p.m."."""
        locals_of, texts = [self.local(each).replace(tzinfo=None, fold=0) for each in instants], []
        for place, (instant, local) in enumerate(zip(instants, locals_of, strict=True)):
            text = self.time(instant)
            following = locals_of[place + 1] if place + 1 < len(instants) else local
            texts.append(self._bare(local) if text == self.clock(local) and self._shared(local, following) else text)
        return self.language.join(texts)

    def clock(self, local: datetime) -> str:
        say = self.language.say
        if _has_name(local):
            return say(_NOON if local.hour else _MIDNIGHT)
        return say(_part_of_day(local), time=self._bare(local))

    def _bare(self, local: datetime) -> str:
        """The time without the part of the day."""
        hour = hour_in_words(local.hour, self.language)
        return f"{hour} {minutes_in_words(local.minute, self.language)}" if local.minute else hour

    def _shared(self, start: datetime, end: datetime) -> bool:
        """Whether one part of the day, said at the end, serves for both."""
        if start.date() != end.date() or start >= end:
            return False
        if any(_has_name(each) for each in (start, end)):
            return False
        first, last = (self.language.say(_part_of_day(each)) for each in (start, end))
        return first == last

    def hours(self, start: datetime, end: datetime) -> str:
        later = (end.date() - start.date()).days
        say, number = self.language.say, number_in_words(later, self.language)
        if _is_midnight(start) and _is_midnight(end):
            return say(_ALL_DAY) if later == 1 else say(_FOR_DAYS, number=number)
        first, last = self._from(start, self.clock(start)), self.clock(end)
        if self._shared(start, end):
            return say(_HOURS, start=self._from(start, self._bare(start)), end=last)
        if later == 0 or (later == 1 and _is_midnight(end)):
            return say(_HOURS, start=first, end=last)
        if later == 1:
            return say(_HOURS_TO_NEXT_DAY, start=first, end=last)
        return say(_HOURS_TO_LATER_DAY, start=first, end=last, number=number)

    def _from(self, local: datetime, time: str) -> str:
        return self.language.say(_FROM_ONE if local.hour in _ONE_O_CLOCK else _FROM, time=time)

    def moment(self, instant: datetime) -> str:
        return self.language.say(_MOMENT, day=self.day(self.local(instant).date()), time=self.time(instant))

    def dated_moment(self, instant: datetime) -> str:
        """An instant, always with the year of its date."""
        return self.language.say(_MOMENT, day=self.dated_day(self.local(instant).date()), time=self.time(instant))

    def span(self, span: Span) -> When:
        start, end = (self.local(each).replace(tzinfo=None, fold=0) for each in (span.start, span.end))
        repeats = start.date() == end.date() and end <= start
        first = self._reading(span.start, usual=None if repeats else 0)
        last = self._reading(span.end, usual=None if repeats else 1)
        if (first, last) == (self.clock(start), self.clock(end)) and self._shared(start, end):
            first = self._bare(start)
        hours = self._hours_until(start, end, self._from(start, first), last)
        if (first, last) == (self.clock(start), self.clock(end)) and _is_midnight(start) and end == start + ONE_DAY:
            hours = self.language.say(_ALL_DAY)
        return When(day=self.day(start.date()), hours=hours)

    def _hours_until(self, start: datetime, end: datetime, first: str, last: str) -> str:
        """From the ``first`` time to the ``last``, with the day of the end where that is another."""
        ends_with_day = _is_midnight(end) and last == self.clock(end) and end > start
        last_day = end.date() - ONE_DAY if ends_with_day else end.date()
        later, say = (last_day - start.date()).days, self.language.say
        if later == 0:
            return say(_HOURS, start=first, end=last)
        is_near = later <= _DAYS_BY_WEEKDAY
        day = self.weekday(last_day.weekday()) if is_near else self.day(last_day)
        if ends_with_day:
            return say(_TO_END_OF_DAY if is_near else _TO_END_OF_DATE, start=first, day=day)
        return say(_HOURS_TO_DAY if is_near else _HOURS_TO_DATE, start=first, end=last, day=day)

    def days(self, days: DateRange) -> When:
        first, last = self.day(days.first), self.day(days.last)
        return When(day=first if days.first == days.last else self.language.say(_DAYS, first=first, last=last))

    def length(self, length: timedelta) -> str:
        return spell_out(super().length(length), self.language)

    def abbreviation(self, instant: datetime) -> str:  # noqa: ARG002  (the name holds all year)
        return self.zone_name

    def name_of_zone(self, zone: ZoneInfo) -> str:
        """The zone's name, or that of its city where clocks change, or else its offset from UTC."""
        names = self._meta_zone_names(zone, "long")
        if clock_changes_in(zone, self.today.year):
            name = names.get("generic")
            return str(name) if name is not None else self._city_time(zone)
        # Where clocks never change, the general name may be that of neighbours whose clocks do.
        name = names.get("standard") or names.get("generic")
        return str(name) if name is not None else self._offset(zone)

    def _city_time(self, zone: ZoneInfo) -> str:
        city = self.locale.time_zones.get(zone.key, {}).get("city") or zone.key.rpartition("/")[2].replace("_", " ")
        form = _CITY_TIME_WITH_VOWEL if city[0].lower() in _VOWELS else _CITY_TIME
        return self.language.say(form, city=city)

    def _offset(self, zone: ZoneInfo) -> str:
        noon = datetime(self.today.year, self.today.month, self.today.day, 12, tzinfo=zone)
        minutes = round(offset_at(zone, noon).total_seconds() / 60)
        if not minutes:
            return str(self.locale.time_zones["Etc/UTC"]["long"]["standard"])
        hours, rest = divmod(abs(minutes), 60)
        numbers = [number_in_words(hours, self.language)]
        if rest:
            numbers.append(number_in_words(rest, self.language))
        form = _BEHIND_UTC if minutes < 0 else _AHEAD_OF_UTC
        return self.language.say(form, offset=" ".join(numbers))


def _has_name(local: datetime) -> bool:
    """Whether it is midnight or noon."""
    return not local.minute and not local.hour % _NOON_HOUR


def _is_midnight(local: datetime) -> bool:
    return local.time() == local.time().min


def _part_of_day(local: datetime) -> Phrase:
    if local.hour < _NOON_HOUR:
        return _MORNING if local.hour else _PAST_MIDNIGHT
    if local.hour == _NOON_HOUR:
        return _PAST_NOON
    return _AFTERNOON if local.hour < _EVENING_HOUR else _EVENING
