"""Work for requests that may have to wait, such as for a database that hangs: requests wait for it only so long."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta
from threading import Lock
from typing import Final, TypeVar

from icsfeed.domain.errors import UnavailableError
from icsfeed.publication.background import BackgroundThread

_Result = TypeVar("_Result")

_LATE: Final = "the database has not answered in time"


class BoundedWork:
    """Does one piece of work after another, in a thread of its own.

    A worker has one thread for requests: while that waits, no feed is answered. Work that is late goes on, and until it
    is done, other requests are refused at once. An error goes to the request that waits, if it still does.
    """

    def __init__(self, *, patience: timedelta) -> None:
        self._patience = patience.total_seconds()
        self._thread = BackgroundThread("icsfeed mail", lambda _error: None)
        self._lock = Lock()
        """Held while work goes on."""
        self._is_late = False

    def result_of(self, work: Callable[[], _Result]) -> _Result:
        """What ``work`` gives.

        Raises:
            UnavailableError: where it isn't done in time, and perhaps will be later.
            Exception: as ``work`` does.
        """
        deadline = time.monotonic() + self._patience
        if not self._lock.acquire(timeout=0 if self._is_late else self._patience):
            raise UnavailableError(_LATE)
        results: list[_Result | Exception] = []

        def run() -> None:
            try:
                results.append(work())
            except Exception as error:  # noqa: BLE001  (raised again where somebody waits)
                results.append(error)
            finally:
                self._is_late = False
                self._lock.release()

        self._thread.run(run, patience=deadline - time.monotonic())
        if not results:
            self._is_late = True
            raise UnavailableError(_LATE)
        result = results[0]
        if isinstance(result, Exception):
            raise result
        return result
