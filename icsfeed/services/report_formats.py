"""The report for programs and spreadsheets."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import Final
from zoneinfo import ZoneInfo

from icsfeed.domain.lengths import whole_minutes
from icsfeed.services.reporting import LateAnnouncement, MaintenanceReport
from icsfeed.services.upcoming import span_as_json, utc_text

_MINUTES_COLUMNS: Final = ("promised_minutes", "announced_minutes", "announced_late_minutes", "used_minutes")
_CHANGE_COLUMNS: Final = (
    "change",
    "announced_at",
    "planned_start",
    "notice_minutes",
    "promised_notice_minutes",
    "change_minutes",
)
COLUMNS: Final = ("month", "record", "environment", "impact", *_MINUTES_COLUMNS, *_CHANGE_COLUMNS)
"""Of the CSV. ``record`` is ``minutes`` for a line of the table, ``late`` for a change, or why a change is excluded."""


def report_as_json(report: MaintenanceReport, zone: ZoneInfo) -> dict[str, object]:
    """The report as JSON has it: minutes are whole, instants in UTC and the month's also on the wall clock."""
    return {
        "month": str(report.month),
        "zone": zone.key,
        **span_as_json(report.span, zone),
        "as_of": utc_text(report.as_of),
        "complete": report.is_complete,
        "environments": list(report.environments),
        "minutes": [
            {
                "environment": each.environment,
                "impact": each.impact.value,
                "promised": each.promised,
                "announced": each.announced,
                "announced_late": each.announced_late,
                "used": each.used,
            }
            for each in report.minutes
        ],
        "late": [
            {
                "id": each.change.id,
                "kind": each.change.kind.value,
                "summary": each.change.plan.summary,
                "environments": list(each.environments),
                "impact": each.change.plan.impact.value,
                "planned_start": utc_text(each.change.plan.span.start),
                "planned_end": utc_text(each.change.plan.span.end),
                **_notice_values(each),
                "minutes": each.minutes,
            }
            for each in report.late
        ],
        "excluded": [
            {
                "id": each.change.id,
                "kind": each.change.kind.value,
                "environments": list(each.environments),
                "impact": each.change.plan.impact.value,
                "reason": each.exclusion.value,
                "used": each.used,
            }
            for each in report.excluded
        ],
    }


def report_as_csv(report: MaintenanceReport) -> bytes:
    """The report as CSV (RFC 4180). It has ids, numbers and instants, but no text that a spreadsheet could run."""
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS)
    writer.writeheader()
    for row in _rows(report):
        writer.writerow({"month": str(report.month), **row})
    return text.getvalue().encode()


def _rows(report: MaintenanceReport) -> Iterator[dict[str, object]]:
    for each in report.minutes:
        minutes = (each.promised, each.announced, each.announced_late, each.used)
        yield {
            "record": "minutes",
            "environment": each.environment,
            "impact": each.impact.value,
            **dict(zip(_MINUTES_COLUMNS, minutes, strict=True)),
        }
    for late in report.late:
        for environment in late.environments:
            yield {
                "record": "late",
                "environment": environment,
                "impact": late.change.plan.impact.value,
                "change": late.change.id,
                "planned_start": utc_text(late.change.plan.span.start),
                **_notice_values(late),
                "change_minutes": late.minutes,
            }
    for excluded in report.excluded:
        for environment in excluded.environments:
            yield {
                "record": excluded.exclusion.value,
                "environment": environment,
                "impact": excluded.change.plan.impact.value,
                "change": excluded.change.id,
                "change_minutes": excluded.used,
            }


def _notice_values(late: LateAnnouncement) -> dict[str, object]:
    promised = late.notice.promised
    return {
        "announced_at": utc_text(late.notice.announced_at),
        "notice_minutes": whole_minutes(late.notice.length),
        "promised_notice_minutes": whole_minutes(promised) if promised is not None else None,
    }
