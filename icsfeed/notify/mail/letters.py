"""Whole mails: a letter is composed once for all who get it, and addressed to each of them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import format_datetime
from typing import Final

from icsfeed.domain.channels import Mailbox
from icsfeed.domain.errors import BadInputError
from icsfeed.notify.mail.content import MailContent
from icsfeed.notify.mail.headers import bare_address, header_field, mailbox_value, text_value
from icsfeed.notify.mail.mime import body_template

_TOKEN: Final = re.compile("[A-Za-z0-9._~-]{1,74}")
_ALWAYS: Final = (
    ("Auto-Submitted", "auto-generated"),  # RFC 3834: nobody's vacation answers
    ("Precedence", "bulk"),  # for programs older than that
    ("X-Auto-Response-Suppress", "DR, RN, NRN, OOF, AutoReply"),  # Exchange; refusals are still reported
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Addressee:
    """For whom a mail is: the address itself, and what belongs to this subscriber and this delivery.

    ``message_id`` and ``thread_id`` are in angle brackets. ``tokens`` are those of the subscriber's links, in the order
    of the letter's; ``unsubscribe`` is the link for one click, of which only a mail to somebody subscribed makes use.
    """

    email: str = field(repr=False)
    date: datetime
    message_id: str
    thread_id: str
    tokens: tuple[str, ...] = field(repr=False)
    unsubscribe: str = field(repr=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class Letter:
    """A mail without an address: what all of its receivers get, in pieces."""

    fields: bytes = field(repr=False)
    is_subscribed: bool
    body: tuple[bytes | int, ...] = field(repr=False)

    def addressed(self, addressee: Addressee) -> bytes:
        """The mail to that addressee, in lines that end with CRLF.

        Raises:
            BadInputError: where the address can't stand in a header field.
        """
        tokens = [_token(each) for each in addressee.tokens]
        body = b"".join([tokens[piece] if isinstance(piece, int) else piece for piece in self.body])
        return b"".join([self._own_fields(addressee), self.fields, body])

    def _own_fields(self, addressee: Addressee) -> bytes:
        fields = [
            header_field("Date", format_datetime(addressee.date)),
            header_field("Message-ID", addressee.message_id),
            header_field("In-Reply-To", addressee.thread_id),
            header_field("References", addressee.thread_id),
            header_field("To", bare_address(addressee.email)),
        ]
        if self.is_subscribed:
            fields += [
                header_field("List-Unsubscribe", f"<{addressee.unsubscribe}>"),
                header_field("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"),
            ]
        return "".join(fields).encode("ascii")


def letter(
    content: MailContent, *, sender: Mailbox, reply_to: Mailbox | None, domain: str, tokens: tuple[str, ...]
) -> Letter:
    """The letter with that content; ``tokens`` are those in its links, ``domain`` is the calendar's."""
    fields = [header_field("From", mailbox_value("From", sender))]
    if reply_to is not None:
        fields.append(header_field("Reply-To", mailbox_value("Reply-To", reply_to)))
    fields.append(header_field("Subject", text_value("Subject", content.subject)))
    if content.is_subscribed:
        fields.append(header_field("List-Id", f"<announcements.{domain}>"))
    fields += [header_field(name, value) for name, value in _ALWAYS]
    return Letter(
        is_subscribed=content.is_subscribed, fields="".join(fields).encode("ascii"), body=body_template(content, tokens)
    )


def _token(text: str) -> bytes:
    if not _TOKEN.fullmatch(text):
        msg = "a token in a link has characters other than letters, digits, dots, hyphens and underscores"
        raise BadInputError(msg)
    return text.encode("ascii")
