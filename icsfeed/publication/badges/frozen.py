"""Whether everything is frozen at an instant, and until when."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from icsfeed.domain.freezes import FrozenSpan
from icsfeed.domain.situation import Situation
from icsfeed.domain.spans import Span


@dataclass(frozen=True, kw_only=True, slots=True)
class FrozenTime:
    """The time without a gap in which freezes hold, from ``start`` until ``end`` (``None``: until further notice)."""

    start: datetime
    end: datetime | None


def frozen_now(situation: Situation, environments: Collection[str]) -> FrozenTime | None:
    """The time for which all of those environments are frozen, if they are now; freezes may follow each other."""
    now = situation.now.astimezone(UTC)
    freezes = situation.freezes(Span(start=now, end=situation.published_span.end))
    stretches = [_stretch((each for each in freezes if each.freezes([one])), now) for one in environments]
    whole = [each for each in stretches if each is not None]
    if not whole or len(whole) < len(stretches):
        return None
    ends = [each.end for each in whole if each.end is not None]
    return FrozenTime(start=max(each.start for each in whole), end=min(ends, default=None))


def _stretch(freezes: Iterable[FrozenSpan], now: datetime) -> FrozenTime | None:
    """The time without a gap around that instant; the freezes are in order."""
    start, end = now, now
    for frozen in freezes:
        if frozen.span.start > end:
            break
        start, end = min(start, frozen.span.start), max(end, frozen.span.end)
        if frozen.freeze.is_open_ended:
            return FrozenTime(start=start, end=None)
    return FrozenTime(start=start, end=end) if end > now else None
