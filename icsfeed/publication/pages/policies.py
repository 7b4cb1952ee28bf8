"""The policy as tables: on which days and at which hours windows occur, and which days are frozen."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from icsfeed.domain.feeds import Environment
from icsfeed.domain.freeze_patterns import last_day
from icsfeed.domain.schedule import Schedule
from icsfeed.domain.windows import MaintenanceWindow
from icsfeed.words.dates import Dates
from icsfeed.words.languages import sentence
from icsfeed.words.recurrences import days_text
from icsfeed.words.rules import effective_dates_text, frozen_days_text
from icsfeed.words.terms import IMPACT_NAMES


@dataclass(frozen=True, kw_only=True, slots=True)
class WindowRow:
    """A window; ``effective`` is empty where no dates are set."""

    name: str
    description: str
    days: str
    hours: str
    zone: str
    length: str
    effective: str
    environments: str
    impact: str


@dataclass(frozen=True, kw_only=True, slots=True)
class FreezeRow:
    """A change freeze; ``effective`` is empty where no dates are set."""

    name: str
    description: str
    days: str
    effective: str
    environments: str


def window_rows(
    schedule: Schedule, dates: Dates, today: date, only: Environment | None = None
) -> tuple[WindowRow, ...]:
    """The windows that have not ended, those in effect first, by weekday and time; or those of one environment."""
    current = [
        window
        for window in schedule.windows
        if not _has_ended(window.effective_until, today) and (only is None or only.id in window.environments)
    ]
    current.sort(key=lambda each: ((each.effective_from or date.min) > today, each.recurrence.weekdays, each.start))
    return tuple(_window_row(schedule, window, dates, today) for window in current)


def freeze_rows(
    schedule: Schedule, dates: Dates, today: date, only: Environment | None = None
) -> tuple[FreezeRow, ...]:
    """The freezes that have not ended, with the days lifted from them in the published years."""
    return tuple(
        FreezeRow(
            name=freeze.name,
            description=freeze.description,
            days=frozen_days_text(freeze, dates, today),
            effective=effective_dates_text(freeze, dates, today),
            environments=environments_text(schedule, freeze.environments),
        )
        for freeze in schedule.placed_freezes
        if (only is None or only.id in freeze.environments)
        and not _has_ended(freeze.effective_until, today)
        and not _has_ended(last_day(freeze.pattern), today)
    )


def _has_ended(last: date | None, today: date) -> bool:
    return last is not None and last < today


def _window_row(schedule: Schedule, window: MaintenanceWindow, dates: Dates, today: date) -> WindowRow:
    start, end = window.on(date(2000, 1, 1))
    return WindowRow(
        name=window.name,
        description=window.description,
        days=days_text(window.recurrence, window.offset_days, dates),
        hours=dates.hours(start, end),
        zone=dates.name_of_zone(window.zone),
        length=dates.length(end - start),
        effective=effective_dates_text(window, dates, today),
        environments=environments_text(schedule, window.environments),
        impact=sentence(dates.language.say(IMPACT_NAMES[window.impact])),
    )


def environments_text(schedule: Schedule, environments: frozenset[str] | tuple[str, ...]) -> str:
    """The names of environments, in the order of their ids."""
    names = schedule.environment_names
    return ", ".join(names.get(each, each) for each in sorted(environments))
