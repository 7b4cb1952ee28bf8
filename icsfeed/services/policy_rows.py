"""The policy as tables: on which days and at which hours windows occur, and which days are frozen."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final

from icsfeed.domain.feeds import Environment
from icsfeed.domain.freezes import ChangeFreeze
from icsfeed.domain.recurrence import Recurrence
from icsfeed.domain.schedule import Schedule
from icsfeed.domain.windows import MaintenanceWindow
from icsfeed.words.dates import Dates
from icsfeed.words.languages import sentence
from icsfeed.words.recurrences import days_text
from icsfeed.words.rules import effective_dates_text, frozen_days_text
from icsfeed.words.terms import IMPACT_NAMES

_MAX_YEARS_BETWEEN: Final = 9


@dataclass(frozen=True, kw_only=True, slots=True)
class WindowRow:
    """A window; ``effective`` is empty without dates, ``weekly_length`` unless it has several days of every week.

    ``length`` is that of one occurrence, ``weekly_length`` that of all in a week. ``part`` is the window itself.
    """

    part: MaintenanceWindow
    name: str
    description: str
    days: str
    hours: str
    zone: str
    length: str
    weekly_length: str
    effective: str
    environments: str
    impact: str
    has_ended: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class FreezeRow:
    """A change freeze; ``effective`` is empty where no dates are set. ``part`` is the freeze itself."""

    part: ChangeFreeze
    name: str
    description: str
    days: str
    effective: str
    environments: str
    has_ended: bool


def window_rows(
    schedule: Schedule, dates: Dates, today: date, only: Environment | None = None
) -> tuple[WindowRow, ...]:
    """The windows in the order of the schedule; those of one environment, if it is given."""
    return tuple(
        _window_row(schedule, window, dates, today)
        for window in schedule.windows_as_given
        if only is None or only.id in window.environments
    )


def freeze_rows(
    schedule: Schedule, dates: Dates, today: date, only: Environment | None = None
) -> tuple[FreezeRow, ...]:
    """The freezes in the order of the schedule, with the days lifted from them in the published years."""
    return tuple(
        FreezeRow(
            part=freeze,
            name=freeze.name,
            description=freeze.description,
            days=frozen_days_text(freeze, dates, today),
            effective=effective_dates_text(freeze, dates, today),
            environments=environments_text(schedule, freeze.environments),
            has_ended=_has_ended(freeze, freeze.ranges(today, _horizon(today)), today),
        )
        for freeze in schedule.freezes_as_given
        if only is None or only.id in freeze.environments
    )


def _has_ended(part: MaintenanceWindow | ChangeFreeze, ahead: Iterator[object], today: date) -> bool:
    """Whether there is nothing of it ahead, and will be nothing."""
    is_ahead = part.effective_from is not None and part.effective_from > today
    return not is_ahead and next(ahead, None) is None


def _horizon(today: date) -> date:
    """What recurs at all recurs until then, such as on 29 February."""
    return today.replace(year=min(today.year + _MAX_YEARS_BETWEEN, date.max.year), day=1)


def _window_row(schedule: Schedule, window: MaintenanceWindow, dates: Dates, today: date) -> WindowRow:
    start, end = window.on(date(2000, 1, 1))
    return WindowRow(
        part=window,
        name=window.name,
        description=window.description,
        days=days_text(window.recurrence, window.offset_days, dates),
        hours=dates.hours(start, end),
        zone=dates.name_of_zone(window.zone),
        length=dates.length(end - start),
        weekly_length=dates.length((end - start) * days) if (days := _days_a_week(window)) > 1 else "",
        effective=effective_dates_text(window, dates, today),
        environments=environments_text(schedule, window.environments),
        impact=sentence(dates.language.say(IMPACT_NAMES[window.impact])),
        has_ended=_has_ended(window, window.dates(today, _horizon(today)), today),
    )


def _days_a_week(window: MaintenanceWindow) -> int:
    """On how many days of each week it starts; 0 unless every week is the same."""
    rule = window.recurrence
    is_same = isinstance(rule, Recurrence) and rule.is_weekly and rule.interval == 1 and not rule.months
    return len(rule.weekdays) if is_same else 0


def environments_text(schedule: Schedule, environments: frozenset[str] | tuple[str, ...]) -> str:
    """The names of environments, in the order of their ids."""
    names = schedule.environment_names
    return ", ".join(names.get(each, each) for each in sorted(environments))
