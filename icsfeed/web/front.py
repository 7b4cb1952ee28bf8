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
from icsfeed.publication.found import Found
from icsfeed.publication.live import LOOK_AGAIN, Live
from icsfeed.publication.private import HEADERS as PRIVATE
from icsfeed.publication.private import is_private, parse_private, private_feed
from icsfeed.publication.publishing import Publication
from icsfeed.publication.representations import PUBLIC, Headers
from icsfeed.web.answers import Answers, coding_of, private_answers, public_answers
from icsfeed.web.clients import OTHER, family_of
from icsfeed.web.request_log import RequestLog, shown_path
from icsfeed.web.tally import Tally

RETRY_AFTER: Final = str(int(LOOK_AGAIN.total_seconds()))
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

    def __init__(self, publication: Publication, found: Found) -> None:
        self.publication = publication
        self.found = found
        self.problems = found.problems
        self.stale = tuple(source.value for source in sorted(found.problems))
        self.public: dict[str, Answers] = {}
        self.private = lru_cache(maxsize=_PRIVATE_FEEDS)(self._private)

    def answers_for(self, found: Found) -> bool:
        """Whether nothing that an answer tells is another one after that look."""
        return self.publication is found.publication and self.problems is found.problems

    def _private(self, slug: str, alarms: tuple[timedelta, ...]) -> Answers | None:
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
        self._fetched = fetched
        self._add = tally.add
        self._requests = requests
        self._prepared: _Prepared | None = None

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request (PEP 3333)."""
        path = environ.get("PATH_INFO", "")
        try:
            found, prepared = self._live.found(), self._prepared
            if prepared is None or prepared.found is not found:
                prepared = self._taken_up(found)
            if prepared is None:
                return self._without_any(path, environ, start_response)
            answers = prepared.public.get(path) or self._make(prepared, path)
            if answers is not None:
                return self._give(answers, path, environ, start_response, PUBLIC)
            if is_private(path):
                return self._give_private(prepared, path, environ, start_response)
        except Exception as error:  # noqa: BLE001  (whatever it is, the client gets an answer and the log a trace)
            return self._fail(environ, start_response, error)
        return self._app(environ, start_response)

    def _taken_up(self, found: Found) -> _Prepared | None:
        """What answers from now on, after a look; ``None`` where there is nothing to serve."""
        if found.publication is None:
            return None
        prepared = self._prepared
        if prepared is None or not prepared.answers_for(found):
            prepared = _Prepared(found.publication, found)
        else:
            prepared.found = found
        self._prepared = prepared
        return prepared

    def _make(self, prepared: _Prepared, path: str) -> Answers | None:
        publication = prepared.publication
        # WSGI hands a path over as Latin-1, whatever it is encoded in (PEP 3333).
        there = publication.representations.get(path.encode("latin-1").decode(errors="replace"))
        if there is None:
            return None
        self._live.say_limit(path, there.left_out)
        answers = prepared.public[path] = public_answers(there, publication.last_modified, prepared.stale)
        return answers

    def _give(
        self, answers: Answers, label: str, environ: WSGIEnvironment, start_response: StartResponse, to_all: Headers
    ) -> Iterable[bytes]:
        """Hand an answer over; it is counted under the ``label``, and ``to_all`` is what every response says."""
        method = environ["REQUEST_METHOD"]
        user_agent = environ.get("HTTP_USER_AGENT", "")
        if method not in _READING:
            status, headers, body = _not_read(method, to_all)
            self._add(label, user_agent, int(status[:3]))
            start_response(status, headers)
            return body
        answer = answers[coding_of(environ.get("HTTP_ACCEPT_ENCODING", ""))]
        # Headers are handed over as a copy: the server may change the list (PEP 3333).
        if answer.is_held_by(environ):
            self._add(label, user_agent, 304)
            start_response("304 Not Modified", list(answer.unchanged))
            return []
        self._add(label, user_agent, 200)
        start_response("200 OK", list(answer.whole))
        return [answer.body] if method == "GET" else []

    def _give_private(
        self, prepared: _Prepared, path: str, environ: WSGIEnvironment, start_response: StartResponse
    ) -> Iterable[bytes]:
        token, slug = parse_private(path)
        subscriber = self._live.holder(token)
        answers = None
        if subscriber is not None and subscriber.feed == slug:
            answers = prepared.private(slug, subscriber.alarms)
        method, user_agent = environ["REQUEST_METHOD"], environ.get("HTTP_USER_AGENT", "")
        if subscriber is None or answers is None:
            self._add(_LOCKED, user_agent, 404)
            return _nothing_private(method, start_response)
        if method == "GET":
            self._fetched(subscriber, family_of(user_agent))
        return self._give(answers, shown_path(path), environ, start_response, PRIVATE)

    def _without_any(self, path: str, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer where there is nothing to serve: never with an empty feed, at which clients wipe the calendar."""
        if not path.startswith(_FEEDS):
            return self._app(environ, start_response)
        self._add(OTHER, environ.get("HTTP_USER_AGENT", ""), 503)
        start_response("503 Service Unavailable", [*_UNAVAILABLE_HEADERS, *PUBLIC])
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [_UNAVAILABLE]

    def _fail(self, environ: WSGIEnvironment, start_response: StartResponse, error: Exception) -> Iterable[bytes]:
        request_id = self._requests.failed(environ, error)
        self._add(OTHER, environ.get("HTTP_USER_AGENT", ""), 500)
        headers = [_PLAIN, ("Content-Length", str(len(_FAILED))), ("Cache-Control", "no-store")]
        start_response("500 Internal Server Error", [*headers, ("X-Request-Id", request_id), *PRIVATE])
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [_FAILED]


def _not_read(method: str, to_all: Headers) -> tuple[str, list[tuple[str, str]], list[bytes]]:
    if method == "OPTIONS":
        preflight = _PREFLIGHT if to_all is PUBLIC else ()
        return "204 No Content", [("Allow", _METHODS), *preflight, *to_all], []
    length = ("Content-Length", str(len(_ONLY_READ)))
    return "405 Method Not Allowed", [_PLAIN, length, ("Allow", _METHODS), *to_all], [_ONLY_READ]


def _nothing_private(method: str, start_response: StartResponse) -> Iterable[bytes]:
    """Say no more than that: whether a token is wrong, revoked, over or another feed's is nobody's business."""
    headers = [_PLAIN, ("Content-Length", str(len(_NOTHING))), ("Cache-Control", "private, no-store"), *PRIVATE]
    start_response("404 Not Found", headers)
    return [] if method == "HEAD" else [_NOTHING]
