"""Times and spans as text, the same in every locale."""

from __future__ import annotations

from typing import TYPE_CHECKING

from icsfeed.domain.spans import ONE_DAY

if TYPE_CHECKING:
    from datetime import date, datetime
    from zoneinfo import ZoneInfo

    from icsfeed.domain.spans import DateRange, Span


def span_text(span: Span, zone: ZoneInfo) -> str:
    """The span on the wall clock of ``zone``, such as ``Thu 2026-12-03 02:00–06:00 EST``."""
    start, end = span.start.astimezone(zone), span.end.astimezone(zone)
    start_name = "" if start.tzname() == end.tzname() else f" {start.tzname()}"
    same_day = start.date() == end.date() or (end.date() == start.date() + ONE_DAY and f"{end:%H:%M}" == "00:00")
    until = f"–{end:%H:%M}" if same_day else f" – {day_text(end.date())} {end:%H:%M}"
    return f"{day_text(start.date())} {start:%H:%M}{start_name}{until} {end.tzname()}"


def days_text(days: DateRange) -> str:
    """Whole days, such as ``Tue 2026-11-24 – Mon 2026-11-30``."""
    return day_text(days.first) if days.first == days.last else f"{day_text(days.first)} – {day_text(days.last)}"


def day_text(day: date) -> str:
    """A date with its weekday, the same in every locale."""
    return f"{['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'][day.weekday()]} {day.isoformat()}"


def instant_text(instant: datetime, zone: ZoneInfo) -> str:
    """The instant on the wall clock of ``zone``, such as ``Thu 2026-12-03 02:00 EST``."""
    local = instant.astimezone(zone)
    return f"{day_text(local.date())} {local:%H:%M %Z}"
