"""Keys that every machine with the same database derives from the database's secret, one for each purpose."""

from __future__ import annotations

import hmac
from collections.abc import Callable
from datetime import datetime

from icsfeed.domain.actors import Actor, ActorKind
from icsfeed.services.ledger import THE_SERVICE
from icsfeed.services.repository import MailRepository


def database_secret(repository: MailRepository, *, new_secret: Callable[[], str], now: datetime) -> str:
    """The database's secret, which is made where there is none yet.

    Raises:
        UnavailableError: where it can't be read, or made.
    """
    with repository.mail_subscribers() as rows:
        secret = rows.secret() if rows is not None else ""
    if secret:
        return secret
    actor = Actor(name=THE_SERVICE, kind=ActorKind.SERVICE, at=now)
    with repository.writing(actor=actor, action="outbox secret", subject="") as writing:
        return writing.mail_subscribers.secret_or(new_secret)


def derived_key(secret: str, purpose: str) -> str:
    """The key for one purpose; none of them tells anything of the secret or of another key."""
    return hmac.digest(secret.encode(), f"icsfeed key {purpose}".encode(), "sha256").hex()
