"""Suggestions for the time of an urgent change, by impact, time of day and the risk of delay."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import IntEnum
from typing import Final
from zoneinfo import ZoneInfo

from icsfeed.domain.errors import BadInputError, RefusedError
from icsfeed.domain.freezes import FreezeIndex, FrozenSpan
from icsfeed.domain.lengths import distance_text, length_text
from icsfeed.domain.situation import Situation
from icsfeed.domain.spans import Span
from icsfeed.domain.texts import quoted
from icsfeed.domain.windows import Impact
from icsfeed.services.upcoming import span_as_json
from icsfeed.services.warnings import busy

START_STEP: Final = timedelta(minutes=5)
"""Suggested starts are multiples of five minutes on the clock."""

MAX_DEADLINE_DISTANCE: Final = timedelta(days=366)


class Rank(IntEnum):
    """The rank of a slot, the best first."""

    WINDOW = 1
    """Inside a maintenance window that touches all the environments."""
    QUIET = 2
    """Outside peak hours, or unnoticed by customers in them."""
    PEAK = 3
    OVERLAP = 4
    """At the same time as another change."""


@dataclass(frozen=True, kw_only=True, slots=True)
class SlotRequest:
    """A change that needs a slot of ``duration`` and has to end ``by`` (aware) a deadline.

    Where ``environments`` names none, it touches all.
    """

    duration: timedelta
    by: datetime
    environments: tuple[str, ...] = ()
    impact: Impact = Impact.OUTAGE

    def __post_init__(self) -> None:
        if self.duration <= timedelta():
            msg = f"a change takes some time, not {self.duration.total_seconds():g} s"
            raise BadInputError(msg)


@dataclass(frozen=True, kw_only=True, slots=True)
class Suggestion:
    """A slot and the reasons for and against it; ``is_frozen`` means that it lies in a change freeze."""

    span: Span
    rank: Rank
    reasons: tuple[str, ...]
    is_frozen: bool = False

    def as_json(self, zone: ZoneInfo) -> dict[str, object]:
        """The suggestion as JSON has it, in UTC and on the wall clock of ``zone``."""
        return {**span_as_json(self.span, zone), "rank": self.rank.value, "reasons": list(self.reasons)}


@dataclass(frozen=True, kw_only=True, slots=True)
class _Ahead:
    """Everything up to the deadline that matters to the change; windows and other changes have their ids.

    ``peaks`` is ``None`` where the schedule does not say when business peaks.
    """

    span: Span
    environments: frozenset[str]
    windows: tuple[tuple[str, Span], ...]
    peaks: tuple[Span, ...] | None
    frozen: tuple[FrozenSpan, ...]
    freezes: FreezeIndex
    busy: tuple[tuple[str, Span], ...]
    zone: ZoneInfo

    def starts(self) -> set[datetime]:
        """The possible starts: the next multiple of five minutes on the clock, and instants that improve a slot."""
        begin = self.span.start
        local = begin.astimezone(self.zone)
        past = timedelta(minutes=local.minute, seconds=local.second, microseconds=local.microsecond) % START_STEP
        turns = [
            *(window.start for _, window in self.windows),
            *(peak.end for peak in self.peaks or ()),
            *(other.end for _, other in self.busy),
            *(frozen.span.end for frozen in self.frozen),
        ]
        return {begin + -past % START_STEP, *(turn for turn in turns if turn >= begin)}


def suggest(situation: Situation, request: SlotRequest) -> tuple[Suggestion, ...]:
    """The slots from now on, the best first and, of equally good ones, the soonest.

    Those that overlap another change come last, and before them those in a change freeze.

    Raises:
        RefusedError: where no slot fits, or the deadline is past or more than a year away.
        NotFoundError: where the schedule has no such environment.
    """
    schedule, zone = situation.schedule, situation.zone
    environments = schedule.environments_named(request.environments)
    span = _until_deadline(request.by, situation.now, zone)
    frozen = tuple(each for each in situation.freezes(span) if each.freezes(environments))
    ahead = _Ahead(
        span=span,
        environments=environments,
        windows=tuple(
            (occurrence.window.id, happens)
            for occurrence, happens in situation.happening(span)
            if environments <= occurrence.environments
        ),
        peaks=tuple(schedule.peak_hours.spans(span)) if schedule.peak_hours else None,
        frozen=frozen,
        freezes=FreezeIndex(frozen),
        busy=tuple(sorted(busy(situation, environments), key=lambda each: (each[1].start, each[0]))),
        zone=zone,
    )
    starts = ahead.starts()
    suggestions = [
        _judged(Span(start=start, end=start + request.duration), request.impact, ahead)
        for start in starts
        if request.duration <= span.end - start
    ]
    if not suggestions:
        msg = (
            f"no slot of {length_text(request.duration)} fits: it is {length_text(span.end - span.start)} until the "
            f"deadline, {_local(span.end, zone)}, and the soonest start is {_local(min(starts), zone)}"
        )
        raise RefusedError(msg)
    return tuple(
        sorted(suggestions, key=lambda each: (each.rank is Rank.OVERLAP, each.is_frozen, each.rank, each.span.start))
    )


def _until_deadline(by: datetime, now: datetime, zone: ZoneInfo) -> Span:
    if by <= now:
        msg = f"the deadline, {_local(by, zone)}, is past: it is {_local(now, zone)}"
        raise RefusedError(msg)
    if by - now > MAX_DEADLINE_DISTANCE:
        msg = f"the deadline, {_local(by, zone)}, is more than a year away; name one that makes the change urgent"
        raise RefusedError(msg)
    return Span(start=now.astimezone(UTC), end=by.astimezone(UTC))


def _local(instant: datetime, zone: ZoneInfo) -> str:
    return instant.astimezone(zone).isoformat(timespec="seconds")


def _judged(slot: Span, impact: Impact, ahead: _Ahead) -> Suggestion:
    overlapped = [name for name, other in ahead.busy if other.overlaps(slot)]
    window = next((name for name, span in ahead.windows if span.covers(slot)), None)
    in_peak = any(peak.overlaps(slot) for peak in ahead.peaks or ())
    if overlapped:
        rank = Rank.OVERLAP
    elif window is not None:
        rank = Rank.WINDOW
    else:
        rank = Rank.PEAK if in_peak and impact.is_noticed else Rank.QUIET
    reasons = [f"overlaps the change {name}" for name in overlapped]
    if window is not None:
        reasons.append(f'inside the maintenance window "{window}"')
    if in_peak:
        unnoticed = f", but customers notice nothing ({impact})" if not impact.is_noticed else ""
        reasons.append(f"in peak hours{unnoticed}")
    elif ahead.peaks is not None:
        reasons.append("outside peak hours")
    if (frozen := next(ahead.freezes.touching(slot, ahead.environments), None)) is not None:
        reasons.append(f"in the change freeze {quoted(frozen.freeze.id)}, {frozen.text(ahead.zone)}")
    delay = slot.start - ahead.span.start
    reasons.append(f"starts in {distance_text(delay)}" if delay else "starts now")
    return Suggestion(span=slot, rank=rank, reasons=tuple(reasons), is_frozen=frozen is not None)
