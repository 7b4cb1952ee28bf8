"""Ready answers: a representation in each content coding, with the headers of the responses 200 and 304."""

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

from icsfeed.publication.private import CACHE_CONTROL as PRIVATE_CACHES
from icsfeed.publication.private import HEADERS as PRIVATE
from icsfeed.publication.representations import Headers, Representation

STALE: Final = "X-Icsfeed-Stale"
"""The header that says what of the truth can't be read now: what is served is what was good last."""


@dataclass(frozen=True, kw_only=True, slots=True)
class CachedResponse:
    """A representation in one content coding, with the headers of the responses 200 and 304."""

    body: bytes
    etag: str
    last_modified: datetime | None
    whole: Headers
    unchanged: Headers

    def is_held_by(self, environ: WSGIEnvironment) -> bool:
        """Whether the client says that it has these bytes; its dates count only where it names no tag.

        The standard is RFC 9110, section 13.2.2.
        """
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
"""As it is, and packed, the tightest last."""


def public_answers(there: Representation, last_modified: datetime | None, stale: Iterable[str] = ()) -> CachedResponses:
    """The answers at a public path; ``stale`` are the sources of the truth that can't be read now."""
    since = last_modified if there.dated else None
    return _answers(there, since, (*there.public_headers, *_stale(stale)))


def private_answers(
    there: Representation, last_modified: datetime | None, stale: Iterable[str] = ()
) -> CachedResponses:
    """The answers to whoever has a token."""
    return _answers(there, last_modified, (PRIVATE_CACHES, *PRIVATE, *_stale(stale)))


def _stale(sources: Iterable[str]) -> Headers:
    said = ", ".join(sources)
    return ((STALE, said),) if said else ()


def _answers(there: Representation, last_modified: datetime | None, also: Headers) -> CachedResponses:
    bodies = (there.body, there.packed, there.tightly_packed)
    return tuple(
        _answer(replace(there, body=body), last_modified, coding, also)
        for coding, body in zip(_CODINGS, bodies, strict=True)
    )


def _answer(
    representation: Representation, last_modified: datetime | None, coding: str, also: Headers
) -> CachedResponse:
    etag = quote_etag(representation.etag)
    dated = (("Last-Modified", http_date(last_modified)),) if last_modified is not None else ()
    unchanged = (("ETag", etag), *dated, ("Vary", "Accept-Encoding"), *also)
    whole = (
        ("Content-Type", representation.content_type),
        ("Content-Length", str(len(representation.body))),
        *((("Content-Encoding", coding),) if coding != _IDENTITY else ()),
        *unchanged,
    )
    if representation.download is not None:
        name = quote_header_value(representation.download, allow_token=False)
        whole = (*whole, ("Content-Disposition", f"attachment; filename={name}"))
    return CachedResponse(
        body=representation.body, etag=etag, last_modified=last_modified, whole=whole, unchanged=unchanged
    )


@lru_cache(maxsize=256)
def coding_of(accept_encoding: str) -> int:
    """Which answer is welcome most, the tightest of those that are equally so (RFC 9110, section 12.5.3)."""
    accepted = parse_accept_header(accept_encoding, Accept)
    plain = accepted.quality(_IDENTITY)
    welcome = [(quality, index) for index, coding in enumerate(_CODINGS) if (quality := accepted.quality(coding)) > 0]
    quality, index = max(welcome, default=(0, 0))
    return index if quality >= plain else 0
