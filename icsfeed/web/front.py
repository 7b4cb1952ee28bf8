"""The front: answers the publication's paths from memory, ahead of Flask.

Everything that a response holds is made once for each publication; a request looks its path up, compares what the
client holds and hands the bytes over.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import timedelta
from functools import lru_cache
from typing import Final, TypeAlias
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from icsfeed.domain.subscribers import Subscriber
from icsfeed.publication.live import Live
from icsfeed.publication.private import HEADERS as PRIVATE
from icsfeed.publication.private import is_private, parse_private, private_feed
from icsfeed.publication.publishing import Publication
from icsfeed.publication.representations import PUBLIC, Headers
from icsfeed.publication.snapshot import Snapshot
from icsfeed.publication.sources import FILE_RETRY
from icsfeed.web.cached_responses import CachedResponses, coding_of, private_answers, public_answers
from icsfeed.web.clients import OTHER, family_of
from icsfeed.web.request_log import RequestLog, shown_path
from icsfeed.web.tally import Tally

RETRY_AFTER: Final = str(int(FILE_RETRY.total_seconds()))
"""Seconds until it is worth asking again where there is nothing to serve."""

Fetched: TypeAlias = Callable[[Subscriber, str], None]

_PRIVATE_FEEDS: Final = 32
"""How many with alarms of their own are kept: memory must not grow with the subscribers."""

_FEEDS: Final = ("/feeds/", "/downloads/", "/private/")
_METHODS: Final = "GET, HEAD, OPTIONS"
_PLAIN: Final = ("Content-Type", "text/plain; charset=utf-8")
_READING: Final = frozenset({"GET", "HEAD"})
_LOCKED: Final = "/private/{token}"
"""Under which all are counted who have none."""

_UNAVAILABLE: Final = b"The calendar is not available at the moment. Please try again in a minute.\n"
_UNAVAILABLE_HEADERS: Final = (
    _PLAIN,
    ("Content-Length", str(len(_UNAVAILABLE))),
    ("Retry-After", RETRY_AFTER),
    ("Cache-Control", "no-store"),
)
_FAILED: Final = b"That did not work. Please try again in a minute.\n"
_ONLY_READ: Final = b"This can only be read.\n"
_NOTHING: Final = b"There is nothing at this address. Ask whoever gave it to you for a new one.\n"
_PREFLIGHT: Final = (
    ("Access-Control-Allow-Methods", _METHODS),
    ("Access-Control-Allow-Headers", "If-None-Match, If-Modified-Since"),
    ("Access-Control-Max-Age", "86400"),
)


class _Prepared:
    """The answers of a publication by path, and those of its private feeds; made when they are first asked for."""

    def __init__(self, publication: Publication, snapshot: Snapshot) -> None:
        self.publication = publication
        self.snapshot = snapshot
        self.problems = snapshot.problems
        self.stale = tuple(source.value for source in sorted(snapshot.problems))
        self.public: dict[str, CachedResponses] = {}
        self.private = lru_cache(maxsize=_PRIVATE_FEEDS)(self._private)

    def answers_for(self, snapshot: Snapshot) -> bool:
        """Whether nothing that an answer tells is another one after that look."""
        return self.publication is snapshot.publication and self.problems is snapshot.problems

    def _private(self, slug: str, alarms: tuple[timedelta, ...]) -> CachedResponses | None:
        """The answers to all subscribers who have that feed with those alarms."""
        found = private_feed(self.publication, slug, alarms)
        return private_answers(found, self.publication.last_modified, self.stale) if found is not None else None


class Front:
    """A WSGI callable that answers exactly the publication's paths and leaves the others to ``app``.

    ``fetched`` hears which subscriber's feed was fetched, and by which family of clients; ``tally`` is where answers
    are counted, ``requests`` where faults are written down.
    """

    def __init__(
        self, app: WSGIApplication, live: Live, *, fetched: Fetched, tally: Tally, requests: RequestLog
    ) -> None:
        self._app = app
        self._live = live
        self._seconds = live.seconds
        self._fetched = fetched
        self._add = tally.add
        self._requests = requests
        self._prepared: _Prepared | None = None

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request (PEP 3333)."""
        # All that nearly every request needs is here: on this path a call of a function is felt in the throughput.
        path = environ.get("PATH_INFO", "")
        try:
            live, prepared = self._live, self._prepared
            if prepared is None or prepared.snapshot is not live.snapshot or self._seconds() >= live.next_look:
                prepared = self._taken_up()
            if prepared is None:
                return self._without_any(path, environ, start_response)
            answers, label, to_all = prepared.public.get(path) or self._make(prepared, path), path, PUBLIC
            if answers is None and is_private(path):
                answers, label, to_all = self._private(prepared, path, environ), shown_path(path), PRIVATE
                if answers is None:
                    return self._nothing_private(environ, start_response)
            if answers is not None:
                method = environ["REQUEST_METHOD"]
                if method not in _READING:
                    status, headers, body = _not_read(method, to_all)
                else:
                    answer = answers[coding_of(environ.get("HTTP_ACCEPT_ENCODING", ""))]
                    # Nearly all clients send back the tag that they got.
                    if environ.get("HTTP_IF_NONE_MATCH") == answer.etag or answer.is_held_by(environ):
                        status, headers, body = "304 Not Modified", answer.unchanged, []
                    else:
                        status, headers, body = "200 OK", answer.whole, [answer.body] if method == "GET" else []
                self._add(label, environ.get("HTTP_USER_AGENT", ""), status)
                start_response(status, list(headers))  # a copy: the server may change it (PEP 3333)
                return body
        except Exception as error:  # noqa: BLE001  (whatever it is, the client gets an answer and the log a trace)
            return self._fail(environ, start_response, error)
        return self._app(environ, start_response)

    def _taken_up(self) -> _Prepared | None:
        """What answers from now on, after a look; ``None`` where there is nothing to serve."""
        snapshot, prepared = self._live.refresh(), self._prepared
        if snapshot.publication is None:
            return None
        if prepared is None or not prepared.answers_for(snapshot):
            prepared = _Prepared(snapshot.publication, snapshot)
        else:
            prepared.snapshot = snapshot
        self._prepared = prepared
        return prepared

    def _make(self, prepared: _Prepared, path: str) -> CachedResponses | None:
        publication = prepared.publication
        # WSGI hands a path over as Latin-1, whatever it is encoded in (PEP 3333).
        there = publication.representations.get(path.encode("latin-1").decode(errors="replace"))
        if there is None:
            return None
        self._live.limit_log.report(path, there.left_out)
        answers = prepared.public[path] = public_answers(there, publication.last_modified, prepared.stale)
        return answers

    def _private(self, prepared: _Prepared, path: str, environ: WSGIEnvironment) -> CachedResponses | None:
        """The answers to whoever holds the path's token; ``None`` where it opens nothing."""
        token, slug = parse_private(path)
        subscriber = self._live.holder(token)
        if subscriber is None or subscriber.feed != slug:
            return None
        answers = prepared.private(slug, subscriber.alarms)
        if answers is not None and environ["REQUEST_METHOD"] == "GET":
            self._fetched(subscriber, family_of(environ.get("HTTP_USER_AGENT", "")))
        return answers

    def _nothing_private(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Say no more than that: whether a token is wrong, revoked, over or another feed's is nobody's business."""
        status = "404 Not Found"
        self._add(_LOCKED, environ.get("HTTP_USER_AGENT", ""), status)
        headers = [_PLAIN, ("Content-Length", str(len(_NOTHING))), ("Cache-Control", "private, no-store"), *PRIVATE]
        start_response(status, headers)
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [_NOTHING]

    def _without_any(self, path: str, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer where there is nothing to serve: never with an empty feed, at which clients wipe the calendar."""
        if not path.startswith(_FEEDS):
            return self._app(environ, start_response)
        status = "503 Service Unavailable"
        self._add(OTHER, environ.get("HTTP_USER_AGENT", ""), status)
        start_response(status, [*_UNAVAILABLE_HEADERS, *PUBLIC])
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [_UNAVAILABLE]

    def _fail(self, environ: WSGIEnvironment, start_response: StartResponse, error: Exception) -> Iterable[bytes]:
        request_id = self._requests.failed(environ, error)
        status = "500 Internal Server Error"
        self._add(OTHER, environ.get("HTTP_USER_AGENT", ""), status)
        headers = [_PLAIN, ("Content-Length", str(len(_FAILED))), ("Cache-Control", "no-store")]
        start_response(status, [*headers, ("X-Request-Id", request_id), *PRIVATE])
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [_FAILED]


def _not_read(method: str, to_all: Headers) -> tuple[str, Headers, list[bytes]]:
    if method == "OPTIONS":
        preflight = _PREFLIGHT if to_all is PUBLIC else ()
        return "204 No Content", (("Allow", _METHODS), *preflight, *to_all), []
    length = ("Content-Length", str(len(_ONLY_READ)))
    return "405 Method Not Allowed", (_PLAIN, length, ("Allow", _METHODS), *to_all), [_ONLY_READ]
