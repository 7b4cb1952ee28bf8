"""The audit trail: who did what, when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from icsfeed.domain.actors import ActorKind


@dataclass(frozen=True, kw_only=True, slots=True)
class AuditEntry:
    """One transaction: ``by`` is who recorded it, ``action`` what they did, ``subject`` with which change or window.

    ``kind`` is what kind of actor that was (``None``: icsfeed 0.1 recorded it), ``address`` where a request came from.
    """

    number: int
    at: datetime
    by: str
    action: str
    subject: str
    kind: ActorKind | None = None
    address: str = ""
