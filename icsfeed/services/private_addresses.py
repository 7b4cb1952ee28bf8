"""The addresses of private feeds: the secret in each, and how it is handed to the customer."""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import dataclass

from icsfeed.domain.schedule import Schedule
from icsfeed.domain.subscribers import Subscriber
from icsfeed.domain.tokens import TOKEN_BYTES, TokenKey, private_folder, private_path

_SALT_BYTES = 16


@dataclass(frozen=True, kw_only=True, slots=True)
class Secret:
    """A token, and the salt from which a token key derives it again; the salt of a random token is empty."""

    token: str
    salt: str = ""

    @classmethod
    def new(cls, key: TokenKey | None, random_bytes: Callable[[int], bytes]) -> Secret:
        """A secret derived from the key or, without one, a random one."""
        if key is None:
            return cls(token=base64.urlsafe_b64encode(random_bytes(TOKEN_BYTES)).decode())
        salt = random_bytes(_SALT_BYTES).hex()
        return cls(token=key.token(salt), salt=salt)


@dataclass(frozen=True, kw_only=True, slots=True)
class PrivateAddress:
    """The addresses of a subscriber's feed and page, which only their receiver and this value know."""

    subscriber: Subscriber
    path: str
    page_path: str
    url: str = ""
    page_url: str = ""

    def as_json(self) -> dict[str, str]:
        urls = {"url": self.url, "page_url": self.page_url} if self.url else {}
        return {
            "name": self.subscriber.name,
            "feed": self.subscriber.feed,
            "path": self.path,
            "page_path": self.page_path,
            **urls,
        }


def private_address(schedule: Schedule, subscriber: Subscriber, secret: Secret) -> PrivateAddress:
    """The addresses of the subscriber's feed and page; as URLs where the schedule says where the site is."""
    path, page = private_path(secret.token, subscriber.feed), private_folder(secret.token)
    site = schedule.calendar.url.rstrip("/")
    url, page_url = (f"{site}{each}" if site else "" for each in (path, page))
    return PrivateAddress(subscriber=subscriber, path=path, page_path=page, url=url, page_url=page_url)
