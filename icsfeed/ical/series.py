"""Divides the occurrences of a window into series that every calendar engine reads alike.

No engine agrees with another on a local time that is missing or comes twice, so no series ever meets one: it is cut
there, and the occurrence stands alone. A series also ends with its calendar year, so that a new year adds and drops
events and changes none.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cache
from typing import Final
from zoneinfo import ZoneInfo

from icsfeed.domain.civil import local_date
from icsfeed.domain.occurrences import Occurrence
from icsfeed.domain.recurrence import Recurrence
from icsfeed.domain.spans import Span
from icsfeed.domain.windows import MaintenanceWindow
from icsfeed.domain.zones import is_utc, settled_clock


class Rendering(StrEnum):
    """One way to write a feed: recurring events for people, single events in UTC for machines, or MAINTNOTE events."""

    SERIES = "series"
    EXPANDED = "expanded"
    MAINTNOTE = "maintnote"

    @property
    def arrangement(self) -> Rendering:
        """The rendering whose events it writes: a MAINTNOTE event is an expanded one with more properties."""
        return Rendering.EXPANDED if self is Rendering.MAINTNOTE else self


ARRANGEMENTS: Final = (Rendering.SERIES, Rendering.EXPANDED)
"""The renderings that have events of their own."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Series:
    """Regular occurrences of one rule of a window, within one year and between two cuts.

    ``first`` and ``last`` both happen as the policy says. ``excluded`` are instances of the rule between them that do
    not, or not then; ``cancelled`` are those that its event itself shows as cancelled. ``after`` is the local date of
    the irregular occurrence that the series follows.
    """

    window: MaintenanceWindow
    recurrence: Recurrence
    year: int
    after: date | None
    first: Occurrence
    last: Occurrence
    excluded: tuple[Occurrence, ...]
    cancelled: tuple[Occurrence, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Single:
    """An occurrence that stands alone; ``zone`` is the calendar's."""

    occurrence: Occurrence
    zone: ZoneInfo

    @property
    def window(self) -> MaintenanceWindow:
        return self.occurrence.window

    @property
    def year(self) -> int:
        """The year with which it is published: that of its original start or, if it was moved to one, an earlier."""
        return min(published_year(self.occurrence, self.zone), local_date(self.occurrence.start, self.zone).year)


def arrange(
    occurrences: Iterable[Occurrence], rendering: Rendering, zone: ZoneInfo, published: Span
) -> Iterator[Series | Single]:
    """The series and single events in which a ``rendering`` shows the occurrences that start in the ``published`` span.

    ``zone`` is the calendar's.
    """
    years = range(local_date(published.start, zone).year, local_date(published.end, zone).year)
    recurring: list[Occurrence] = []
    alone: list[Occurrence] = []
    for occurrence in occurrences:
        recurs = rendering is Rendering.SERIES and may_recur(occurrence.window, years)
        if recurs and occurrence.policy_start in published:
            recurring.append(occurrence)
        if occurrence.start in published and not (recurs and _is_shown_by_series(occurrence)):
            alone.append(occurrence)
    yield from part(recurring, zone)
    yield from singles(alone, zone)


def _is_shown_by_series(occurrence: Occurrence) -> bool:
    """Whether the series and single events of a rule show it: not what was moved, cut, or happens somewhere only."""
    return occurrence.moved is None and occurrence.cut_at is None and occurrence.is_whole


def may_recur(window: MaintenanceWindow, years: range) -> bool:
    """Whether series can show that window, and every engine reads them alike."""
    clock = settled_clock(window.zone, years[0], years[-1])
    if clock is None or not window.series_rules():
        return False
    # libical steps through months by their first and last days: if the clock skips that hour, all later ones are late.
    return window.recurrence.is_weekly or not clock.skips(window.start)


def published_year(occurrence: Occurrence, zone: ZoneInfo) -> int:
    """The year in the calendar's ``zone`` in which its original start lies."""
    return local_date(occurrence.policy_start, zone).year


def singles(occurrences: Iterable[Occurrence], zone: ZoneInfo) -> Iterator[Single]:
    """Each occurrence that subscribers see, as a single event."""
    for occurrence in occurrences:
        if occurrence.is_shown:
            yield Single(occurrence=occurrence, zone=zone)


def part(occurrences: Iterable[Occurrence], zone: ZoneInfo) -> Iterator[Series | Single]:
    """The series and single events that show the ``occurrences`` of whole years at the times the policy gives them.

    What was moved or cut, or happens for some environments only, is left out of its series here; its own event is the
    caller's to add.
    """
    instances = {(each.window.id, each.original_start): each for each in occurrences}
    runs: dict[tuple[str, int, Recurrence], list[Occurrence]] = defaultdict(list)
    for occurrence in sorted(instances.values(), key=lambda each: each.original_start):
        year, rule = published_year(occurrence, zone), _rule_of(occurrence)
        runs[occurrence.window.id, year, rule].append(occurrence)
    for (_, year, rule), of_rule in runs.items():
        run: list[Occurrence] = []
        after = None
        for occurrence in of_rule:
            if occurrence.policy.regular:
                run.append(occurrence)
                continue
            yield from _close(run, rule, year, after, zone)
            if _is_shown_by_series(occurrence):
                yield from singles([occurrence], zone)
            run, after = [], occurrence.original_start.date()
        yield from _close(run, rule, year, after, zone)


def _rule_of(occurrence: Occurrence) -> Recurrence:
    window, day = occurrence.window, occurrence.original_start.date()
    return _rule_on(window.series_rules(), day)


@cache
def _rule_on(rules: tuple[Recurrence, ...], day: date) -> Recurrence:
    """The one of the rules that has an instance on ``day``."""
    return rules[0] if len(rules) == 1 else next(rule for rule in rules if rule.may_include(day))


def _close(
    run: list[Occurrence], rule: Recurrence, year: int, after: date | None, zone: ZoneInfo
) -> Iterator[Series | Single]:
    """The series of a run of regular occurrences, and the cancelled ones that are no instances of it.

    That is what comes before its first and after its last; and all of it in UTC, where Home Assistant shows an override
    beside the instance that it overrides.
    """
    happening = [index for index, each in enumerate(run) if each.is_as_planned]
    begin, end = (happening[0], happening[-1] + 1) if happening else (0, 0)
    inner = run[begin:end]
    cancelled: list[Occurrence] = []
    if inner:
        missing = [each for each in inner if not each.is_as_planned]
        if not is_utc(inner[0].window.zone.key):
            cancelled = [each for each in missing if _is_cancelled_instance(each)]
        yield Series(
            window=inner[0].window,
            recurrence=rule,
            year=year,
            after=after,
            first=inner[0],
            last=inner[-1],
            excluded=tuple(each for each in missing if each not in cancelled),
            cancelled=tuple(cancelled),
        )
    for occurrence in run:
        if _is_cancelled_instance(occurrence) and occurrence not in cancelled:
            yield Single(occurrence=occurrence, zone=zone)


def _is_cancelled_instance(occurrence: Occurrence) -> bool:
    """Whether a series can show that it is cancelled: in all environments of the window."""
    return occurrence.is_cancelled and occurrence.is_whole
