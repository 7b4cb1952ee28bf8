"""How many bytes events take in a feed, without rendering more of them than needed."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator
from math import ceil
from typing import Final, TypeVar

from icsfeed.domain.fates import Skipped
from icsfeed.domain.occurrences import Occurrence
from icsfeed.ical.events import CalendarEvent, policy_event
from icsfeed.ical.outlines import EventOutline
from icsfeed.ical.series import Series, Single

_MAX_BYTES_WITHOUT_TEXT: Final = 700
"""Of an event, or of one override in it, without names and texts."""

_MAX_GROWTH: Final = 2.25
"""Escaping can double a text, and folding adds 3 bytes to every 72."""

_MAX_EXCLUSION_BYTES: Final = 80
"""Of one EXDATE line."""


def max_size(event: CalendarEvent | EventOutline) -> int:
    """A size in bytes that the event does not exceed, without rendering it."""
    if isinstance(event, CalendarEvent):
        return len(event.content)
    components, exclusions = 1, 0
    if isinstance(event.source, Series):
        components += len(event.source.cancelled)
        exclusions = len(event.source.excluded)
    own = _max_text_size(_adjustment_texts(event))
    repeated = _MAX_BYTES_WITHOUT_TEXT + _max_text_size(_repeated_texts(event))
    return own + components * repeated + exclusions * _MAX_EXCLUSION_BYTES


def _max_text_size(texts: Iterable[str]) -> int:
    return ceil(_MAX_GROWTH * sum(len(text.encode()) for text in texts))


def _repeated_texts(outline: EventOutline) -> Iterator[str]:
    """The texts of an event that its overrides repeat."""
    calendar, names = outline.schedule.calendar, outline.schedule.environment_names
    yield calendar.uid_domain
    if calendar.organizer is not None:
        yield from (calendar.organizer.name, calendar.organizer.email)
    policy = outline.source.window if isinstance(outline.source, Series | Single) else outline.source.freeze
    yield from (policy.name, policy.description)
    yield from (f"{names[each]}, " for each in outline.environments)


def _adjustment_texts(outline: EventOutline) -> Iterator[str]:
    match outline.source:
        case Series(cancelled=cancelled):
            adjusted = cancelled
        case Single(occurrence=occurrence):
            adjusted = (occurrence,)
        case _:
            adjusted = ()
    for occurrence in adjusted:
        if isinstance(occurrence.excluded, Skipped):
            yield occurrence.excluded.reason
        if occurrence.moved is not None:
            yield occurrence.moved.reason


_Name = TypeVar("_Name", bound=Hashable)


class EventSizes:
    """The exact sizes of events in bytes, at their first revision.

    The occurrences of one window that happen as planned differ only in digits, so one of them is measured.
    """

    def __init__(self) -> None:
        self._by_window: dict[tuple[str, frozenset[str]], int] = {}
        self._by_uid: dict[str, int] = {}

    def of(self, event: CalendarEvent | EventOutline) -> int:
        if isinstance(event, CalendarEvent):
            return len(event.content)
        match event.source:
            case Single(occurrence=Occurrence(moved=None, excluded=None) as occurrence):
                return _remembered(self._by_window, (occurrence.window.id, occurrence.environments), event)
            case _:
                return _remembered(self._by_uid, event.uid, event)


def _remembered(sizes: dict[_Name, int], name: _Name, outline: EventOutline) -> int:
    size = sizes.get(name)
    if size is None:
        size = sizes[name] = len(policy_event(outline).content)
    return size
