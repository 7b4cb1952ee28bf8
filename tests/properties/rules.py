"""Strategies for dates, times of day and recurrence rules, biased towards those at which calendars go wrong."""

from __future__ import annotations

from datetime import date, time
from typing import Final

from hypothesis import strategies as st

from icsfeed.domain.recurrence import ListedDates, Recurrence
from icsfeed.domain.rule_parts import Frequency

FIRST_DATE: Final = date(2004, 1, 1)
LAST_DATE: Final = date(2038, 12, 31)
_CHANGE_HOURS: Final = tuple(time(hour, minute) for hour in (0, 1, 2, 3, 4, 22, 23) for minute in (0, 30))
_LONGEST_FEBRUARY: Final = 28

dates = st.dates(FIRST_DATE, LAST_DATE)
recent_dates = st.dates(date(2018, 6, 1), date(2037, 6, 1))
weekdays = st.sampled_from((6, 6, 4, 0, 1, 2, 3, 5))
intervals = st.sampled_from((1, 1, 1, 2, 3, 5))
offsets = st.sampled_from((0, 0, 0, 0, 2, 1, -3, 9, -9, 14))
"""Days after the date of a rule: Patch Tuesday plus two, or the week before."""


def times() -> st.SearchStrategy[time]:
    """A time of day, most often one with a clock change in some zone."""
    anywhere = st.times().map(lambda each: each.replace(microsecond=0))
    return st.one_of(st.sampled_from(_CHANGE_HOURS), st.just(time()), anywhere)


def listed_dates() -> st.SearchStrategy[ListedDates]:
    """Some dates without a rule, near or far from each other."""
    return st.lists(recent_dates, min_size=1, max_size=8, unique=True).map(
        lambda days: ListedDates(days=tuple(sorted(days)))
    )


@st.composite
def recurrences(draw: st.DrawFn) -> Recurrence:
    """A rule of the whole language, whether one of Outlook's templates holds it or not."""
    frequency = draw(st.sampled_from((Frequency.WEEKLY, Frequency.WEEKLY, *Frequency)))
    if frequency is Frequency.WEEKLY:
        on = draw(st.sets(weekdays, min_size=1, max_size=7))
        months = draw(st.sampled_from(((), (), (), (11, 12))))
        return Recurrence(
            frequency=frequency,
            interval=draw(intervals),
            by_day=tuple((None, day) for day in sorted(on)),
            months=months,
        )
    if frequency is Frequency.YEARLY:
        months, interval = (draw(st.integers(1, 12)),), draw(intervals)
    else:
        chosen = draw(st.one_of(st.just(set[int]()), st.sets(st.integers(1, 12), min_size=2, max_size=6)))
        months, interval = tuple(sorted(chosen)), 1 if chosen else draw(intervals)
    return draw(_days_of_month(frequency, interval, months))


@st.composite
def _days_of_month(draw: st.DrawFn, frequency: Frequency, interval: int, months: tuple[int, ...]) -> Recurrence:
    kind = draw(st.sampled_from(("day", "ordinal", "ordinal", "position")))
    if kind == "day":
        on = draw(st.sets(st.sampled_from((-1, 1, _LONGEST_FEBRUARY, 15, *range(2, 28))), min_size=1, max_size=3))
        return Recurrence(frequency=frequency, interval=interval, months=months, month_days=_last_last(on))
    if kind == "ordinal":
        ordinals = st.sampled_from((-1, 1, 2, 3, 4, 5, -2))
        pairs = draw(st.sets(st.tuples(ordinals, weekdays), min_size=1, max_size=3))
        by_day = tuple(sorted(pairs, key=lambda pair: (pair[0] < 0, *pair)))
        return Recurrence(frequency=frequency, interval=interval, months=months, by_day=by_day)
    among = draw(st.one_of(st.just(set(range(5))), st.just({5, 6}), st.sets(weekdays, min_size=2, max_size=6)))
    positions = draw(st.sets(st.sampled_from((-1, -1, 1, 2, 3, -2, 5)), min_size=1, max_size=2))
    return Recurrence(
        frequency=frequency,
        interval=interval,
        months=months,
        by_day=tuple((None, day) for day in sorted(among)),
        positions=_last_last(positions),
    )


def _last_last(numbers: set[int]) -> tuple[int, ...]:
    """In order, those that count from the end last."""
    return tuple(sorted(numbers, key=lambda number: (number < 0, number)))
