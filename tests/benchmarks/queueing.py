"""What 10,000 mail subscribers cost the command that announces: ``python -m tests.benchmarks.queueing``.

On SQLite and on PostgreSQL, the command is run in turns with two databases, of which one has the subscribers. What is
measured is the whole command, from the start of the interpreter; then the claims and acknowledgements of a sender.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Generator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Final

import click
import sqlalchemy as sa

from icsfeed.domain.deliveries import DeliveryState
from icsfeed.domain.settlements import Settlement
from icsfeed.store.database.database import Database
from icsfeed.store.database.engine import make_engine, write_transaction
from icsfeed.store.database.outbox_tables import mail_subscribers
from icsfeed.store.database.urls import parse_url
from tests.benchmarks.announcing import DATABASES, a_schedule, announce_from_shell
from tests.benchmarks.measuring import report, time_ratio

GOAL: Final = 2
CLAIM: Final = 50
"""How many mails a sender takes at once."""

MAIL: Final = """
[mail]
from = "Seed-to-Sale maintenance <maintenance@example.com>"
smtp = "smtp://localhost:2525"
server = "https://maintenance.example.com"
"""


def subscribe(url: str, count: int) -> None:
    """Add confirmed mail subscribers, a third of whom chose kinds and environments."""
    now = datetime.now(UTC)
    rows = [
        {
            "subscriber": f"{number:032x}",
            "address": f"customer{number}@example.org",
            "language": "en",
            "environments": ",production," if number % 3 == 0 else None,
            "kinds": ",emergency,planned," if number % 3 == 0 else None,
            "requested_at": now,
            "confirmed_at": now,
        }
        for number in range(count)
    ]
    engine = make_engine(parse_url(url))
    with write_transaction(engine) as connection:
        connection.execute(sa.insert(mail_subscribers), rows)
    engine.dispose()


def take_all(url: str) -> tuple[int, float]:
    """Claim and acknowledge everything, as a sender would; gives how many deliveries that were, and the seconds."""
    start, count = time.perf_counter(), 0
    with closing(Database(url)) as database:
        database.record()
        lease = timedelta(seconds=20)
        while due := database.outbox.claim("mail", owner="bench", now=datetime.now(UTC), lease=lease, limit=CLAIM):
            count += len(due)
            database.outbox.begin([each.number for each in due], owner="bench", now=datetime.now(UTC))
            settlements = [Settlement(number=each.number, state=DeliveryState.SENT) for each in due]
            database.outbox.settle(settlements, owner="bench", now=datetime.now(UTC))
    return count, time.perf_counter() - start


@contextlib.contextmanager
def two_databases(make: Callable[[], contextlib.AbstractContextManager[str]]) -> Generator[tuple[str, str]]:
    """Two new databases of a kind."""
    with make() as one, make() as other:
        yield one, other


@click.command()
@click.option("--subscribers", type=click.IntRange(1), default=10_000, show_default=True, help="Mail subscribers.")
@click.option("--rounds", type=click.IntRange(1), default=9, show_default=True, help="Announcements of each kind.")
def main(subscribers: int, rounds: int) -> None:
    """Measure what mail subscribers cost the announcing command."""
    with a_schedule(MAIL):
        for name, make in DATABASES.items():
            with two_databases(make) as (none, many):
                subscribe(many, subscribers)
                ratio = time_ratio(
                    partial(announce_from_shell, many), partial(announce_from_shell, none), rounds=rounds
                )
                report(f"{name}: an announcement to {subscribers:,} mail subscribers against none", ratio, GOAL)
                count, seconds = take_all(many)
                click.echo(f"    {count:,} deliveries claimed and acknowledged, {count / seconds:,.0f} a second")


if __name__ == "__main__":
    main()
