"""The words of telephone reminders: which work, and on which day, as people say it."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final, TypeAlias

from icsfeed.domain.civil import instant_of, midnight
from icsfeed.domain.feeds import Kind
from icsfeed.domain.schedule import Schedule
from icsfeed.domain.spans import ONE_DAY
from icsfeed.publication.reminders.phone_sentences import PhoneSentence
from icsfeed.services.upcoming import UpcomingItem
from icsfeed.words.languages import sentence
from icsfeed.words.phrases import Phrase, phrase_in
from icsfeed.words.spoken import SpokenDates
from icsfeed.words.spoken_texts import speakable

_ANY_WORK: Final = {
    Kind.MAINTENANCE: phrase_in("work, as said on the telephone for the first time", "maintenance"),
    Kind.EMERGENCY: phrase_in("work, as said on the telephone for the first time", "an emergency change"),
    Kind.PLANNED: phrase_in("work, as said on the telephone for the first time", "a planned change"),
}
_THE_WORK: Final = {
    Kind.MAINTENANCE: phrase_in("work, as said on the telephone of what listeners may know", "the maintenance"),
    Kind.EMERGENCY: phrase_in("work, as said on the telephone of what listeners may know", "the emergency change"),
    Kind.PLANNED: phrase_in("work, as said on the telephone of what listeners may know", "the planned change"),
}
_WORK_ON: Final = phrase_in("as said on the telephone: maintenance on Production", "{work} on {environments}")

_THIS_EVENING: Final = phrase_in("as said on the telephone, of a start from 18:00 to 23:59", "tonight, {day}")
_THIS_NIGHT: Final = phrase_in(
    "as said on the telephone, of a start from 0:00 to 5:59 tomorrow", "tonight after midnight, {day}"
)
_TODAY: Final = phrase_in("as said on the telephone", "today, {day}")
_TOMORROW: Final = phrase_in("as said on the telephone", "tomorrow, {day}")
_ON_DAY: Final = phrase_in("as said on the telephone", "on {day}")
_DAYS_WITHOUT_DATE: Final = {
    _THIS_EVENING: phrase_in("as said on the telephone, of a start from 18:00 to 23:59", "tonight"),
    _THIS_NIGHT: phrase_in("as said on the telephone, of a start from 0:00 to 5:59 tomorrow", "tonight after midnight"),
    _TODAY: phrase_in("as said on the telephone, without a date", "today"),
    _TOMORROW: phrase_in("as said on the telephone, without a date", "tomorrow"),
}

_AT_MIDNIGHT: Final = phrase_in("as said on the telephone, of an end", "at midnight tonight")
_TODAY_AT: Final = phrase_in("as said on the telephone", "today at {time}")
_TOMORROW_AT: Final = phrase_in("as said on the telephone", "tomorrow at {time}")
_ON_DAY_AT: Final = phrase_in("as said on the telephone", "on {day}, at {time}")
_AT_END_OF_DAY: Final = phrase_in("as said on the telephone: at the end of Friday", "at the end of {day}")
_WITH_ZONE: Final = phrase_in("as said on the telephone: from two to six a.m., Eastern Time", "{when}, {zone}")

_EVENING_BEGINS: Final = timedelta(hours=18)
_NIGHT_ENDS: Final = timedelta(hours=6)

Mark: TypeAlias = Callable[[str], str]
"""What puts the time zone behind a time, or leaves it as it is."""


@dataclass(frozen=True, kw_only=True)
class PhoneWords:
    """Says works and days in the language of ``spoken``; only where it ``is_live``, which are today and tonight."""

    schedule: Schedule
    spoken: SpokenDates
    is_live: bool

    def work(self, kind: Kind, environments: frozenset[str], *, definite: bool = False) -> str:
        """Such work, and where it touches only some of the environments, on which."""
        work = self.spoken.language.say((_THE_WORK if definite else _ANY_WORK)[kind])
        return sentence(self.on(work, environments))

    def on(self, work: str, environments: frozenset[str]) -> str:
        """The work and, unless it touches all of them, its environments."""
        language, names = self.spoken.language, self.schedule.environment_names
        if environments >= names.keys():
            return work
        parts = [speakable(names.get(each, each), language) for each in sorted(environments)]
        named = [part for part in parts if part]
        return language.say(_WORK_ON, work=work, environments=language.join(named)) if named else work

    def day_of(self, start: datetime, end: datetime | None = None) -> str:
        """The day on which something starts (UTC); not tonight, if it lasts all through tomorrow's morning."""
        day = self.spoken.day(self.day_on(start))
        return self.spoken.language.say(self._form_of_day(start, end), day=day)

    def _form_of_day(self, start: datetime, end: datetime | None = None) -> Phrase:
        local = self.spoken.local(start)
        later, clock = (local.date() - self.spoken.today).days, timedelta(hours=local.hour, minutes=local.minute)
        if not self.is_live or later not in {0, 1}:
            return _ON_DAY
        if later == 0:
            return _THIS_EVENING if clock >= _EVENING_BEGINS else _TODAY
        is_tonight = clock < _NIGHT_ENDS and (end is None or self.spoken.local(end) <= local.replace(hour=12, minute=0))
        return _THIS_NIGHT if is_tonight else _TOMORROW

    def short_day_of(self, starts: Sequence[datetime]) -> str:
        """The day of several starts, in order, without a date where it is near: not tonight unless all of them are."""
        form = self._form_of_day(starts[0] if self.day_on(starts[0]) == self.spoken.today else starts[-1])
        if form in _DAYS_WITHOUT_DATE:
            return self.spoken.language.say(_DAYS_WITHOUT_DATE[form])
        return self.spoken.language.say(form, day=self.spoken.day(self.day_on(starts[0])))

    def moment(self, instant: datetime) -> str:
        """When something ends or has ended (UTC)."""
        local, say, time = self.spoken.local(instant), self.spoken.language.say, self.spoken.time(instant)
        is_midnight, later = self.is_midnight(instant), (local.date() - self.spoken.today).days
        if self.is_live and later == 1:
            return say(_AT_MIDNIGHT) if is_midnight else say(_TOMORROW_AT, time=time)
        if is_midnight:
            return say(_AT_END_OF_DAY, day=self.spoken.day(local.date() - ONE_DAY))
        if self.is_live and later == 0:
            return say(_TODAY_AT, time=time)
        return say(_ON_DAY_AT, day=self.spoken.day(local.date()), time=time)

    def is_near(self, start: datetime) -> bool:
        """Whether it starts today or tomorrow, or within 24 hours of any time of today.

        Where clocks go forward tomorrow, these reach into the day after it.
        """
        tomorrow = self.spoken.today + ONE_DAY
        return self.day_on(start) <= tomorrow or start <= instant_of(midnight(tomorrow), self.spoken.zone) + ONE_DAY

    def day_on(self, instant: datetime) -> date:
        return self.spoken.local(instant).date()

    def is_midnight(self, instant: datetime) -> bool:
        local = self.spoken.local(instant).time()
        return local == local.min

    def with_zone(self, when: str) -> str:
        return self.spoken.language.say(_WITH_ZONE, when=when, zone=self.spoken.zone_name)

    def say(self, text: Phrase, **values: str) -> str:
        # An abbreviation at the end has the full stop already.
        return re.sub(r"\.\.$", ".", self.spoken.language.say(text, **values))

    def say_when(self, text: Phrase, mark: Mark, *, when: str, **values: str) -> str:
        return self.say(text, when=mark(when), **values)

    def untimed(self, text: str) -> PhoneSentence:
        return PhoneSentence(text=text, with_zone=text)

    def timed(self, build: Callable[[Mark], str], *, required: bool = True) -> PhoneSentence:
        return PhoneSentence(text=build(str), with_zone=build(self.with_zone), required=required)

    def is_partial(self, item: UpcomingItem) -> bool:
        """Whether it touches only some of the environments."""
        return not frozenset(item.environments) >= self.schedule.environment_names.keys()
