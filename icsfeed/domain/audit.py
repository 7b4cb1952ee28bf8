"""The audit trail: who did what, when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class AuditEntry:
    """One transaction: ``by`` is who recorded it, ``action`` what they did, ``subject`` with which change or window."""

    number: int
    at: datetime
    by: str
    action: str
    subject: str
