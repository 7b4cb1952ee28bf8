"""Revisions: what subscribers' clients go by to see that an event has changed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Revision:
    """A state of a published event: ``sequence`` is 0, then 1 more with every visible change; ``at`` is when it came.

    RFC 5545, sections 3.8.7.4 (SEQUENCE), 3.8.7.2 (DTSTAMP) and 3.8.7.3 (LAST-MODIFIED); the latter two mean the same
    in a calendar without a METHOD.
    """

    sequence: int
    at: datetime
