"""Windows that occur on most days, each folded to one row with its exceptions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from itertools import groupby
from typing import Final, TypeAlias

from icsfeed.domain.civil import local_date
from icsfeed.domain.fates import Frozen, Skipped
from icsfeed.domain.feeds import Environment, Kind
from icsfeed.domain.occurrences import Occurrence
from icsfeed.domain.schedule import Schedule
from icsfeed.domain.situation import Situation
from icsfeed.domain.spans import Span
from icsfeed.domain.windows import MaintenanceWindow
from icsfeed.publication.pages.moments import PLACE, Moment, Sentence, date_of, with_times
from icsfeed.publication.pages.page_items import PageItem
from icsfeed.services.policy_rows import environments_text
from icsfeed.words.dates import Dates, When
from icsfeed.words.phrases import Phrase, phrase
from icsfeed.words.recurrences import weekdays_text

_MIN_STARTS_PER_WEEK: Final = 3
_WEEK: Final = timedelta(weeks=1)
_REGULAR: Final[tuple[Phrase, ...]] = ()
_MOVED: Final = (phrase("Moved on {day}"), phrase("Moved from {first} through {last}"))
_NOT: Final = (phrase("Not on {day}"), phrase("Not from {first} through {last}"))
_NOT_FOR_REASON: Final = (phrase("Not on {day}: {reason}"), phrase("Not from {first} through {last}: {reason}"))
"""Each for one day, and for successive occurrences."""


@dataclass(frozen=True, kw_only=True, slots=True)
class FoldedWindow:
    """The regular occurrences of one window within the listed time.

    ``first`` and ``last`` are their first and last day.
    """

    items: tuple[PageItem, ...]
    when: When
    first: Moment
    last: Moment
    exceptions: tuple[Sentence, ...]

    @property
    def item(self) -> PageItem:
        """The first occurrence, by which the row is sorted."""
        return self.items[0]

    @property
    def kind(self) -> Kind:
        return self.item.kind

    @property
    def span(self) -> Span:
        return self.item.span


Row: TypeAlias = PageItem | FoldedWindow


def folded(
    items: Iterable[PageItem], situation: Situation, dates: Dates, listed: Span, only: Environment | None = None
) -> tuple[Row, ...]:
    """The items, with those of each frequent window in one row. ``only``: the items are those of one environment."""
    every = tuple(items)
    rows: list[Row] = []
    folded_away: set[PageItem] = set()
    for window in situation.schedule.windows:
        if not _is_frequent(window, listed):
            continue
        own = [each for each in every if each.kind is Kind.MAINTENANCE and each.id == window.id]
        regular = [each for each in own if _is_regular(each, window, only)]
        if len(regular) >= _MIN_STARTS_PER_WEEK:
            folded_away.update(regular, (each for each in own if each.cancelled))
            weekdays = tuple(sorted({dates.local(each.span.start).weekday() for each in regular}))
            exceptions = tuple(_exceptions(window, situation, dates, listed, only=only, weekdays=weekdays))
            rows.append(_folded_window(regular, weekdays, exceptions, dates))
    rows += [each for each in every if each not in folded_away]
    rows.sort(key=lambda row: row.span.start)
    return tuple(rows)


def _is_frequent(window: MaintenanceWindow, listed: Span) -> bool:
    first, last = local_date(listed.start, window.zone), local_date(listed.end, window.zone)
    weeks = (listed.end - listed.start) / _WEEK
    return len(set(window.dates(first, last))) >= _MIN_STARTS_PER_WEEK * weeks


def _is_regular(item: PageItem, window: MaintenanceWindow, only: Environment | None) -> bool:
    """Whether it happens as planned, for everything that the row stands for."""
    return item.is_as_planned and (
        set(item.environments) == window.environments if only is None else only.id in item.environments
    )


def _folded_window(
    items: list[PageItem], weekdays: tuple[int, ...], exceptions: tuple[Sentence, ...], dates: Dates
) -> FoldedWindow:
    return FoldedWindow(
        items=tuple(items),
        when=When(day=weekdays_text(weekdays, dates), hours=_hours(items, dates)),
        first=date_of(items[0].span.start, dates),
        last=date_of(items[-1].span.start, dates),
        exceptions=exceptions,
    )


def _hours(items: list[PageItem], dates: Dates) -> str:
    """The hours of the day; of those that change, such as with daylight saving time, also since when."""
    parts: list[str] = []
    for hours, run in groupby(items, key=lambda each: each.when.hours):
        day = next(run).when.day
        parts.append(dates.language.say("from {date}: {hours}", date=day, hours=hours) if parts else hours)
    return "; ".join(parts)


def _exceptions(
    window: MaintenanceWindow,
    situation: Situation,
    dates: Dates,
    listed: Span,
    *,
    only: Environment | None,
    weekdays: tuple[int, ...],
) -> Iterator[Sentence]:
    """The occurrences that don't happen as planned; successive ones for the same reason are one exception.

    Of frozen ones, only those on the ``weekdays`` that the row names: where each Friday is frozen, it names no Friday.
    """
    candidates = (
        each
        for each in situation.occurrences(listed)
        if each.window is window
        and (not isinstance(each.excluded, Frozen) or dates.local(each.policy_start).weekday() in weekdays)
    )
    if only is not None:
        relevant = [each for each in candidates if only.id in each.environments]
    else:
        relevant = [each for each in candidates if each.is_whole or each.excluded is not None]
    names = situation.schedule if only is None else None
    for (phrases, reason), run in groupby(relevant, key=partial(_exception, names)):
        days = [date_of(each.policy_start, dates) for each in run]
        if phrases is _REGULAR:
            continue
        one, several = phrases
        if days[0].text == days[-1].text:
            text, places = dates.language.say(one, day=PLACE, reason=reason), days[:1]
        else:
            text, places = dates.language.say(several, first=PLACE, last=PLACE, reason=reason), [days[0], days[-1]]
        yield with_times(text, places)


def _exception(names: Schedule | None, occurrence: Occurrence) -> tuple[tuple[Phrase, ...], str]:
    """What to say of the occurrence, and why; with ``names``, also for which environments."""
    match occurrence.excluded:
        case None:
            return (_REGULAR if occurrence.moved is None else _MOVED), ""
        case Frozen(by=frozen):
            name = "" if frozen.freeze.is_internal else frozen.freeze.name
            where = ""
            if names is not None and not occurrence.is_whole:
                where = environments_text(names, occurrence.environments)
            reason = f"{name} ({where})" if name and where else name or where
            return (_NOT_FOR_REASON if reason else _NOT), reason
        case Skipped(silent=False, reason=reason):
            return _NOT_FOR_REASON, reason
        case _:
            return _NOT, ""
