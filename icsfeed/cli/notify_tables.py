"""Deliveries on a terminal."""

from __future__ import annotations

from typing import Final
from zoneinfo import ZoneInfo

from icsfeed.cli.output import print_line
from icsfeed.cli.tables import print_table
from icsfeed.domain.deliveries import CHANNEL_PREFIX, DeliveryState
from icsfeed.domain.outbox_rows import OutboxRow
from icsfeed.domain.times import instant_text
from icsfeed.services.delivery_reports import DeliveryReport

_HEADINGS: Final = ("No.", "Receiver", "Subject", "Event", "State", "When", "Attempts", "Problem")


def print_report(report: DeliveryReport, zone: ZoneInfo) -> None:
    """The counts, the channels that fail, and a row for each delivery: when it is tried next, or when it ended."""
    print_line(", ".join(f"{number} {state}" for state, number in report.counts.items()))
    for each in report.silent:
        name = each.channel.removeprefix(CHANNEL_PREFIX)
        print_line(f"{name} has failed since {instant_text(each.since, zone)}: {each.problem}")
    if report.rows:
        styles = ["bold" if row.state is DeliveryState.FAILED else None for row in report.rows]
        print_table(_HEADINGS, [_cells(row, zone) for row in report.rows], styles)


def _cells(row: OutboxRow, zone: ZoneInfo) -> tuple[str, ...]:
    delivery = row.delivery
    return (
        str(delivery.number),
        delivery.receiver,
        delivery.subject,
        delivery.event.value,
        row.state.value,
        instant_text(row.ended_at or row.due_at, zone),
        str(delivery.attempts),
        row.problem,
    )
