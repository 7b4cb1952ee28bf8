"""A thread that does one piece of work after another, for callers that wait for it only so long."""

from __future__ import annotations

from collections.abc import Callable
from queue import SimpleQueue
from threading import Event, Thread


class BackgroundThread:
    """Runs the work that it gets, one after another; started with the first.

    ``on_failure`` gets the exception of work that fails, before anybody who waits for that work goes on.
    """

    def __init__(self, name: str, on_failure: Callable[[Exception], None]) -> None:
        self.name = name
        self._on_failure = on_failure
        self._queue: SimpleQueue[tuple[Callable[[], None], Event]] = SimpleQueue()
        self._is_running = False

    def run(self, work: Callable[[], None], *, patience: float) -> None:
        """Have the work done; return when it is or, while it goes on, after ``patience`` seconds.

        Where no thread can be started, it is done here, however long it takes.
        """
        if not self._is_running:
            thread = Thread(target=self._work, name=self.name, daemon=True)
            try:
                thread.start()
            except RuntimeError:  # the system can't start another thread; perhaps it can the next time
                work()
                return
            self._is_running = True
        done = Event()
        self._queue.put((work, done))
        done.wait(patience)

    def _work(self) -> None:
        while True:
            work, done = self._queue.get()
            try:
                work()
            except Exception as error:  # noqa: BLE001  (a bug in icsfeed; the next work may succeed)
                self._on_failure(error)
            finally:
                done.set()
