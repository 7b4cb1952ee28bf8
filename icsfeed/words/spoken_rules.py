"""The regular times as people say them: windows with the same hours in one sentence."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from icsfeed.domain.recurrence import ListedDates
from icsfeed.domain.windows import MaintenanceWindow
from icsfeed.words.languages import uncapitalized
from icsfeed.words.recurrences import days_text, weekdays_text
from icsfeed.words.spoken import SpokenDates
from icsfeed.words.spoken_numbers import spell_out

_ANY_DAY: Final = date(2000, 1, 1)


@dataclass(frozen=True, kw_only=True, slots=True)
class RegularTimes:
    """The days and hours of windows that touch the same ``environments``, as they stand within a sentence."""

    days: str
    hours: str
    environments: frozenset[str]


def regular_times(windows: Iterable[MaintenanceWindow], spoken: SpokenDates) -> Iterator[RegularTimes]:
    """The times of the windows that are in effect today, in their order.

    Windows of single dates are left out, as are those in another zone: their hours here change with the seasons.
    """
    weekdays: dict[tuple[datetime, datetime, frozenset[str]], set[int]] = {}
    others: list[MaintenanceWindow] = []
    for window in windows:
        if not _is_regular(window, spoken):
            continue
        if _is_weekly(window):
            key = (*window.on(_ANY_DAY), window.environments)
            weekdays.setdefault(key, set()).update(window.recurrence.weekdays)
        else:
            others.append(window)
    for (start, end, environments), days in weekdays.items():
        text = weekdays_text(tuple(sorted(days)), spoken)
        yield RegularTimes(
            days=_within_sentence(text, spoken), hours=spoken.hours(start, end), environments=environments
        )
    for window in others:
        text = spell_out(days_text(window.recurrence, window.offset_days, spoken), spoken.language)
        yield RegularTimes(
            days=_within_sentence(text, spoken),
            hours=spoken.hours(*window.on(_ANY_DAY)),
            environments=window.environments,
        )


def _is_regular(window: MaintenanceWindow, spoken: SpokenDates) -> bool:
    if isinstance(window.recurrence, ListedDates) or window.zone.key != spoken.zone.key:
        return False
    return window.effective_from is None or window.effective_from <= spoken.today


def _is_weekly(window: MaintenanceWindow) -> bool:
    rule = window.recurrence
    if isinstance(rule, ListedDates):
        return False
    return rule.is_weekly and rule.interval == 1 and not rule.months and not window.offset_days


def _within_sentence(text: str, spoken: SpokenDates) -> str:
    """The text without the capital at its beginning, unless a weekday begins it."""
    return text if any(text.startswith(spoken.weekday(day)) for day in range(7)) else uncapitalized(text)
