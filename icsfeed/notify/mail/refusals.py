"""What the replies of mail servers mean for a mail, its receiver, and all others.

RFC 5321 gives the codes their meaning, RFC 3463 the enhanced status codes. Whatever is about the connection, the login
or the sender is nobody's fault but the configuration's: every mail waits until it is mended. Only a refused recipient
can be blamed on a mailbox, and then not where the reply is about the server's policy: a relay that suddenly relays
nothing would else pause every subscription.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from icsfeed.notify.failures import (
    MailboxRefusedError,
    PermanentFailureError,
    SendingError,
    TemporaryFailureError,
)
from icsfeed.notify.mail.explanations import explanation

CLOSING: Final = 421
"""The server closes the connection."""

_TOO_MUCH: Final = 552
_MAILBOX_CODES: Final = frozenset({550, 551, 553})
_LOGIN_CODES: Final = frozenset({530, 534, 535, 538})
_STATUS: Final = re.compile(r"([245]\.\d{1,3}\.\d{1,3})(?:\s+|$)")
_SENDER_STATUSES: Final = frozenset({"5.1.7", "5.1.8"})
_POLICY_CLASS: Final = "5.7."
_RELAYING: Final = re.compile(r"\brelay", re.IGNORECASE)


class SmtpStage(StrEnum):
    """What the server replies to."""

    CONNECTION = "the connection"
    LOGIN = "the login"
    SENDER = "MAIL FROM"
    RECIPIENT = "RCPT TO"
    DATA = "DATA"
    CONTENT = "the mail"


_REFUSALS: Final = {
    SmtpStage.CONNECTION: "the server takes no mail from this machine",
    SmtpStage.LOGIN: "the server refuses the login",
    SmtpStage.SENDER: "the server takes no mail of this sender; check from in [mail]",
    SmtpStage.RECIPIENT: "the server takes no mail for this recipient",
    SmtpStage.DATA: "the server refuses the mail",
    SmtpStage.CONTENT: "the server refuses the mail",
}
"""What is wrong where the server says no more than that."""


@dataclass(frozen=True, kw_only=True, slots=True)
class SmtpReply:
    """A reply; ``text`` may quote addresses, and is neither stored nor logged."""

    code: int
    text: str = field(repr=False)

    @classmethod
    def of(cls, code: int, text: bytes | str) -> SmtpReply:
        """The reply as smtplib gives it."""
        return cls(code=code, text=text if isinstance(text, str) else text.decode(errors="replace"))

    @property
    def status(self) -> str:
        """The enhanced status code, such as ``5.1.1``, or nothing."""
        match = _STATUS.match(self.text)
        return match[1] if match else ""

    @property
    def is_permanent(self) -> bool:
        return 500 <= self.code <= 599  # noqa: PLR2004 (RFC 5321, section 4.2.1)

    @property
    def names_relaying(self) -> bool:
        return _RELAYING.search(self.text) is not None

    @property
    def is_malformed(self) -> bool:
        return not 200 <= self.code <= 599  # noqa: PLR2004


def failure(stage: SmtpStage, reply: SmtpReply) -> SendingError:
    """What the reply at that stage means for the mail."""
    if stage is SmtpStage.RECIPIENT:
        return _recipient_failure(reply)
    if stage in {SmtpStage.DATA, SmtpStage.CONTENT}:
        reason = _reason(stage, reply)
        if reply.code == CLOSING:
            return TemporaryFailureError(reason, concerns_all=True)
        return PermanentFailureError(reason) if reply.is_permanent else TemporaryFailureError(reason)
    return TemporaryFailureError(_reason(stage, reply), concerns_all=True)


def _recipient_failure(reply: SmtpReply) -> SendingError:
    reason = _reason(SmtpStage.RECIPIENT, reply)
    if reply.code == CLOSING or reply.code in _LOGIN_CODES:
        return TemporaryFailureError(reason, concerns_all=True)
    if not reply.is_permanent or reply.code == _TOO_MUCH:  # RFC 5321, section 4.5.3.1.10: 552 here is to be read as 452
        return TemporaryFailureError(reason)
    if _is_about_policy(reply):
        return TemporaryFailureError(reason)
    if reply.code in _MAILBOX_CODES:
        return MailboxRefusedError(reason)
    return PermanentFailureError(reason)


def _is_about_policy(reply: SmtpReply) -> bool:
    """Whether the server refuses us rather than the mailbox: some that don't relay say so without a status."""
    if reply.status:
        return reply.status.startswith(_POLICY_CLASS) or reply.status in _SENDER_STATUSES
    return reply.names_relaying


def _reason(stage: SmtpStage, reply: SmtpReply) -> str:
    """Code and status with our own words: those of the server may quote an address, or the user name."""
    if reply.is_malformed:
        return f"the mail server's answer to {stage} is not SMTP; check host and port in [mail] smtp"
    number = f"{reply.code} {reply.status}".strip()
    if stage is SmtpStage.LOGIN:
        return f"the mail server refused the login ({number}); check user name and password in [mail] smtp"
    words = explanation(
        reply.code,
        reply.status,
        default=_REFUSALS[stage],
        is_about_relaying=reply.is_permanent and reply.names_relaying,
    )
    return f"the mail server answered {number} to {stage}: {words}"
