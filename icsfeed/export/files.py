"""From the publication to files: what each path is called on a web host, and what a host should say of it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from functools import cached_property
from typing import Final

from icsfeed.export.private_names import noted_as, shown_as
from icsfeed.publication.private import CACHE_CONTROL as PRIVATE_CACHES
from icsfeed.publication.private import HEADERS as PRIVATE
from icsfeed.publication.private import PrivateFeeds
from icsfeed.publication.publishing import Publication
from icsfeed.publication.representations import Representation

DISPOSITION: Final = "Content-Disposition"


class Order(IntEnum):
    """What goes up first: a page speaks of feeds, so the feeds are there before it."""

    FEED = 0
    ASSET = 1
    PAGE = 2


@dataclass(frozen=True, kw_only=True)
class SiteFile:
    """A file of the site: its ``name`` is relative to the site's root, with slashes.

    ``make`` gives its bytes, and ``known_by`` changes whenever they do: what is there already need not be made.
    ``headers`` are what a host should say of it, besides its type.
    """

    name: str
    make: Callable[[], bytes]
    known_by: str
    content_type: str
    headers: Mapping[str, str] = field(default_factory=dict)
    order: Order = Order.ASSET

    @cached_property
    def body(self) -> bytes:
        """Its bytes."""
        return self.make()

    @cached_property
    def noted_as(self) -> str:
        """What the manifest calls it."""
        return noted_as(self.name)

    @property
    def shown_as(self) -> str:
        """What reports and messages call it."""
        return shown_as(self.name)

    @cached_property
    def digest(self) -> str:
        """What its bytes, and all that is said of them, are known by."""
        said = [self.known_by, self.content_type, *(f"{name}: {value}" for name, value in self.headers.items())]
        return hashlib.sha256("\n".join(said).encode()).hexdigest()[:32]


def site_files(publication: Publication) -> Iterator[SiteFile]:
    """Every path of the publication as a file."""
    for path, representation in publication.representations.items():
        yield _site_file(path, representation, _headers(representation))


def private_files(private: PrivateFeeds) -> Iterator[SiteFile]:
    """Every private feed as a file."""
    for path, representation in private.representations.items():
        yield _site_file(path, representation, dict((PRIVATE_CACHES, *PRIVATE)))


def _site_file(path: str, representation: Representation, headers: Mapping[str, str]) -> SiteFile:
    return SiteFile(
        name=file_name(path),
        make=_body(representation),
        known_by=representation.etag,
        content_type=representation.content_type,
        headers=headers,
        order=_order(path, representation),
    )


def packed_files(site: Publication | PrivateFeeds) -> Iterator[SiteFile]:
    """Beside each file of text the same in gzip and in Brotli, for hosts that hand them out as they are."""
    for path, representation in site.representations.items():
        if _is_text(representation.content_type.partition(";")[0]):
            for end, make in ((".gz", _packed(representation)), (".br", _tightly_packed(representation))):
                yield SiteFile(
                    name=f"{file_name(path)}{end}",
                    make=make,
                    known_by=representation.etag,
                    content_type="application/octet-stream",
                    order=_order(path, representation),
                )


def _is_text(content_type: str) -> bool:
    return content_type.startswith("text/") or content_type.endswith(("json", "xml"))


def file_name(path: str) -> str:
    """What a web host calls the file that it shows at ``path``."""
    return f"{path}index.html".removeprefix("/") if path.endswith("/") else path.removeprefix("/")


def _body(representation: Representation) -> Callable[[], bytes]:
    return lambda: representation.body


def _packed(representation: Representation) -> Callable[[], bytes]:
    return lambda: representation.packed


def _tightly_packed(representation: Representation) -> Callable[[], bytes]:
    return lambda: representation.tightly_packed


def _headers(representation: Representation) -> dict[str, str]:
    """What the server says, too."""
    headers = dict(representation.public_headers)
    if representation.download is not None:
        headers[DISPOSITION] = f'attachment; filename="{representation.download}"'
    return headers


def _order(path: str, representation: Representation) -> Order:
    if path.startswith(("/feeds/", "/downloads/", "/private/")):
        return Order.FEED
    return Order.PAGE if representation.content_type.startswith("text/html") else Order.ASSET
