"""What mail servers say, in words of our own: theirs may quote an address, in ways that no pattern recognizes.

The enhanced status codes are those of RFC 3463 and of its registry; servers that give none are explained by the basic
code of RFC 5321.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

_DETAILS: Final[Mapping[str, str]] = {
    "1.1": "the mailbox does not exist",
    "1.2": "the domain of the address does not exist, or takes no mail",
    "1.3": "the address is not valid",
    "1.6": "the mailbox has moved, and mail is not forwarded",
    "1.7": "the sender's address is not valid; check from in [mail]",
    "1.8": "the sender's domain does not exist, or takes no mail; check from in [mail]",
    "1.10": "the domain of the address takes no mail",
    "2.1": "the mailbox is disabled",
    "2.2": "the mailbox is full",
    "2.3": "the mail is too long for the mailbox",
    "3.1": "the server's disk is full",
    "3.2": "the server takes no mail at the moment",
    "3.4": "the mail is too long for the server",
    "4.1": "the server of the address does not answer",
    "4.4": "the server can't find that of the address",
    "5.3": "too many recipients, or too many mails on one connection",
    "7.0": "the server's rules refuse it: perhaps a login or encryption is missing, or too much was sent",
    "4.7.1": "the server's rules refuse it for now: perhaps it lets unknown senders wait (greylisting)",
    "5.7.1": "the server's rules refuse it: perhaps it does not relay for this machine, or takes the mail for spam",
    "7.8": "user name or password is wrong",
    "7.20": "no DKIM signature of the sender's domain is valid",
    "7.23": "SPF does not allow this server to send for the sender's domain",
    "7.25": "the server's IP address has no valid name (reverse DNS)",
    "7.26": "neither DKIM nor SPF of the sender's domain is valid",
    "7.27": "the sender's domain takes no mail; check from in [mail]",
}
"""By the status: mostly without its class, which says no more than whether to try again."""

_SUBJECTS: Final[Mapping[str, str]] = {
    "1": "an address is refused",
    "2": "the mailbox can't take the mail",
    "3": "the server can't take the mail",
    "4": "the server can't pass the mail on",
    "5": "the server does not accept the command",
    "6": "the server can't handle the mail's content",
    "7": "the server's rules refuse it",
}

_CODES: Final[Mapping[int, str]] = {
    421: "the server is closing the connection: it is busy, or shutting down",
    450: "the mailbox can't take the mail at the moment",
    451: "the server can't take the mail at the moment",
    452: "the server has no room, or got too many mails at once",
    501: "the server does not understand the address or the command",
    530: "the server wants a login or encryption first; check [mail] smtp",
    534: "the server wants another login; check [mail] smtp",
    535: "user name or password is wrong; check [mail] smtp",
    538: "the server wants encryption first; check [mail] smtp",
    551: "the mailbox is elsewhere, and mail is not forwarded",
    552: "the mailbox is full, or the mail is too long",
}

_RELAY: Final = "the server does not relay for this machine or sender; check [mail] smtp"
_LATER: Final = "the server takes nothing at the moment"


def explanation(code: int, status: str, *, default: str, is_about_relaying: bool) -> str:
    """What a reply with that code and that enhanced status code (or none) means; ``default`` for plain refusals."""
    if is_about_relaying:
        return _RELAY
    kind = status.partition(".")[2]
    by_status = _DETAILS.get(status) or _DETAILS.get(kind) or _SUBJECTS.get(kind.partition(".")[0])
    return by_status or _CODES.get(code) or (default if code >= 500 else _LATER)  # noqa: PLR2004
