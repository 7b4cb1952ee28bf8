"""The front: answers the publication's paths from memory, ahead of Flask.

Everything that a response holds is made once for each publication; a request looks its path up, compares what the
client holds and hands the bytes over.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import lru_cache
from typing import Final
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from werkzeug.datastructures import Accept
from werkzeug.http import http_date, parse_accept_header, quote_etag, quote_header_value
from werkzeug.sansio.http import is_resource_modified

from icsfeed.publication.live import LOOK_AGAIN, Live
from icsfeed.publication.publishing import Publication
from icsfeed.publication.representations import Representation

RETRY_AFTER: Final = str(int(LOOK_AGAIN.total_seconds()))
"""Seconds until it is worth asking again where there is nothing to serve."""

_FEEDS: Final = ("/feeds/", "/downloads/")
_METHODS: Final = "GET, HEAD, OPTIONS"
_PLAIN: Final = ("Content-Type", "text/plain; charset=utf-8")
_NO_SNIFFING: Final = ("X-Content-Type-Options", "nosniff")
_COMMON: Final = (
    # Feeds are public: a page of any origin may read them, and see which state of the feed it holds.
    ("Access-Control-Allow-Origin", "*"),
    ("Access-Control-Expose-Headers", "ETag"),
    _NO_SNIFFING,
)
_PREFLIGHT: Final = (
    ("Allow", _METHODS),
    ("Access-Control-Allow-Methods", _METHODS),
    ("Access-Control-Allow-Headers", "If-None-Match, If-Modified-Since"),
    ("Access-Control-Max-Age", "86400"),
    *_COMMON,
)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Answer:
    """A representation in one content coding, with the headers of the responses 200 and 304."""

    body: bytes
    etag: str
    last_modified: datetime | None
    whole: tuple[tuple[str, str], ...]
    unchanged: tuple[tuple[str, str], ...]

    def is_held_by(self, environ: WSGIEnvironment) -> bool:
        """Whether the client says that it has these bytes; its dates count only where it names no tag.

        The standard is RFC 9110, section 13.2.2.
        """
        tags = environ.get("HTTP_IF_NONE_MATCH")
        if tags is not None:
            # Nearly all clients send back what they got. All else is Werkzeug's to parse.
            return tags == self.etag or not is_resource_modified(http_if_none_match=tags, etag=self.etag)
        since = environ.get("HTTP_IF_MODIFIED_SINCE")
        if since is None or self.last_modified is None:
            return False
        return not is_resource_modified(http_if_modified_since=since, last_modified=self.last_modified)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Prepared:
    """The answers of a publication by path, as they are and in gzip; made when they are first asked for."""

    publication: Publication
    answers: dict[str, tuple[_Answer, _Answer]] = field(default_factory=dict)


class Front:
    """A WSGI callable that answers exactly the publication's paths and leaves the others to ``app``."""

    def __init__(self, app: WSGIApplication, live: Live) -> None:
        self._app = app
        self._live = live
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
        if prepared is None or prepared.publication is not publication:
            prepared = self._prepared = _Prepared(publication=publication)
        answers = prepared.answers.get(path) or self._make(prepared, path)
        if answers is None:
            return self._app(environ, start_response)
        method = environ["REQUEST_METHOD"]
        if method not in {"GET", "HEAD"}:
            return _not_read(method, start_response)
        answer = answers[_prefers_gzip(environ.get("HTTP_ACCEPT_ENCODING", ""))]
        # Headers are handed over as a copy: the server may change the list (PEP 3333).
        if answer.is_held_by(environ):
            start_response("304 Not Modified", list(answer.unchanged))
            return []
        start_response("200 OK", list(answer.whole))
        return [answer.body] if method == "GET" else []

    def _make(self, prepared: _Prepared, path: str) -> tuple[_Answer, _Answer] | None:
        publication = prepared.publication
        # WSGI hands a path over as Latin-1, whatever it is encoded in (PEP 3333).
        there = publication.representations.get(path.encode("latin-1").decode(errors="replace"))
        if there is None:
            return None
        self._live.say_limit(path, there.left_out)
        since = publication.last_modified if there.dated else None
        packed = replace(there, body=there.packed)
        answers = (_answer(there, since), _answer(packed, since, ("Content-Encoding", "gzip")))
        prepared.answers[path] = answers
        return answers


@lru_cache(maxsize=256)
def _prefers_gzip(accept_encoding: str) -> bool:
    """Whether gzip is welcome, at least as much as the plain bytes (RFC 9110, section 12.5.3)."""
    accepted = parse_accept_header(accept_encoding, Accept)
    return 0 < accepted.quality("gzip") >= accepted.quality("identity")


def _answer(representation: Representation, last_modified: datetime | None, *coding: tuple[str, str]) -> _Answer:
    etag = quote_etag(representation.etag)
    dated = (("Last-Modified", http_date(last_modified)),) if last_modified is not None else ()
    unchanged = (
        ("ETag", etag),
        *dated,
        ("Cache-Control", representation.cache_control),
        ("Vary", "Accept-Encoding"),
        *(_secured(representation.security) if representation.security else _COMMON),
    )
    whole = (
        ("Content-Type", representation.content_type),
        ("Content-Length", str(len(representation.body))),
        *coding,
        *unchanged,
    )
    if representation.download is not None:
        name = quote_header_value(representation.download, allow_token=False)
        whole = (*whole, ("Content-Disposition", f"attachment; filename={name}"))
    return _Answer(body=representation.body, etag=etag, last_modified=last_modified, whole=whole, unchanged=unchanged)


def _secured(policy: str) -> tuple[tuple[str, str], ...]:
    """What browsers are told of a page: what it may load, and that nobody need know where its visitors go."""
    return (("Content-Security-Policy", policy), ("Referrer-Policy", "no-referrer"), _NO_SNIFFING)


def _not_read(method: str, start_response: StartResponse) -> Iterable[bytes]:
    if method == "OPTIONS":
        start_response("204 No Content", list(_PREFLIGHT))
        return []
    body = b"This can only be read.\n"
    headers = [_PLAIN, ("Content-Length", str(len(body))), ("Allow", _METHODS), *_COMMON]
    start_response("405 Method Not Allowed", headers)
    return [body]


def _unavailable(method: str, start_response: StartResponse) -> Iterable[bytes]:
    """Say that there is nothing to serve: never an empty feed, with which clients wipe the calendar."""
    body = b"The calendar is not available at the moment. Please try again in a minute.\n"
    headers = [_PLAIN, ("Content-Length", str(len(body))), ("Retry-After", RETRY_AFTER), ("Cache-Control", "no-store")]
    start_response("503 Service Unavailable", [*headers, *_COMMON])
    return [] if method == "HEAD" else [body]
