"""Reads the bodies of requests, of no sender more than a few at once.

Granian's input can't be told to give up. Another thread could read, while the request's own stops waiting for it; but
when that has answered, Granian waits for the reader, and holds Python's lock meanwhile: the whole worker stands still.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from threading import Lock
from typing import Final
from wsgiref.types import WSGIEnvironment

from icsfeed.web.relay_errors import BROKEN_OFF, BUSY, TOO_LONG, RelayError

MAX_BODY_BYTES: Final = 64 * 1024
"""Of a request. The longest texts of an announcement, in all languages, take a tenth of that."""

_MOST_OF_ONE_OPERATOR: Final = 6
"""A third of a worker's threads. Programs may share a token, and send a few requests at once."""


class BodyReaders:
    """Reads at most ``most_of_one`` body of each sender at once."""

    def __init__(self, *, most_of_one: int = 1) -> None:
        self._most_of_one = most_of_one
        self._counts: Counter[str] = Counter()
        self._lock = Lock()

    def read(self, environ: WSGIEnvironment, *, sender: str) -> bytes:
        """The body of the request, whole.

        Raises:
            RelayError: where it is too long, breaks off, or as many as possible are read already.
        """
        length = int(environ["CONTENT_LENGTH"])
        if length > MAX_BODY_BYTES:
            raise RelayError(TOO_LONG)
        with self._lock:
            if self._counts[sender] >= self._most_of_one:
                raise RelayError(BUSY)
            self._counts[sender] += 1
        try:
            return _whole_body(environ, length)
        finally:
            with self._lock:
                self._counts[sender] -= 1
                if not self._counts[sender]:
                    del self._counts[sender]


def _whole_body(environ: WSGIEnvironment, length: int) -> bytes:
    parts, missing = [], length
    while missing > 0 and (part := environ["wsgi.input"].read(missing)):
        parts.append(part)
        missing -= len(part)
    if missing:
        raise RelayError(BROKEN_OFF)
    return b"".join(parts)


@dataclass(frozen=True, kw_only=True, slots=True)
class RelayBodies:
    """Readers for each kind of sender, so that none takes those of another."""

    of_operators: BodyReaders = field(default_factory=lambda: BodyReaders(most_of_one=_MOST_OF_ONE_OPERATOR))
    of_sign_ins: BodyReaders = field(default_factory=BodyReaders)
    of_strangers: BodyReaders = field(default_factory=BodyReaders)
