"""Ready values for tests; each takes overrides for what a test is about."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time
from typing import Any, Final

from icsfeed.domain.feeds import Environment
from icsfeed.domain.freeze_patterns import LastSevenDays
from icsfeed.domain.freezes import ChangeFreeze
from icsfeed.domain.peak_hours import PeakHours
from icsfeed.domain.recurrence import weekly
from icsfeed.domain.schedule import Calendar, Organizer, Schedule
from icsfeed.domain.spans import Span
from icsfeed.domain.windows import Impact, MaintenanceWindow
from icsfeed.domain.zones import zone

TORONTO: Final = zone("America/Toronto")
BERLIN: Final = zone("Europe/Berlin")
NOW: Final = datetime(2026, 11, 23, 12, tzinfo=UTC)

THURSDAY: Final = MaintenanceWindow(
    id="thursday",
    name="Scheduled maintenance",
    recurrence=weekly(3),
    start=time(2),
    end=time(6),
    zone=TORONTO,
    effective_from=date(2020, 1, 1),
    environments=frozenset({"production"}),
    impact=Impact.OUTAGE,
)
SUNDAY: Final = replace(THURSDAY, id="sunday", recurrence=weekly(6))
MONTH_END: Final = ChangeFreeze(
    zone=TORONTO, id="month-end", name="Change freeze", pattern=LastSevenDays(), effective_from=date(2020, 1, 1)
)
PEAK_HOURS: Final = PeakHours(weekdays=frozenset(range(5)), start=time(8), end=time(20), zone=TORONTO)
POLICY: Final = Schedule(
    calendar=Calendar(
        name="Seed-to-Sale maintenance",
        zone=TORONTO,
        uid_domain="maintenance.example.com",
        organizer=Organizer(name="Customer Support", email="support@example.com"),
    ),
    environments=(Environment(id="production", name="Production"),),
    windows=(THURSDAY, SUNDAY),
    freezes=(MONTH_END,),
)


def a_window(**overrides: Any) -> MaintenanceWindow:  # noqa: ANN401  (any field)
    """Thursday's window of the policy, with other values where given."""
    return replace(THURSDAY, **overrides)


def a_schedule(*windows: MaintenanceWindow, **overrides: Any) -> Schedule:  # noqa: ANN401  (any field)
    """The policy with these windows and no freeze, and other values where given."""
    return replace(POLICY, **{"windows": windows, "freezes": (), "window_order": (), "freeze_order": (), **overrides})


def utc(year: int, month: int, day: int, hour: int = 0, minute: int = 0, second: int = 0) -> datetime:  # noqa: PLR0917  (as datetime has them)
    """An instant in UTC: ``utc(2026, 3, 8, 7)``."""
    return datetime(year, month, day, hour, minute, second, tzinfo=UTC)


def span(start: tuple[int, ...], end: tuple[int, ...]) -> Span:
    """The span between two instants in UTC."""
    return Span(start=utc(*start), end=utc(*end))
