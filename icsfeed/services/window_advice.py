"""Warnings about maintenance windows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time

from icsfeed.domain.civil import local_date
from icsfeed.domain.fates import Frozen
from icsfeed.domain.lengths import length_text
from icsfeed.domain.occurrences import Occurrence
from icsfeed.domain.recurrence import ListedDates
from icsfeed.domain.situation import Situation
from icsfeed.domain.spans import YEARS
from icsfeed.domain.windows import MaintenanceWindow
from icsfeed.domain.zones import DATA_VERSION, GRACE_YEARS, settled_clock
from icsfeed.services.freeze_advice import is_running_out
from icsfeed.services.listing import MAX_LISTED_ITEMS, listed, with_count


def about_window(
    situation: Situation, window: MaintenanceWindow, own_occurrences: Sequence[Occurrence]
) -> Iterator[str]:
    """The warnings about one window and its occurrences in the published span; ``overlaps`` has the others."""
    years = situation.published_years
    yield from _never_occurring(window)
    yield from _whole_day(window)
    yield from _without_beginning(situation, window, own_occurrences)
    yield from _changing_rules(window, years)
    yield from _clock_changes(window, own_occurrences)
    yield from _always_frozen(window, own_occurrences, years)
    yield from _single_events(situation, window, own_occurrences)
    yield from _last_listed_date(situation, window)


def _whole_day(window: MaintenanceWindow) -> Iterator[str]:
    if window.duration is None and window.start == window.end != time():
        yield (
            f"the window lasts 24 hours, because start and end are both {window.start:%H:%M}; write the time at which "
            "it ends"
        )


def _without_beginning(
    situation: Situation, window: MaintenanceWindow, own_occurrences: Sequence[Occurrence]
) -> Iterator[str]:
    """A window that was in force before it was written down has a date, too: it costs one line to say so."""
    if window.effective_from is not None or isinstance(window.recurrence, ListedDates):
        return
    past = sorted({each.original_start for each in own_occurrences if each.is_shown and each.start < situation.now})
    if past:
        since, today = past[0].date(), local_date(situation.now, window.zone)
        dates = "1 date" if len(past) == 1 else f"{len(past)} dates"
        yield (
            f"without effective_from, customers see {dates} before today, from {since} on, as if the window had been "
            f"in force; write effective_from = {today}, or the earlier date from which it has been"
        )


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


def _clock_changes(window: MaintenanceWindow, own_occurrences: Sequence[Occurrence]) -> Iterator[str]:
    dates = {
        f"{each.original_start.date()} ({_what_happens(each)})": None
        for each in own_occurrences
        if each.policy.changes and not isinstance(each.excluded, Frozen)
    }
    if dates:
        yield f"the clock of {window.zone.key} changes during the window: on {listed([*dates], '; ')}"


def _what_happens(occurrence: Occurrence) -> str:
    zone = occurrence.window.zone
    change = occurrence.policy.changes[0]
    clock = f"{change.old_reading:%H:%M} becomes {change.new_reading:%H:%M}"
    span = occurrence.policy.span
    if span is None:
        return f"{clock}, so the window does not take place"
    start, end = span.start.astimezone(zone), span.end.astimezone(zone)
    return f"{clock}, so the window lasts from {start:%H:%M %Z} to {end:%H:%M %Z}, {length_text(span.end - span.start)}"


def _always_frozen(window: MaintenanceWindow, own_occurrences: Sequence[Occurrence], years: range) -> Iterator[str]:
    """Environments in which a freeze drops every occurrence."""
    frozen: dict[str, set[str]] = defaultdict(set)
    happening: set[str] = set()
    for occurrence in own_occurrences:
        if isinstance(occurrence.excluded, Frozen):
            for environment in occurrence.environments:
                freeze = occurrence.excluded.by.freeze
                frozen[environment].add(freeze.name or freeze.id)
        else:
            happening |= occurrence.environments
    never = sorted(frozen.keys() - happening)
    if never:
        count = len({each.original_start for each in own_occurrences})
        dates = "its only date is" if count == 1 else f"each of its {count} dates is"
        names = ", ".join(sorted(set().union(*(frozen[each] for each in never))))
        where = "" if window.environments <= set(never) else f" in {' and '.join(never)}"
        yield f"the window never takes place{where} from {years[0]} through {years[-1]}: {dates} frozen ({names})"


def _single_events(
    situation: Situation, window: MaintenanceWindow, own_occurrences: Sequence[Occurrence]
) -> Iterator[str]:
    """How many events a window makes that no series holds; ``_changing_rules`` says so of its zone."""
    years, published = situation.published_years, situation.published_span
    if window.series_rules() or settled_clock(window.zone, years[0], years[-1]) is None:
        return
    count = len({each.original_start for each in own_occurrences if each.is_shown and each.start in published})
    if count > 1:
        yield (
            f"calendars get the {count} occurrences from {years[0]} through {years[-1]} as single events: Outlook "
            f"holds no series {_without_template(window)}"
        )


def _without_template(window: MaintenanceWindow) -> str:
    """What no series holds of the window."""
    if window.offset_days:
        return "of days after those of a rule (offset_days)"
    if isinstance(window.recurrence, ListedDates):
        return "of listed dates"
    if window.recurrence.template_rules():
        return "whose occurrences follow one another without a gap"
    return f"for {window.recurrence}"


def _last_listed_date(situation: Situation, window: MaintenanceWindow) -> Iterator[str]:
    if isinstance(window.recurrence, ListedDates):
        today, last = local_date(situation.now, window.zone), window.recurrence.days[-1]
        if is_running_out(last, today):
            yield (
                f"its last date is {last}, and none follows up to {situation.published_years[-1]}-12-31, which "
                "customers see already; add the next ones"
            )


def overlaps(all_occurrences: Sequence[Occurrence]) -> dict[str, list[str]]:
    """For each window, the overlaps with windows of the same environments."""
    counts: dict[tuple[str, str], int] = defaultdict(int)
    dates: dict[tuple[str, str], list[str]] = defaultdict(list)
    lasting: list[tuple[datetime, str, frozenset[str]]] = []
    for later in all_occurrences:
        span, name = later.span, later.window.id
        if later.excluded is not None or span is None:
            continue
        start = span.start
        lasting = [each for each in lasting if each[0] > start]
        for _, earlier_name, environments in lasting:
            if environments.isdisjoint(later.environments):
                continue
            pair = (earlier_name, name) if earlier_name < name else (name, earlier_name)
            counts[pair] += 1
            if counts[pair] <= MAX_LISTED_ITEMS:
                dates[pair].append(f"{start.astimezone(later.window.zone):%Y-%m-%d}")
        lasting.append((span.end, name, later.environments))
    messages: dict[str, list[str]] = defaultdict(list)
    for (first, second), count in counts.items():
        on = with_count(dates[first, second], count)
        if first == second:
            messages[first].append(f"the window's occurrences overlap each other: on {on}")
        else:
            messages[first].append(f'the window overlaps the window "{second}": on {on}')
    return messages
