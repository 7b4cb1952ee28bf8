"""What the operators' calendar lists: occurrences, freezes and changes in words, private and internal ones included."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final

from icsfeed.domain.changes import Change, State
from icsfeed.domain.fates import Frozen, Skipped
from icsfeed.domain.feeds import Kind
from icsfeed.domain.freezes import FrozenSpan
from icsfeed.domain.occurrences import Occurrence
from icsfeed.domain.situation import CalendarItem, Situation
from icsfeed.domain.spans import Span
from icsfeed.domain.texts import plain_line
from icsfeed.services.policy_rows import environments_text
from icsfeed.words.dates import Dates
from icsfeed.words.events import UNTIL_FURTHER_NOTICE, label_line
from icsfeed.words.phrases import phrase_in
from icsfeed.words.terms import KIND_NAMES, STATE_NAMES, name_in_words

PRIVATE: Final = phrase_in("mark of an entry in the operators' calendar", "Private")
INTERNAL: Final = phrase_in("mark of an entry in the operators' calendar", "Internal")

_SKIPPED: Final = phrase_in("of an occurrence", "Skipped: {reason}")
_SKIPPED_SILENTLY: Final = phrase_in("of an occurrence", "Skipped silently: {reason}")
_MOVED: Final = phrase_in("of an occurrence", "Moved from {original}: {reason}")
_CUT: Final = phrase_in("of an occurrence", "Cut short by a change freeze")
_FROZEN: Final = phrase_in("of an occurrence", "Does not take place: {freeze}")


@dataclass(frozen=True, kw_only=True, slots=True)
class CalendarEntry:
    """An occurrence, a freeze or a change in words; ``path`` is that of its page below the console's root.

    A freeze of the schedule has no page of its own; each of its days has. ``marks`` say what of the entry is not
    public. One that does not take place has the reason in its ``note``.
    """

    kind: Kind
    title: str
    span: Span
    when: str
    environments: str
    note: str
    path: str
    marks: tuple[str, ...]
    takes_place: bool = True
    is_whole_days: bool = False


def calendar_entries(situation: Situation, within: Span, dates: Dates) -> tuple[CalendarEntry, ...]:
    """Everything that shares an instant with the span, by start: also what does not take place, and why."""
    words = _Words(situation, dates)
    entries = (words.entry(each) for each in situation.walk(within))
    overlapping = (each for each in entries if each is not None and each.span.overlaps(within))
    return tuple(sorted(overlapping, key=lambda each: (each.span.start, each.kind, each.title, each.path)))


def entry_of(item: CalendarItem, situation: Situation, dates: Dates) -> CalendarEntry | None:
    """The item as an entry; ``None`` where it has no time, as the clock skips it."""
    return _Words(situation, dates).entry(item)


def occurrence_path(window_id: str, day: date) -> str:
    return f"windows/{window_id}/{day.isoformat()}/"


def freeze_path(freeze_id: str) -> str:
    return f"freezes/{freeze_id}/"


def change_path(change_id: str) -> str:
    return f"changes/{change_id}"


def day_path(day: date) -> str:
    return f"calendar/{day:%Y/%m/%d}/"


def month_path(day: date) -> str:
    return f"calendar/{day:%Y/%m}/"


def frozen_text(frozen: FrozenSpan, dates: Dates) -> str:
    """When it is frozen, in words."""
    if frozen.freeze.is_open_ended:
        start = dates.language.say("from {start}", start=dates.moment(frozen.span.start))
        return f"{start}. {dates.language.say(UNTIL_FURTHER_NOTICE)}"
    return str(dates.span(frozen.span) if frozen.is_timed else dates.days(frozen.days))


class _Words:
    """Entries of one situation in one language."""

    def __init__(self, situation: Situation, dates: Dates) -> None:
        self._situation, self._dates = situation, dates
        self._say = dates.language.say

    def entry(self, item: CalendarItem) -> CalendarEntry | None:
        """The item as an entry; ``None`` where it has no time of its own."""
        match item:
            case Occurrence():
                return self._occurrence(item)
            case FrozenSpan():
                return self._freeze(item)
            case Change():
                return self._change(item)

    def _occurrence(self, occurrence: Occurrence) -> CalendarEntry | None:
        if occurrence.span is None:  # the clock skips it
            return None
        window = occurrence.window
        return CalendarEntry(
            kind=Kind.MAINTENANCE,
            title=plain_line(name_in_words(Kind.MAINTENANCE, window.name, self._dates.language)),
            span=occurrence.span,
            when=str(self._dates.span(occurrence.span)),
            environments=self._environments(occurrence.environments),
            note="; ".join(self._occurrence_notes(occurrence)),
            path=occurrence_path(window.id, occurrence.original_start.date()),
            marks=tuple(self._marks(occurrence.environments)),
            takes_place=occurrence.excluded is None,
        )

    def _occurrence_notes(self, occurrence: Occurrence) -> Iterator[str]:
        excluded = occurrence.excluded
        if isinstance(excluded, Skipped):
            yield self._say(_SKIPPED_SILENTLY if excluded.silent else _SKIPPED, reason=plain_line(excluded.reason))
        elif isinstance(excluded, Frozen):
            yield self._say(_FROZEN, freeze=self.freeze_title(excluded.by))
        if occurrence.moved is not None and occurrence.policy.span is not None:
            original = str(self._dates.span(occurrence.policy.span))
            yield self._say(_MOVED, original=original, reason=plain_line(occurrence.moved.reason))
        if occurrence.cut_at is not None:
            yield self._say(_CUT)

    def _freeze(self, frozen: FrozenSpan) -> CalendarEntry:
        freeze = frozen.freeze
        return CalendarEntry(
            kind=Kind.FREEZE,
            title=self.freeze_title(frozen),
            span=frozen.span,
            when=frozen_text(frozen, self._dates),
            environments=self._environments(freeze.environments),
            note=plain_line(freeze.description),
            path=freeze_path(freeze.id) if freeze.is_recorded else "",
            marks=tuple(self._marks(freeze.environments, is_internal=freeze.is_internal)),
            is_whole_days=not frozen.is_timed,
        )

    def freeze_title(self, frozen: FrozenSpan) -> str:
        """The freeze by its name or, of one that was recorded, its id."""
        freeze = frozen.freeze
        if freeze.is_recorded:
            return f"{self._say(KIND_NAMES[Kind.FREEZE])} {freeze.id}"
        return plain_line(name_in_words(Kind.FREEZE, freeze.name, self._dates.language))

    def _change(self, change: Change) -> CalendarEntry:
        plan, state = change.plan, change.state
        label = self._say(STATE_NAMES[state])
        return CalendarEntry(
            kind=change.kind,
            title=label_line(change.id, plain_line(plan.summary), self._dates.language),
            span=change.shown_span,
            when=str(self._dates.span(change.shown_span)),
            environments=self._environments(plan.environments),
            note=label if plan.reason == "" else f"{label}; {plain_line(plan.reason)}",
            path=change_path(change.id),
            marks=tuple(self._marks(plan.environments)),
            takes_place=state is not State.CANCELLED,
        )

    def _environments(self, environments: Collection[str]) -> str:
        return environments_text(self._situation.schedule, tuple(sorted(environments)))

    def _marks(self, environments: Collection[str], *, is_internal: bool = False) -> Iterator[str]:
        if self._situation.schedule.public_environments.isdisjoint(environments):
            yield self._say(PRIVATE)
        if is_internal:
            yield self._say(INTERNAL)
