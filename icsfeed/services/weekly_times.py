"""The time of a feed's windows that recurs every week: all that one recurrence rule in UTC can say of them."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from icsfeed.domain.civil import instant_of, local_date, midnight
from icsfeed.domain.feeds import Feed, Kind
from icsfeed.domain.situation import Situation
from icsfeed.domain.span_sets import SpanSet, difference, intersection, minutes_within, union
from icsfeed.domain.spans import ONE_DAY, Span
from icsfeed.domain.zones import clock_changes, offset_at

_WEEKS: Final = 4
_LEAST_OF_WEEKS: Final = 3
"""In so many of the next weeks a window occurs that counts as weekly: one night may have other clock times."""

_A_MONDAY: Final = date(2001, 1, 1)
_ONE_WEEK: Final = timedelta(weeks=1)


@dataclass(frozen=True, kw_only=True, slots=True)
class WeeklyTime:
    """A span that begins at ``start`` (UTC) on each of the ``weekdays`` (0 is Monday) of every week.

    It is that of the windows until ``valid_until``, when the clocks of their zone change or what is published ends.
    """

    weekdays: tuple[int, ...]
    start: time
    length: timedelta
    valid_until: datetime

    def spans(self, within: Span) -> Iterator[Span]:
        """Those that share an instant with the span, in order."""
        day = (within.start - self.length).date()
        while (start := datetime.combine(day, self.start, tzinfo=UTC)) < within.end:
            span = Span(start=start, end=start + self.length)
            if day.weekday() in self.weekdays and span.overlaps(within):
                yield span
            day += ONE_DAY

    def first_in(self, year: int) -> Span:
        start = datetime(year, 1, 1, tzinfo=UTC)
        spans = self.spans(Span(start=start, end=start + 2 * _ONE_WEEK))
        return next(span for span in spans if span.start >= start)


def weekly_time(situation: Situation, feed: Feed) -> WeeklyTime | None:
    """The weekly time that is most of the windows' time in the coming weeks, whatever freezes and adjustments do to it.

    ``None`` where the feed selects no windows, or no time of the windows recurs every week.
    """
    today = local_date(situation.now, situation.zone)
    begin, tomorrow = (instant_of(midnight(day), situation.zone) for day in (today, today + ONE_DAY))
    weeks = Span(start=begin, end=begin + _WEEKS * _ONE_WEEK)
    planned = _planned(situation, feed, weeks)
    zones = {zone.key: zone for zone in (situation.zone, *(each.zone for each in situation.schedule.windows))}
    candidates = [
        candidate
        for zone in zones.values()
        for candidate in _weekly_times(planned, weeks, zone, tomorrow, situation.published_span.end)
    ]
    # The first of the best ones: the calendar's zone comes first.
    return max(candidates, key=lambda each: _fitness(each, planned, weeks), default=None)


def _weekly_times(
    planned: SpanSet, weeks: Span, zone: ZoneInfo, tomorrow: datetime, end: datetime
) -> Iterator[WeeklyTime]:
    """The times that recur every week on the clock of a zone, with the weekdays on which they do."""
    weekdays: defaultdict[tuple[time, timedelta], Counter[int]] = defaultdict(Counter)
    for span in planned:
        if span.start in weeks:
            start, finish = (each.astimezone(zone).replace(tzinfo=None) for each in (span.start, span.end))
            weekdays[start.time(), finish - start][start.weekday()] += 1
    # On a day on which the clocks change, it is the time that holds from then on.
    offset, changes = offset_at(zone, tomorrow), clock_changes(zone, tomorrow, end)
    for (local_start, length), counter in weekdays.items():
        days = [day for day, count in counter.items() if count >= _LEAST_OF_WEEKS]
        if days:
            monday = datetime.combine(_A_MONDAY, local_start, tzinfo=UTC) - offset
            yield WeeklyTime(
                weekdays=tuple(sorted((monday + day * ONE_DAY).weekday() for day in days)),
                start=monday.time(),
                length=length,
                valid_until=changes[0].at if changes else end,
            )


def _fitness(weekly: WeeklyTime, planned: SpanSet, weeks: Span) -> timedelta:
    """How much of its time is that of the windows, less the rest."""
    rule = intersection(union(weekly.spans(weeks)), (weeks,))
    return _length(intersection(rule, planned)) - _length(difference(rule, planned))


def _length(spans: SpanSet) -> timedelta:
    return sum((span.length for span in spans), timedelta())


def _planned(situation: Situation, feed: Feed, within: Span) -> SpanSet:
    """When the policy has a window in all environments of the feed at once, in whole minutes."""
    if Kind.MAINTENANCE not in feed.kinds:
        return ()
    occurrences = [each for each in situation.occurrences(within) if each.policy.span is not None]
    spans: SpanSet | None = None
    for environment in sorted(feed.environments):
        of_it = union(
            each.policy.span
            for each in occurrences
            if each.policy.span is not None and environment in each.window.environments
        )
        spans = of_it if spans is None else intersection(spans, of_it)
    return minutes_within(spans or ())
