"""The maintenance windows that operators see in a list, with the occurrences that were skipped or moved."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from icsfeed.domain.adjustments import Adjustment, Move
from icsfeed.domain.civil import local_date
from icsfeed.domain.lengths import length_text
from icsfeed.domain.situation import Situation
from icsfeed.domain.times import span_text
from icsfeed.domain.windows import MaintenanceWindow
from icsfeed.services.upcoming import span_as_json
from icsfeed.words.dates import Dates
from icsfeed.words.languages import ENGLISH
from icsfeed.words.recurrences import days_text


@dataclass(frozen=True, kw_only=True, slots=True)
class ListedWindow:
    """A window, its rule in words, and its adjustments by date."""

    window: MaintenanceWindow
    rule: str
    adjustments: tuple[Adjustment, ...]

    def as_json(self, zone: ZoneInfo) -> dict[str, object]:
        """The window as JSON has it; adjusted times in UTC and on the wall clock of ``zone``."""
        window = self.window
        start, end = window.on(date(2000, 1, 1))
        return {
            "id": window.id,
            "name": window.name,
            "rule": self.rule,
            "timezone": window.zone.key,
            "start": window.start.isoformat(),
            "end": end.time().isoformat(),
            "duration_minutes": int((end - start).total_seconds()) // 60,
            "effective_from": window.effective_from.isoformat() if window.effective_from else None,
            "effective_until": window.effective_until.isoformat() if window.effective_until else None,
            "environments": sorted(window.environments),
            "impact": window.impact.value,
            "adjustments": [_adjustment_as_json(each, zone) for each in self.adjustments],
        }


def listed_windows(situation: Situation, *, everything: bool = False) -> tuple[ListedWindow, ...]:
    """The windows that have not ended, with their adjustments that are not over; or ``everything``."""
    now = situation.now
    dates = Dates(language=ENGLISH, zone=situation.zone, year=local_date(now, situation.zone).year)
    return tuple(
        ListedWindow(
            window=window,
            rule=_rule_text(window, dates, now),
            adjustments=tuple(
                each
                for _, each in sorted(situation.record.adjustments.items())
                if each.window_id == window.id and (everything or not _is_over(each, window, now))
            ),
        )
        for window in situation.schedule.windows
        if everything or window.effective_until is None or window.effective_until >= local_date(now, window.zone)
    )


def adjustment_text(adjustment: Adjustment, zone: ZoneInfo) -> str:
    """The adjustment in words, such as ``moved to Fri 2026-12-11 02:00–06:00 EST``."""
    if isinstance(adjustment, Move):
        return f"moved to {span_text(adjustment.to, zone)}"
    return "skipped silently" if adjustment.silent else "skipped"


def _rule_text(window: MaintenanceWindow, dates: Dates, now: datetime) -> str:
    """The rule, such as ``Every Thursday, 02:00–06:00 America/Toronto, until 2027-03-01``."""
    today, first, last = local_date(now, window.zone), window.effective_from, window.effective_until
    parts = [
        days_text(window.recurrence, window.offset_days, dates),
        _hours_text(window),
        f"from {first}" if first is not None and first > today else "",
        f"until {last}" if last is not None else "",
    ]
    return ", ".join(filter(None, parts))


def _hours_text(window: MaintenanceWindow) -> str:
    if window.duration is not None:
        return f"{window.start:%H:%M} {window.zone.key} for {length_text(window.duration)}"
    return f"{window.start:%H:%M}–{window.end:%H:%M} {window.zone.key}"


def _is_over(adjustment: Adjustment, window: MaintenanceWindow, now: datetime) -> bool:
    if isinstance(adjustment, Move):
        return adjustment.to.end <= now
    return adjustment.day < local_date(now, window.zone)


def _adjustment_as_json(adjustment: Adjustment, zone: ZoneInfo) -> dict[str, object]:
    common = {"date": adjustment.day.isoformat(), "reason": adjustment.reason}
    if isinstance(adjustment, Move):
        return {**common, "action": "move", **span_as_json(adjustment.to, zone)}
    return {**common, "action": "skip", "silent": adjustment.silent}
