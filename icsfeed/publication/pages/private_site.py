"""A customer's own pages: what is in their feed, and how to subscribe to it at the address that only they have.

They are rendered once for all subscribers of a feed, with stand-ins for what depends on the token.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from typing import Final

import segno

from icsfeed.domain.feeds import Feed, Kind
from icsfeed.domain.maintnote import has_maintnote
from icsfeed.domain.tokens import private_folder
from icsfeed.publication.editions import Edition
from icsfeed.publication.pages.announcements import announcements
from icsfeed.publication.pages.language_site import MAX_LISTED_ROWS, Site
from icsfeed.publication.pages.machine_formats import subscriber_formats
from icsfeed.publication.pages.own_reminders import customer_reminders
from icsfeed.publication.pages.page_items import PageItem
from icsfeed.publication.pages.page_links import Link, PageLinks
from icsfeed.publication.pages.rendering import assets
from icsfeed.publication.pages.subscriptions import BUTTONS, REFRESH_TIMES, Subscription, subscriptions
from icsfeed.publication.representations import Representation
from icsfeed.services.policy_rows import freeze_rows, window_rows
from icsfeed.services.reminders import EVERY_KIND

_TOKEN: Final = "icsfeed-stand-in-for-a-token"  # noqa: S105  (it opens nothing)
_PICTURE: Final = "icsfeed-stand-in-for-a-picture"
"""Neither is changed where text is escaped or percent-encoded, nor is a token."""

_MAX_CACHED_PICTURES: Final = 4096
"""To draw one takes longer than all else on the page of one more subscriber."""

_FOLDER: Final = private_folder(_TOKEN).removeprefix("/")


@dataclass(frozen=True, kw_only=True)
class PrivatePage:
    """The page of one feed in one language; ``base`` is the site's address, or empty."""

    page: Representation
    base: str

    def of(self, token: str) -> SubscriberPage:
        return SubscriberPage(page=self, token=token)


@dataclass(frozen=True, kw_only=True, slots=True)
class SubscriberPage:
    """The page of the subscriber with that token, which nothing keeps: a copy for each would take too much memory."""

    page: PrivatePage
    token: str

    @property
    def fingerprint(self) -> str:
        """Another one whenever the bytes are others."""
        return f"{self.page.page.etag} {self.token}"

    @property
    def representation(self) -> Representation:
        base, body = self.page.base, self.page.page.body
        picture = _qr(f"{base}{private_folder(self.token)}") if base else ""
        body = body.replace(_PICTURE.encode(), picture.encode()).replace(_TOKEN.encode(), self.token.encode())
        return replace(self.page.page, body=body)


def private_page(edition: Edition, feed: Feed) -> PrivatePage:
    """The page of that feed; the ``edition`` has what its subscribers see, narrowed to the feed."""
    site = _PrivateSite(edition=edition, look=assets(edition.situation.schedule.calendar.color), feed=feed)
    return PrivatePage(page=site.private(), base=edition.base_url)


@dataclass(frozen=True, slots=True, kw_only=True)
class _PrivateLinks(PageLinks):
    """The links of a page whose languages lie below its own folder, and that no search engine is told of."""

    @property
    def path(self) -> str:
        return f"/{_FOLDER}{self._folder(self.language)}"

    @property
    def home(self) -> str:
        """From here to the page in the same language: here."""
        return "./"

    @property
    def others(self) -> tuple[Link, ...]:
        return tuple(
            Link(hreflang=each.code, name=each.name, href=f"{self.root}{_FOLDER}{self._folder(each)}")
            for each in self.languages
            if each is not self.language
        )

    @property
    def alternates(self) -> tuple[Link, ...]:
        return ()


@dataclass(frozen=True, kw_only=True)
class _PrivateSite(Site):
    """The page of a feed in one language; the situation has nothing but what the feed selects."""

    feed: Feed
    links: type[PageLinks] = field(default=_PrivateLinks)

    def private(self) -> Representation:
        schedule, kinds = self.situation.schedule, self.feed.kinds
        current, past = (
            [card for card in cards if card.kind in kinds]
            for cards in announcements(self.situation, self.dates, self.today)
        )
        windows, freezes = (of(schedule, self.dates, self.today) for of in (window_rows, freeze_rows))
        rows = self._rows
        return self.render(
            "private.html",
            "",
            self._soon,
            status_data=self._status_data,
            linked=True,
            status=self._status,
            buttons=BUTTONS,
            programs=REFRESH_TIMES,
            feed=self._subscription,
            picture=_PICTURE if self.base else "",
            coming=rows,
            coming_kinds={row.kind.value for row in rows},
            listed=MAX_LISTED_ROWS,
            current=current,
            past=past,
            windows=[row for row in windows if Kind.MAINTENANCE in kinds and not row.has_ended],
            freezes=[row for row in freezes if Kind.FREEZE in kinds and not row.has_ended],
            formats=subscriber_formats(
                self.feed.slug,
                f"{_FOLDER}{self.folder}",
                self.language,
                with_maintnote=has_maintnote(schedule, self.feed),
            ),
            # Reminders say that nothing is under way, which has to be true of everything.
            reminders=customer_reminders(self.edition) if kinds == EVERY_KIND else None,
        )

    @cached_property
    def _subscription(self) -> Subscription:
        every = subscriptions(self.situation.schedule, self.language, self.folder, self.base)
        public = next(each for each in every if each.slug == self.feed.slug)
        return public.at(f"{_FOLDER}{self.folder}")

    def _selected(self, items: Iterable[PageItem]) -> tuple[PageItem, ...]:
        return tuple(each for each in items if each.kind in self.feed.kinds)


@lru_cache(maxsize=_MAX_CACHED_PICTURES)
def _qr(address: str) -> str:
    """A QR code of the address as a ``data:`` URL, for which nobody is asked."""
    code = segno.make(address, error="m", micro=False)
    return str(code.svg_data_uri(border=3, dark="#000", light="#fff", omitsize=True, encode_minimal=True))
