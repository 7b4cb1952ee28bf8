"""Every date and time that the telephone says is one of the feed's: the published text, read by other rules."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Final

import pytest
from hypothesis import given, settings

from icsfeed.domain.situation import Situation
from tests.reminders.reading import dates_of, feed_events
from tests.reminders.situations import SITUATIONS
from tests.reminders.test_phone_properties import situations
from tests.reminders.texts import published
from tests.words.spoken_parsing import CLOCKS, WEEKDAYS, english_ordinal, french_number

_MONTHS: Final = {
    "en": [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ],
    "fr": [
        "janvier",
        "février",
        "mars",
        "avril",
        "mai",
        "juin",
        "juillet",
        "août",
        "septembre",
        "octobre",
        "novembre",
        "décembre",
    ],
}
_SAID: Final = {
    language: re.compile("|".join(rf"\b{re.escape(each)}" for each in sorted(clock, key=len, reverse=True)))
    for language, clock in CLOCKS.items()
}


def _spoken(day: date, language: str) -> str:
    weekday, month = WEEKDAYS[language][day.weekday()], _MONTHS[language][day.month - 1]
    if language == "en":
        return f"{weekday}, {month} {english_ordinal(day.day)}"
    return f"{weekday} {'premier' if day.day == 1 else french_number(day.day)} {month}"


def days_in(text: str, language: str, about: date) -> Iterator[date]:
    """The dates of two years that the text says, with their weekdays."""
    for number in range(-365, 366):
        day = about + number * timedelta(days=1)
        if re.search(rf"\b{re.escape(_spoken(day, language))}\b(?!-)", text):
            yield day


def times_in(text: str, language: str) -> set[time]:
    """The times of day with the part of the day; midnight and noon have none."""
    return {CLOCKS[language][match] for match in _SAID[language].findall(text)}


def assert_spoken(situation: Situation) -> None:
    zone = situation.zone
    today = situation.now.astimezone(zone).date()
    for is_live in (True, False):
        representations = published(situation, is_live=is_live)
        events = feed_events(representations["/feeds/all.expanded.ics"].body, zone)
        edges = [edge for each in events for edge in (each.start, each.end) if isinstance(edge, datetime)]
        updates = [update for change in situation.changes.values() for update in change.updates]
        steps = [each.at for each in updates]
        planned = [edge for each in updates for edge in (each.plan.span.start, each.plan.span.end)]
        others = [each.astimezone(zone) for each in (*steps, *planned, situation.record.changed_at)]
        times = {time(), *(time(each.hour, each.minute) for each in (*edges, *others))}
        dates = {today, *(each.date() for each in others)}.union(*map(dates_of, events))
        for folder, language in (("", "en"), ("fr/", "fr")):
            text = representations[f"/{folder}reminders/phone.txt"].body.decode()
            assert times_in(text, language) <= times, text
            assert set(days_in(text, language, today)) <= dates, text


@pytest.mark.parametrize("name", SITUATIONS)
def test_the_telephone_and_the_feed_agree(name: str) -> None:
    assert_spoken(SITUATIONS[name])


@settings(max_examples=8)
@given(situation=situations())
def test_the_telephone_and_the_feed_agree_whatever_is_recorded(situation: Situation) -> None:
    assert_spoken(situation)


def test_the_reader_hears_dates_and_times() -> None:
    """Otherwise the tests above could not fail."""
    text = published(SITUATIONS["emergency_tonight"])["/reminders/phone.txt"].body.decode()
    assert time(23, 30) in times_in(text, "en")
    assert date(2026, 12, 8) in set(days_in(text, "en", date(2026, 12, 8)))
