"""Subscribers on a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from icsfeed.cli.tables import print_table
from icsfeed.domain.lengths import length_text, parse_length

_HEADINGS = ("Name", "Feed", "Alarms", "Since", "Last fetch", "Client", "Revoked")


def print_subscribers(subscribers: Iterable[Mapping[str, Any]], zone: ZoneInfo) -> None:
    """A row for each of what ``subscribers_as_json`` gives; days in ``zone``, the last fetch to the minute."""
    rows = [_row(each, zone) for each in subscribers]
    print_table(_HEADINGS, rows, ("dim" if row[-1] else None for row in rows))


def _row(subscriber: Mapping[str, Any], zone: ZoneInfo) -> tuple[str, ...]:
    return (
        subscriber["name"],
        subscriber["feed"] if subscriber["feed_exists"] else f"{subscriber['feed']} (no such feed)",
        ", ".join(length_text(parse_length(f"{minutes}m")) for minutes in subscriber["alarms"]),
        _local(subscriber["since"], zone, "%Y-%m-%d"),
        _local(subscriber["last_fetch"], zone, "%Y-%m-%d %H:%M") or "never",
        ", ".join(subscriber["clients"]),
        _local(subscriber["revoked"], zone, "%Y-%m-%d"),
    )


def _local(instant: str | None, zone: ZoneInfo, time_format: str) -> str:
    return datetime.fromisoformat(instant).astimezone(zone).strftime(time_format) if instant else ""
