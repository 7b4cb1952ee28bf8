"""What operators did to occurrences, in words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from icsfeed.domain.changes import State
from icsfeed.domain.fates import Skipped
from icsfeed.domain.feeds import Kind
from icsfeed.domain.occurrences import Occurrence
from icsfeed.words.events import title_in_state
from icsfeed.words.languages import Language
from icsfeed.words.times import span_in_words

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo


@dataclass(frozen=True, kw_only=True, slots=True)
class AdjustmentNews:
    """An announcement of one occurrence that was skipped or moved, with the operator's ``reason``."""

    title: str
    text: str
    reason: str


def adjustment_news(occurrence: Occurrence, language: Language, zone: ZoneInfo) -> AdjustmentNews | None:
    """The announcement, with times on the clock of ``zone``; ``None`` where nobody adjusted the occurrence."""
    if occurrence.policy.span is None:
        return None
    name, original = occurrence.window.name, span_in_words(occurrence.policy.span, zone, language)
    if isinstance(occurrence.excluded, Skipped):
        return AdjustmentNews(
            title=title_in_state(f"{name}, {original}", State.CANCELLED, language, Kind.MAINTENANCE),
            text=language.say("The maintenance of {original} does not take place.", original=original),
            reason=occurrence.excluded.reason,
        )
    if occurrence.moved is None or occurrence.excluded is not None:
        return None
    new = span_in_words(occurrence.moved.to, zone, language)
    return AdjustmentNews(
        title=language.say("Moved: {title}", title=f"{name}, {new}"),
        text=language.say("The maintenance of {original} takes place {new} instead.", original=original, new=new),
        reason=occurrence.moved.reason,
    )


def adjustment_note(occurrence: Occurrence, language: Language) -> str:
    """The adjustment and its reason in a few words; empty where nobody adjusted the occurrence."""
    if isinstance(occurrence.excluded, Skipped):
        return language.say("skipped: {reason}", reason=occurrence.excluded.reason)
    if occurrence.moved is None:
        return ""
    original = f"{occurrence.original_start:%Y-%m-%d %H:%M}"
    return language.say("moved from {original}: {reason}", original=original, reason=occurrence.moved.reason)
