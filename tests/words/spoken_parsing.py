"""Reads spoken times back, independently of the code that says them: its own numbers, its own rules."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo


def _words(text: str) -> list[str]:
    return text.split()


_ENGLISH_TEENS: Final = _words(
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen"
)
_ENGLISH_TENS: Final = {20: "twenty", 30: "thirty", 40: "forty", 50: "fifty", 60: "sixty", 70: "seventy", 80: "eighty"}
_ENGLISH_ORDINALS: Final = {
    "one": "first",
    "two": "second",
    "three": "third",
    "five": "fifth",
    "eight": "eighth",
    "nine": "ninth",
    "twelve": "twelfth",
    "twenty": "twentieth",
    "thirty": "thirtieth",
}
_FRENCH_TEENS: Final = _words(
    "zéro un deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize dix-sept dix-huit "
    "dix-neuf"
)
_FRENCH_TENS: Final = {20: "vingt", 30: "trente", 40: "quarante", 50: "cinquante"}
_MONTHS: Final = {
    "en": _words("January February March April May June July August September October November December"),
    "fr": _words("janvier février mars avril mai juin juillet août septembre octobre novembre décembre"),
}
WEEKDAYS: Final = {
    "en": _words("Monday Tuesday Wednesday Thursday Friday Saturday Sunday"),
    "fr": _words("lundi mardi mercredi jeudi vendredi samedi dimanche"),
}
_BEFORE: Final = {"en": " before the clocks go back", "fr": " avant le recul de l’heure"}
_AFTER: Final = {"en": " after the clocks go back", "fr": " après le recul de l’heure"}


def english_number(number: int) -> str:
    if number < 20:
        return _ENGLISH_TEENS[number]
    tens, units = _ENGLISH_TENS[number // 10 * 10], number % 10
    return f"{tens}-{_ENGLISH_TEENS[units]}" if units else tens


def english_ordinal(number: int) -> str:
    *tens, last = english_number(number).split("-")
    return "-".join((*tens, _ENGLISH_ORDINALS.get(last, f"{last}th")))


def french_number(number: int) -> str:
    """A number up to 59."""
    if number < 20:
        return _FRENCH_TEENS[number]
    tens, units = _FRENCH_TENS[number // 10 * 10], number % 10
    if not units:
        return tens
    return f"{tens} et un" if units == 1 else f"{tens}-{_FRENCH_TEENS[units]}"


def _english_clock() -> dict[str, time]:
    clock = {"midnight": time(0), "noon": time(12)}
    for hour in range(24):
        for minute in range(60):
            number = english_number(hour % 12 or 12)
            minutes = (
                "" if not minute else f" oh {english_number(minute)}" if minute < 10 else f" {english_number(minute)}"
            )
            clock.setdefault(f"{number}{minutes} {'a.m.' if hour < 12 else 'p.m.'}", time(hour, minute))
    return clock


def _french_clock() -> dict[str, time]:
    clock = {}
    for hour in range(24):
        for minute in range(60):
            count = hour % 12
            name = {0: "minuit", 12: "midi"}.get(hour) or (
                "une heure" if count == 1 else f"{french_number(count)} heures"
            )
            minutes = re.sub(r"\bun$", "une", french_number(minute)) if minute else ""
            part = ""
            if hour % 12:
                part = " du matin" if hour < 12 else " de l’après-midi" if hour < 18 else " du soir"
            clock[" ".join(filter(None, (name, minutes))) + part] = time(hour, minute)
    return clock


CLOCKS: Final = {"en": _english_clock(), "fr": _french_clock()}
_DAYS: Final = {
    "en": {english_ordinal(day): day for day in range(1, 32)},
    "fr": {"premier" if day == 1 else french_number(day): day for day in range(1, 32)},
}
_YEARS: Final = {
    "en": {f"twenty {english_number(year - 2000)}": year for year in range(2010, 2060)},
    "fr": {f"deux mille {french_number(year - 2000)}": year for year in range(2010, 2060)},
}
_PARTS: Final = {"en": ("a.m.", "p.m."), "fr": ("du matin", "de l’après-midi", "du soir")}


@dataclass(frozen=True, kw_only=True, slots=True)
class SpokenReader:
    """What a listener makes of a span, in the zone of the calendar, on the day ``today``."""

    code: str
    zone: ZoneInfo
    today: date

    def span(self, text: str) -> tuple[datetime, datetime]:
        """Start and end of a span, in UTC."""
        all_day = {"en": ", all day", "fr": ", toute la journée"}[self.code]
        if text.endswith(all_day):
            first_midnight = datetime.combine(self.day(text.removesuffix(all_day)), time(0))
            return self._instant(first_midnight, "first"), self._instant(first_midnight + timedelta(days=1), "last")
        day_text, hours = re.split({"en": ", from ", "fr": r", d(?:e |’(?=une heure))"}[self.code], text, maxsplit=1)
        day = self.day(day_text)
        first, _, rest = hours.partition({"en": " to ", "fr": " à "}[self.code])
        if (end_of_day := self._end_of_day(rest, day)) is not None:
            start_time, note = self._clock(first)
            start = self._instant(datetime.combine(day, start_time), note or "first")
            return start, self._instant(datetime.combine(end_of_day, time(0)), "last")
        last, until = self._split_end(rest)
        start_time, start_note = self._clock(first, part_from=last)
        end_time, end_note = self._clock(last)
        start = self._instant(datetime.combine(day, start_time), start_note or "first")
        for candidate in self._end_days(day, until, end_time, end_note):
            end = self._instant(datetime.combine(candidate, end_time), end_note or "last")
            if end > start:
                return start, end
        raise ValueError(text)

    def day(self, text: str) -> date:
        """A date, of which the weekday must be right."""
        separator = {"en": ", ", "fr": " "}[self.code]
        weekday, _, rest = text.partition(separator)
        words = rest.replace(",", "").split(" ")
        if self.code == "en":
            month, day, year = words[0], words[1], " ".join(words[2:])
        else:
            place = next(index for index, word in enumerate(words) if word in _MONTHS["fr"])
            day, month, year = " ".join(words[:place]), words[place], " ".join(words[place + 1 :])
        place = _MONTHS[self.code].index(month) + 1
        number = _DAYS[self.code][day]
        years = [_YEARS[self.code][year]] if year else [self.today.year + offset for offset in (-1, 0, 1)]
        found = [each for each in (_date(each, place, number) for each in years) if each is not None]
        near = found if year else [each for each in found if -31 <= (each - self.today).days <= 330]
        assert len(near) == 1, text
        assert WEEKDAYS[self.code][near[0].weekday()] == weekday, text
        return near[0]

    def _end_of_day(self, text: str, first: date) -> date | None:
        """The day after the one of which the text says that something lasts to its end."""
        match = re.fullmatch({"en": "the end of (.*)", "fr": "la fin d[eu] (.*)"}[self.code], text)
        if match is None:
            return None
        return self._later_day(first, match[1]) + timedelta(days=1)

    def _later_day(self, first: date, text: str) -> date:
        if text in WEEKDAYS[self.code]:
            return first + timedelta(days=(WEEKDAYS[self.code].index(text) - first.weekday()) % 7)
        return self.day(text)

    def _split_end(self, text: str) -> tuple[str, str]:
        weekdays = "|".join(WEEKDAYS[self.code])
        before = {"en": " on ", "fr": " (?:le )?"}[self.code]
        match = re.fullmatch(f"(.+?)(?:{before}((?:{weekdays}).*))?", text)
        assert match is not None
        return match[1], match[2] or ""

    def _clock(self, text: str, *, part_from: str = "") -> tuple[time, str]:
        note = ""
        if text.endswith(_BEFORE[self.code]):
            text, note = text.removesuffix(_BEFORE[self.code]), "first"
        elif text.endswith(_AFTER[self.code]):
            text, note = text.removesuffix(_AFTER[self.code]), "last"
        if text not in CLOCKS[self.code] or (part_from and self._needs_part(text)):
            part = next(part for part in _PARTS[self.code] if part_from.endswith(part))
            text = f"{text} {part}"
        return CLOCKS[self.code][text], note

    def _needs_part(self, text: str) -> bool:
        return text not in CLOCKS[self.code]

    def _end_days(self, day: date, until: str, end: time, note: str) -> list[date]:
        if not until:
            if end != time(0):
                return [day]
            next_day = day + timedelta(days=1)
            return [day, next_day] if note and self._is_ambiguous(datetime.combine(day, end)) else [next_day]
        return [self._later_day(day, until)]

    def _is_ambiguous(self, local: datetime) -> bool:
        first, last = (local.replace(tzinfo=self.zone, fold=fold).astimezone(UTC) for fold in (0, 1))
        return first < last

    def _instant(self, local: datetime, reading: str) -> datetime:
        return local.replace(tzinfo=self.zone, fold=0 if reading == "first" else 1).astimezone(UTC)


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
