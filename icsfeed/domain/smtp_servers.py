"""The mail server that takes the vendor's mails, as its URL describes it.

``smtp://`` is encrypted by STARTTLS, without which nothing is sent, and ``smtps://`` from the first byte. A server on
the same machine, such as ``smtp://localhost:25``, is spoken to in plain text: nothing leaves the machine, and such a
server rarely has a certificate for its name.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final
from urllib.parse import SplitResult, unquote, urlsplit

from icsfeed.domain.errors import BadInputError
from icsfeed.domain.networks import is_loopback

_EXAMPLE: Final = "smtp://user:password@mail.example.com:587"
_HOST: Final = re.compile("[A-Za-z0-9._-]+|[0-9A-Fa-f:.]+")
_LONE_PERCENT: Final = re.compile("%(?![0-9A-Fa-f]{2})")
_PRINTABLE: Final = re.compile("[ -~]*")
_MALFORMED: Final = "its host or its port is malformed"


class SmtpSecurity(StrEnum):
    TLS = "tls"
    """From the first byte (RFC 8314, section 3.3)."""
    STARTTLS = "starttls"
    PLAIN = "plain"


_DEFAULT_PORTS: Final = {"smtp": 587, "smtps": 465}


@dataclass(frozen=True, kw_only=True, slots=True)
class SmtpServer:
    """Where mails are handed over. Without a ``user`` nobody logs in."""

    host: str
    port: int
    security: SmtpSecurity
    user: str = field(default="", repr=False)
    password: str = field(default="", repr=False)


def smtp_server(url: str) -> SmtpServer:
    """The server with that URL, whose user name and password are percent-encoded.

    Raises:
        BadInputError: where it is not such a URL; the message repeats nothing of it.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise _bad_url(_MALFORMED) from None
    if not url.isprintable():  # urlsplit leaves line breaks out
        raise _bad_url(_MALFORMED)
    if problem := next(_problems(parts), ""):
        raise _bad_url(problem)
    host = parts.hostname or ""
    return SmtpServer(
        host=host,
        port=port or _DEFAULT_PORTS[parts.scheme],
        security=_security(parts.scheme, host),
        user=_credential(parts.username),
        password=_credential(parts.password),
    )


def _problems(parts: SplitResult) -> Iterator[str]:
    if parts.scheme not in _DEFAULT_PORTS:
        yield "it has to begin with smtp:// or smtps://"
    if parts.path.strip("/") or parts.query or parts.fragment:
        yield "nothing may follow host and port; in user name and password, write / as %2F, ? as %3F and # as %23"
    if parts.port == 0 or not _HOST.fullmatch(parts.hostname or ""):
        yield _MALFORMED
    if bool(parts.username) != bool(parts.password):
        yield "it needs both a user name and a password, or neither"
    for text in (parts.username or "", parts.password or ""):
        if _LONE_PERCENT.search(text):
            yield "its user name or password has a % without two hexadecimal digits after it; write %25 for %"
        if not _PRINTABLE.fullmatch(_credential(text)):
            yield "its user name or password has a character other than printable ASCII, which servers read differently"


def _credential(text: str | None) -> str:
    return unquote(text or "", errors="surrogateescape")


def _security(scheme: str, host: str) -> SmtpSecurity:
    if scheme == "smtps":
        return SmtpSecurity.TLS
    return SmtpSecurity.PLAIN if is_loopback(host) else SmtpSecurity.STARTTLS


def _bad_url(reason: str) -> BadInputError:
    msg = (
        f"this is not the URL of a mail server: {reason} (it is not repeated here, since it may hold a "
        f"password); write one such as {_EXAMPLE}"
    )
    return BadInputError(msg)
