"""The body of a mail (RFC 2045 to 2049), written once for all who get the same but for the tokens in its links.

It is text and HTML as alternatives, and the calendar object as an attachment beside them: as a third alternative, the
Mail of macOS shows it instead of the text, and Outlook a draft of an appointment. Every line is short ASCII:
quoted-printable and base64 reach the reader as they are, while a relay that rewrites 8-bit lines breaks DKIM's
signature.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from email.base64mime import body_encode as base64_text
from email.message import Message
from email.mime.multipart import MIMEMultipart
from email.policy import Compat32, compat32
from email.quoprimime import body_encode as quoted_printable
from typing import Final

from icsfeed.domain.texts import clean
from icsfeed.notify.mail.content import MailContent
from icsfeed.notify.mail.headers import LINE_END

_POLICY: Final[Compat32] = compat32.clone(linesep=LINE_END)
_MAX_LINE_CHARS: Final = 76
_SOFT_BREAK: Final = "=\n"
_BOUNDARY: Final = "=_icsfeed_{}"
"""Neither base64 nor quoted-printable has ``=_`` anywhere (RFC 2045, section 6.7)."""

_FOREIGN_TO_FILE_NAMES: Final = re.compile(r"[^A-Za-z0-9._-]+")


def body_template(content: MailContent, tokens: Sequence[str]) -> tuple[bytes | int, ...]:
    """The body with its MIME header fields, in pieces: a number stands where the token with that index stood.

    The ``tokens`` are those in the links of ``content``: ASCII without ``=``, and not in any text by chance.
    """
    body = MIMEMultipart("alternative", boundary=_BOUNDARY.format("texts"), policy=_POLICY)
    body.attach(_text_part("plain", content.text, content.language, tokens))
    body.attach(_text_part("html", content.html, content.language, tokens))
    if content.calendar:
        whole = MIMEMultipart("mixed", boundary=_BOUNDARY.format("parts"), policy=_POLICY)
        whole.attach(body)
        whole.attach(_calendar_part(content))
        body = whole
    return tuple(_pieces(body.as_bytes(policy=_POLICY), [token.encode("ascii") for token in tokens]))


def _text_part(subtype: str, text: str, language: str, tokens: Sequence[str]) -> Message:
    part: Message = Message(policy=_POLICY)
    part.add_header("Content-Type", f"text/{subtype}", charset="utf-8")
    part.add_header("Content-Language", language)
    part.add_header("Content-Transfer-Encoding", "quoted-printable")
    part.set_payload(_quoted_printable(clean(text).strip() + "\n", tokens))
    return part


def _calendar_part(content: MailContent) -> Message:
    name = _FOREIGN_TO_FILE_NAMES.sub("-", content.calendar_name)
    part: Message = Message(policy=_POLICY)
    part.add_header("Content-Type", "text/calendar", charset="UTF-8", method="PUBLISH", name=name)
    part.add_header("Content-Disposition", "attachment", filename=name)
    part.add_header("Content-Transfer-Encoding", "base64")
    part.set_payload(base64_text(content.calendar, maxlinelen=_MAX_LINE_CHARS))
    return part


def _quoted_printable(text: str, tokens: Sequence[str]) -> str:
    """The text in quoted-printable, with each token alone on a line that ends in a soft break."""
    encoded: list[str] = []
    for piece in _split(text, tokens):
        if encoded and not encoded[-1].endswith("\n"):
            encoded.append(_SOFT_BREAK)
        encoded.append(piece if piece in tokens else _encoded(piece))
    return "".join(encoded)


def _split(text: str, tokens: Sequence[str]) -> list[str]:
    pattern = "|".join(re.escape(token) for token in tokens)
    return [piece for piece in re.split(f"({pattern})", text) if piece] if tokens else [text]


def _encoded(text: str) -> str:
    return quoted_printable(text.encode().decode("latin-1"), _MAX_LINE_CHARS, "\n")


def _pieces(body: bytes, tokens: Sequence[bytes]) -> Iterator[bytes | int]:
    pattern = b"|".join(re.escape(token) for token in tokens)
    for piece in re.split(b"(" + pattern + b")", body) if tokens else [body]:
        yield tokens.index(piece) if piece in tokens else piece
