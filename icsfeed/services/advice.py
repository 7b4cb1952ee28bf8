"""Advice: warnings about schedules that are valid, but look unintended."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from icsfeed.domain.changes import Change
from icsfeed.domain.freezes import ChangeFreeze
from icsfeed.domain.lengths import length_text
from icsfeed.domain.occurrences import Frozen, Occurrence
from icsfeed.domain.schedule import Schedule
from icsfeed.domain.situation import Situation
from icsfeed.domain.spans import YEARS
from icsfeed.domain.times import instant_text
from icsfeed.domain.windows import MaintenanceWindow
from icsfeed.domain.zones import DATA_VERSION, GRACE_YEARS, settled_clock
from icsfeed.services.feed_advice import large_feeds
from icsfeed.services.unmatched import unmatched
from icsfeed.services.warnings import warnings_about

_MAX_LISTED_ITEMS = 3
"""How many dates a warning lists; the others are counted."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Advice:
    """A warning about the element of that ``name`` (an id, or a slug) in an array of tables of the schedule file.

    Without a ``table``, it is about something recorded, by the name that ``unmatched`` gives it.
    """

    table: str
    name: str
    message: str


def advise(situation: Situation) -> tuple[Advice, ...]:
    """Every warning about the published span: by window, freeze, change and feed, then by record."""
    schedule, years = situation.schedule, situation.published_years
    all_occurrences = [each for each in situation.published_policy if isinstance(each, Occurrence)]
    by_window: dict[str, list[Occurrence]] = defaultdict(list)
    for occurrence in all_occurrences:
        by_window[occurrence.window.id].append(occurrence)
    overlaps = _overlaps(schedule, all_occurrences)
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
    of_feeds = (Advice(table="feeds", name=slug, message=message) for slug, message in large_feeds(situation))
    of_record = (Advice(table="", name=name, message=message) for name, message in unmatched(situation))
    return (*of_windows, *of_freezes, *of_changes, *of_feeds, *of_record)


def _about_change(situation: Situation, change: Change) -> Iterator[str]:
    """The warnings that an operator would get who announced the change now, as long as it lies in the future."""
    if change.latest.at > situation.now:
        dated = instant_text(change.latest.at, situation.zone)
        yield f"the latest update is dated {dated}, in the future; it is public all the same"
    if change.plan.span.start > situation.now:
        whole = replace(change, updates=(replace(change.latest, number=1),))
        yield from warnings_about(situation, whole)


def _never_occurring(window: MaintenanceWindow) -> Iterator[str]:
    first, last = window.effective_from or date(YEARS[0], 1, 1), window.effective_until
    if last is not None and next(window.dates(first, last), None) is None:
        yield f"the window never occurs: {window.recurrence} has no date from {first} through {last}"


def _changing_rules(window: MaintenanceWindow, years: range) -> Iterator[str]:
    zone = window.zone
    if settled_clock(zone, years[0], years[-1]) is None:
        yield (
            f"the clock changes of {zone.key} are not the same every year from {years[0] - GRACE_YEARS} through "
            f"{years[-1]} (time zone data {DATA_VERSION}); older clients would show wrong times, so the series "
            "rendering has each occurrence as a single event in UTC"
        )


def _clock_changes(window: MaintenanceWindow, own_occurrences: list[Occurrence]) -> Iterator[str]:
    dates = [
        f"{each.original_start.date()} ({_what_happens(each)})"
        for each in own_occurrences
        if each.policy.changes and not isinstance(each.excluded, Frozen)
    ]
    if dates:
        yield f"the clock of {window.zone.key} changes during the window: on {_listed(dates, '; ')}"


def _what_happens(occurrence: Occurrence) -> str:
    zone = occurrence.window.zone
    change = occurrence.policy.changes[0]
    clock = f"{change.old_reading:%H:%M} becomes {change.new_reading:%H:%M}"
    span = occurrence.policy.span
    if span is None:
        return f"{clock}, so the window does not take place"
    start, end = span.start.astimezone(zone), span.end.astimezone(zone)
    return f"{clock}, so the window lasts from {start:%H:%M %Z} to {end:%H:%M %Z}, {length_text(span.end - span.start)}"


def _always_frozen(own_occurrences: list[Occurrence], years: range) -> Iterator[str]:
    frozen = [each.excluded.by.freeze.name for each in own_occurrences if isinstance(each.excluded, Frozen)]
    if frozen and len(frozen) == len(own_occurrences):
        names = ", ".join(sorted(set(frozen)))
        dates = "its only date is" if len(own_occurrences) == 1 else f"each of its {len(own_occurrences)} dates is"
        yield f"the window never takes place from {years[0]} through {years[-1]}: {dates} frozen ({names})"


def _overlaps(schedule: Schedule, all_occurrences: Sequence[Occurrence]) -> dict[str, list[str]]:
    """For each window, the overlaps with windows of the same environments."""
    environments = {window.id: window.environments for window in schedule.windows}
    counts: dict[tuple[str, str], int] = defaultdict(int)
    dates: dict[tuple[str, str], list[str]] = defaultdict(list)
    lasting: list[tuple[datetime, str]] = []
    for later in all_occurrences:
        span, name = later.span, later.window.id
        if later.excluded is not None or span is None:
            continue
        start = span.start
        lasting = [each for each in lasting if each[0] > start]
        for _, earlier_name in lasting:
            pair = (earlier_name, name) if earlier_name < name else (name, earlier_name)
            counts[pair] += 1
            if counts[pair] <= _MAX_LISTED_ITEMS:
                dates[pair].append(f"{start.astimezone(later.window.zone):%Y-%m-%d}")
        lasting.append((span.end, name))
    overlaps: dict[str, list[str]] = defaultdict(list)
    for (first, second), count in counts.items():
        on = _with_count(dates[first, second], count)
        if first == second:
            overlaps[first].append(f"the window's occurrences overlap each other: on {on}")
        elif environments[first] & environments[second]:
            overlaps[first].append(f'the window overlaps the window "{second}": on {on}')
    return overlaps


def _needless_lifts(freeze: ChangeFreeze) -> Iterator[str]:
    whole = replace(freeze, lifted=())
    needless = [str(day) for day in freeze.lifted if not any(whole.ranges(day, day))]
    if needless:
        yield f"lifted has dates that are not frozen anyway: {_listed(needless)}"


def _listed(items: list[str], between: str = ", ") -> str:
    """The first items, and the number of the others."""
    return _with_count(items[:_MAX_LISTED_ITEMS], len(items), between)


def _with_count(first_items: list[str], count: int, between: str = ", ") -> str:
    more = count - len(first_items)
    return between.join(first_items) + (f" and {more} more" if more > 0 else "")
