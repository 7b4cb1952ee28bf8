"""What a browser takes along to the provider, in a signed cookie: no server keeps anything until it is back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Final

from itsdangerous import BadSignature, URLSafeSerializer

LONGEST_ABSENCE: Final = timedelta(minutes=15)
"""How long somebody may take to sign in at the provider."""

_SALT: Final = "icsfeed sign-in"


@dataclass(frozen=True, kw_only=True, slots=True)
class Journey:
    """A sign-in that began with a browser's journey to the provider.

    ``state`` comes back with the browser, ``nonce`` in the ID token. Of the ``verifier`` the provider gets a digest at
    first, and the text itself with the code (RFC 7636). ``page`` is where the person wants to go.
    """

    state: str
    nonce: str
    verifier: str
    page: str
    issuer: str
    at: int
    """In seconds of Unix time."""


def new_journey(*, page: str, issuer: str, now: datetime, new_secret: Callable[[], str]) -> Journey:
    return Journey(
        state=new_secret(),
        nonce=new_secret(),
        verifier=new_secret(),
        page=page,
        issuer=issuer,
        at=int(now.timestamp()),
    )


def sealed(journey: Journey, key: str) -> str:
    """The journey as the value of a cookie."""
    return str(_serializer(key).dumps(asdict(journey)))


def unsealed(value: str, key: str, *, now: datetime) -> Journey | None:
    """The journey in that value; ``None`` where this server did not sign it, or too long ago."""
    try:
        journey = Journey(**_serializer(key).loads(value))
    except (BadSignature, TypeError, ValueError):
        return None
    absence = now.timestamp() - journey.at
    return journey if 0 <= absence <= LONGEST_ABSENCE.total_seconds() else None


def _serializer(key: str) -> URLSafeSerializer:
    return URLSafeSerializer(key, salt=_SALT)
