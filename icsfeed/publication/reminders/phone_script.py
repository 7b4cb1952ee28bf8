"""What a telephone line says, in its order: emergencies, what is near, the regular times, the change freeze.

All that starts today or tomorrow is said, and so is all that starts within 24 hours; the rest is said as far as the
time allows. Where even what must be said takes too long, names and ends are left out, and each start is said once. Past
that, the text takes longer: no start is ever left out.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property, partial
from itertools import groupby
from typing import Final

from icsfeed.domain.changes import State
from icsfeed.domain.civil import whole_days
from icsfeed.domain.feeds import Kind
from icsfeed.publication.reminders.phone_sentences import PhoneSentence, chosen_sentences, is_in_time
from icsfeed.publication.reminders.phone_words import PhoneWords
from icsfeed.services.reminders import ReminderFacts, is_open_work
from icsfeed.services.upcoming import UpcomingItem
from icsfeed.words.languages import sentence
from icsfeed.words.phrases import Phrase, phrase, phrase_in
from icsfeed.words.spoken_numbers import number_in_words
from icsfeed.words.spoken_rules import regular_times
from icsfeed.words.spoken_texts import speakable

_AS_OF: Final = phrase_in("as said on the telephone, before everything else", "As of {when}.")
_UNDER_WAY: Final = phrase_in("as said on the telephone", "{work} is under way")
_EXPECTED_END: Final = phrase_in(
    "as said on the telephone, after: maintenance is under way", "It is expected to end {when}."
)
_OVERDUE: Final = phrase_in("as said on the telephone", "It is taking longer than planned.")
_TAKES_PLACE: Final = phrase_in("as said on the telephone", "{work} takes place {when}")
_MAY_TAKE_PLACE: Final = phrase_in("as said on the telephone", "{work} may take place {when}")
_CALLED_OFF: Final = phrase_in("as said on the telephone", "{work} does not take place {when}.")
_COMPLETED: Final = phrase_in("as said on the telephone", "{work} was completed {when}")
_NAMED: Final = phrase_in("as said on the telephone: an emergency change takes place: name", "{statement}: {name}.")
_UNNAMED: Final = phrase_in("as said on the telephone", "{statement}.")
_WHEN: Final = phrase_in("as said on the telephone: tonight, Thursday, from two to six a.m.", "{day}, {hours}")

_NOTHING_NEAR: Final = phrase("No maintenance is planned for today or tomorrow.")
_NOTHING: Final = phrase("No maintenance is planned.")
_NEXT: Final = phrase_in("as said on the telephone", "The next maintenance takes place {when}.")
_REGULAR_WORK: Final = phrase_in("work, as said on the telephone", "regular maintenance")
_REGULAR: Final = phrase_in("as said on the telephone: regular maintenance is every Thursday", "{work} is {when}.")

_FREEZE: Final = phrase_in("as said on the telephone for the first time", "a change freeze")
_THE_FREEZE: Final = phrase_in("as said on the telephone before its dates", "the change freeze")
_FROZEN: Final = phrase_in(
    "as said on the telephone", "{freeze} is in effect {until}: no regular maintenance takes place."
)
_THROUGH: Final = phrase_in("as said on the telephone: in effect through Monday, November thirtieth", "through {day}")
_UNTIL: Final = phrase_in(
    "as said on the telephone: in effect until Monday, November thirtieth, at noon", "until {when}"
)
_UNTIL_FURTHER_NOTICE: Final = phrase_in("as said on the telephone", "until further notice")
_FREEZE_AHEAD: Final = phrase_in(
    "as said on the telephone", "No regular maintenance takes place during {freeze}, {when}."
)
_FROM_MOMENT: Final = phrase_in("as said on the telephone", "from {first}, to {last}")
_ON_ONE_DAY: Final = phrase_in("as said on the telephone, of a change freeze", "on {day}")
_SINCE: Final = phrase_in(
    "as said on the telephone, of a change freeze without an end", "since {day}, until further notice"
)

_EMERGENCIES_UNDER_WAY: Final = phrase_in("as said on the telephone", "{number} emergency changes are under way.")
_WORK_UNDER_WAY: Final = phrase_in("as said on the telephone of several works", "Maintenance is under way.")
_EMERGENCIES_BEGIN: Final = phrase_in("as said on the telephone", "Emergency changes begin {day} at {times}.")
_WORKS_BEGIN: Final = phrase_in("as said on the telephone", "Maintenance begins {day} at {times}.")

_Mark = Callable[[str], str]
"""What puts the time zone behind a time, or leaves it as it is."""


@dataclass(frozen=True, kw_only=True)
class PhoneScript:
    """The sentences about ``facts`` and the ``next_freeze`` (``None``: none ahead); ``as_of`` is said unless live."""

    facts: ReminderFacts
    next_freeze: UpcomingItem | None
    as_of: datetime
    words: PhoneWords

    def sentences(self) -> tuple[str, ...]:
        """The sentences that there is time for."""
        full = tuple(self._all())
        if is_in_time(chosen := chosen_sentences(full)):
            return chosen
        return chosen_sentences((*self._as_of(), *self._compact(), *(each for each in full if not each.required)))

    def _all(self) -> Iterator[PhoneSentence]:
        yield from self._as_of()
        emergencies, others = (self._works(is_emergency=each) for each in (True, False))
        for items, is_emergency in ((emergencies, True), (others, False)):
            yield from self._under_way(is_emergency=is_emergency)
            yield from self._taking_place(items)
            if is_emergency:
                yield from self._finished()
        yield from self._called_off()
        if self._is_quiet:
            yield from self._nothing_near()
            yield from self._next()
        yield from self._regular()
        yield from self._freeze()
        if not self._is_quiet and not others:
            yield from self._next()

    def _works(self, *, is_emergency: bool) -> list[UpcomingItem]:
        """Emergencies whenever they are, or other near work; what is under way too, where that is not said so."""
        facts, works = self.facts, filter(is_open_work, self.facts.coming)
        started = () if self.words.is_live else facts.under_way
        return [
            each
            for each in sorted((*started, *works), key=lambda item: (item.span.start, item.kind, item.id))
            if (each.kind is Kind.EMERGENCY) is is_emergency and (is_emergency or self.words.is_near(each.span.start))
        ]

    def _as_of(self) -> Iterator[PhoneSentence]:
        if not self.words.is_live:
            yield self._timed(lambda mark: self._say(_AS_OF, when=mark(self.words.spoken.dated_moment(self.as_of))))

    def _under_way(self, *, is_emergency: bool) -> Iterator[PhoneSentence]:
        for item in self.facts.under_way if self.words.is_live else ():
            if (item.kind is Kind.EMERGENCY) is is_emergency:
                yield self._plain(self._named(item, self._say(_UNDER_WAY, work=self._work(item))))
                if item.span.end <= self.facts.now:
                    yield self._plain(self._say(_OVERDUE))
                else:
                    end = self.words.moment(item.span.end)
                    yield self._timed(partial(self._marked, _EXPECTED_END, when=end))

    def _taking_place(self, items: Iterable[UpcomingItem]) -> Iterator[PhoneSentence]:
        for _, group in groupby(items, key=self._joint):
            works = list(group)
            first = works[0]
            form = _MAY_TAKE_PLACE if first.state is State.TENTATIVE else _TAKES_PLACE
            yield self._timed(partial(self._statement, works, form), required=self.words.is_near(first.span.start))

    def _joint(self, item: UpcomingItem) -> tuple[object, ...]:
        """What works that are said in one sentence have in common."""
        name = "" if item.kind is Kind.MAINTENANCE else item.name
        return item.kind, name, item.environments, item.state, self.words.day_of(item.span.start)

    def _statement(self, works: list[UpcomingItem], form: Phrase, mark: _Mark) -> str:
        spoken, first = self.words.spoken, works[0]
        hours = spoken.language.join([spoken.span(each.span).hours for each in works])
        when = self._say(_WHEN, day=self.words.day_of(first.span.start), hours=hours)
        return self._named(first, self._say(form, work=self._work(first), when=mark(when)))

    def _finished(self) -> Iterator[PhoneSentence]:
        for item in self.facts.finished:
            if item.state is State.COMPLETED:
                when = self.words.moment(item.span.end)
                yield self._timed(partial(self._done, item, when), required=False)

    def _done(self, item: UpcomingItem, when: str, mark: _Mark) -> str:
        return self._named(item, self._say(_COMPLETED, work=self._work(item, definite=True), when=mark(when)))

    def _called_off(self) -> Iterator[PhoneSentence]:
        for item in self.facts.coming:
            if item.state is State.CANCELLED and self.words.is_near(item.span.start):
                when = self._when(item)
                work = self._work(item, definite=True)
                yield self._timed(partial(self._marked, _CALLED_OFF, work=work, when=when), required=False)

    @cached_property
    def _is_quiet(self) -> bool:
        """Whether nothing is under way, and nothing starts today or tomorrow."""
        works = (*self._works(is_emergency=True), *self._works(is_emergency=False))
        return not self.facts.under_way and not any(self.words.is_near(each.span.start) for each in works)

    @property
    def _following(self) -> UpcomingItem | None:
        """The first work after tomorrow that is not said among the emergencies."""
        later = (each for each in self.facts.coming if is_open_work(each) and each.kind is not Kind.EMERGENCY)
        return next((each for each in later if not self.words.is_near(each.span.start)), self.facts.next)

    def _nothing_near(self) -> Iterator[PhoneSentence]:
        is_empty = self._following is None and not self._works(is_emergency=True)
        if is_empty or self.words.is_live:
            yield self._plain(self._say(_NOTHING if is_empty else _NOTHING_NEAR))

    def _next(self) -> Iterator[PhoneSentence]:
        following = self._following
        if following is None:
            return
        if following.kind is Kind.MAINTENANCE and not self._where(following):
            yield self._timed(partial(self._marked, _NEXT, when=self._when(following)), required=False)
        else:
            yield self._timed(partial(self._statement, [following], _TAKES_PLACE), required=False)

    def _regular(self) -> Iterator[PhoneSentence]:
        language = self.words.spoken.language
        for times in regular_times((row.part for row in self.facts.windows), self.words.spoken):
            work = sentence(self.words.on(language.say(_REGULAR_WORK), times.environments))
            when = self._say(_WHEN, day=times.days, hours=times.hours)
            yield self._timed(partial(self._marked, _REGULAR, work=work, when=when), required=False)

    def _freeze(self) -> Iterator[PhoneSentence]:
        current = max(self.facts.freezes, key=lambda each: (not self._where(each), each.span.end), default=None)
        if current is not None and self.words.is_live:
            freeze = sentence(self.words.on(self._say(_FREEZE), frozenset(current.environments)))
            yield self._timed(partial(self._frozen, freeze, current), required=False)
        elif (item := current or self.next_freeze) is not None:
            freeze = self.words.on(self._say(_THE_FREEZE), frozenset(item.environments))
            when = self._freeze_dates(item)
            yield self._timed(partial(self._marked, _FREEZE_AHEAD, freeze=freeze, when=when), required=False)

    def _frozen(self, freeze: str, item: UpcomingItem, mark: _Mark) -> str:
        spoken = self.words.spoken
        days = whole_days(item.span, spoken.zone)
        if item.is_open_ended:
            until = self._say(_UNTIL_FURTHER_NOTICE)
        elif days is not None:
            until = self._say(_THROUGH, day=spoken.day(days.last))
        else:
            until = mark(self._say(_UNTIL, when=spoken.moment(item.span.end)))
        return self._say(_FROZEN, freeze=freeze, until=until)

    def _freeze_dates(self, item: UpcomingItem) -> str:
        spoken = self.words.spoken
        days = whole_days(item.span, spoken.zone)
        if item.is_open_ended:
            return self._say(_SINCE, day=spoken.day(self.words.day_on(item.span.start)))
        if days is None:
            first, last = spoken.moment(item.span.start), spoken.moment(item.span.end)
            return self._say(_FROM_MOMENT, first=first, last=last)
        return self._say(_ON_ONE_DAY, day=spoken.day(days.first)) if days.first == days.last else str(spoken.days(days))

    def _compact(self) -> Iterator[PhoneSentence]:
        """What must be said, without names and ends."""
        if self.words.is_live:
            yield from self._compact_under_way()
        dates: set[date] = set()
        for is_emergency, form in ((True, _EMERGENCIES_BEGIN), (False, _WORKS_BEGIN)):
            starts = sorted({each.span.start for each in self._works(is_emergency=is_emergency)})
            near = [start for start in starts if self.words.is_near(start)]
            for day, group in groupby(near, key=self.words.day_on):
                instants = list(group)
                name = self.words.weekday_of(day) if day in dates else self.words.day_of_all(instants)
                dates.add(day)
                yield self._timed(partial(self._beginning, form, name, self.words.spoken.times(instants)))

    def _beginning(self, form: Phrase, day: str, times: str, mark: _Mark) -> str:
        return self._say(form, day=day, times=mark(times))

    def _compact_under_way(self) -> Iterator[PhoneSentence]:
        emergencies = [item for item in self.facts.under_way if item.kind is Kind.EMERGENCY]
        if len(emergencies) == 1:
            yield self._plain(self._say(_UNNAMED, statement=self._say(_UNDER_WAY, work=self._work(emergencies[0]))))
        elif emergencies:
            number = sentence(number_in_words(len(emergencies), self.words.spoken.language))
            yield self._plain(self._say(_EMERGENCIES_UNDER_WAY, number=number))
        if len(self.facts.under_way) > len(emergencies):
            yield self._plain(self._say(_WORK_UNDER_WAY))

    def _say(self, text: Phrase, **values: str) -> str:
        # An abbreviation at the end has the full stop already.
        return re.sub(r"\.\.$", ".", self.words.spoken.language.say(text, **values))

    def _marked(self, form: Phrase, mark: _Mark, *, when: str, **values: str) -> str:
        return self._say(form, when=mark(when), **values)

    def _plain(self, text: str) -> PhoneSentence:
        return PhoneSentence(text=text, with_zone=text)

    def _timed(self, build: Callable[[_Mark], str], *, required: bool = True) -> PhoneSentence:
        return PhoneSentence(text=build(str), with_zone=build(self.words.with_zone), required=required)

    def _when(self, item: UpcomingItem) -> str:
        return self._say(_WHEN, day=self.words.day_of(item.span.start), hours=self.words.spoken.span(item.span).hours)

    def _where(self, item: UpcomingItem) -> bool:
        """Whether it touches only some of the environments."""
        return not frozenset(item.environments) >= self.words.schedule.environment_names.keys()

    def _work(self, item: UpcomingItem, *, definite: bool = False) -> str:
        return self.words.work(item.kind, frozenset(item.environments), definite=definite)

    def _named(self, item: UpcomingItem, statement: str) -> str:
        """The statement with the name of a change, if anything of it can be said."""
        name = "" if item.kind is Kind.MAINTENANCE else speakable(item.name, self.words.spoken.language)
        return self._say(_NAMED, statement=statement, name=name) if name else self._say(_UNNAMED, statement=statement)
