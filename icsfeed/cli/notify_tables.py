"""Deliveries on a terminal."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Final
from zoneinfo import ZoneInfo

from icsfeed.cli.output import print_line
from icsfeed.cli.tables import print_table
from icsfeed.domain.deliveries import CHANNEL_PREFIX, DeliveryState
from icsfeed.domain.outbox_rows import OutboxRow
from icsfeed.domain.times import instant_text
from icsfeed.services.delivery_reports import DeliveryReport

_COLUMNS: Final = 100
"""How wide the table is, as long as there is room for the problem."""

_PROBLEM_COLUMNS: Final = 24
"""The width that the problem has at least."""

_BORDER_COLUMNS: Final = 3
"""What a table has between two cells."""


def print_report(report: DeliveryReport, zone: ZoneInfo) -> None:
    """The counts, the channels that fail, and a row for each delivery."""
    print_line(", ".join(f"{number} {state}" for state, number in report.counts.items()))
    for each in report.failing:
        name = each.channel.removeprefix(CHANNEL_PREFIX)
        attempts = "1 attempt" if each.attempts == 1 else f"{each.attempts} attempts"
        print_line(f"{name} has failed since {instant_text(each.since, zone)}, {attempts}: {each.problem}")
    print_deliveries(report.rows, zone)


def print_deliveries(rows: Sequence[OutboxRow], zone: ZoneInfo, *, has_receivers: bool = True) -> None:
    """A row for each delivery, with its next attempt or its end."""
    if not rows:
        return
    names = ("Receiver", "Subject", "Event", "State")[not has_receivers :]
    headings = ("No.", *names, _heading(rows), "Tries", "Problem")
    table = [_cells(row, zone, has_receivers=has_receivers) for row in rows]
    styles = ["bold" if row.state is DeliveryState.FAILED else None for row in rows]
    print_table(headings, table, styles, sentence_columns=_room([headings, *table]))


def _heading(rows: Collection[OutboxRow]) -> str:
    """What the instants in these rows are."""
    are_over = {row.ended_at is not None for row in rows}
    return " / ".join(text for text, is_over in (("Next attempt", False), ("Ended", True)) if is_over in are_over)


def _room(rows: Sequence[Sequence[str]]) -> int:
    """What the other cells leave for the last one."""
    widths = [max(map(len, column)) + _BORDER_COLUMNS for column in list(zip(*rows, strict=True))[:-1]]
    return max(_PROBLEM_COLUMNS, _COLUMNS - sum(widths) - _BORDER_COLUMNS - 1)


def _cells(row: OutboxRow, zone: ZoneInfo, *, has_receivers: bool) -> tuple[str, ...]:
    delivery = row.delivery
    return (
        str(delivery.number),
        *([delivery.receiver.removeprefix(CHANNEL_PREFIX)] if has_receivers else []),
        delivery.subject,
        delivery.event.value,
        row.state.value,
        instant_text(row.ended_at or row.due_at, zone),
        str(delivery.attempts),
        row.problem,
    )
