"""Reads the bodies of requests, for so long and no longer.

Granian's input can't be told to give up, and its connection can't be closed from here: nothing in WSGI says which one
it is. So another thread reads, and the request's own stops waiting for it. The client then gets its answer, but may
leave the connection open, and the reader waits for that long. Hence the limits on readers: no sender has more than a
few, and strangers take none from operators.

*Measured* with ``tests/benchmarks/attacking.py``: a reader that waits costs 30 kB.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from threading import Event, Lock, Thread
from typing import Final
from wsgiref.types import WSGIEnvironment

from icsfeed.web.relay_errors import BROKEN_OFF, BUSY, LATE_BODY, TOO_LONG, RelayError

MAX_BODY_BYTES: Final = 64 * 1024
"""Of a request. The longest texts of an announcement, in all languages, take a tenth of that."""

SECONDS_TO_SEND: Final = 10.0
"""For a whole body: 64 kB in that time is what the slowest mobile networks manage."""

_MOST_OF_ONE_OPERATOR: Final = 6
"""A third of a worker's threads. Programs may share a token, and send a few requests at once."""


class BodyReaders:
    """At most ``most`` threads that read bodies, ``most_of_one`` for each sender."""

    def __init__(self, *, most: int, most_of_one: int = 1, seconds: float = SECONDS_TO_SEND) -> None:
        self._most = most
        self._most_of_one = most_of_one
        self._seconds = seconds
        self._counts: Counter[str] = Counter()
        self._lock = Lock()

    def read(self, environ: WSGIEnvironment, *, sender: str) -> bytes:
        """The body of the request, whole.

        Raises:
            RelayError: where it is too long, breaks off or takes too long, or as many as possible are read already.
        """
        length = int(environ["CONTENT_LENGTH"])
        if length > MAX_BODY_BYTES:
            raise RelayError(TOO_LONG)
        reading = _Reading(environ, length)
        with self._lock:
            if self._counts[sender] >= self._most_of_one or self._counts.total() >= self._most:
                raise RelayError(BUSY)
            self._counts[sender] += 1
        try:
            Thread(target=self._run, args=(reading, sender), name="icsfeed body", daemon=True).start()
        except RuntimeError:  # the system has no more threads
            self._release(sender)
            raise RelayError(BUSY) from None
        if not reading.has_ended.wait(self._seconds):
            raise RelayError(LATE_BODY)
        if reading.body is None:
            raise RelayError(BROKEN_OFF)
        return reading.body

    def _run(self, reading: _Reading, sender: str) -> None:
        try:
            reading.read()
        finally:
            self._release(sender)
            reading.has_ended.set()

    def _release(self, sender: str) -> None:
        with self._lock:
            self._counts[sender] -= 1
            if not self._counts[sender]:
                del self._counts[sender]


class _Reading:
    """One body, which ``has_ended`` when it is whole or can't become so; then it stays ``None``."""

    def __init__(self, environ: WSGIEnvironment, length: int) -> None:
        self._input = environ["wsgi.input"]
        self._length = length
        self.body: bytes | None = None
        self.has_ended = Event()

    def read(self) -> None:
        parts, missing = [], self._length
        while missing > 0 and (part := self._input.read(missing)):
            parts.append(part)
            missing -= len(part)
        if not missing:
            self.body = b"".join(parts)


@dataclass(frozen=True, kw_only=True, slots=True)
class RelayBodies:
    """Readers for each kind of sender, so that none takes those of another."""

    of_operators: BodyReaders = field(default_factory=lambda: BodyReaders(most=64, most_of_one=_MOST_OF_ONE_OPERATOR))
    of_sign_ins: BodyReaders = field(default_factory=lambda: BodyReaders(most=64))
    of_strangers: BodyReaders = field(default_factory=lambda: BodyReaders(most=128))
