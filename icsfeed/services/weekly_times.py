"""The time of a feed's windows that recurs every week: all that one recurrence rule in UTC can say of them."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from icsfeed.domain.civil import instant_of, local_date, midnight
from icsfeed.domain.feeds import Feed, Kind
from icsfeed.domain.situation import Situation
from icsfeed.domain.span_sets import SpanSet, intersection, minutes_within, union
from icsfeed.domain.spans import ONE_DAY, Span
from icsfeed.domain.zones import clock_changes, offset_at

_WEEKS: Final = 4
_LEAST_OF_WEEKS: Final = 3
"""In so many of the next weeks a window occurs that counts as weekly: one night may have other clock times."""

_ONE_WEEK: Final = timedelta(weeks=1)


@dataclass(frozen=True, kw_only=True, slots=True)
class WeeklyTime:
    """A span that begins at ``start`` (UTC) on each of the ``weekdays`` (0 is Monday) of every week.

    It is that of the windows until ``valid_until``, when the clocks of the calendar's zone change, or all that is
    published ends.
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
    """The weekly time with the most hours in the coming weeks, whatever freezes and adjustments do to it.

    ``None`` where the feed selects no windows, or no time of the windows recurs every week.
    """
    zone = situation.zone
    today = local_date(situation.now, zone)
    begin, tomorrow = (instant_of(midnight(day), zone) for day in (today, today + ONE_DAY))
    weeks = Span(start=begin, end=begin + _WEEKS * _ONE_WEEK)
    weekdays: defaultdict[tuple[time, timedelta], Counter[int]] = defaultdict(Counter)
    for span in _planned(situation, feed, weeks):
        if span.start in weeks:
            start, end = (each.astimezone(zone).replace(tzinfo=None) for each in (span.start, span.end))
            weekdays[start.time(), end - start][start.weekday()] += 1
    candidates = [
        (length * len(days), start, length, days)
        for (start, length), counter in weekdays.items()
        if (days := sorted(day for day, count in counter.items() if count >= _LEAST_OF_WEEKS))
    ]
    if not candidates:
        return None
    _, local_start, length, days = min(candidates, key=lambda each: (-each[0], each[1:]))
    # On a day on which the clocks change, it is the time that holds from then on.
    offset = offset_at(zone, tomorrow)
    monday = datetime.combine(date(2001, 1, 1), local_start, tzinfo=UTC) - offset
    changes = clock_changes(zone, tomorrow, situation.published_span.end)
    return WeeklyTime(
        weekdays=tuple(sorted((monday + day * ONE_DAY).weekday() for day in days)),
        start=monday.time(),
        length=length,
        valid_until=changes[0].at if changes else situation.published_span.end,
    )


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
