"""Mail subscribers: customers who asked for announcements by mail, and confirmed that the address is theirs."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from icsfeed.domain.errors import BadInputError
from icsfeed.domain.feeds import Kind

MAX_ADDRESS_CHARS: Final = 254
"""RFC 5321, section 4.5.3.1.3, without the angle brackets of the path."""

_MAX_LOCAL_CHARS: Final = 64
CONFIRMATION_PERIOD: Final = timedelta(days=7)
"""How long an address that nobody confirms is kept, and its link works."""

MAX_REFUSALS: Final = 3
"""So many refusals in a row pause a subscription."""

SUBSCRIPTION_SUBJECT: Final = "subscription"
"""The subject of the delivery that asks for confirmation."""

_ATOM: Final = r"[a-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LOCAL_PART: Final = re.compile(rf"{_ATOM}(?:\.{_ATOM})*")
_LABEL: Final = "[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_DOMAIN: Final = re.compile(rf"(?:{_LABEL}\.)+(?!\d+$){_LABEL}")
_FULL_STOPS: Final = re.compile("[\u3002\uff0e\uff61]")
"""What separates the labels of an internationalised domain besides the ASCII full stop (RFC 3490, section 3.1)."""

_AMBIGUOUS: Final = re.compile("[ßς\u200c\u200d]")
"""Characters that the two standards for internationalised domains map to different domains (RFC 5894, section 7.2)."""


def mail_address(text: str) -> str:
    """The address in the form in which it is stored and compared.

    It is in lower case, which all mail providers take for the same mailbox, and has the A-labels of an
    internationalised domain (RFC 5890). Quoted local parts, those that need SMTPUTF8, address literals and domains
    without a dot are refused: no customer has one, and not every relay takes them.

    Raises:
        BadInputError: where it is no such address; the message doesn't repeat it.
    """
    local, _, domain = text.strip(" ").lower().rpartition("@")
    ascii_domain = _a_labels(domain)
    is_valid = (
        len(local) <= _MAX_LOCAL_CHARS
        and len(local) + 1 + len(ascii_domain) <= MAX_ADDRESS_CHARS
        and _LOCAL_PART.fullmatch(local)
        and _DOMAIN.fullmatch(ascii_domain)
    )
    if not is_valid:
        msg = "this is not a mail address; write one such as name@example.com"
        raise BadInputError(msg)
    return f"{local}@{ascii_domain}"


def _a_labels(domain: str) -> str:
    """The domain in ASCII; empty where it has no such form."""
    if len(domain) > MAX_ADDRESS_CHARS or _AMBIGUOUS.search(domain):
        return ""
    if domain.isascii():
        return domain
    try:
        return _FULL_STOPS.sub(".", domain).encode("idna").decode("ascii").lower()
    except UnicodeError:
        return ""


@dataclass(frozen=True, kw_only=True, slots=True)
class MailChoice:
    """What a mail subscriber wants to hear of, and in which language; ``None`` stands for all, also later ones.

    ``reminders`` are how long before a start they are reminded; none where it is empty.
    """

    language: str
    environments: frozenset[str] | None = None
    kinds: frozenset[Kind] | None = None
    reminders: frozenset[timedelta] | None = None

    def __post_init__(self) -> None:
        for name in ("environments", "kinds"):
            if getattr(self, name) == frozenset():
                msg = f"a mail subscriber chooses at least one of the {name}, or unsubscribes"
                raise BadInputError(msg)


@dataclass(frozen=True, kw_only=True, slots=True)
class MailSubscriber:
    """A customer's mail subscription; instants are aware.

    ``id`` is random, and names the subscriber wherever the ``address`` must not stand. ``refusals`` counts how often in
    a row the mail server refused the mailbox.
    """

    id: str
    address: str
    choice: MailChoice
    requested_at: datetime
    confirmed_at: datetime | None = None
    refusals: int = 0
    paused_at: datetime | None = None

    @property
    def is_active(self) -> bool:
        """Whether they get announcements."""
        return self.confirmed_at is not None and self.paused_at is None

    def has_lapsed(self, *, now: datetime) -> bool:
        """Whether nobody has confirmed the address in time."""
        return self.confirmed_at is None and now >= self.requested_at + CONFIRMATION_PERIOD

    def confirmed(self, *, now: datetime) -> MailSubscriber:
        """The subscriber who has shown that they read mail at the address; a paused one gets mail again."""
        return replace(self, confirmed_at=self.confirmed_at or now, refusals=0, paused_at=None)

    def refused(self, *, now: datetime) -> MailSubscriber:
        """The subscriber whose mailbox was refused once more."""
        refusals = self.refusals + 1
        paused_at = self.paused_at or (now if refusals >= MAX_REFUSALS else None)
        return replace(self, refusals=refusals, paused_at=paused_at)

    def accepted(self) -> MailSubscriber:
        """The subscriber whose mailbox was not refused."""
        return replace(self, refusals=0)
