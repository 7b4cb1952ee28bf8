"""Representations: the bytes at a path, with their headers."""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final, TypeAlias

import brotli

# Clients ask every half hour to once a day, so a longer max-age saves next to nothing; but somebody who presses
# "refresh" to see the emergency that was just announced must not get a copy from before. One minute still shields the
# server: a cache in front of it asks once a minute, and mostly gets a 304. While it does, it may hand out the copy of
# the minute before, no older: a client that comes once a day must not get yesterday's. When the server is down, the
# calendar of the last day is better than none.
CACHE_CONTROL: Final = "public, max-age=60, stale-while-revalidate=60, stale-if-error=86400"

FOR_EVER: Final = "public, max-age=31536000, immutable"
"""For paths that contain a digest of their bytes (RFC 8246)."""

Headers: TypeAlias = tuple[tuple[str, str], ...]

NO_SNIFFING: Final = ("X-Content-Type-Options", "nosniff")
PUBLIC: Final[Headers] = (
    # Feeds are public: a page of any origin may read them and their tags.
    ("Access-Control-Allow-Origin", "*"),
    ("Access-Control-Expose-Headers", "ETag"),
    NO_SNIFFING,
)
"""The headers of everything public except pages."""

PAGE: Final[Headers] = (
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Referrer-Policy", "no-referrer"),
    NO_SNIFFING,
)
"""The headers of pages, besides Content-Security-Policy."""


@dataclass(frozen=True, kw_only=True)
class Representation:
    """The bytes at a path, and what a carrier needs to know of them.

    ``cache_control`` is for how long it may be kept (RFC 9111, section 5.2), ``download`` the file name under which a
    browser keeps it (``None``: it is shown); ``left_out`` is how many events found no place in it. Only what is
    ``dated`` is told with its Last-Modified. ``security`` is the Content-Security-Policy of what a browser may show by
    itself (empty: it has none). A fragment of a page is for pages of any origin. ``language`` is that of its texts (BCP
    47; empty: it has none, or several).
    """

    body: bytes
    content_type: str
    cache_control: str = CACHE_CONTROL
    download: str | None = None
    left_out: int = 0
    dated: bool = True
    security: str = ""
    is_fragment: bool = False
    language: str = ""

    @property
    def public_headers(self) -> Headers:
        """The headers with every carrier, besides type, tag and dates."""
        policy = (("Content-Security-Policy", self.security),) if self.security else ()
        language = (("Content-Language", self.language),) if self.language else ()
        is_page = self.content_type.startswith("text/html") and not self.is_fragment
        return (("Cache-Control", self.cache_control), *language, *policy, *(PAGE if is_page else PUBLIC))

    @cached_property
    def etag(self) -> str:
        """A strong entity tag of the bytes, without its quotes (RFC 9110, section 8.8.3)."""
        return hashlib.sha256(self.body).hexdigest()[:32]

    @cached_property
    def packed(self) -> bytes:
        """The bytes in gzip, always the same."""
        return gzip.compress(self.body, compresslevel=6, mtime=0)

    @cached_property
    def tightly_packed(self) -> bytes:
        """The bytes in Brotli (RFC 7932): a fifth to a third less than gzip, for a millisecond.

        A higher quality than this one is not worth its time: *measured*, 9 takes three times as long for the same size.
        """
        packed: bytes = brotli.compress(self.body, mode=brotli.MODE_TEXT, quality=5)
        return packed


Maker: TypeAlias = Callable[[], Representation]


class Representations(Mapping[str, Representation]):
    """The representations by path, each made when it is first needed."""

    def __init__(self, makers: Mapping[str, Maker]) -> None:
        self._makers = makers
        self._ready: dict[str, Representation] = {}

    def __getitem__(self, path: str) -> Representation:
        representation = self._ready.get(path)
        if representation is None:
            representation = self._ready[path] = self._makers[path]()
        return representation

    def __contains__(self, path: object) -> bool:
        return path in self._makers

    def __iter__(self) -> Iterator[str]:
        return iter(self._makers)

    def __len__(self) -> int:
        return len(self._makers)
