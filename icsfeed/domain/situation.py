"""The situation: a schedule and a record at an instant, and the one walk over their contents.

Feeds, pages, the gate and the commands all take what they show from here.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cached_property
from typing import TypeAlias
from zoneinfo import ZoneInfo

from icsfeed.domain.adjustments import Adjustment
from icsfeed.domain.changes import Change
from icsfeed.domain.feeds import Feed
from icsfeed.domain.freezes import FrozenSpan, frozen_spans, in_order
from icsfeed.domain.lifecycle import next_clock_step, with_clock_steps
from icsfeed.domain.occurrences import Occurrence, happening, occurrence_on, occurrences, occurrences_on
from icsfeed.domain.record import NOTHING, Record
from icsfeed.domain.recorded_freezes import RecordedFreeze
from icsfeed.domain.schedule import Schedule, published_span, published_years, shows_change
from icsfeed.domain.spans import DateRange, Span
from icsfeed.domain.translations import change_in_language
from icsfeed.domain.views import is_public, record_view, schedule_of_feed, schedule_view, veiled_record
from icsfeed.domain.windows import MaintenanceWindow

CalendarItem: TypeAlias = Occurrence | FrozenSpan | Change
"""The contents of a calendar."""


@dataclass(frozen=True, kw_only=True)
class Situation:
    """A schedule and a record at ``now`` (aware)."""

    schedule: Schedule
    record: Record = NOTHING
    now: datetime

    @property
    def zone(self) -> ZoneInfo:
        return self.schedule.calendar.zone

    @property
    def adjustments(self) -> Iterable[Adjustment]:
        return self.record.adjustments.values()

    @cached_property
    def published_years(self) -> range:
        return published_years(self.now, self.zone)

    @cached_property
    def published_span(self) -> Span:
        return published_span(self.now, self.zone)

    @cached_property
    def changes(self) -> Mapping[str, Change]:
        """Every change by id: those in the schedule file and, in the order of their announcement, the others.

        Automatic ones have the steps that the clock took so far.
        """
        written = {change.id: change for change in self.schedule.changes}
        changes = {**written, **self._recorded_changes} if written else self._recorded_changes
        if not any(change.is_automatic for change in changes.values()):
            return changes
        return {each: with_clock_steps(change, self.now) for each, change in changes.items()}

    @property
    def _recorded_changes(self) -> Mapping[str, Change]:
        """The recorded changes in the schedule's language."""
        recorded, language = self.record.changes, self.schedule.language
        if not any(update.message_translations for change in recorded.values() for update in change.updates):
            return recorded
        return {each: change_in_language(change, language) for each, change in recorded.items()}

    def in_language(self, language: str) -> Situation:
        """The situation with the texts of its schedule and of its changes in that language."""
        schedule = self.schedule.in_language(language)
        return self if schedule is self.schedule else replace(self, schedule=schedule)

    def change(self, change_id: str) -> Change:
        """The change of that id, whatever the case.

        Raises:
            NotFoundError: where there is none.
        """
        written = {change.id for change in self.schedule.changes}
        return self.changes[change_id.lower() if change_id.lower() in written else self.record.change(change_id).id]

    @cached_property
    def visible_changes(self) -> tuple[Change, ...]:
        """The changes that are not withdrawn."""
        return tuple(change for change in self.changes.values() if not change.is_withdrawn)

    def public_changes(self) -> Iterator[Change]:
        """The visible changes that touch an environment of the schedule; no feed shows the others."""
        ids = self.schedule.environment_names.keys()
        return (change for change in self.visible_changes if not ids.isdisjoint(change.plan.environments))

    def with_record(self, record: Record) -> Situation:
        return replace(self, record=record)

    def visible_to(self, private: frozenset[str] = frozenset()) -> Situation:
        """What those see who may see the public environments and these ``private`` ones, in the public feeds.

        It is the situation itself where everything is public. Of an internal freeze, the effect alone is visible.
        """
        if not is_public(self.schedule):
            return self._view(private)
        record = veiled_record(self.record)
        return self if record is self.record else replace(self, record=record)

    def visible_in(self, feed: Feed) -> Situation:
        """What the subscribers of that feed may see; of a private one, no other feed and no window of another."""
        if feed.public:
            return self.visible_to()
        return self._view(feed.environments - self.schedule.public_environments, feed)

    def narrowed_to(self, feed: Feed) -> Situation:
        """The situation with what touches the environments of that feed, all of which count as public."""
        schedule = schedule_of_feed(self.schedule, feed)
        return replace(self, schedule=schedule, record=record_view(self.record, self.schedule, schedule, feed))

    def views(self) -> Iterator[Situation]:
        """What the public sees, and what the subscribers of each private feed see."""
        yield self.visible_to()
        yield from (self.visible_in(feed) for feed in self.schedule.feeds if not feed.public)

    def _view(self, private: frozenset[str], feed: Feed | None = None) -> Situation:
        schedule = schedule_view(self.schedule, private, feed)
        return replace(self, schedule=schedule, record=record_view(self.record, self.schedule, schedule, feed))

    @cached_property
    def _recorded_freezes(self) -> tuple[RecordedFreeze, ...]:
        return tuple(freeze.in_zone(self.zone) for freeze in self.record.freezes.values())

    @cached_property
    def _recorded_stretches(self) -> tuple[FrozenSpan, ...]:
        """The recorded freezes with their whole time, which may have no end."""
        last = self.published_span.end
        return tuple(freeze.frozen(freeze.span, last) for freeze in self._recorded_freezes)

    def occurrences(self, span: Span) -> tuple[Occurrence, ...]:
        """Every occurrence that touches the span, excluded ones too, by start, then window, then environments."""
        return occurrences(self.schedule, span, self.adjustments, self._recorded_stretches)

    def happening(self, span: Span) -> Iterator[tuple[Occurrence, Span]]:
        """The occurrences that happen and share an instant with the span, each with its own span."""
        return happening(self.occurrences(span), span)

    def occurrence_on(self, window: MaintenanceWindow, day: date) -> Occurrence | None:
        """The occurrence that the policy has start on that local date, or ``None`` where it has none."""
        return occurrence_on(self.schedule, window, day, self.adjustments, self._recorded_stretches)

    def occurrences_on(self, window: MaintenanceWindow, day: date) -> tuple[Occurrence, ...]:
        """The occurrence that the policy has start on that local date, once for each fate; none where it has none."""
        return occurrences_on(self.schedule, window, day, self.adjustments, self._recorded_stretches)

    def freezes(self, span: Span) -> tuple[FrozenSpan, ...]:
        """The frozen stretches that share an instant with the span, by start, then id; internal ones, too.

        Those of recorded freezes without an end last as long as what is published or, in a span beyond it, as the span.
        """
        published_end = self.published_span.end
        horizon = Span(start=span.start, end=published_end if span.start < published_end else span.end)
        recorded = (
            freeze.frozen(stretch, horizon.end)
            for freeze in self._recorded_freezes
            if not freeze.is_veiled and (stretch := freeze.shown_span(horizon)) is not None and stretch.overlaps(span)
        )
        return in_order((*frozen_spans(self.schedule.placed_freezes, span), *recorded))

    def veiled_freezes(self, span: Span) -> Iterator[FrozenSpan]:
        """The internal freezes, with their whole time, that share an instant with the span in a view for the public."""
        for frozen, freeze in zip(self._recorded_stretches, self._recorded_freezes, strict=True):
            if freeze.is_veiled and frozen.span.overlaps(span):
                yield frozen

    def freeze_touching(self, span: Span, environments: Collection[str]) -> FrozenSpan | None:
        """The first frozen stretch of any of those environments that shares an instant with the span."""
        return next((frozen for frozen in self.freezes(span) if frozen.freezes(environments)), None)

    def walk(self, span: Span) -> Iterator[CalendarItem]:
        """Everything with an instant in the span: occurrences (excluded ones, too), freezes, and changes.

        A change counts for its planned time and for as long as it is in progress.
        """
        yield from self.occurrences(span)
        yield from self.freezes(span)
        yield from (change for change in self.visible_changes if change.extent.overlaps(span))

    def published(self) -> Iterator[CalendarItem]:
        """The contents of feeds: those of the policy, and changes."""
        yield from self.published_policy
        yield from self.published_changes()

    @cached_property
    def published_policy(self) -> tuple[Occurrence | FrozenSpan, ...]:
        """The occurrences of the published span, and the freezes that begin in it or, recorded ones, reach into it.

        Of internal freezes, only the effect is published.
        """
        days = DateRange.of_years(self.published_years)
        frozen = (
            each
            for each in self.freezes(self.published_span)
            if (each.freeze.is_recorded or each.days.first in days) and not each.freeze.is_internal
        )
        return (*self.occurrences(self.published_span), *frozen)

    def published_changes(self) -> Iterator[Change]:
        """The visible changes that end in the published span."""
        return iter(self._published_changes)

    @cached_property
    def _published_changes(self) -> tuple[Change, ...]:
        span = self.published_span
        return tuple(change for change in self.visible_changes if shows_change(span, change))

    def clock_turns(self) -> Iterator[datetime]:
        """The instants (UTC) at which the clock has taken a step, or will take the next one."""
        for change in self.visible_changes:
            if change.is_automatic or change.unrecorded:
                yield from (update.at for update in change.updates[len(change.updates) - change.unrecorded :])
                if (due := next_clock_step(change)) is not None:
                    yield due[1]
