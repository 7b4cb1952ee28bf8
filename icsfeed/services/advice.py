"""Advice: what is right in a schedule and may still not be what its owner wants."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from icsfeed.domain.feeds import Kind
from icsfeed.domain.freezes import frozen_days
from icsfeed.domain.occurrences import Frozen, Occurrence, occurrences
from icsfeed.domain.schedule import Schedule, published_span, published_years
from icsfeed.domain.spans import DateRange
from icsfeed.domain.windows import MaintenanceWindow
from icsfeed.domain.zones import DATA_VERSION, settled_clock
from icsfeed.ical.series import Rendering, arrange
from icsfeed.services.lengths import length_text

_MOST_EVENTS = 1000
_SHOWN = 3
"""So many dates are named; the others are counted."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Advice:
    """A warning about the one of that ``name`` (an id, or a slug) in a table of the schedule file."""

    table: str
    name: str
    message: str


def advise(schedule: Schedule, *, now: datetime) -> tuple[Advice, ...]:
    """Every warning about the span published at ``now`` (aware): first by window, then by feed."""
    zone = schedule.calendar.zone
    years = published_years(now, zone)
    span = published_span(now, zone)
    found = occurrences(schedule, span)
    by_window: dict[str, list[Occurrence]] = defaultdict(list)
    for occurrence in found:
        by_window[occurrence.window.id].append(occurrence)
    overlaps = _overlaps(found)
    of_windows = tuple(
        Advice(table="maintenance_windows", name=window.id, message=message)
        for window in schedule.windows
        for message in (
            *_changing_rules(window, years),
            *_clock_changes(window, by_window[window.id]),
            *_always_frozen(by_window[window.id], years),
            *overlaps[window.id],
        )
    )
    return (*of_windows, *_large_feeds(schedule, found, now))


def _changing_rules(window: MaintenanceWindow, years: range) -> Iterator[str]:
    zone = window.zone
    if settled_clock(zone, years[0], years[-1]) is None:
        yield (
            f"{zone.key} does not keep to one yearly pair of clock changes from {years[0]} through {years[-1]} (time "
            f"zone data {DATA_VERSION}); older clients would misread its local times, so the series rendering has each "
            "occurrence as a single event in UTC"
        )


def _clock_changes(window: MaintenanceWindow, found: list[Occurrence]) -> Iterator[str]:
    met = [
        f"{each.original_start.date()} ({_what_happens(each)})"
        for each in found
        if each.policy.changes and not isinstance(each.excluded, Frozen)
    ]
    if met:
        yield f"the clock of {window.zone.key} changes during the window: on {_some(met, '; ')}"


def _what_happens(occurrence: Occurrence) -> str:
    zone = occurrence.window.zone
    change = occurrence.policy.changes[0]
    clock = f"{change.old_reading:%H:%M} becomes {change.new_reading:%H:%M}"
    span = occurrence.policy.span
    if span is None:
        return f"{clock}, so it does not happen"
    start, end = span.start.astimezone(zone), span.end.astimezone(zone)
    return f"{clock}, so it lasts from {start:%H:%M %Z} to {end:%H:%M %Z}, {length_text(span.end - span.start)}"


def _always_frozen(found: list[Occurrence], years: range) -> Iterator[str]:
    frozen = [each.excluded.by.freeze.name for each in found if isinstance(each.excluded, Frozen)]
    if frozen and len(frozen) == len(found):
        names = ", ".join(sorted(set(frozen)))
        dates = "its only date is" if len(found) == 1 else f"each of its {len(found)} dates is"
        yield f"never happens from {years[0]} through {years[-1]}: {dates} frozen ({names})"


def _overlaps(found: tuple[Occurrence, ...]) -> dict[str, list[str]]:
    """For each window, what it overlaps: an environment that it shares with another window, at the same time."""
    met: dict[tuple[str, str], list[str]] = defaultdict(list)
    happening = [each for each in found if each.excluded is None]
    for index, earlier in enumerate(happening):
        for later in happening[index + 1 :]:
            if earlier.span is None or later.span is None or later.span.start >= earlier.span.end:
                break
            if earlier.window.environments & later.window.environments:
                first, second = sorted([earlier.window.id, later.window.id])
                met[first, second].append(f"{later.span.start.astimezone(later.window.zone):%Y-%m-%d}")
    overlaps: dict[str, list[str]] = defaultdict(list)
    for (first, second), dates in met.items():
        if first == second:
            overlaps[first].append(f"its own occurrences overlap: on {_some(dates)}")
        else:
            overlaps[first].append(f'overlaps the window "{second}": on {_some(dates)}')
    return overlaps


def _large_feeds(schedule: Schedule, found: tuple[Occurrence, ...], now: datetime) -> Iterator[Advice]:
    """Feeds with more events than every client takes."""
    zone = schedule.calendar.zone
    days = DateRange.of_years(published_years(now, zone))
    frozen = frozen_days(schedule.freezes, zone, days.first, days.last)
    freezes = sum(each.days.first in days for each in frozen)
    if len(found) + freezes <= _MOST_EVENTS:
        return  # as nearly always: no rendering has more events than there are occurrences
    for rendering in Rendering:
        shown = arrange(found, rendering, zone, published_span(now, zone))
        touched = Counter(each.window.environments for each in shown)
        for feed in schedule.feeds:
            count = sum(number for names, number in touched.items() if feed.selects(Kind.MAINTENANCE, names))
            count += freezes if feed.selects(Kind.FREEZE, ()) else 0
            if count > _MOST_EVENTS:
                message = f"has {count} events in the {rendering} rendering; Google Calendar takes about {_MOST_EVENTS}"
                yield Advice(table="feeds", name=feed.slug, message=f'the feed "{feed.slug}" {message}')


def _some(items: list[str], between: str = ", ") -> str:
    """The first few items, and how many more there are."""
    more = len(items) - _SHOWN
    return between.join(items[:_SHOWN]) + (f" and {more} more" if more > 0 else "")
