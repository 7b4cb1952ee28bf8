"""The front: answers the publication's paths from memory, before Flask sees the request.

Bodies and headers are made once for each publication. A request looks up its path, compares the client's ETag, and
sends the bytes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import timedelta
from functools import lru_cache
from typing import Final, TypeAlias
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from icsfeed.domain.maintnote import PUBLIC_ACCOUNT, Account
from icsfeed.domain.subscribers import Subscriber
from icsfeed.publication.live import Live
from icsfeed.publication.private import private_feed, private_page
from icsfeed.publication.private_paths import HEADERS as PRIVATE_HEADERS
from icsfeed.publication.private_paths import PrivateFile, is_private, parse_private
from icsfeed.publication.publishing import Publication
from icsfeed.publication.representations import PUBLIC, Headers
from icsfeed.publication.snapshot import Snapshot
from icsfeed.web.cached_responses import CachedResponses, coding_index, private_responses, public_responses
from icsfeed.web.clients import OTHER, family_of
from icsfeed.web.errors import RETRY_AFTER
from icsfeed.web.request_log import RequestLog
from icsfeed.web.tally import Tally

OnFetch: TypeAlias = Callable[[Subscriber, str], None]
"""Called with the subscriber who fetched a private feed, and with the family of the client."""

_MAX_CACHED_PRIVATE_FEEDS: Final = 32
"""Feeds with alarms, or for an account. A limit, because memory must not grow with the number of subscribers."""

_MAX_CACHED_PRIVATE_PAGES: Final = 32
"""Customers' own pages."""

_FEED_FOLDERS: Final = ("/feeds/", "/downloads/", "/private/")
_METHODS: Final = "GET, HEAD, OPTIONS"
_PLAIN_TEXT: Final = ("Content-Type", "text/plain; charset=utf-8")
_READING_METHODS: Final = frozenset({"GET", "HEAD"})
_INVALID_PRIVATE_PATH: Final = "/private/{token}"
"""The path under which requests without a valid token are counted."""

_UNAVAILABLE: Final = b"The calendar is not available at the moment. Please try again in a minute.\n"
_UNAVAILABLE_HEADERS: Final = (
    _PLAIN_TEXT,
    ("Content-Length", str(len(_UNAVAILABLE))),
    ("Retry-After", RETRY_AFTER),
    ("Cache-Control", "no-store"),
)
_FAILED: Final = b"Something went wrong. Please try again in a minute.\n"
_READ_ONLY: Final = b"This address is read-only.\n"
_NOT_FOUND: Final = b"There is nothing at this address. Ask for a new one where you got it.\n"
_PREFLIGHT: Final = (
    ("Access-Control-Allow-Methods", _METHODS),
    ("Access-Control-Allow-Headers", "If-None-Match, If-Modified-Since"),
    ("Access-Control-Max-Age", "86400"),
)


class _ResponseCache:
    """The responses of one publication, made when they are first requested."""

    def __init__(self, publication: Publication, snapshot: Snapshot) -> None:
        self.publication = publication
        self.snapshot = snapshot
        self.problems = snapshot.problems
        self.stale_sources = tuple(source.value for source in sorted(snapshot.problems))
        self.public: dict[str, CachedResponses] = {}
        self.private = lru_cache(maxsize=_MAX_CACHED_PRIVATE_FEEDS)(self._private)
        self.private_page = lru_cache(maxsize=_MAX_CACHED_PRIVATE_PAGES)(self._private_page)

    def is_valid_for(self, snapshot: Snapshot) -> bool:
        """Whether a new cache for the snapshot would hold the same responses."""
        return self.publication is snapshot.publication and self.problems is snapshot.problems

    def _private(self, file: PrivateFile, alarms: tuple[timedelta, ...], account: Account) -> CachedResponses | None:
        """The responses for all subscribers of that feed with those alarms, or that account."""
        feed = private_feed(self.publication, file.slug, alarms, account=account, file=file)
        if feed is None:
            return None
        # The date of a publication says when anybody's facts have changed, but not when an account has.
        is_dated = account == PUBLIC_ACCOUNT and file.slug not in self.publication.private
        date = self.publication.last_modified if is_dated else None
        return private_responses(feed, date, self.stale_sources)

    def _private_page(self, file: PrivateFile, token: str) -> CachedResponses | None:
        """The responses for the one subscriber with that token."""
        page = private_page(self.publication, file.slug, file.folder, token)
        return private_responses(page.representation, None, self.stale_sources) if page is not None else None


class Front:
    """A WSGI callable that answers the publication's paths and passes all other requests to ``app``.

    Responses are counted in ``tally``, and the program's faults are logged by ``requests``.
    """

    def __init__(
        self, app: WSGIApplication, live: Live, *, on_fetch: OnFetch, tally: Tally, requests: RequestLog
    ) -> None:
        self._app = app
        self._live = live
        self._seconds = live.seconds
        self._on_fetch = on_fetch
        self._add = tally.add
        self._requests = requests
        self._cache: _ResponseCache | None = None

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request (PEP 3333)."""
        # Nearly every request runs only the code of this method: here a function call shows in the throughput.
        path = environ.get("PATH_INFO", "")
        try:
            live, cache = self._live, self._cache
            if cache is None or cache.snapshot is not live.snapshot or self._seconds() >= live.next_look:
                cache = self._current_cache()
            if cache is None:
                return self._answer_without_publication(path, environ, start_response)
            responses, counted_path, method_headers = cache.public.get(path) or self._make(cache, path), path, PUBLIC
            if responses is None and is_private(path):
                file, responses = self._private(cache, path, environ)
                if file is None or responses is None:
                    return self._answer_invalid_token(environ, start_response)
                counted_path = file.label(is_secret=file.slug in cache.publication.private)
                method_headers = PRIVATE_HEADERS
            if responses is not None:
                method = environ["REQUEST_METHOD"]
                if method not in _READING_METHODS:
                    status, headers, body = _answer_other_method(method, method_headers)
                else:
                    response = responses[coding_index(environ.get("HTTP_ACCEPT_ENCODING", ""))]
                    # Nearly all clients send the tag back exactly as they got it.
                    if environ.get("HTTP_IF_NONE_MATCH") == response.etag or response.matches(environ):
                        status, headers, body = "304 Not Modified", response.not_modified_headers, []
                    else:
                        status, headers = "200 OK", response.headers
                        body = [response.body] if method == "GET" else []
                self._add(counted_path, environ.get("HTTP_USER_AGENT", ""), status)
                start_response(status, list(headers))  # a copy, since the server may change the list (PEP 3333)
                return body
        except Exception as error:  # noqa: BLE001  (the client gets an answer, and the log a traceback)
            return self._answer_failure(environ, start_response, error)
        return self._pass_on(environ, start_response)

    def _pass_on(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Have the application answer, which takes "get" for GET, although methods are case-sensitive (RFC 9110)."""
        if environ["REQUEST_METHOD"].isupper():
            return self._app(environ, start_response)
        status, headers, body = _answer_other_method(environ["REQUEST_METHOD"], PRIVATE_HEADERS)
        self._add(OTHER, environ.get("HTTP_USER_AGENT", ""), status)
        start_response(status, list(headers))
        return body

    def _current_cache(self) -> _ResponseCache | None:
        """The cache for the latest snapshot, after a look for changes if one is due; ``None`` without a publication."""
        snapshot, cache = self._live.refresh(), self._cache
        if snapshot.publication is None:
            return None
        if cache is None or not cache.is_valid_for(snapshot):
            cache = _ResponseCache(snapshot.publication, snapshot)
        else:
            cache.snapshot = snapshot
        self._cache = cache
        return cache

    def _make(self, cache: _ResponseCache, path: str) -> CachedResponses | None:
        publication = cache.publication
        # WSGI passes the bytes of a path as Latin-1, whatever their encoding is (PEP 3333).
        representation = publication.representations.get(path.encode("latin-1").decode(errors="replace"))
        if representation is None:
            return None
        self._live.limit_log.report(path, representation.left_out)
        responses = public_responses(representation, publication.last_modified, cache.stale_sources)
        cache.public[path] = responses
        return responses

    def _private(
        self, cache: _ResponseCache, path: str, environ: WSGIEnvironment
    ) -> tuple[PrivateFile | None, CachedResponses | None]:
        """The file at the path, with the responses for the holder of the token; ``None`` if it isn't valid for that."""
        token, name = parse_private(path)
        subscriber = self._live.holder(token)
        file = PrivateFile.named(name, subscriber.feed) if subscriber is not None else None
        if subscriber is None or file is None:
            return None, None
        if file.is_page:
            return file, cache.private_page(file, token)
        # What makes no difference to the file makes no copy of it.
        alarms, account = ((), subscriber.account) if file.is_maintnote else (subscriber.alarms, PUBLIC_ACCOUNT)
        responses = cache.private(file, alarms, account)
        if responses is not None and environ["REQUEST_METHOD"] == "GET":
            self._on_fetch(subscriber, family_of(environ.get("HTTP_USER_AGENT", "")))
        return file, responses

    def _answer_invalid_token(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """The same answer whether a token is wrong, revoked, expired, or another feed's."""
        status = "404 Not Found"
        self._add(_INVALID_PRIVATE_PATH, environ.get("HTTP_USER_AGENT", ""), status)
        length = ("Content-Length", str(len(_NOT_FOUND)))
        start_response(status, [_PLAIN_TEXT, length, ("Cache-Control", "private, no-store"), *PRIVATE_HEADERS])
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [_NOT_FOUND]

    def _answer_without_publication(
        self, path: str, environ: WSGIEnvironment, start_response: StartResponse
    ) -> Iterable[bytes]:
        """Never an empty feed, on which clients would delete all events."""
        if not path.startswith(_FEED_FOLDERS):
            return self._pass_on(environ, start_response)
        status = "503 Service Unavailable"
        self._add(OTHER, environ.get("HTTP_USER_AGENT", ""), status)
        start_response(status, [*_UNAVAILABLE_HEADERS, *PUBLIC])
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [_UNAVAILABLE]

    def _answer_failure(
        self, environ: WSGIEnvironment, start_response: StartResponse, error: Exception
    ) -> Iterable[bytes]:
        request_id = self._requests.log_failure(environ, error)
        status = "500 Internal Server Error"
        self._add(OTHER, environ.get("HTTP_USER_AGENT", ""), status)
        headers = [_PLAIN_TEXT, ("Content-Length", str(len(_FAILED))), ("Cache-Control", "no-store")]
        start_response(status, [*headers, ("X-Request-Id", request_id), *PRIVATE_HEADERS])
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [_FAILED]


def _answer_other_method(method: str, headers: Headers) -> tuple[str, Headers, list[bytes]]:
    if method == "OPTIONS":
        preflight = _PREFLIGHT if headers is PUBLIC else ()
        return "204 No Content", (("Allow", _METHODS), *preflight, *headers), []
    length = ("Content-Length", str(len(_READ_ONLY)))
    return "405 Method Not Allowed", (_PLAIN_TEXT, length, ("Allow", _METHODS), *headers), [_READ_ONLY]
