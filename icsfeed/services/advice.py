"""Advice: what is right in a schedule and may still not be what its owner wants."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date

from icsfeed.domain.changes import Change
from icsfeed.domain.freezes import ChangeFreeze, frozen_days
from icsfeed.domain.lengths import length_text
from icsfeed.domain.occurrences import Frozen, Occurrence, occurrences
from icsfeed.domain.situation import Situation
from icsfeed.domain.spans import YEARS, DateRange
from icsfeed.domain.times import instant_text
from icsfeed.domain.windows import MaintenanceWindow
from icsfeed.domain.zones import DATA_VERSION, settled_clock
from icsfeed.ical.limits import MOST_BYTES, MOST_EVENTS
from icsfeed.services.unmatched import unmatched
from icsfeed.services.warnings import warnings_about

_MOST_BYTES_BESIDE_TEXT = 950
"""So much an event adds to a feed at most, beside what people wrote, which escaping can double."""

_SHOWN = 3
"""So many dates are named; the others are counted."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Advice:
    """A warning about the one of that ``name`` (an id, or a slug) in a table of the schedule file.

    Without a ``table``, it is about something recorded, as ``unmatched`` names it.
    """

    table: str
    name: str
    message: str


def advise(situation: Situation) -> tuple[Advice, ...]:
    """Every warning about the published span: by window, freeze, change and feed, then by record."""
    schedule, years = situation.schedule, situation.published_years
    found = occurrences(schedule, situation.published_span)
    by_window: dict[str, list[Occurrence]] = defaultdict(list)
    for occurrence in found:
        by_window[occurrence.window.id].append(occurrence)
    overlaps = _overlaps(found)
    of_windows = tuple(
        Advice(table="maintenance_windows", name=window.id, message=message)
        for window in schedule.windows
        for message in (
            *_never_occurring(window),
            *_changing_rules(window, years),
            *_clock_changes(window, by_window[window.id]),
            *_always_frozen(by_window[window.id], years),
            *overlaps[window.id],
        )
    )
    of_freezes = tuple(
        Advice(table="change_freezes", name=freeze.id, message=message)
        for freeze in schedule.freezes
        for message in _needless_lifts(freeze)
    )
    of_changes = tuple(
        Advice(table="changes", name=change.id, message=message)
        for change in schedule.changes
        for message in _about_change(situation, change)
    )
    of_record = (Advice(table="", name=name, message=message) for name, message in unmatched(situation))
    return (*of_windows, *of_freezes, *of_changes, *_large_feeds(situation, found), *of_record)


def _about_change(situation: Situation, change: Change) -> Iterator[str]:
    """What an operator would be told who announced it as it is, while it is yet to come."""
    if change.latest.at > situation.now:
        dated = instant_text(change.latest.at, situation.zone)
        yield f"what is said of it last is dated {dated}, which is yet to come; it is public all the same"
    if change.plan.span.start > situation.now:
        whole = replace(change, updates=(replace(change.latest, number=1),))
        yield from warnings_about(situation, whole)


def _never_occurring(window: MaintenanceWindow) -> Iterator[str]:
    first, last = window.effective_from or date(YEARS[0], 1, 1), window.effective_until
    if last is not None and next(window.dates(first, last), None) is None:
        yield f"never occurs: its rule, {window.recurrence}, has no date from {first} through {last}"


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


def _needless_lifts(freeze: ChangeFreeze) -> Iterator[str]:
    whole = replace(freeze, lifted=())
    needless = [str(day) for day in freeze.lifted if not any(whole.ranges(day, day))]
    if needless:
        yield f"lifts what is not frozen anyway: {_some(needless)}"


def _large_feeds(situation: Situation, found: tuple[Occurrence, ...]) -> Iterator[Advice]:
    """Feeds that have no place for all that they are to show."""
    if _surely_fits(situation, found):
        return  # as nearly always: icalendar takes longer to import than all else that is done here
    from icsfeed.ical.calendar import feed_content  # noqa: PLC0415
    from icsfeed.ical.series import Rendering  # noqa: PLC0415
    from icsfeed.services.events import publish_events  # noqa: PLC0415

    published = publish_events(situation)
    for rendering in Rendering:
        events = published.rendered(rendering)
        for feed in situation.schedule.feeds:
            left_out = feed_content(situation, feed, events).left_out
            if left_out:
                message = (
                    f'the feed "{feed.slug}" has no place for {left_out} of its events in the {rendering} rendering: '
                    f"only {MOST_EVENTS:,} fit, or 1 MB; what is over gives way first, then what is farthest ahead"
                )
                yield Advice(table="feeds", name=feed.slug, message=message)


def _surely_fits(situation: Situation, found: tuple[Occurrence, ...]) -> bool:
    """Whether no feed can be too large: none has more events than there are occurrences, freezes and changes."""
    days = DateRange.of_years(situation.published_years)
    frozen = frozen_days(situation.schedule.freezes, situation.zone, days.first, days.last)
    named: list[MaintenanceWindow | ChangeFreeze] = [
        *(each.window for each in found),
        *(each.freeze for each in frozen),
    ]
    texts = [each.name + each.description for each in named]
    texts += [_words(change) for change in situation.changes.values()]
    size = sum(_MOST_BYTES_BESIDE_TEXT + 2 * len(text.encode()) for text in texts)
    return len(texts) <= MOST_EVENTS and size <= MOST_BYTES


def _words(change: Change) -> str:
    plan = change.plan
    return "".join([plan.summary, plan.reason, plan.ticket, *(update.message for update in change.updates)])


def _some(items: list[str], between: str = ", ") -> str:
    """The first few items, and how many more there are."""
    more = len(items) - _SHOWN
    return between.join(items[:_SHOWN]) + (f" and {more} more" if more > 0 else "")
