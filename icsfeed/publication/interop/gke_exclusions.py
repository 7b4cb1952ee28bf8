"""When a recurring window must not open: GKE's maintenance exclusions."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final
from zoneinfo import ZoneInfo

from icsfeed.domain.civil import local_date
from icsfeed.domain.freezes import FrozenSpan
from icsfeed.domain.span_sets import SpanSet, difference, intersection, minutes_around
from icsfeed.domain.spans import Span
from icsfeed.services.interop import FeedTimes

_CLOSED: Final = "closed"


@dataclass(frozen=True, kw_only=True, slots=True)
class Exclusion:
    """A span in which there is no maintenance, under a name that no other one of the feed has.

    After one that ``is_open_ended``, nothing opens any more, as far as is known.
    """

    name: str
    span: Span
    is_open_ended: bool = False


def exclusions(rule: SpanSet, times: FeedTimes, freezes: Iterable[FrozenSpan], zone: ZoneInfo) -> tuple[Exclusion, ...]:
    """As few as close the recurring times of the ``rule`` when the feed's times are closed, in order.

    Each is named after a freeze that it has and the local date on which it begins, and lasts as long as the freeze; one
    without a freeze is named after the instant at which it begins. After one that ``is_open_ended``, nothing opens.
    """
    frozen = [(each, whole) for each in freezes for whole in minutes_around((each.span,))]
    opening = intersection(rule, times.opening)
    every = (_exclusion(span, frozen, zone) for span in _closures(rule, opening))
    last = max((span.end for span in times.opening), default=times.within.start)
    return tuple(replace(each, is_open_ended=each.span.start >= last) for each in every)


def _closures(rule: SpanSet, opening: SpanSet) -> Iterable[Span]:
    """The closed parts of the rule's times; those between which nothing opens are one."""
    closures: list[Span] = []
    for span in difference(rule, opening):
        if closures:
            joined = Span(start=closures[-1].start, end=span.end)
            if not intersection(opening, (joined,)):
                closures[-1] = joined
                continue
        closures.append(span)
    return closures


def _exclusion(closure: Span, frozen: Iterable[tuple[FrozenSpan, Span]], zone: ZoneInfo) -> Exclusion:
    touching = [(each, whole) for each, whole in frozen if whole.overlaps(closure)]
    if not touching:
        return Exclusion(name=f"{_CLOSED}-{closure.start:%Y-%m-%d-%H%M}", span=closure)
    span = Span(
        start=min([closure.start, *(whole.start for _, whole in touching)]),
        end=max([closure.end, *(whole.end for _, whole in touching)]),
    )
    return Exclusion(name=f"{touching[0][0].freeze.id.lower()}-{local_date(span.start, zone)}", span=span)
