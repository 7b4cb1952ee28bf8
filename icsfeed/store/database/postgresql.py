"""PostgreSQL: the lock that writers take, and timeouts for a server that stops answering.

A server that is stopped closes its connections. One that hangs, or whose machine is cut off, does not, and no timeout
of the server's own or of TCP's ends the wait for its answer.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Generator
from typing import Any, Final, TypeVar

import psycopg
from sqlalchemy import Connection, text

CONNECT_TIMEOUT_SECONDS: Final = 3
RESPONSE_TIMEOUT_SECONDS: Final = 5
LONG_TIMEOUT_SECONDS: Final = 600
_IDLE_TIMEOUT_SECONDS: Final = 20
"""After this time the server ends the transaction of a writer that does nothing, so that others can write."""

_WRITE_LOCK: Final = 0x1C5FEED
"""The key of the advisory lock that a writer holds."""

_Result = TypeVar("_Result")


class TimeoutConnection(psycopg.Connection[Any]):
    """A connection that gives up when the server has sent nothing for ``response_timeout`` seconds."""

    response_timeout: float = RESPONSE_TIMEOUT_SECONDS

    def wait(self, gen: Generator[Any, Any, _Result], *args: Any, **kwargs: Any) -> _Result:  # noqa: ANN401  (psycopg's)
        """Wait for the server, as every statement does."""
        try:
            return super().wait(_limited(gen, self.response_timeout), *args, **kwargs)
        except TimeoutError:
            self.close()
            msg = "timeout expired: the server does not answer"
            raise psycopg.OperationalError(msg) from None


def _limited(gen: Generator[Any, Any, _Result], seconds: float) -> Generator[Any, Any, _Result]:
    """Run ``gen`` until nothing has come for so many seconds; psycopg reports every tenth of a second what came."""
    last_answer = time.monotonic()
    try:
        awaited = next(gen)
        while True:
            ready = yield awaited
            if ready:
                last_answer = time.monotonic()
            elif time.monotonic() - last_answer > seconds:
                raise TimeoutError
            awaited = gen.send(ready)
    except StopIteration as end:
        result: _Result = end.value
        return result


def acquire_write_lock(connection: Connection, *, seconds: float) -> None:
    """Wait until nobody else writes, so long at most; the lock is released at the end of the transaction."""
    with response_timeout(connection, seconds + RESPONSE_TIMEOUT_SECONDS):
        limit_waits(connection, seconds=seconds)
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _WRITE_LOCK})


def limit_waits(connection: Connection, *, seconds: float) -> None:
    """Let the transaction wait so long at most for a lock, and not hold any while it does nothing."""
    connection.execute(text(f"SET LOCAL lock_timeout = {int(1000 * seconds)}"))
    connection.execute(text(f"SET LOCAL idle_in_transaction_session_timeout = '{_IDLE_TIMEOUT_SECONDS}s'"))


@contextlib.contextmanager
def response_timeout(connection: Connection, seconds: float) -> Generator[None]:
    """Allow the server so many seconds for each answer."""
    driver: object = connection.connection.dbapi_connection
    if not isinstance(driver, TimeoutConnection):  # pragma: no cover  (the only one that is made)
        raise AssertionError  # noqa: TRY004  (a bug)
    driver.response_timeout = seconds
    try:
        yield
    finally:
        driver.response_timeout = RESPONSE_TIMEOUT_SECONDS
