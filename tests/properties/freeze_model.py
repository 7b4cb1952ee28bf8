"""A simple model of the freezes that operators start, and of what becomes of an occurrence in them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from icsfeed.domain.spans import Span
from tests.examples import utc

MINUTE: Final = timedelta(minutes=1)
END_OF_PUBLISHED: Final = utc(2028, 1, 1, 5)
FAR_AWAY: Final = utc(2900, 1, 1)

DROPPED: Final = "dropped"
CANCELLED: Final = "cancelled"
REMOVED: Final = "removed"
Fate = Span | str
"""When an occurrence happens, or why it does not."""


@dataclass
class ModelFreeze:
    """A freeze that was started."""

    start: datetime
    environments: frozenset[str]
    until: datetime | None
    is_internal: bool
    reason: str
    ended: datetime | None = None

    @property
    def span(self) -> Span:
        end = self.until or FAR_AWAY
        if self.ended is not None:
            end = min(end, max(self.ended, self.start + MINUTE))
        return Span(start=self.start, end=end)

    def event(self) -> tuple[datetime, datetime, str, str]:
        """The freeze as subscribers see it."""
        return self.start, min(self.span.end, END_OF_PUBLISHED), "Change freeze", ""


def fate_of(span: Span, adjusted: Span | bool | None, freezes: Collection[ModelFreeze]) -> Fate:
    """What becomes of an occurrence of that ``span``, which may be ``adjusted``: moved, or skipped silently or not.

    What has begun when a freeze starts ends then; what would begin later does not happen.
    """
    touching = [each.span for each in freezes if each.span.overlaps(span)]
    if any(each.start <= span.start for each in touching):
        return DROPPED
    if isinstance(adjusted, bool):
        return REMOVED if adjusted else CANCELLED
    return Span(start=span.start, end=min([span.end, *(each.start for each in touching)]))
