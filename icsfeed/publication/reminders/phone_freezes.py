"""The change freeze, as said on the telephone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import partial
from typing import Final

from icsfeed.domain.spans import ONE_DAY
from icsfeed.publication.reminders.phone_sentences import PhoneSentence
from icsfeed.publication.reminders.phone_words import Mark, PhoneWords
from icsfeed.services.upcoming import UpcomingItem
from icsfeed.words.languages import sentence
from icsfeed.words.phrases import phrase_in

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
_FROM_DAY: Final = phrase_in("as said on the telephone, of a change freeze", "from {first}, through {last}")
_ON_ONE_DAY: Final = phrase_in("as said on the telephone, of a change freeze", "on {day}")
_SINCE: Final = phrase_in(
    "as said on the telephone, of a change freeze without an end", "since {day}, until further notice"
)


def freeze_sentences(
    current: Iterable[UpcomingItem], following: UpcomingItem | None, words: PhoneWords
) -> Iterator[PhoneSentence]:
    """The freeze that holds: of several, the one that holds longest; where none does, the ``following`` one.

    One that holds everywhere is never dropped in favor of the regular times, which do not hold then.
    """
    item = max(current, key=lambda each: (not words.is_partial(each), each.span.end), default=None)
    if item is not None and words.is_live:
        freeze = sentence(words.on(words.say(_FREEZE), frozenset(item.environments)))
        yield words.timed(partial(_in_effect, words, freeze, item), required=not words.is_partial(item))
    elif (ahead := item or following) is not None:
        freeze = words.on(words.say(_THE_FREEZE), frozenset(ahead.environments))
        build = partial(words.say_when, _FREEZE_AHEAD, freeze=freeze, when=_dates(words, ahead))
        yield words.timed(build, required=False)


def _in_effect(words: PhoneWords, freeze: str, item: UpcomingItem, mark: Mark) -> str:
    if item.is_open_ended:
        until = words.say(_UNTIL_FURTHER_NOTICE)
    elif words.is_midnight(item.span.end):
        until = words.say(_THROUGH, day=_last_day(words, item))
    else:
        until = mark(words.say(_UNTIL, when=words.spoken.moment(item.span.end)))
    return words.say(_FROZEN, freeze=freeze, until=until)


def _dates(words: PhoneWords, item: UpcomingItem) -> str:
    """Its days, with the times of its ends where these are not midnight."""
    spoken, start, end = words.spoken, item.span.start, item.span.end
    day = spoken.day(words.day_on(start))
    first = day if words.is_midnight(start) else spoken.moment(start)
    if item.is_open_ended:
        return words.say(_SINCE, day=first)
    if not words.is_midnight(end):
        return words.say(_FROM_MOMENT, first=first, last=spoken.moment(end))
    last = _last_day(words, item)
    return words.say(_ON_ONE_DAY, day=day) if first == last else words.say(_FROM_DAY, first=first, last=last)


def _last_day(words: PhoneWords, item: UpcomingItem) -> str:
    """The day that ends with a freeze that ends at midnight."""
    return words.spoken.day(words.day_on(item.span.end) - ONE_DAY)
