"""Strategies for change freezes of every kind, of the schedule and recorded."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from icsfeed.domain.freeze_patterns import (
    FirstSevenDays,
    FreezeHours,
    LastFullWeek,
    LastSevenDays,
    ListedDays,
    NamedDays,
    NamedHours,
    Pattern,
    Period,
    PublicHolidays,
    RecurringDays,
    WeekOfLastDay,
    YearlyDays,
)
from icsfeed.domain.freezes import ChangeFreeze
from icsfeed.domain.local_spans import LocalSpan
from icsfeed.domain.recorded_freezes import RecordedFreeze
from icsfeed.domain.spans import DateRange
from tests.properties.rules import listed_dates, offsets, recent_dates, recurrences, times

_HOURS: Final = (1, 2, 9, 24, 33, 63, 24 * 7, 24 * 16)
_REGIONS: Final = (("CA", "ON"), ("CA", "NB"), ("SE", ""), ("DE", "BY"), ("US", ""), ("GB", "SCT"))

periods = st.sampled_from(Period)
week_starts = st.integers(0, 6)
month_days = st.one_of(
    st.sampled_from(((2, 28), (2, 29), (3, 1), (12, 18), (1, 3))), st.dates().map(lambda day: (day.month, day.day))
)


def freeze_hours() -> st.SearchStrategy[FreezeHours]:
    """Whole days, or some hours from a time of day on."""
    whole = st.sampled_from((1, 1, 2, 7, 16)).map(lambda number: FreezeHours(length=timedelta(days=number)))
    hours = st.sampled_from(_HOURS).map(lambda number: timedelta(hours=number))
    return st.one_of(whole, st.builds(lambda length, start: FreezeHours(length=length, start=start), hours, times()))


@st.composite
def _named_hours(draw: st.DrawFn) -> NamedHours:
    start = datetime.combine(draw(recent_dates), draw(times()))
    hours = LocalSpan(start=start, end=start + timedelta(minutes=draw(st.integers(1, 40 * 24 * 60))))
    return NamedHours(hours=hours)


@st.composite
def _named_days(draw: st.DrawFn) -> NamedDays:
    first = draw(recent_dates)
    return NamedDays(days=DateRange(first=first, last=first + timedelta(days=draw(st.integers(0, 40)))))


@st.composite
def _recurring_days(draw: st.DrawFn) -> RecurringDays:
    rule, offset, hours = draw(recurrences()), draw(offsets), draw(freeze_hours())
    return RecurringDays(recurrence=rule, offset_days=offset, hours=hours)


@st.composite
def _public_holidays(draw: st.DrawFn) -> PublicHolidays:
    country, subdivision = draw(st.sampled_from(_REGIONS))
    before, after = draw(st.integers(0, 2)), draw(st.integers(0, 2))
    only = draw(st.sampled_from(((), (), ("Christmas Day", "Good Friday", "Independence Day"))))
    return PublicHolidays(country=country, subdivision=subdivision, days_before=before, days_after=after, only=only)


def patterns() -> st.SearchStrategy[Pattern]:
    """A pattern of any kind."""
    return st.one_of(
        st.builds(lambda period: FirstSevenDays(period=period), periods),
        st.builds(lambda period: LastSevenDays(period=period), periods),
        st.builds(lambda period, day: WeekOfLastDay(period=period, week_starts=day), periods, week_starts),
        st.builds(lambda period, day: LastFullWeek(period=period, week_starts=day), periods, week_starts),
        st.builds(lambda start, through: YearlyDays(start=start, through=through), month_days, month_days),
        st.builds(lambda listed, hours: ListedDays(dates=listed.days, hours=hours), listed_dates(), freeze_hours()),
        _named_days(),
        _named_hours(),
        _recurring_days(),
        _public_holidays(),
    )


@st.composite
def freezes(
    draw: st.DrawFn, number: int, environments: Sequence[str], zones: st.SearchStrategy[ZoneInfo]
) -> ChangeFreeze:
    """A change freeze, perhaps bounded, perhaps lifted for some dates, perhaps of some environments only."""
    pattern = draw(patterns())
    bounds = st.one_of(st.none(), st.none(), recent_dates)
    effective_from = draw(bounds)
    if isinstance(pattern, RecurringDays) and pattern.recurrence.interval > 1:
        effective_from = effective_from or date(2020, 1, 1)
        pattern = RecurringDays(
            recurrence=pattern.recurrence,
            offset_days=pattern.offset_days,
            hours=pattern.hours,
            anchor=effective_from,
        )
    all_of_it = [each for year in (2019, 2026) for each in pattern.spans(date(year, 1, 1), date(year + 3, 1, 1))]
    lifted = draw(st.lists(st.sampled_from(all_of_it), max_size=3)) if all_of_it else []
    return ChangeFreeze(
        id=f"freeze-{number}",
        name=f"Freeze {number}",
        pattern=pattern,
        zone=draw(zones),
        environments=frozenset(draw(st.sets(st.sampled_from(environments)))),
        effective_from=effective_from,
        effective_until=draw(bounds),
        lifted=tuple(draw(st.dates(each.days.first, each.days.last)) for each in lifted),
    )


@st.composite
def recorded_freezes(draw: st.DrawFn, now: datetime, environments: Sequence[str]) -> tuple[RecordedFreeze, ...]:
    """Freezes that operators started before ``now``; they may be over, or have no end."""
    freezes = []
    for number in range(1, draw(st.integers(0, 3)) + 1):
        ago = draw(st.sampled_from((60, 24 * 60, 30 * 24 * 60, 400 * 24 * 60)))
        started_at = now - timedelta(seconds=draw(st.integers(0, ago * 60)))
        lasts = draw(st.sampled_from((None, 1, 90, 24 * 60, 45 * 24 * 60)))
        ended = draw(st.one_of(st.none(), st.integers(0, int((now - started_at).total_seconds()))))
        freezes.append(
            RecordedFreeze(
                id=f"CF-{number}",
                reason="Something is on fire",
                environments=frozenset(draw(st.sets(st.sampled_from(environments), min_size=1))),
                started_at=started_at,
                started_by="operator",
                until=(started_at + timedelta(minutes=lasts + 1)).replace(second=0, microsecond=0) if lasts else None,
                ended_at=started_at + timedelta(seconds=ended) if ended is not None else None,
                ended_by="operator" if ended is not None else "",
                is_internal=draw(st.booleans()),
                uid_part=f"{number:08x}",
            )
        )
    return tuple(freezes)
