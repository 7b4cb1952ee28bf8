"""PostgreSQL: how its writers take turns, and how a server that falls silent is given up.

A server that is stopped closes its connections. One that hangs, or whose machine is cut off, does not: no timeout of
the server's own, nor TCP's, ends the waiting for its answer.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Generator
from typing import Any, Final, TypeVar

import psycopg
from sqlalchemy import Connection, text

from icsfeed.store.database.sqlite import SECONDS_TO_WAIT

SECONDS_TO_CONNECT: Final = 3
SECONDS_OF_SILENCE: Final = 5
SECONDS_TO_MIGRATE: Final = 600
_SECONDS_TO_IDLE: Final = 20
"""After these the server breaks a writer off that does nothing, and others get their turn."""

_LOCK: Final = 0x1C5FEED
"""The advisory lock under which writers take turns."""

_Result = TypeVar("_Result")


class PatientConnection(psycopg.Connection[Any]):
    """A connection on which nobody waits longer than ``patience`` (seconds) for a server that says nothing."""

    patience: float = SECONDS_OF_SILENCE

    def wait(self, gen: Generator[Any, Any, _Result], *args: Any, **kwargs: Any) -> _Result:  # noqa: ANN401  (psycopg's)
        """Wait for what ``gen`` does on the connection, as every statement does."""
        try:
            return super().wait(_heard(gen, self.patience), *args, **kwargs)
        except TimeoutError:
            self.close()
            msg = "timeout expired: the server says nothing"
            raise psycopg.OperationalError(msg) from None


def _heard(gen: Generator[Any, Any, _Result], patience: float) -> Generator[Any, Any, _Result]:
    """What ``gen`` does, until nothing has come for so long; each tenth of a second it hears whether something did."""
    heard = time.monotonic()
    try:
        awaited = next(gen)
        while True:
            ready = yield awaited
            if ready:
                heard = time.monotonic()
            elif time.monotonic() - heard > patience:
                raise TimeoutError
            awaited = gen.send(ready)
    except StopIteration as end:
        result: _Result = end.value
        return result


def take_turn(connection: Connection) -> None:
    """Wait until nobody else writes; the turn is over with the transaction."""
    with patient(connection, SECONDS_TO_WAIT + SECONDS_OF_SILENCE):
        connection.execute(text(f"SET LOCAL lock_timeout = '{SECONDS_TO_WAIT}s'"))
        connection.execute(text(f"SET LOCAL idle_in_transaction_session_timeout = '{_SECONDS_TO_IDLE}s'"))
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})


@contextlib.contextmanager
def patient(connection: Connection, seconds: float) -> Generator[None]:
    """Let the server be silent for so long."""
    driver: object = connection.connection.dbapi_connection
    if not isinstance(driver, PatientConnection):  # pragma: no cover  (the only one that is made)
        raise AssertionError  # noqa: TRY004  (a fault of the program's own)
    driver.patience = seconds
    try:
        yield
    finally:
        driver.patience = SECONDS_OF_SILENCE
