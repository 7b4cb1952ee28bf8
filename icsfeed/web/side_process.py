"""A process beside the workers, for work that no request may wait for."""

from __future__ import annotations

import os
import pkgutil
import signal
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing import get_context, parent_process
from multiprocessing.connection import wait
from multiprocessing.process import BaseProcess
from pathlib import Path
from threading import Event, Thread
from typing import Final

from structlog.typing import FilteringBoundLogger

_SPAWNING: Final = get_context("spawn")
"""A forked process would have the locks that the server's threads hold."""

_SECONDS_BETWEEN_LOOKS: Final = 1.0
_LOOKS_TO_START: Final = 300
"""For the first pulse of a process, on a machine as busy as can be."""

_SECONDS_TO_FINISH: Final = 10
"""For what the process has begun when it is told to stop; then it is killed."""

_NICENESS: Final = 5
"""Where processors are scarce, the workers go first."""

_LONGEST_PAUSE_SECONDS: Final = 30.0
_SECONDS_OF_HEALTH: Final = 60.0
"""A process that lived so long is restarted after the shortest pause."""


_NAME_OF_PROCESS: Final = Path("/proc/self/comm")
_MAX_NAME_CHARS: Final = 15


@dataclass(frozen=True, kw_only=True, slots=True)
class SideWork:
    """The ``function`` (``module:function``) that a process of its own runs while it ``is_wanted``.

    ``pulse`` gives something that changes every few seconds while the work goes on; if it stays the same for
    ``silent_seconds``, the process is killed.
    """

    name: str
    function: str
    is_wanted: Callable[[], bool]
    pulse: Callable[[], object] | None = None
    silent_seconds: int = 30


class SideProcess:
    """Runs some work in a process while it is wanted, and again after a pause when it dies."""

    def __init__(self, work: SideWork, *, log: FilteringBoundLogger) -> None:
        self._work = work
        self._log = log
        self._process: BaseProcess | None = None
        self._ending: BaseProcess | None = None
        """The process that was told to end."""
        self._is_stopping = Event()
        self._pause = _SECONDS_BETWEEN_LOOKS
        self._started_at = self._next_start = 0.0
        self._pulse: object = None
        self._silent_looks, self._most_silent_looks = 0, _LOOKS_TO_START
        self._thread = Thread(target=self._supervise, name=f"icsfeed {work.name}", daemon=True)

    def start(self) -> None:
        """Begin to supervise it."""
        self._thread.start()

    def restart(self) -> None:
        """Have the process end, and start it anew."""
        self._next_start = 0.0
        self._terminate()

    def request_stop(self) -> None:
        """Tell the process to end, once and for all."""
        self._is_stopping.set()
        self._terminate()

    def stop(self) -> None:
        """End the process, and wait until it has."""
        self.request_stop()
        if self._thread.ident is not None:
            self._thread.join()
        self._terminate()  # it may have started in the meantime
        if self._process is not None:
            self._process.join(_SECONDS_TO_FINISH)
            self._process.kill()
            self._process.join()

    def _terminate(self) -> None:
        """Tell the process to end, but never twice: a second signal ends it in the middle of its work."""
        process = self._process
        if process is not None and process is not self._ending and process.is_alive():
            self._ending = process
            process.terminate()

    def _supervise(self) -> None:
        while not self._is_stopping.is_set():
            self._look()
            self._is_stopping.wait(_SECONDS_BETWEEN_LOOKS)

    def _look(self) -> None:
        is_wanted, now = self._work.is_wanted(), time.monotonic()
        if self._process is not None and self._process.is_alive():
            if not is_wanted:
                self._terminate()
            self._feel_pulse(self._process)
            return
        if self._process is not None:
            self._note_end(self._process, now)
            self._process = None
        if is_wanted and now >= self._next_start:
            self._started_at = now
            self._pulse, self._silent_looks, self._most_silent_looks = self._read_pulse(), 0, _LOOKS_TO_START
            # A daemon: should the server end in an unforeseen way, it is ended, too.
            self._process = _SPAWNING.Process(
                target=_run,
                name=self._work.name,
                kwargs={"name": self._work.name, "function": self._work.function},
                daemon=True,
            )
            self._process.start()

    def _feel_pulse(self, process: BaseProcess) -> None:
        """Kill the process if it hangs. Looks are counted, not seconds: both may have been suspended for a while."""
        if self._work.pulse is None:
            return
        current = self._read_pulse()
        if current != self._pulse:
            self._pulse, self._silent_looks, self._most_silent_looks = current, 0, self._work.silent_seconds
            return
        self._silent_looks += 1
        if self._silent_looks == self._most_silent_looks:
            self._log.error(f"{self._work.name} killed", silent_seconds=self._silent_looks)
            process.kill()

    def _read_pulse(self) -> object:
        return self._work.pulse() if self._work.pulse is not None else None

    def _note_end(self, process: BaseProcess, now: float) -> None:
        ended_in_order = process.exitcode in {
            0,
            -signal.SIGTERM,
        }  # by SIGTERM, where it was told before it could listen
        if ended_in_order and process is self._ending:
            return
        was_healthy = now - self._started_at >= _SECONDS_OF_HEALTH
        self._pause = _SECONDS_BETWEEN_LOOKS if was_healthy else min(2 * self._pause, _LONGEST_PAUSE_SECONDS)
        self._next_start = now + self._pause
        # A service manager that stops this server may have told the process first: that is no error.
        level, event = ("warning", "ended unasked") if ended_in_order else ("error", "died")
        getattr(self._log, level)(f"{self._work.name} {event}", status=process.exitcode, again_in=self._pause)


def _run(name: str, function: str) -> None:
    """Do the work in its process, which ends with its parent."""
    with suppress(OSError):  # only Linux shows it, to "ps -o comm"
        _NAME_OF_PROCESS.write_text(f"icsfeed {name}"[:_MAX_NAME_CHARS], encoding="utf-8")
    if sys.platform != "win32":
        # A terminal sends Ctrl-C to this process, too. The parent stops it by SIGTERM.
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        os.nice(_NICENESS)
    Thread(target=_end_with_parent, daemon=True).start()
    pkgutil.resolve_name(function)()


def _end_with_parent() -> None:
    parent = parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os.kill(os.getpid(), signal.SIGTERM)
