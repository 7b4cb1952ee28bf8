"""The links in mails: each carries a signed token that names a mail subscriber, and is good for one purpose."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from itsdangerous import BadSignature, Signer

SUBSCRIBE_PATH: Final = "/subscribe/mail"
CONFIRM_FOLDER: Final = "/subscribe/confirm/"
UNSUBSCRIBE_FOLDER: Final = "/unsubscribe/"


class LinkPurpose(StrEnum):
    CONFIRM = "confirm"
    """Shows that somebody reads mail at an address."""
    PREFERENCES = "preferences"
    UNSUBSCRIBE = "unsubscribe"


_FOLDERS: Final = {
    LinkPurpose.CONFIRM: CONFIRM_FOLDER,
    LinkPurpose.PREFERENCES: CONFIRM_FOLDER,
    LinkPurpose.UNSUBSCRIBE: UNSUBSCRIBE_FOLDER,
}
"""The page for confirming is the one for preferences, too."""


@dataclass(frozen=True, kw_only=True, slots=True)
class MailLinks:
    """Makes and reads links.

    ``secret`` is that of the database, ``server`` the address of the web service without a slash at its end. The same
    subscriber always gets the same links: a mail that is sent once more has the same bytes. They end with the
    subscription, whose id never comes back.
    """

    secret: str = field(repr=False)
    server: str

    def url(self, purpose: LinkPurpose, subscriber_id: str) -> str:
        return f"{self.server}{_FOLDERS[purpose]}{self.token(purpose, subscriber_id)}"

    def token(self, purpose: LinkPurpose, subscriber_id: str) -> str:
        return self._signer(purpose).sign(subscriber_id).decode("ascii")

    def subscriber_id(self, purpose: LinkPurpose, token: str) -> str | None:
        """The id of the subscriber whose token this is; ``None`` where it was not made for that purpose."""
        try:
            return self._signer(purpose).unsign(token).decode("ascii")
        except (BadSignature, UnicodeError):
            return None

    def _signer(self, purpose: LinkPurpose) -> Signer:
        salt = f"icsfeed mail {purpose}"
        return Signer(self.secret, salt=salt, key_derivation="hmac", digest_method=hashlib.sha256)
