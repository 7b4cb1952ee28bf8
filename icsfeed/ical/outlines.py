"""Outlines of the policy's events: what decides to which feeds an event belongs, before anything is rendered."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TypeAlias
from zoneinfo import ZoneInfo

from icsfeed.domain.feeds import Feed, Kind
from icsfeed.domain.freezes import FrozenSpan
from icsfeed.domain.occurrences import Occurrence
from icsfeed.domain.schedule import Schedule
from icsfeed.domain.situation import Situation
from icsfeed.domain.spans import Span
from icsfeed.domain.zones import is_utc
from icsfeed.ical.series import Rendering, Series, Single, arrange
from icsfeed.ical.uids import freeze_uid, occurrence_uid, series_uid

PolicySource: TypeAlias = Series | Single | FrozenSpan
"""The source of an event of the policy."""

PolicyItem: TypeAlias = Occurrence | FrozenSpan


@dataclass(frozen=True, kw_only=True)
class EventOutline:
    """An event of a window or freeze; its fields are those of ``CalendarEvent``."""

    schedule: Schedule
    source: PolicySource

    @property
    def kind(self) -> Kind:
        return Kind.FREEZE if isinstance(self.source, FrozenSpan) else Kind.MAINTENANCE

    def belongs_to(self, feed: Feed) -> bool:
        return feed.selects(self.kind, self.environments)

    @property
    def environments(self) -> frozenset[str]:
        match self.source:
            case Series(window=window):
                return window.environments
            case Single(occurrence=occurrence):
                return occurrence.environments
            case FrozenSpan(freeze=freeze):
                return freeze.environments

    @property
    def policy_environments(self) -> frozenset[str]:
        """The environments of its window, for whichever of them it happens, or of its freeze."""
        return self.environments if isinstance(self.source, FrozenSpan) else self.source.window.environments

    @cached_property
    def uid(self) -> str:
        domain = self.schedule.calendar.uid_domain
        match self.source:
            case Series():
                return series_uid(self.source, domain)
            case Single(occurrence=occurrence):
                return occurrence_uid(occurrence, domain)
            case FrozenSpan():
                return freeze_uid(self.source, domain)

    @cached_property
    def span(self) -> Span:
        match self.source:
            case Series(first=first, last=last):
                return Span(start=_span(first).start, end=_span(last).end)
            case Single(occurrence=occurrence):
                return _span(occurrence)
            case FrozenSpan(span=span):
                return span

    @property
    def zone(self) -> ZoneInfo | None:
        if isinstance(self.source, Series) and not is_utc(self.source.window.zone.key):
            return self.source.window.zone
        return None


def policy_outlines(
    situation: Situation, rendering: Rendering, items: Iterable[PolicyItem] | None = None
) -> Iterator[EventOutline]:
    """The outlines of the events of windows and freezes in a rendering; ``items`` are by default the published ones."""
    items = situation.published_policy if items is None else tuple(items)
    occurrences = (item for item in items if isinstance(item, Occurrence))
    for source in arrange(occurrences, rendering, situation.zone, situation.published_span):
        yield EventOutline(schedule=situation.schedule, source=source)
    for item in items:
        if isinstance(item, FrozenSpan):
            yield EventOutline(schedule=situation.schedule, source=item)


def _span(occurrence: Occurrence) -> Span:
    if occurrence.span is None:
        msg = f"an occurrence of {occurrence.window.id} that the clock skips can't be an event"
        raise AssertionError(msg)
    return occurrence.span
