"""Change freezes of every kind, as whole local days (decision 3)."""

from __future__ import annotations

from datetime import date
from functools import partial

import pytest

from icsfeed.domain.errors import BadInputError
from icsfeed.domain.freeze_patterns import LastFullWeek, LastSevenDays, NamedDays, Pattern, WeekOfLastDay, YearlyDays
from icsfeed.domain.freezes import ChangeFreeze, FreezeIndex, frozen_spans
from icsfeed.domain.spans import DateRange, Span
from tests.examples import TORONTO, span

SUNDAY = 6

EVERYWHERE = frozenset({"production"})
freeze_of = partial(ChangeFreeze, zone=TORONTO, environments=EVERYWHERE)


def days(first: str, last: str) -> DateRange:
    return DateRange(first=date.fromisoformat(first), last=date.fromisoformat(last))


@pytest.mark.parametrize(
    ("pattern", "query", "expected"),
    [
        pytest.param(
            LastSevenDays(),
            ("2024-02-01", "2024-03-31"),
            [("2024-02-23", "2024-02-29"), ("2024-03-25", "2024-03-31")],
            id="the last seven days, also in a leap year",
        ),
        pytest.param(
            WeekOfLastDay(),
            ("2026-11-02", "2026-12-31"),
            [("2026-11-30", "2026-12-06"), ("2026-12-28", "2027-01-03")],
            id="the last day's week extends into the next month",
        ),
        pytest.param(
            WeekOfLastDay(),
            ("2027-01-02", "2027-01-02"),
            [("2026-12-28", "2027-01-03")],
            id="the same week, queried from the next month",
        ),
        pytest.param(
            WeekOfLastDay(week_starts=SUNDAY),
            ("2026-10-04", "2026-10-31"),
            [("2026-10-25", "2026-10-31")],
            id="weeks from Sunday: 31 October 2026 is a Saturday",
        ),
        pytest.param(
            LastFullWeek(),
            ("2026-10-01", "2026-11-30"),
            [("2026-10-19", "2026-10-25"), ("2026-11-23", "2026-11-29")],
            id="the last full week ends within the month",
        ),
        pytest.param(
            LastFullWeek(week_starts=SUNDAY),
            ("2026-10-01", "2026-10-31"),
            [("2026-10-25", "2026-10-31")],
            id="weeks from Sunday",
        ),
        pytest.param(
            LastFullWeek(),
            ("2027-02-01", "2027-02-28"),
            [("2027-02-22", "2027-02-28")],
            id="a month that ends together with its week",
        ),
        pytest.param(
            NamedDays(days=days("2026-12-18", "2027-01-03")),
            ("2027-01-03", "2027-02-01"),
            [("2026-12-18", "2027-01-03")],
            id="named dates, queried from their last day",
        ),
        pytest.param(
            NamedDays(days=days("2026-12-18", "2027-01-03")),
            ("2027-01-04", "2027-02-01"),
            [],
            id="named dates, queried after their last day",
        ),
        pytest.param(
            YearlyDays(start=(12, 18), through=(1, 3)),
            ("2026-01-03", "2026-12-18"),
            [("2025-12-18", "2026-01-03"), ("2026-12-18", "2027-01-03")],
            id="yearly across New Year, at both ends of the query",
        ),
        pytest.param(
            YearlyDays(start=(2, 29), through=(2, 29)),
            ("2024-01-01", "2024-12-31"),
            [("2024-02-29", "2024-02-29")],
            id="29 February in a leap year",
        ),
        pytest.param(
            YearlyDays(start=(2, 20), through=(2, 29)),
            ("2026-01-01", "2026-12-31"),
            [("2026-02-20", "2026-02-28")],
            id="across the end of February in a common year",
        ),
    ],
)
def test_frozen_ranges(pattern: Pattern, query: tuple[str, str], expected: list[tuple[str, str]]) -> None:
    freeze = freeze_of(id="f", name="Freeze", pattern=pattern)
    query_days = days(*query)
    assert list(freeze.ranges(query_days.first, query_days.last)) == [days(*each) for each in expected]


def test_a_freeze_is_cut_at_its_effective_dates() -> None:
    freeze = ChangeFreeze(
        zone=TORONTO,
        environments=EVERYWHERE,
        id="f",
        name="Freeze",
        pattern=LastSevenDays(),
        effective_from=date(2026, 1, 28),
        effective_until=date(2026, 3, 25),
    )
    assert list(freeze.ranges(date(2026, 1, 1), date(2026, 12, 31))) == [
        days("2026-01-28", "2026-01-31"),
        days("2026-02-22", "2026-02-28"),
        days("2026-03-25", "2026-03-25"),
    ]


def test_lifted_dates_split_a_freeze() -> None:
    freeze = ChangeFreeze(
        zone=TORONTO,
        environments=EVERYWHERE,
        id="f",
        name="Freeze",
        pattern=LastSevenDays(),
        lifted=(date(2026, 1, 31), date(2026, 1, 27), date(2026, 1, 25), date(2026, 1, 26)),
    )
    assert list(freeze.ranges(date(2026, 1, 1), date(2026, 1, 31))) == [days("2026-01-28", "2026-01-30")]


def test_a_day_that_never_occurs_is_refused() -> None:
    with pytest.raises(BadInputError) as refusal:
        YearlyDays(start=(4, 31), through=(5, 1))
    assert str(refusal.value) == "no year has a day 31 of month 4"


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        pytest.param(
            span((2026, 1, 25, 4, 59, 59), (2026, 1, 25, 5)), None, id="ends at midnight, when the freeze starts"
        ),
        pytest.param(span((2026, 1, 25, 4), (2026, 1, 25, 5, 0, 1)), "short", id="one second within the freeze"),
        pytest.param(span((2026, 2, 1, 4, 59, 59), (2026, 2, 1, 9)), "long", id="only the last second of the freeze"),
        pytest.param(span((2026, 2, 1, 5), (2026, 2, 1, 9)), None, id="begins when the freeze ends"),
    ],
)
def test_touching_a_freeze(query: Span, expected: str | None) -> None:
    """Two overlapping freezes: the long one starts first and ends last."""
    long = ChangeFreeze(
        zone=TORONTO,
        environments=EVERYWHERE,
        id="long",
        name="Long",
        pattern=NamedDays(days=days("2026-01-26", "2026-01-31")),
    )
    short = ChangeFreeze(
        zone=TORONTO,
        environments=EVERYWHERE,
        id="short",
        name="Short",
        pattern=NamedDays(days=days("2026-01-25", "2026-01-26")),
    )
    index = FreezeIndex(frozen_spans((long, short), span((2026, 1, 1), (2026, 2, 10))))
    freeze_range = next(index.touching(query, EVERYWHERE), None)
    assert (freeze_range.freeze.id if freeze_range else None) == expected
