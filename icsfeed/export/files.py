"""From the publication to files: what each path is called on a web host, and what a host should say of it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum
from functools import cached_property

from icsfeed.publication.publishing import Publication
from icsfeed.publication.representations import Representation


class Order(IntEnum):
    """What goes up first: a page speaks of feeds, so the feeds are there before it."""

    FEED = 0
    ASSET = 1
    PAGE = 2


@dataclass(frozen=True, kw_only=True)
class SiteFile:
    """A file of the site: its ``name`` is relative to the site's root, with slashes."""

    name: str
    body: bytes
    content_type: str
    cache_control: str = ""
    download: str | None = None
    order: Order = Order.ASSET

    @cached_property
    def digest(self) -> str:
        """What its bytes, and all that is said of them, are known by."""
        said = f"{self.content_type}\n{self.cache_control}\n{self.download or ''}\n".encode()
        return hashlib.sha256(said + self.body).hexdigest()


def site_files(publication: Publication) -> Iterator[SiteFile]:
    """Every path of the publication as a file."""
    for path, representation in publication.representations.items():
        yield SiteFile(
            name=file_name(path),
            body=representation.body,
            content_type=representation.content_type,
            cache_control=representation.cache_control,
            download=representation.download,
            order=_order(path, representation),
        )


def file_name(path: str) -> str:
    """What a web host calls the file that it shows at ``path``."""
    return f"{path}index.html".removeprefix("/") if path.endswith("/") else path.removeprefix("/")


def _order(path: str, representation: Representation) -> Order:
    if path.startswith(("/feeds/", "/downloads/")):
        return Order.FEED
    return Order.PAGE if representation.content_type.startswith("text/html") else Order.ASSET
