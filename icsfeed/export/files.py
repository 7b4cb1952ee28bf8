"""The publication as files: their names, their bytes, and the headers with which a web host should send them."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from functools import cache, cached_property, partial
from typing import Final

from icsfeed.export import private_names
from icsfeed.publication.maintnote_feeds import AccountFeed
from icsfeed.publication.pages.private_site import SubscriberPage
from icsfeed.publication.private import PrivateFeeds
from icsfeed.publication.private_paths import CACHE_CONTROL as PRIVATE_CACHE_CONTROL
from icsfeed.publication.private_paths import HEADERS as PRIVATE_HEADERS
from icsfeed.publication.publishing import Publication
from icsfeed.publication.representations import Representation

DISPOSITION: Final = "Content-Disposition"


class Order(IntEnum):
    """The order of upload: pages link to feeds and assets, so these come first."""

    FEED = 0
    ASSET = 1
    PAGE = 2


@dataclass(frozen=True, kw_only=True)
class Content:
    """What is in a file, which other files may share: thousands of private feeds have the same bytes.

    ``make`` returns the bytes and is called only if they are needed: ``fingerprint`` changes whenever they do.
    ``headers`` are those that a host should send besides Content-Type.
    """

    make: Callable[[], bytes]
    fingerprint: str
    content_type: str
    headers: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def body(self) -> bytes:
        return self.make()

    @cached_property
    def digest(self) -> str:
        """A digest of the bytes and of all headers."""
        headers = [f"{name}: {value}" for name, value in self.headers.items()]
        return hashlib.sha256("\n".join([self.fingerprint, self.content_type, *headers]).encode()).hexdigest()[:32]


@dataclass(frozen=True, kw_only=True)
class FleetingContent(Content):
    """What is in one file alone, and made again each time: there may be thousands of them."""

    @property
    def body(self) -> bytes:
        return self.make()


@dataclass(frozen=True, kw_only=True, slots=True)
class SiteFile:
    """A file of the site. Its ``name`` is relative to the site's root, with slashes."""

    name: str
    content: Content
    order: Order = Order.ASSET

    @property
    def body(self) -> bytes:
        return self.content.body

    @property
    def content_type(self) -> str:
        return self.content.content_type

    @property
    def headers(self) -> Mapping[str, str]:
        return self.content.headers

    @property
    def digest(self) -> str:
        return self.content.digest

    @property
    def display_name(self) -> str:
        return private_names.display_name(self.name)


def site_files(publication: Publication) -> Iterator[SiteFile]:
    """Every path of the publication as a file."""
    for path, representation in publication.representations.items():
        content = _content(representation, _public_headers(representation))
        yield SiteFile(name=file_name(path), content=content, order=_order(path, representation))


def private_files(private: PrivateFeeds) -> Iterator[SiteFile]:
    """Every private feed and page as a file.

    All have the same headers, so that hosts need one rule and no name: a page has its policy in itself.
    """
    headers = dict((PRIVATE_CACHE_CONTROL, *PRIVATE_HEADERS))
    content_of = cache(partial(_content, headers=headers))
    for path, representation in private.representations.items():
        yield SiteFile(name=file_name(path), content=content_of(representation), order=Order.FEED)
    for path, feed in private.account_feeds.items():
        content = FleetingContent(
            make=partial(_account_feed_body, feed),
            fingerprint=feed.fingerprint,
            content_type=feed.public.content_type,
            headers=headers,
        )
        yield SiteFile(name=file_name(path), content=content, order=Order.FEED)
    for path, page in private.pages.items():
        content = FleetingContent(
            make=partial(_page_body, page),
            fingerprint=page.fingerprint,
            content_type=page.page.page.content_type,
            headers=headers,
        )
        yield SiteFile(name=file_name(path), content=content, order=Order.PAGE)


def _account_feed_body(feed: AccountFeed) -> bytes:
    return feed.representation.body


def _page_body(page: SubscriberPage) -> bytes:
    return page.representation.body


def _content(representation: Representation, headers: Mapping[str, str]) -> Content:
    return Content(
        make=lambda: representation.body,
        fingerprint=representation.etag,
        content_type=representation.content_type,
        headers=headers,
    )


def packed_files(site: Publication | PrivateFeeds) -> Iterator[SiteFile]:
    """Each text file once more in gzip and in Brotli, for hosts that send such files as they are.

    Not what one customer alone has: their page is looked at a few times a year, and each copy would take its time.
    """
    contents_of = cache(_packed_contents)
    for path, representation in site.representations.items():
        name, order = file_name(path), _order(path, representation)
        for suffix, content in contents_of(representation):
            yield SiteFile(name=name + suffix, content=content, order=order)


def _packed_contents(representation: Representation) -> tuple[tuple[str, Content], ...]:
    """By suffix, the contents of the compressed copies."""
    if not _is_text(representation.content_type.partition(";")[0]):
        return ()
    return tuple(
        (
            suffix,
            Content(
                make=partial(make, representation),
                fingerprint=representation.etag,
                content_type="application/octet-stream",
            ),
        )
        for suffix, make in ((".gz", _gzip_body), (".br", _brotli_body))
    )


def _gzip_body(representation: Representation) -> bytes:
    return representation.packed


def _brotli_body(representation: Representation) -> bytes:
    return representation.tightly_packed


def _is_text(content_type: str) -> bool:
    return content_type.startswith("text/") or content_type.endswith(("json", "xml", "yaml"))


def file_name(path: str) -> str:
    """The name of the file that a web host sends for ``path``."""
    return f"{path}index.html".removeprefix("/") if path.endswith("/") else path.removeprefix("/")


def _public_headers(representation: Representation) -> dict[str, str]:
    """The headers that the server sends, too."""
    headers = dict(representation.public_headers)
    if representation.download is not None:
        headers[DISPOSITION] = f'attachment; filename="{representation.download}"'
    return headers


def _order(path: str, representation: Representation) -> Order:
    if representation.content_type.startswith("text/html"):
        return Order.PAGE
    return Order.FEED if path.startswith(("/feeds/", "/downloads/", "/private/")) else Order.ASSET
