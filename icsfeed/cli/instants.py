"""Instants as operators type them: ISO 8601, or short forms such as ``03:10``, ``+30m`` and ``tomorrow 03:10``."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from enum import Enum, auto
from typing import Final
from zoneinfo import ZoneInfo

from icsfeed.domain.civil import instant_of, local_date, readings
from icsfeed.domain.errors import BadInputError
from icsfeed.domain.instants import NotAnInstantError, instant_in, parse_instant
from icsfeed.domain.lengths import parse_length
from icsfeed.domain.spans import ONE_DAY, YEARS
from icsfeed.domain.texts import quoted
from icsfeed.domain.times import day_text, instant_text

MAX_UNCONFIRMED_DISTANCE: Final = timedelta(hours=12)
"""How far ahead a short form may land where nobody can be shown what it was understood as."""

_TIME_OF_DAY: Final = re.compile(
    r"(?P<tomorrow>tomorrow )?(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2}))?", re.ASCII
)
_ONE_SECOND: Final = timedelta(seconds=1)


class Sense(Enum):
    """What an option's instant is for, which decides the day that a time of day means."""

    START = auto()
    """The next such time; the current minute counts. Lengths count from the current minute."""
    END = auto()
    """The next such time after the start, from which lengths count as well."""
    DEADLINE = auto()
    """The next such time after now."""
    MOMENT = auto()
    """The next such time; the current minute counts. ``now`` is exact."""
    PAST = auto()
    """The latest such time; now counts."""


@dataclass(frozen=True, kw_only=True, slots=True)
class TypedInstant:
    """An instant (UTC); ``is_short`` means that its date or zone was not typed.

    ``doubt`` says why it may not be the one that was meant.
    """

    at: datetime
    is_short: bool
    doubt: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class InstantReader:
    """Reads instants at ``now`` (aware) in the calendar's ``zone``.

    ``may_guess`` is whether somebody sees what a short form was understood as before it counts: then it may land more
    than 12 hours ahead. Where nothing is recorded (``records``), a length may do so as well: it says how far.
    """

    zone: ZoneInfo
    now: datetime
    may_guess: bool = True
    records: bool = True

    def read(self, text: str, sense: Sense, *, start: datetime | None = None) -> TypedInstant:
        """The instant that the text names; an end counts from the ``start``.

        Raises:
            BadInputError: where it names none, or more than one, or lands far ahead and nobody would notice.
        """
        form = " ".join(text.split()).casefold()
        time_of_day = _TIME_OF_DAY.fullmatch(form)
        if time_of_day is None and form != "now" and not form.startswith("+"):
            return TypedInstant(at=self._complete(text, sense), is_short=False)
        base = start if sense is Sense.END and start is not None else self._current(sense)
        if form == "now":
            at = self._current(sense)
        elif time_of_day is None:
            at = base + _length(form, text)
        else:
            at = self._on_the_clock(text, time_of_day, sense, base)
        if at.year not in YEARS:
            msg = f"{quoted(text)} is out of reach: icsfeed knows the years {YEARS[0]} to {YEARS[-1]}"
            raise BadInputError(msg)
        is_explicit = not self.records if time_of_day is None else time_of_day["tomorrow"] is not None
        if at - base <= MAX_UNCONFIRMED_DISTANCE or is_explicit:
            return TypedInstant(at=at, is_short=True)
        if not self.may_guess:
            raise BadInputError(self._refusal(text, at, sense))
        return TypedInstant(at=at, is_short=True, doubt=self._passed(text, at, sense))

    def _current(self, sense: Sense) -> datetime:
        now = self.now.astimezone(UTC)
        return now.replace(second=0, microsecond=0) if sense in {Sense.START, Sense.END} else now

    def _complete(self, text: str, sense: Sense) -> datetime:
        try:
            return parse_instant(text, self.zone)
        except NotAnInstantError:
            short = "03:10, 2026-03-08" if sense is Sense.PAST else "03:10, +30m, tomorrow 03:10"
            examples = f"{short} or 2026-03-08T03:00 in {self.zone.key}, or 2026-03-08T07:00:00Z"
            msg = f"{quoted(text)} is not an instant; write one such as {examples}"
            raise NotAnInstantError(msg) from None

    def _on_the_clock(self, text: str, match: re.Match[str], sense: Sense, base: datetime) -> datetime:
        clock = _clock_time(match, text)
        if match["tomorrow"] is not None:
            local = datetime.combine(local_date(self.now, self.zone) + ONE_DAY, clock)
        elif sense is Sense.PAST:
            # A time that the clock skips counts as the instant of the change: instant_in refuses it by name.
            local = next(each for each in reversed(self._dates(clock, base)) if self._instants(each)[0] <= base)
        else:
            is_inclusive = sense in {Sense.START, Sense.MOMENT}
            earliest = base.replace(second=0, microsecond=0) if is_inclusive else base + _ONE_SECOND
            local = next(each for each in self._dates(clock, base) if self._instants(each)[-1] >= earliest)
        return instant_in(local, self.zone, text=f"{quoted(text)} on {day_text(local.date())}")

    def _dates(self, clock: time, base: datetime) -> list[datetime]:
        """That local time on the days around.

        A clock that is put back over midnight shows the day before once more, so the nearest days don't suffice.
        """
        today = local_date(base, self.zone)
        return [datetime.combine(today + days * ONE_DAY, clock) for days in range(-2, 3)]

    def _instants(self, local: datetime) -> tuple[datetime, ...]:
        return readings(local, self.zone) or (instant_of(local, self.zone),)

    def _refusal(self, text: str, at: datetime, sense: Sense) -> str:
        local = at.astimezone(self.zone)
        is_tomorrow = local.date() == local_date(self.now, self.zone) + ONE_DAY
        shorter = f'"tomorrow {local:%H:%M}" or ' if is_tomorrow else ""
        passed = self._passed(text, at, sense)
        other = f"; {passed}" if passed else ""
        return (
            f"{quoted(text)} would be {instant_text(at, self.zone)}, more than 12 hours "
            f"{'after the start' if sense is Sense.END else 'ahead'}; "
            f"if you mean that, write {shorter}{local.isoformat(timespec='minutes')}{other}"
        )

    def _passed(self, text: str, at: datetime, sense: Sense) -> str:
        """How to write the same time of the day before, if it has passed."""
        if ":" not in text or sense is Sense.END:
            return ""
        local = at.astimezone(self.zone).replace(tzinfo=None)
        passed = [each for each in readings(local - ONE_DAY, self.zone) if each < self.now]
        return "; ".join(
            f"for the one that has passed, {each.astimezone(self.zone).isoformat(timespec='minutes')}"
            for each in passed
        )


def _length(form: str, text: str) -> timedelta:
    try:
        return parse_length(form)
    except BadInputError:
        msg = f"{quoted(text)} is not an instant; write a length after the plus sign, such as +30m or +1h30m"
        raise NotAnInstantError(msg) from None


def _clock_time(match: re.Match[str], text: str) -> time:
    try:
        return time(int(match["hour"]), int(match["minute"]), int(match["second"] or 0))
    except ValueError:
        msg = f"{quoted(text)} is not a time of day; those run from 00:00 to 23:59"
        raise BadInputError(msg) from None
