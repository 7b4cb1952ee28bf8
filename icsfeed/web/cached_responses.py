"""Responses made ahead of requests: a representation in each content coding, with the headers of 200 and 304."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from typing import Final, TypeAlias
from wsgiref.types import WSGIEnvironment

from werkzeug.datastructures import Accept
from werkzeug.http import http_date, parse_accept_header, quote_etag, quote_header_value
from werkzeug.sansio.http import is_resource_modified

from icsfeed.publication.private_paths import CACHE_CONTROL as PRIVATE_CACHE_CONTROL
from icsfeed.publication.private_paths import HEADERS as PRIVATE_HEADERS
from icsfeed.publication.private_paths import PAGE_HEADERS as PRIVATE_PAGE_HEADERS
from icsfeed.publication.representations import Headers, Representation

STALE: Final = "X-Icsfeed-Stale"
"""The header that lists the sources which can't be read; the response is the last good one."""


@dataclass(frozen=True, kw_only=True, slots=True)
class CachedResponse:
    """A representation in one content coding, with the headers of 200 (``headers``) and of 304."""

    body: bytes
    etag: str
    last_modified: datetime | None
    headers: Headers
    not_modified_headers: Headers

    def matches(self, environ: WSGIEnvironment) -> bool:
        """Whether the client has these bytes; its date counts only if it sends no tag (RFC 9110, section 13.2.2)."""
        tags = environ.get("HTTP_IF_NONE_MATCH")
        if tags is not None:
            return not is_resource_modified(http_if_none_match=tags, etag=self.etag)
        since = environ.get("HTTP_IF_MODIFIED_SINCE")
        if since is None or self.last_modified is None:
            return False
        return not is_resource_modified(http_if_modified_since=since, last_modified=self.last_modified)


CachedResponses: TypeAlias = tuple[CachedResponse, ...]
"""A representation in each coding, in the order of ``_CODINGS``."""

_IDENTITY: Final = "identity"
_CODINGS: Final = (_IDENTITY, "gzip", "br")
"""The best compression last."""


def public_responses(
    representation: Representation, last_modified: datetime | None, stale: Iterable[str] = ()
) -> CachedResponses:
    """The responses for a public path; ``stale`` are the sources that can't be read now."""
    date = last_modified if representation.dated else None
    return _responses(representation, date, (*representation.public_headers, *_stale_header(stale)))


def private_responses(
    representation: Representation, last_modified: datetime | None, stale: Iterable[str] = ()
) -> CachedResponses:
    """The responses for a private path, a feed or a page."""
    headers: Headers = (PRIVATE_CACHE_CONTROL, *PRIVATE_HEADERS)
    if representation.security:
        headers = (*PRIVATE_PAGE_HEADERS, ("Content-Security-Policy", representation.security))
    return _responses(representation, last_modified, (*headers, *_stale_header(stale)))


def _stale_header(sources: Iterable[str]) -> Headers:
    names = ", ".join(sources)
    return ((STALE, names),) if names else ()


def _responses(representation: Representation, last_modified: datetime | None, headers: Headers) -> CachedResponses:
    bodies = (representation.body, representation.packed, representation.tightly_packed)
    return tuple(
        _response(replace(representation, body=body), last_modified, coding, headers)
        for coding, body in zip(_CODINGS, bodies, strict=True)
    )


def _response(
    representation: Representation, last_modified: datetime | None, coding: str, headers: Headers
) -> CachedResponse:
    etag = quote_etag(representation.etag)
    date = (("Last-Modified", http_date(last_modified)),) if last_modified is not None else ()
    not_modified_headers = (("ETag", etag), *date, ("Vary", "Accept-Encoding"), *headers)
    all_headers = (
        ("Content-Type", representation.content_type),
        ("Content-Length", str(len(representation.body))),
        *((("Content-Encoding", coding),) if coding != _IDENTITY else ()),
        *not_modified_headers,
    )
    if representation.download is not None:
        name = quote_header_value(representation.download, allow_token=False)
        all_headers = (*all_headers, ("Content-Disposition", f"attachment; filename={name}"))
    return CachedResponse(
        body=representation.body,
        etag=etag,
        last_modified=last_modified,
        headers=all_headers,
        not_modified_headers=not_modified_headers,
    )


@lru_cache(maxsize=256)
def coding_index(accept_encoding: str) -> int:
    """The index of the coding that the client prefers; of equals, the best compression (RFC 9110, section 12.5.3)."""
    accepted = parse_accept_header(accept_encoding, Accept)
    identity_quality = accepted.quality(_IDENTITY)
    acceptable = [
        (quality, index) for index, coding in enumerate(_CODINGS) if (quality := accepted.quality(coding)) > 0
    ]
    quality, index = max(acceptable, default=(0, 0))
    return index if quality >= identity_quality else 0
