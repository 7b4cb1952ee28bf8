"""Recorded freezes: change freezes that an operator started, from that moment on."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from icsfeed.domain.civil import local_date
from icsfeed.domain.errors import BadInputError
from icsfeed.domain.freezes import FrozenSpan
from icsfeed.domain.spans import END_OF_TIME, DateRange, Span

_ONE_MINUTE: Final = timedelta(minutes=1)
_UTC_ZONE: Final = ZoneInfo("UTC")


@dataclass(frozen=True, kw_only=True, slots=True)
class RecordedFreeze:
    """A freeze of ``environments`` from the instant at which it was recorded, ``started_at``.

    It lasts ``until`` an instant, or until somebody ends it, whichever comes first; with neither, it has no end. Of an
    internal one, nothing is public but its effect: there it ``is_veiled``. ``uid_part`` is the random part of its
    event's UID. ``zone`` is the one whose days it touches: ``in_zone`` sets it.
    """

    id: str
    reason: str
    environments: frozenset[str]
    started_at: datetime
    started_by: str
    until: datetime | None = None
    ended_at: datetime | None = None
    ended_by: str = ""
    is_internal: bool = False
    is_veiled: bool = False
    uid_part: str = ""
    zone: ZoneInfo = _UTC_ZONE

    def __post_init__(self) -> None:
        if not self.environments:
            msg = f"{self.id} needs at least one environment that it freezes"
            raise BadInputError(msg)
        if any(each.tzinfo is not UTC for each in (self.started_at, self.until, self.ended_at) if each is not None):
            msg = f"the times of {self.id} are given in UTC"
            raise BadInputError(msg)
        if self.until is not None and self.until <= self.started_at:
            msg = f"{self.id} ends after it starts, not at {self.until.isoformat()}"
            raise BadInputError(msg)

    @property
    def name(self) -> str:
        """None of its own: every medium calls it a change freeze, in its language."""
        return ""

    @property
    def description(self) -> str:
        return self.reason

    @property
    def has_hours(self) -> bool:
        return True

    @property
    def is_recorded(self) -> bool:
        return True

    @property
    def is_open_ended(self) -> bool:
        return self.end is None

    @property
    def start(self) -> datetime:
        """The minute (UTC) in which it was recorded."""
        return self.started_at.replace(second=0, microsecond=0)

    @property
    def end(self) -> datetime | None:
        """When it ends or ended (UTC): the minute in which somebody did that, at least one after the start."""
        if self.ended_at is None:
            return self.until
        ended = max(self.ended_at.replace(second=0, microsecond=0), self.start + _ONE_MINUTE)
        return ended if self.until is None else min(ended, self.until)

    @property
    def span(self) -> Span:
        """Its time; without an end, until the end of time."""
        return Span(start=self.start, end=self.end or END_OF_TIME)

    def shown_span(self, published: Span) -> Span | None:
        """Its time as calendars show it: without an end, until the ``published`` span ends.

        ``None`` where it has no instant in that span.
        """
        if not self.span.overlaps(published):
            return None
        return Span(start=self.start, end=self.end or published.end)

    def frozen(self, span: Span, last: datetime) -> FrozenSpan:
        """That span of it; the days are told up to the instant ``last`` (UTC), for it may have no end."""
        end = max(min(span.end, last) - datetime.resolution, span.start)
        days = DateRange(first=local_date(span.start, self.zone), last=local_date(end, self.zone))
        return FrozenSpan(freeze=self, days=days, span=span)

    def is_over(self, at: datetime) -> bool:
        return self.end is not None and self.end <= at

    def is_active(self, at: datetime) -> bool:
        return at in self.span

    def veiled(self) -> RecordedFreeze:
        """The freeze with nothing but what its effect tells."""
        return replace(self, reason="", started_by="", ended_by="", uid_part="", is_veiled=True)

    def in_zone(self, zone: ZoneInfo) -> RecordedFreeze:
        return replace(self, zone=zone)

    def ended(self, *, at: datetime, by: str) -> RecordedFreeze:
        return replace(self, ended_at=at, ended_by=by)
