"""What an operator reads before something is public: facts in words, and who is told."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from typing import Final

from icsfeed.domain.deliveries import CHANNEL_PREFIX
from icsfeed.domain.feeds import Kind
from icsfeed.domain.news import Listeners
from icsfeed.domain.schedule import Schedule
from icsfeed.services.listeners import ListenerOutbox, listeners_of
from icsfeed.services.repository import Queueing
from icsfeed.words.languages import Language
from icsfeed.words.phrases import Phrase, phrase, phrase_in

MAX_LISTED: Final = 8
"""Of the occurrences that a freeze drops, say; the others are counted."""

PREVIEW_ENVIRONMENTS: Final = phrase_in("label in a preview", "Environments")
PREVIEW_IMPACT: Final = phrase_in("label in a preview", "Impact")
PREVIEW_REASON: Final = phrase_in("label in a preview", "Reason")
PREVIEW_WHEN: Final = phrase_in("label in a preview", "When")

_TOLD: Final = phrase_in("label in a preview", "Told")
_FEEDS: Final = phrase_in("label in a preview", "Feeds")
_NOBODY: Final = phrase_in("those who are told", "nobody")
_PRIVATE_ONLY: Final = phrase("nothing of it is public; private feeds alone show it")


@dataclass(frozen=True, kw_only=True, slots=True)
class PreviewFact:
    """One fact: its label, and its value, a line each."""

    label: str
    lines: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Preview:
    """What is about to be public, and what the operator should know of it."""

    facts: tuple[PreviewFact, ...]
    warnings: tuple[str, ...]


def fact(label: Phrase, language: Language, *lines: str) -> PreviewFact:
    return PreviewFact(label=language.say(label), lines=lines)


def audience_facts(
    schedule: Schedule, kind: Kind, environments: Collection[str], language: Language
) -> Iterator[PreviewFact]:
    """The feeds that show it, and whether anything of it is public."""
    feeds = [feed for feed in schedule.feeds if feed.selects(kind, environments)]
    slugs = ", ".join(feed.slug for feed in feeds) or language.say(_NOBODY)
    is_private = schedule.public_environments.isdisjoint(environments)
    yield fact(_FEEDS, language, slugs, *([language.say(_PRIVATE_ONLY)] if is_private else []))


def listener_facts(
    schedule: Schedule, outbox: ListenerOutbox | None, act: Callable[[Queueing], None], language: Language
) -> Iterator[PreviewFact]:
    """Those who are told of what ``act`` queues; none where the schedule has neither channels nor mail."""
    listeners = listeners_of(schedule, outbox, act)
    if listeners is not None:
        yield fact(_TOLD, language, _listener_text(listeners, language))


def counted(lines: Collection[str], language: Language) -> tuple[str, ...]:
    """The first lines, and the number of the others."""
    first = tuple(lines)[:MAX_LISTED]
    left_out = len(lines) - len(first)
    return (*first, language.say_count("and {count} more", "and {count} more", left_out)) if left_out else first


def _listener_text(listeners: Listeners, language: Language) -> str:
    channels = ", ".join(each.removeprefix(CHANNEL_PREFIX) for each in listeners.channels)
    count = listeners.mails
    mails = language.say_count("{count} mail subscriber", "{count} mail subscribers", count) if count else ""
    return "; ".join(filter(None, (channels, mails))) or language.say(_NOBODY)
