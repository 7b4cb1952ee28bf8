"""Adjustments: single occurrences that an operator skipped or moved."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from icsfeed.domain.spans import Span


@dataclass(frozen=True, kw_only=True, slots=True)
class Skip:
    """The occurrence of ``window_id`` that starts on ``day`` (local) does not happen.

    Subscribers see it as cancelled, or, when ``silent``, not at all.
    """

    window_id: str
    day: date
    reason: str
    silent: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Move:
    """The occurrence of ``window_id`` that starts on ``day`` (local) happens at ``to`` instead."""

    window_id: str
    day: date
    to: Span
    reason: str


Adjustment = Skip | Move
