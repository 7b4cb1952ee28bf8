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
from icsfeed.publication.live import LOOK_AGAIN, Live
from icsfeed.publication.private import is_private, parse_private, private_feed
from icsfeed.publication.problems import Problems
from icsfeed.publication.publishing import Publication
from icsfeed.web.answers import PRIVATE, PUBLIC, Answers, Headers, coding_of, private_answers, public_answers
from icsfeed.web.clients import family_of

RETRY_AFTER: Final = str(int(LOOK_AGAIN.total_seconds()))
"""Seconds until it is worth asking again where there is nothing to serve."""

Fetched: TypeAlias = Callable[[Subscriber, str], None]

_PRIVATE_FEEDS: Final = 32
"""How many with alarms of their own are kept: memory must not grow with the subscribers."""

_FEEDS: Final = ("/feeds/", "/downloads/", "/private/")
_METHODS: Final = "GET, HEAD, OPTIONS"
_PLAIN: Final = ("Content-Type", "text/plain; charset=utf-8")
_NOTHING: Final = b"There is nothing at this address. Ask whoever gave it to you for a new one.\n"
_PREFLIGHT: Final = (
    ("Access-Control-Allow-Methods", _METHODS),
    ("Access-Control-Allow-Headers", "If-None-Match, If-Modified-Since"),
    ("Access-Control-Max-Age", "86400"),
)


class _Prepared:
    """The answers of a publication by path, and those of its private feeds; made when they are first asked for."""

    def __init__(self, publication: Publication, problems: Problems) -> None:
        self.publication = publication
        self.problems = problems
        self.stale = tuple(source.value for source in sorted(problems))
        self.public: dict[str, Answers] = {}
        self.private = lru_cache(maxsize=_PRIVATE_FEEDS)(self._private)

    def _private(self, slug: str, alarms: tuple[timedelta, ...]) -> Answers | None:
        """The answers to all subscribers who have that feed with those alarms."""
        found = private_feed(self.publication, slug, alarms)
        return private_answers(found, self.publication.last_modified, self.stale) if found is not None else None


class Front:
    """A WSGI callable that answers exactly the publication's paths and leaves the others to ``app``.

    ``fetched`` hears which subscriber's feed was fetched, and by which family of clients.
    """

    def __init__(self, app: WSGIApplication, live: Live, *, fetched: Fetched) -> None:
        self._app = app
        self._live = live
        self._fetched = fetched
        self._prepared: _Prepared | None = None

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request (PEP 3333)."""
        path = environ.get("PATH_INFO", "")
        publication = self._live.current()
        if publication is None:
            if path.startswith(_FEEDS):
                return _unavailable(environ["REQUEST_METHOD"], start_response)
            return self._app(environ, start_response)
        prepared = self._prepared
        problems = self._live.problems
        if prepared is None or prepared.publication is not publication or prepared.problems is not problems:
            prepared = self._prepared = _Prepared(publication, problems)
        answers = prepared.public.get(path) or self._make(prepared, path)
        if answers is not None:
            return _give(answers, environ, start_response, PUBLIC)
        if is_private(path):
            return self._give_private(prepared, path, environ, start_response)
        return self._app(environ, start_response)

    def _make(self, prepared: _Prepared, path: str) -> Answers | None:
        publication = prepared.publication
        # WSGI hands a path over as Latin-1, whatever it is encoded in (PEP 3333).
        there = publication.representations.get(path.encode("latin-1").decode(errors="replace"))
        if there is None:
            return None
        self._live.say_limit(path, there.left_out)
        answers = prepared.public[path] = public_answers(there, publication.last_modified, prepared.stale)
        return answers

    def _give_private(
        self, prepared: _Prepared, path: str, environ: WSGIEnvironment, start_response: StartResponse
    ) -> Iterable[bytes]:
        token, slug = parse_private(path)
        subscriber = self._live.holder(token)
        answers = None
        if subscriber is not None and subscriber.feed == slug:
            answers = prepared.private(slug, subscriber.alarms)
        if subscriber is None or answers is None:
            return _nothing_private(environ["REQUEST_METHOD"], start_response)
        if environ["REQUEST_METHOD"] == "GET":
            self._fetched(subscriber, family_of(environ.get("HTTP_USER_AGENT", "")))
        return _give(answers, environ, start_response, PRIVATE)


def _give(
    answers: Answers, environ: WSGIEnvironment, start_response: StartResponse, said_to_all: Headers
) -> Iterable[bytes]:
    method = environ["REQUEST_METHOD"]
    if method not in {"GET", "HEAD"}:
        return _not_read(method, start_response, said_to_all)
    answer = answers[coding_of(environ.get("HTTP_ACCEPT_ENCODING", ""))]
    # Headers are handed over as a copy: the server may change the list (PEP 3333).
    if answer.is_held_by(environ):
        start_response("304 Not Modified", list(answer.unchanged))
        return []
    start_response("200 OK", list(answer.whole))
    return [answer.body] if method == "GET" else []


def _not_read(method: str, start_response: StartResponse, said_to_all: Headers) -> Iterable[bytes]:
    if method == "OPTIONS":
        preflight = _PREFLIGHT if said_to_all is PUBLIC else ()
        start_response("204 No Content", [("Allow", _METHODS), *preflight, *said_to_all])
        return []
    body = b"A feed can only be read.\n"
    headers = [_PLAIN, ("Content-Length", str(len(body))), ("Allow", _METHODS), *said_to_all]
    start_response("405 Method Not Allowed", headers)
    return [body]


def _nothing_private(method: str, start_response: StartResponse) -> Iterable[bytes]:
    """Say no more than that: whether a token is wrong, revoked, over or another feed's is nobody's business."""
    headers = [_PLAIN, ("Content-Length", str(len(_NOTHING))), ("Cache-Control", "private, no-store"), *PRIVATE]
    start_response("404 Not Found", headers)
    return [] if method == "HEAD" else [_NOTHING]


def _unavailable(method: str, start_response: StartResponse) -> Iterable[bytes]:
    """Say that there is nothing to serve: never an empty feed, with which clients wipe the calendar."""
    body = b"The calendar is not available at the moment. Please try again in a minute.\n"
    headers = [_PLAIN, ("Content-Length", str(len(body))), ("Retry-After", RETRY_AFTER), ("Cache-Control", "no-store")]
    start_response("503 Service Unavailable", [*headers, *PUBLIC])
    return [] if method == "HEAD" else [body]
