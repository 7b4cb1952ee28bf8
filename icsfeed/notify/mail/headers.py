"""Header fields of mails (RFC 5322), from texts that may hold any character."""

from __future__ import annotations

import re
from email.header import Header
from email.utils import formataddr
from typing import Final

from icsfeed.domain.channels import Mailbox
from icsfeed.domain.errors import BadInputError
from icsfeed.domain.texts import plain_line

LINE_END: Final = "\r\n"
_MAX_LINE_CHARS: Final = 76
_MAX_TEXT_CHARS: Final = 200
"""Much more than anybody sees, and much less than the 998 octets of a line."""

_FIELD_VALUE: Final = re.compile(r"[ -~]*(?:\r\n [ -~]*)*")
_PLAIN: Final = re.compile("[ -~]*")
_ADDRESS: Final = re.compile(r"[!-;=?-~]+@[A-Za-z0-9.-]+")


def header_field(name: str, value: str) -> str:
    """The field with its line end.

    Raises:
        BadInputError: where the value would end the field, or is not in ASCII; the message does not repeat it.
    """
    if not _FIELD_VALUE.fullmatch(value):
        msg = f"the header field {name} can't hold a line break or a character outside ASCII"
        raise BadInputError(msg)
    return f"{name}: {value}{LINE_END}"


def text_value(name: str, text: str) -> str:
    """The text as the value of the field, in encoded words where it is not plain ASCII (RFC 2047)."""
    text = _short(plain_line(text))
    return text if _is_plain(text) else _encoded_words(text, name)


def mailbox_value(name: str, mailbox: Mailbox) -> str:
    """The mailbox as the value of the field."""
    display_name, email = _short(plain_line(mailbox.name)), bare_address(mailbox.email)
    if _is_plain(display_name):
        return formataddr((display_name, email))
    return f"{_encoded_words(display_name, name)}{LINE_END} <{email}>"


def bare_address(text: str) -> str:
    """The address itself, where it can stand in a header field and in an SMTP command.

    Raises:
        BadInputError: otherwise; the message does not repeat it.
    """
    if not _ADDRESS.fullmatch(text):
        msg = "a mail address has a space, an angle bracket or a character outside ASCII"
        raise BadInputError(msg)
    return text


def _is_plain(text: str) -> bool:
    """Whether the text can stand as it is: nothing in it reads as an encoded word."""
    return _PLAIN.fullmatch(text) is not None and "=?" not in text


def _short(text: str) -> str:
    return text if len(text) <= _MAX_TEXT_CHARS else text[: _MAX_TEXT_CHARS - 1].rstrip() + "…"


def _encoded_words(text: str, name: str) -> str:
    header = Header(text, "utf-8", maxlinelen=_MAX_LINE_CHARS, header_name=name)
    return header.encode(linesep=LINE_END)
