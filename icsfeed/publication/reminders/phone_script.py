"""What a telephone line says, in its order: emergencies, what is near, the regular times, the change freeze.

All that starts today or tomorrow is said, and so is all that starts within 24 hours; the rest is said as far as the
time allows. Where even what must be said takes too long, other work than emergencies is said by its starts alone, then
emergencies without their names, then these by their starts as well. Past that, the text takes longer: no start is ever
left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property, partial
from itertools import groupby
from typing import Final

from icsfeed.domain.changes import State
from icsfeed.domain.feeds import Kind
from icsfeed.publication.reminders.phone_freezes import freeze_sentences
from icsfeed.publication.reminders.phone_sentences import PhoneSentence, chosen_sentences, is_in_time
from icsfeed.publication.reminders.phone_words import Mark, PhoneWords
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

_EMERGENCIES_UNDER_WAY: Final = phrase_in("as said on the telephone", "{number} emergency changes are under way.")
_WORK_UNDER_WAY: Final = phrase_in("as said on the telephone of several works", "Maintenance is under way.")
_ONE_BEGINS: Final = {
    True: phrase_in("as said on the telephone", "An emergency change begins {day} at {times}."),
    False: phrase_in("as said on the telephone of one", "Maintenance begins {day} at {times}."),
}
_SEVERAL_BEGIN: Final = {
    True: phrase_in("as said on the telephone", "Emergency changes begin {day} at {times}."),
    False: phrase_in("as said on the telephone of several", "Maintenance begins {day} at {times}."),
}
"""By whether they are emergencies."""


@dataclass(frozen=True, kw_only=True)
class PhoneScript:
    """The sentences about ``facts`` and the ``next_freeze`` (``None``: none ahead); ``as_of`` is said unless live."""

    facts: ReminderFacts
    next_freeze: UpcomingItem | None
    as_of: datetime
    words: PhoneWords

    def sentences(self) -> tuple[str, ...]:
        """The sentences that fit into half a minute, and those that must be said in any case."""
        full = tuple(self._all())
        if is_in_time(chosen := chosen_sentences(full)):
            return chosen
        optional = [each for each in full if not each.required]
        emergencies = tuple(self._emergencies(with_names=True))
        if is_in_time(chosen := chosen_sentences((*self._as_of(), *emergencies, *self._starts_of_others(), *optional))):
            return chosen
        unnamed = (*self._as_of(), *self._emergencies(with_names=False), *self._starts_of_others())
        if is_in_time(chosen := chosen_sentences(unnamed)):
            return chosen
        return chosen_sentences((*self._as_of(), *self._starts_of_emergencies(), *self._starts_of_others()))

    def _all(self) -> Iterator[PhoneSentence]:
        yield from self._as_of()
        yield from self._emergencies(with_names=True)
        yield from self._finished()
        others = self._works(is_emergency=False)
        yield from self._under_way(is_emergency=False)
        yield from self._taking_place(others)
        yield from self._called_off()
        if self._is_quiet:
            yield from self._nothing_near()
            yield from self._next()
        yield from self._regular()
        yield from freeze_sentences(self.facts.freezes, self.next_freeze, self.words)
        if not self._is_quiet and not others:
            yield from self._next()

    def _emergencies(self, *, with_names: bool) -> Iterator[PhoneSentence]:
        yield from self._under_way(is_emergency=True, with_names=with_names)
        yield from self._taking_place(self._works(is_emergency=True), with_names=with_names)

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
            spoken = self.words.spoken
            if self.words.is_midnight(self.as_of):
                yield self.words.untimed(self.words.say(_AS_OF, when=spoken.dated_day(self.words.day_on(self.as_of))))
            else:
                yield self.words.timed(partial(self.words.say_when, _AS_OF, when=spoken.dated_moment(self.as_of)))

    def _under_way(self, *, is_emergency: bool, with_names: bool = True) -> Iterator[PhoneSentence]:
        for item in self.facts.under_way if self.words.is_live else ():
            if (item.kind is Kind.EMERGENCY) is is_emergency:
                statement = self.words.say(_UNDER_WAY, work=self._work(item))
                yield self.words.untimed(self._named(item, statement, with_name=with_names))
                if item.span.end <= self.facts.now:
                    yield self.words.untimed(self.words.say(_OVERDUE))
                else:
                    end = self.words.moment(item.span.end)
                    yield self.words.timed(partial(self.words.say_when, _EXPECTED_END, when=end))

    def _taking_place(self, items: Iterable[UpcomingItem], *, with_names: bool = True) -> Iterator[PhoneSentence]:
        for _, group in groupby(items, key=partial(self._joint, with_names=with_names)):
            works = list(group)
            first = works[0]
            form = _MAY_TAKE_PLACE if first.state is State.TENTATIVE else _TAKES_PLACE
            build = partial(self._statement, works, form, with_name=with_names)
            yield self.words.timed(build, required=self.words.is_near(first.span.start))

    def _joint(self, item: UpcomingItem, *, with_names: bool) -> tuple[object, ...]:
        """What works that are said in one sentence have in common."""
        name = item.name if with_names and item.kind is not Kind.MAINTENANCE else ""
        return item.kind, name, item.environments, item.state, self.words.day_of(item.span.start, item.span.end)

    def _statement(self, works: list[UpcomingItem], form: Phrase, mark: Mark, *, with_name: bool = True) -> str:
        spoken, first = self.words.spoken, works[0]
        hours = spoken.language.join([spoken.span(each.span).hours for each in works])
        when = self.words.say(_WHEN, day=self.words.day_of(first.span.start, first.span.end), hours=hours)
        return self._named(first, self.words.say(form, work=self._work(first), when=mark(when)), with_name=with_name)

    def _finished(self) -> Iterator[PhoneSentence]:
        for item in self.facts.finished:
            if item.state is State.COMPLETED:
                when = self.words.moment(item.span.end)
                yield self.words.timed(partial(self._done, item, when), required=False)

    def _done(self, item: UpcomingItem, when: str, mark: Mark) -> str:
        return self._named(item, self.words.say(_COMPLETED, work=self._work(item, definite=True), when=mark(when)))

    def _called_off(self) -> Iterator[PhoneSentence]:
        for item in self.facts.coming:
            if item.state is State.CANCELLED and self.words.is_near(item.span.start):
                when = self._when(item)
                work = self._work(item, definite=True)
                yield self.words.timed(partial(self.words.say_when, _CALLED_OFF, work=work, when=when), required=False)

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
            yield self.words.untimed(self.words.say(_NOTHING if is_empty else _NOTHING_NEAR))

    def _next(self) -> Iterator[PhoneSentence]:
        following = self._following
        if following is None:
            return
        if following.kind is Kind.MAINTENANCE and not self.words.is_partial(following):
            yield self.words.timed(partial(self.words.say_when, _NEXT, when=self._when(following)), required=False)
        else:
            yield self.words.timed(partial(self._statement, [following], _TAKES_PLACE), required=False)

    def _regular(self) -> Iterator[PhoneSentence]:
        language = self.words.spoken.language
        for times in regular_times((row.part for row in self.facts.windows), self.words.spoken):
            work = sentence(self.words.on(language.say(_REGULAR_WORK), times.environments))
            when = self.words.say(_WHEN, day=times.days, hours=times.hours)
            yield self.words.timed(partial(self.words.say_when, _REGULAR, work=work, when=when), required=False)

    def _starts_of_emergencies(self) -> Iterator[PhoneSentence]:
        emergencies = [item for item in self.facts.under_way if item.kind is Kind.EMERGENCY and self.words.is_live]
        if len(emergencies) == 1:
            statement = self.words.say(_UNDER_WAY, work=self._work(emergencies[0]))
            yield self.words.untimed(self.words.say(_UNNAMED, statement=statement))
        elif emergencies:
            number = sentence(number_in_words(len(emergencies), self.words.spoken.language))
            yield self.words.untimed(self.words.say(_EMERGENCIES_UNDER_WAY, number=number))
        yield from self._starts(is_emergency=True)

    def _starts_of_others(self) -> Iterator[PhoneSentence]:
        if self.words.is_live and any(item.kind is not Kind.EMERGENCY for item in self.facts.under_way):
            yield self.words.untimed(self.words.say(_WORK_UNDER_WAY))
        yield from self._starts(is_emergency=False)

    def _starts(self, *, is_emergency: bool) -> Iterator[PhoneSentence]:
        """Each start that must be said, by its day."""
        works = [each for each in self._works(is_emergency=is_emergency) if self.words.is_near(each.span.start)]
        for _, group in groupby(works, key=lambda each: self.words.day_on(each.span.start)):
            starts = [each.span.start for each in group]
            form = (_ONE_BEGINS if len(starts) == 1 else _SEVERAL_BEGIN)[is_emergency]
            instants = sorted(set(starts))
            day, times = self.words.short_day_of(instants), self.words.spoken.times(instants)
            yield self.words.timed(partial(self._beginning, form, day, times))

    def _beginning(self, form: Phrase, day: str, times: str, mark: Mark) -> str:
        return self.words.say(form, day=day, times=mark(times))

    def _when(self, item: UpcomingItem) -> str:
        words = self.words
        return words.say(
            _WHEN, day=words.day_of(item.span.start, item.span.end), hours=words.spoken.span(item.span).hours
        )

    def _work(self, item: UpcomingItem, *, definite: bool = False) -> str:
        return self.words.work(item.kind, frozenset(item.environments), definite=definite)

    def _named(self, item: UpcomingItem, statement: str, *, with_name: bool = True) -> str:
        """The statement with the name of a change, if that is wanted and anything of it can be said."""
        is_named = with_name and item.kind is not Kind.MAINTENANCE
        name = speakable(item.name, self.words.spoken.language) if is_named else ""
        return (
            self.words.say(_NAMED, statement=statement, name=name)
            if name
            else self.words.say(_UNNAMED, statement=statement)
        )
