"""When the changes of a feed may run, and when not, for systems that plan by times and not by events."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from icsfeed.domain.feeds import Feed, Kind
from icsfeed.domain.freezes import FrozenSpan
from icsfeed.domain.schedule import start_of_year
from icsfeed.domain.situation import Situation
from icsfeed.domain.span_sets import SpanSet, intersection, minutes_around, minutes_within, union
from icsfeed.domain.spans import Span
from icsfeed.services.gate_reasons import Reason, reasons_within, spans_open


@dataclass(frozen=True, kw_only=True, slots=True)
class FeedTimes:
    """The times of a feed ``within`` a span, in whole minutes; one that is closed in part counts as closed.

    ``opening`` is when the gate is open for all environments of the feed, because of the windows and planned changes
    that the feed selects. ``frozen`` and ``emergency`` are when any of its environments has a change freeze, or an
    emergency change is confirmed or under way there; both are empty where the feed does not select that kind.
    ``is_rounded`` is true where a time had seconds. ``apart`` are the names of the environments where any of
    several is open at some time, but never all of them at once.
    """

    within: Span
    opening: SpanSet
    frozen: SpanSet
    emergency: SpanSet
    is_rounded: bool
    apart: tuple[str, ...] = ()

    @property
    def closing(self) -> SpanSet:
        return union((*self.frozen, *self.emergency))

    def cut_to(self, span: Span) -> FeedTimes:
        """The part within that span, which is whole minutes."""
        return FeedTimes(
            within=span,
            opening=intersection(self.opening, (span,)),
            frozen=intersection(self.frozen, (span,)),
            emergency=intersection(self.emergency, (span,)),
            is_rounded=self.is_rounded,
            apart=self.apart,
        )


@dataclass(frozen=True, kw_only=True)
class Timetable:
    """The times of every feed of a situation, from New Year on: the part of the published span that is still of use."""

    situation: Situation

    @cached_property
    def within(self) -> Span:
        years, zone = self.situation.published_years, self.situation.zone
        return Span(start=start_of_year(years[1], zone), end=start_of_year(years[-1] + 1, zone))

    @cached_property
    def _reasons(self) -> tuple[Reason, ...]:
        return tuple(reasons_within(self.situation, self.within))

    @cached_property
    def freezes(self) -> tuple[FrozenSpan, ...]:
        """The change freezes that are public."""
        return self.situation.freezes(self.within)

    @cached_property
    def _by_slug(self) -> dict[str, FeedTimes]:
        return {}

    def times_of(self, feed: Feed) -> FeedTimes:
        times = self._by_slug.get(feed.slug)
        if times is None:
            times = self._by_slug[feed.slug] = self._times_of(feed)
        return times

    def _times_of(self, feed: Feed) -> FeedTimes:
        reasons = [each for each in self._reasons if not each.opens or each.kind in feed.kinds]
        exact = FeedTimes(
            within=self.within,
            opening=spans_open(reasons, feed.environments),
            frozen=union(each.span for each in self.freezes_of(feed)),
            emergency=union(
                each.span
                for each in self._reasons
                if each.kind is Kind.EMERGENCY
                and each.kind in feed.kinds
                and not feed.environments.isdisjoint(each.environments)
            ),
            is_rounded=False,
        ).cut_to(self.within)
        opening, frozen, emergency = (
            minutes_within(exact.opening),
            minutes_around(exact.frozen),
            minutes_around(exact.emergency),
        )
        return FeedTimes(
            within=self.within,
            opening=opening,
            frozen=frozen,
            emergency=emergency,
            is_rounded=(opening, frozen, emergency) != (exact.opening, exact.frozen, exact.emergency),
            apart=() if exact.opening else self._apart(feed, reasons),
        )

    def _apart(self, feed: Feed, reasons: Sequence[Reason]) -> tuple[str, ...]:
        """The names of the feed's environments, if there are several, and any of them is open at some time."""
        names = {
            each: name for each, name in self.situation.schedule.environment_names.items() if each in feed.environments
        }
        open_alone = (intersection(spans_open(reasons, frozenset({each})), (self.within,)) for each in names)
        return tuple(names.values()) if len(names) > 1 and any(open_alone) else ()

    def freezes_of(self, feed: Feed) -> Iterable[FrozenSpan]:
        """The freezes of any environment of the feed, if it selects freezes."""
        if Kind.FREEZE in feed.kinds:
            yield from (each for each in self.freezes if each.freezes(feed.environments))
