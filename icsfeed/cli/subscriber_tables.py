"""Subscribers on a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from icsfeed.cli.tables import print_table

_HEADINGS = ("Name", "Feed", "Alarms", "Since", "Last fetch", "Client", "Revoked")


def print_subscribers(found: Iterable[Mapping[str, Any]], zone: ZoneInfo) -> None:
    """One a row, as ``subscribers_as_json`` has them; days in the calendar's zone, the last fetch to the minute."""
    rows = [_row(each, zone) for each in found]
    print_table(_HEADINGS, rows, ("dim" if row[-1] else None for row in rows))


def _row(found: Mapping[str, Any], zone: ZoneInfo) -> tuple[str, ...]:
    from icsfeed.domain.lengths import length_text, parse_length

    return (
        found["name"],
        found["feed"] if found["feed_exists"] else f"{found['feed']} (no such feed)",
        ", ".join(length_text(parse_length(f"{minutes}m")) for minutes in found["alarms"]),
        _local(found["since"], zone, "%Y-%m-%d"),
        _local(found["last_fetch"], zone, "%Y-%m-%d %H:%M") or "never",
        ", ".join(found["clients"]),
        _local(found["revoked"], zone, "%Y-%m-%d"),
    )


def _local(instant: str | None, zone: ZoneInfo, form: str) -> str:
    return datetime.fromisoformat(instant).astimezone(zone).strftime(form) if instant else ""
