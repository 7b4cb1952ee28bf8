"""Where a webhook is posted to, as its address says."""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import unquote, urlsplit

from icsfeed.domain.errors import BadInputError

_DEFAULT_PORTS: Final = {"https": 443, "http": 80}
_GRAPHIC: Final = re.compile("[!-~]+")
_NO_ADDRESS: Final = (
    "the address of the webhook is not one of a web server (it is not repeated here, since it may hold a password); "
    "write one such as https://tickets.example.com/hooks/maintenance"
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Endpoint:
    """A receiver of webhooks; of what is secret in it, nothing is shown.

    ``host`` is a name in ASCII or an address, without brackets; ``authorization`` the value of that header, or empty.
    """

    is_secure: bool
    host: str = field(repr=False)
    port: int = field(repr=False)
    target: str = field(repr=False)
    authorization: str = field(default="", repr=False)


def endpoint_of(url: str) -> Endpoint:
    """The endpoint of that address.

    Raises:
        BadInputError: where it is no address of a web server; the message does not repeat it.
    """
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
        name = host if ":" in host else host.encode("idna").decode()
    except ValueError:
        raise BadInputError(_NO_ADDRESS) from None
    target = f"{parts.path or '/'}{f'?{parts.query}' if parts.query else ''}"
    if not name or parts.scheme not in _DEFAULT_PORTS or not _GRAPHIC.fullmatch(target):
        raise BadInputError(_NO_ADDRESS)
    return Endpoint(
        is_secure=parts.scheme == "https",
        host=name,
        port=_DEFAULT_PORTS[parts.scheme] if port is None else port,
        target=target,
        authorization=_basic(parts.username, parts.password),
    )


def _basic(user: str | None, password: str | None) -> str:
    """The credentials that stand in an address, as HTTP sends them (RFC 7617)."""
    if user is None:
        return ""
    pair = f"{unquote(user)}:{unquote(password or '')}"
    return f"Basic {base64.b64encode(pair.encode()).decode()}"
