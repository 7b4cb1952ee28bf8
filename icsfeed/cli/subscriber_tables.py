"""Subscribers on a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from icsfeed.cli.tables import print_table
from icsfeed.domain.lengths import length_text, parse_length
from icsfeed.domain.maintnote import PUBLIC_ACCOUNT_ID

_HEADINGS: Final[tuple[str, ...]] = ("Name", "Feed", "Alarms", "Since", "Last fetch", "Client", "Revoked")
_ACCOUNT_HEADING: Final = "Account"


def print_subscribers(subscribers: Iterable[Mapping[str, Any]], zone: ZoneInfo) -> None:
    """A row for each of what ``subscribers_as_json`` gives; days in ``zone``, the last fetch to the minute.

    Accounts have a column where there is any.
    """
    subscribers = list(subscribers)
    rows = [_row(each, zone) for each in subscribers]
    styles = ["dim" if row[-1] else None for row in rows]
    headings = _HEADINGS
    accounts = [_account(each) for each in subscribers]
    if any(accounts):
        headings = (*headings[:3], _ACCOUNT_HEADING, *headings[3:])
        rows = [(*row[:3], account, *row[3:]) for row, account in zip(rows, accounts, strict=True)]
    print_table(headings, rows, styles)


def account_text(account: str, objects: Sequence[str]) -> str:
    """An account with its objects, in one line."""
    those = ", ".join(objects) if objects else "the environments of each event"
    return f"account {account}, objects: {those}"


def _account(subscriber: Mapping[str, Any]) -> str:
    """The account and the number of its objects; empty where neither was given."""
    account, count = subscriber["account"], len(subscriber["objects"])
    if count:
        return f"{account} ({count} {'object' if count == 1 else 'objects'})"
    return account if account != PUBLIC_ACCOUNT_ID else ""


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
