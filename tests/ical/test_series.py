"""How occurrences are parted into series: the cuts, the years, and what adjustments leave."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from icsfeed.domain.adjustments import Adjustment, Move, Skip
from icsfeed.domain.occurrences import occurrences
from icsfeed.domain.recurrence import parse_recurrence, weekly
from icsfeed.domain.schedule import Schedule, published_span
from icsfeed.domain.zones import zone
from icsfeed.ical.series import Series, Single, part
from tests.examples import BERLIN, MONTH_END, NOW, POLICY, SUNDAY, THURSDAY, TORONTO, a_schedule, a_window, span


def parted(schedule: Schedule, adjustments: tuple[Adjustment, ...] = (), year: int = 2026) -> list[str]:
    """What the window comes to in that year, a line each."""
    here = published_span(NOW, TORONTO)
    found = [each for each in occurrences(schedule, here, adjustments) if each.policy_start in here]
    return [_line(each) for each in part(found, TORONTO) if each.year == year]


def _line(each: Series | Single) -> str:
    if isinstance(each, Single):
        return f"alone {each.occurrence.original_start:%m-%d}"
    after = f" after {each.after:%m-%d}" if each.after else ""
    excluded = "".join(f" -{gone.original_start:%m-%d}" for gone in each.excluded)
    cancelled = "".join(f" x{gone.original_start:%m-%d}" for gone in each.cancelled)
    first, last = each.first.original_start, each.last.original_start
    return f"{each.recurrence.label}{after}: {first:%m-%d} to {last:%m-%d}{excluded}{cancelled}"


def test_thursdays_of_the_policy_are_one_series_a_year() -> None:
    months = ["01-29", "02-26", "03-26", "04-30", "05-28", "06-25", "07-30", "08-27", "09-24", "10-29", "11-26"]
    assert parted(replace(POLICY, windows=(THURSDAY,))) == [
        "th: 01-01 to 12-24" + "".join(f" -{month}" for month in months)
    ]


def test_sundays_of_the_policy_are_cut_where_the_clock_is_put_forward() -> None:
    assert parted(replace(POLICY, windows=(SUNDAY,), freezes=())) == [
        "su: 01-04 to 03-01",
        "alone 03-08",
        "su after 03-08: 03-15 to 12-27",
    ]


def test_a_frozen_irregular_occurrence_still_cuts() -> None:
    """Europe's last Sundays of March and October lie in every freeze of the last seven days."""
    berlin = a_schedule(a_window(recurrence=weekly(6), zone=BERLIN), freezes=(MONTH_END,))
    assert parted(replace(berlin, calendar=replace(berlin.calendar, zone=BERLIN))) == [
        "su: 01-04 to 03-22 -01-25 -02-22",
        "su after 03-29: 04-05 to 10-18 -04-26 -05-31 -06-28 -07-26 -08-30 -09-27",
        "su after 10-25: 11-01 to 12-20 -11-29",
    ]


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        pytest.param(
            "FREQ=WEEKLY;BYDAY=TH,SU",
            ["th: 01-01 to 12-31", "su: 01-04 to 03-01", "alone 03-08", "su after 03-08: 03-15 to 12-27"],
            id="one series for each weekday",
        ),
        pytest.param(
            "FREQ=MONTHLY;BYDAY=2SU",
            ["monthly: 01-11 to 02-08", "alone 03-08", "monthly after 03-08: 04-12 to 12-13"],
            id="a monthly rule is cut, too",
        ),
        pytest.param("FREQ=WEEKLY;INTERVAL=2;BYDAY=TH", ["th: 01-08 to 12-24"], id="every second week since 2020"),
        pytest.param("FREQ=YEARLY;BYMONTH=5;BYMONTHDAY=1", ["yearly: 05-01 to 05-01"], id="once a year"),
        pytest.param("FREQ=YEARLY;BYMONTH=3;BYDAY=2SU", ["alone 03-08"], id="once a year, and always irregular"),
    ],
)
def test_rules(rule: str, expected: list[str]) -> None:
    assert parted(a_schedule(a_window(recurrence=parse_recurrence(rule)))) == expected


def skip(month: int, day: int, *, silent: bool = False) -> Skip:
    return Skip(window_id="thursday", day=date(2026, month, day), reason="a holiday", silent=silent)


@pytest.mark.parametrize(
    ("adjustments", "expected"),
    [
        pytest.param((skip(6, 4),), ["th: 01-01 to 12-31 x06-04"], id="seen as cancelled: an override"),
        pytest.param((skip(6, 4, silent=True),), ["th: 01-01 to 12-31 -06-04"], id="silent: excluded"),
        pytest.param(
            (skip(1, 1), skip(12, 31)),
            ["th: 01-08 to 12-24", "alone 01-01", "alone 12-31"],
            id="at the ends, where no series reaches them",
        ),
        pytest.param(
            (Move(window_id="thursday", day=date(2026, 6, 4), to=span((2026, 6, 5), (2026, 6, 6)), reason="r"),),
            ["th: 01-01 to 12-31 -06-04"],
            id="moved: excluded here, its own event elsewhere",
        ),
    ],
)
def test_adjustments(adjustments: tuple[Adjustment, ...], expected: list[str]) -> None:
    assert parted(a_schedule(THURSDAY), adjustments) == expected


def test_a_window_of_whose_year_all_is_skipped_has_no_series() -> None:
    window = a_window(effective_from=date(2026, 6, 4), effective_until=date(2026, 6, 11))
    assert parted(a_schedule(window), (skip(6, 4), skip(6, 11, silent=True))) == ["alone 06-04"]


def test_a_series_year_is_the_calendars_even_where_the_window_has_another_zone() -> None:
    """Auckland's 1 January 2027, 02:00, is 31 December 2026 in Toronto, whose year bounds the published span."""
    window = a_window(recurrence=parse_recurrence("FREQ=MONTHLY;BYMONTHDAY=1"), zone=zone("Pacific/Auckland"))
    assert parted(a_schedule(window)) == ["monthly: 02-01 to 01-01"]
