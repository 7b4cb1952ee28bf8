"""What a badge says: an emergency first, then maintenance under way, then the freeze, then what comes next."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from icsfeed.domain.feeds import Kind
from icsfeed.publication.badges.frozen import frozen_now
from icsfeed.publication.editions import Edition
from icsfeed.services.reminders import ReminderFacts, is_open_work, reminder_facts
from icsfeed.services.upcoming import UpcomingItem
from icsfeed.words.phrases import phrase_in
from icsfeed.words.times import instant_in_words


class Mood(StrEnum):
    """What decides the color of a badge."""

    EMERGENCY = "emergency"
    NOW = "now"
    FROZEN = "frozen"
    AHEAD = "ahead"
    NOTHING = "nothing"


_NOW: Final = phrase_in("badge", "maintenance now")
_EMERGENCY_NOW: Final = phrase_in("badge", "emergency maintenance now")
_AT: Final = phrase_in("badge", "maintenance: {instant}")
_EMERGENCY_AT: Final = phrase_in("badge", "emergency maintenance: {instant}")
_FROZEN_UNTIL: Final = phrase_in("badge", "frozen until {instant}")
_FROZEN_SINCE: Final = phrase_in("badge", "frozen since {instant}")
_FROZEN: Final = phrase_in("badge", "frozen until further notice")
_NOTHING: Final = phrase_in("badge", "no maintenance planned")
_AS_OF: Final = phrase_in("badge", "{message} (as of {instant})")


@dataclass(frozen=True, kw_only=True, slots=True)
class BadgeMessage:
    """The text on a badge, and the ``title`` that says the same to those who do not see it, with its instant."""

    mood: Mood
    text: str
    title: str


def badge_message(edition: Edition, environment: str = "") -> BadgeMessage:
    """The message for one environment, or for all (``environment`` is empty)."""
    every = frozenset(edition.situation.schedule.environment_names)
    environments = frozenset({environment}) if environment else every
    facts = reminder_facts(edition.situation, environments=environments)
    mood, text = _live(edition, facts, environments) if edition.is_live else _dated(edition, facts, environments)
    if edition.is_live:
        return BadgeMessage(mood=mood, text=text, title=text)
    instant = instant_in_words(edition.as_of, edition.situation.zone, edition.language)
    return BadgeMessage(mood=mood, text=text, title=edition.language.say(_AS_OF, message=text, instant=instant))


def _live(edition: Edition, facts: ReminderFacts, environments: frozenset[str]) -> tuple[Mood, str]:
    """What is said where the badge is replaced as soon as something begins or ends."""
    if facts.under_way:
        is_emergency = facts.under_way[0].kind is Kind.EMERGENCY
        mood, text = (Mood.EMERGENCY, _EMERGENCY_NOW) if is_emergency else (Mood.NOW, _NOW)
        return mood, edition.language.say(text)
    return _what_is_dated(edition, _next_work(facts), environments)


def _dated(edition: Edition, facts: ReminderFacts, environments: frozenset[str]) -> tuple[Mood, str]:
    """What is said where the badge may be read at any later time: what is under way has the date of its start."""
    return _what_is_dated(edition, facts.under_way[0] if facts.under_way else _next_work(facts), environments)


def _next_work(facts: ReminderFacts) -> UpcomingItem | None:
    return next((each for each in facts.coming if is_open_work(each)), facts.next)


def _what_is_dated(edition: Edition, work: UpcomingItem | None, environments: frozenset[str]) -> tuple[Mood, str]:
    """The freeze that holds everywhere, unless the work starts before its end; or else the work."""
    say, dates = edition.language.say, edition.dates
    frozen = frozen_now(edition.situation, environments)
    if frozen is not None and (work is None or (frozen.end is not None and frozen.end <= work.span.start)):
        if frozen.end is not None:
            return Mood.FROZEN, say(_FROZEN_UNTIL, instant=dates.compact_moment(frozen.end))
        since = say(_FROZEN_SINCE, instant=dates.compact_moment(frozen.start))
        return Mood.FROZEN, say(_FROZEN) if edition.is_live else since
    if work is None:
        return Mood.NOTHING, say(_NOTHING)
    instant = dates.compact_moment(work.span.start)
    if work.kind is Kind.EMERGENCY:
        return Mood.EMERGENCY, say(_EMERGENCY_AT, instant=instant)
    return Mood.AHEAD, say(_AT, instant=instant)
