"""What a page of a long audit trail costs: ``python -m tests.benchmarks.auditing``.

On SQLite and on PostgreSQL, pages of 100,000 entries are read in turns with pages of 1,000 entries.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack, closing
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Final

import click
import sqlalchemy as sa

from icsfeed.domain.audit import AuditSelection
from icsfeed.services.audit_trail import audit_page
from icsfeed.store.database.database import Database
from icsfeed.store.database.engine import make_engine, write_transaction
from icsfeed.store.database.operator_tables import sign_ins
from icsfeed.store.database.tables import audit_trail, change_updates
from icsfeed.store.database.urls import parse_url
from tests.benchmarks.announcing import DATABASES
from tests.benchmarks.measuring import report, time_ratio

GOAL: Final = 1.5
UPDATES: Final = 10
"""Of each change."""

START: Final = datetime(2025, 1, 1, tzinfo=UTC)
_MINUTE: Final = timedelta(minutes=1)


def fill(url: str, count: int) -> None:
    """Record so many entries of changes, and a sign-in for every fifth."""
    with closing(Database(url, may_be_missing=True)) as database:
        database.upgrade()
    numbers = range(1, count + 1)
    engine = make_engine(parse_url(url))
    with write_transaction(engine) as connection:
        connection.execute(sa.insert(audit_trail), [_entry(number) for number in numbers])
        connection.execute(sa.insert(change_updates), [_update(number) for number in numbers])
        connection.execute(sa.insert(sign_ins), [_sign_in(number) for number in numbers[::5]])
    engine.dispose()


def _change(number: int) -> int:
    return (number - 1) // UPDATES + 1


def _entry(number: int) -> dict[str, object]:
    subject = f"EC-{_change(number)}"
    at = START + number * _MINUTE
    return {"entry": number, "at": at, "by": "ann", "action": "change update", "subject": subject, "kind": "command"}


def _update(number: int) -> dict[str, object]:
    return {
        "kind": "emergency",
        "change": _change(number),
        "number": (number - 1) % UPDATES + 1,
        "entry": number,
        "at": START + number * _MINUTE,
        "by": "ann",
        "message": f"Message {number}",
        "state": "confirmed",
        "summary": f"Summary {number}",
        "environments": ["production"],
        "impact": "outage",
        "starts": START,
        "ends": START + 60 * _MINUTE,
        "reason": "",
        "ticket": "",
    }


def _sign_in(number: int) -> dict[str, object]:
    return {
        "at": START + number * _MINUTE,
        "method": "bearer",
        "name": "bob",
        "kind": "token",
        "address": "192.0.2.1",
        "network": "192.0.2.1",
        "outcome": "accepted",
    }


def pages(count: int) -> dict[str, Callable[[Database], object]]:
    """What is read of an audit trail of so many entries."""
    newest = AuditSelection()
    middle = f"{count // 2}-{count // 10}"
    return {
        "the newest 50 lines": partial(audit_page, selection=newest, limit=50),
        "50 lines in the middle": partial(audit_page, selection=newest, limit=50, cursor=middle),
        "one change": partial(audit_page, selection=AuditSelection(subject=f"EC-{count // UPDATES}"), limit=50),
    }


@click.command()
@click.option("--entries", default=100_000, show_default=True)
@click.option("--rounds", default=20, show_default=True)
def auditing(entries: int, rounds: int) -> None:
    """Compare pages of a long audit trail with those of a short one."""
    short = 1000
    for name, a_database in DATABASES.items():
        with ExitStack() as stack:
            urls = {count: stack.enter_context(a_database()) for count in (entries, short)}
            databases = {}
            for count, url in urls.items():
                fill(url, count)
                databases[count] = stack.enter_context(closing(Database(url)))
                databases[count].record()
            for page, read in pages(entries).items():
                floor = pages(short)[page]
                ratio = time_ratio(partial(read, databases[entries]), partial(floor, databases[short]), rounds=rounds)
                report(f"{name}, {page}", ratio, GOAL)


if __name__ == "__main__":
    auditing()
