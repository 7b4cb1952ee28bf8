"""The report on a terminal."""

from __future__ import annotations

from collections.abc import Mapping

from icsfeed.cli.output import print_line
from icsfeed.cli.previews import names_of
from icsfeed.cli.tables import print_table
from icsfeed.domain.lengths import length_text, rough_length_text
from icsfeed.domain.schedule import Schedule
from icsfeed.domain.times import instant_text
from icsfeed.services.reporting import ExcludedChange, LateAnnouncement, MaintenanceMinutes, MaintenanceReport

_MINUTES_HEADINGS = ("Environment", "Impact", "Promised", "Announced", "Announced late", "Used")
_LATE_HEADINGS = ("Id", "Summary", "Environments", "Announced", "Starts", "Notice", "Promised", "Minutes")


def print_report(report: MaintenanceReport, schedule: Schedule) -> None:
    """The minutes, then the changes that were announced too late, then those that don't count."""
    names, zone = schedule.environment_names, schedule.calendar.zone
    until = "" if report.is_complete else f"; used until {instant_text(report.as_of, zone)}"
    print_line(f"Minutes of maintenance in {report.month} ({zone.key}){until}")
    if report.minutes:
        print_table(_MINUTES_HEADINGS, [_minutes_cells(each, names) for each in report.minutes])
    else:
        print_line("none was promised, announced or used")
    if report.late:
        print_line("Announced with less notice than promised:")
        print_table(_LATE_HEADINGS, [_late_cells(each, schedule) for each in report.late])
    if report.excluded:
        print_line(f"Not counted: {', '.join(map(_excluded_text, report.excluded))}")


def _minutes_cells(row: MaintenanceMinutes, names: Mapping[str, str]) -> tuple[str, ...]:
    minutes = (row.promised, row.announced, row.announced_late, row.used)
    return names[row.environment], row.impact.value, *map(str, minutes)


def _late_cells(late: LateAnnouncement, schedule: Schedule) -> tuple[str, ...]:
    change, notice, zone = late.change, late.notice, schedule.calendar.zone
    return (
        change.id,
        change.plan.summary,
        names_of(late.environments, schedule),
        instant_text(notice.announced_at, zone),
        instant_text(change.plan.span.start, zone),
        rough_length_text(notice.length) if notice.length.total_seconds() > 0 else "none",
        length_text(notice.promised) if notice.promised is not None else "none",
        str(late.minutes),
    )


def _excluded_text(excluded: ExcludedChange) -> str:
    used = f", {excluded.used} {'minute' if excluded.used == 1 else 'minutes'} used" if excluded.used else ""
    return f"{excluded.change.id} ({excluded.exclusion}{used})"
