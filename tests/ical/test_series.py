"""How occurrences are split into series: cuts, years and adjustments."""

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


def split(schedule: Schedule, adjustments: tuple[Adjustment, ...] = (), year: int = 2026) -> list[str]:
    """The window's series and single events in that year, one per line."""
    published = published_span(NOW, TORONTO)
    in_span = [each for each in occurrences(schedule, published, adjustments) if each.policy_start in published]
    return [_line(each) for each in part(in_span, TORONTO) if each.year == year]


def _line(each: Series | Single) -> str:
    if isinstance(each, Single):
        return f"alone {each.occurrence.original_start:%m-%d}"
    after = f" after {each.after:%m-%d}" if each.after else ""
    excluded = "".join(f" -{occurrence.original_start:%m-%d}" for occurrence in each.excluded)
    cancelled = "".join(f" x{occurrence.original_start:%m-%d}" for occurrence in each.cancelled)
    first, last = each.first.original_start, each.last.original_start
    return f"{each.recurrence.label}{after}: {first:%m-%d} to {last:%m-%d}{excluded}{cancelled}"


def test_the_policys_thursdays_are_one_series_a_year() -> None:
    months = ["01-29", "02-26", "03-26", "04-30", "05-28", "06-25", "07-30", "08-27", "09-24", "10-29", "11-26"]
    assert split(replace(POLICY, windows=(THURSDAY,))) == [
        "th: 01-01 to 12-24" + "".join(f" -{month}" for month in months)
    ]


def test_the_policys_sundays_are_cut_where_the_clock_goes_forward() -> None:
    assert split(replace(POLICY, windows=(SUNDAY,), freezes=())) == [
        "su: 01-04 to 03-01",
        "alone 03-08",
        "su after 03-08: 03-15 to 12-27",
    ]


def test_a_frozen_irregular_occurrence_still_cuts_its_series() -> None:
    """Europe's clock changes, on the last Sundays of March and October, lie in every month-end freeze."""
    berlin = a_schedule(a_window(recurrence=weekly(6), zone=BERLIN), freezes=(replace(MONTH_END, zone=BERLIN),))
    assert split(replace(berlin, calendar=replace(berlin.calendar, zone=BERLIN))) == [
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
            id="a monthly rule is cut as well",
        ),
        pytest.param("FREQ=WEEKLY;INTERVAL=2;BYDAY=TH", ["th: 01-08 to 12-24"], id="every second week since 2020"),
        pytest.param("FREQ=YEARLY;BYMONTH=5;BYMONTHDAY=1", ["yearly: 05-01 to 05-01"], id="once a year"),
        pytest.param("FREQ=YEARLY;BYMONTH=3;BYDAY=2SU", ["alone 03-08"], id="once a year, and always irregular"),
    ],
)
def test_rules(rule: str, expected: list[str]) -> None:
    assert split(a_schedule(a_window(recurrence=parse_recurrence(rule)))) == expected


def skip(month: int, day: int, *, silent: bool = False) -> Skip:
    return Skip(window_id="thursday", day=date(2026, month, day), reason="a holiday", silent=silent)


@pytest.mark.parametrize(
    ("adjustments", "expected"),
    [
        pytest.param((skip(6, 4),), ["th: 01-01 to 12-31 x06-04"], id="skipped visibly: an override"),
        pytest.param((skip(6, 4, silent=True),), ["th: 01-01 to 12-31 -06-04"], id="skipped silently: an exclusion"),
        pytest.param(
            (skip(1, 1), skip(12, 31)),
            ["th: 01-08 to 12-24", "alone 01-01", "alone 12-31"],
            id="at the ends, beyond the series",
        ),
        pytest.param(
            (Move(window_id="thursday", day=date(2026, 6, 4), to=span((2026, 6, 5), (2026, 6, 6)), reason="r"),),
            ["th: 01-01 to 12-31 -06-04"],
            id="moved: an exclusion and a single event",
        ),
    ],
)
def test_adjustments(adjustments: tuple[Adjustment, ...], expected: list[str]) -> None:
    assert split(a_schedule(THURSDAY), adjustments) == expected


def test_a_window_with_every_occurrence_skipped_has_no_series() -> None:
    window = a_window(effective_from=date(2026, 6, 4), effective_until=date(2026, 6, 11))
    assert split(a_schedule(window), (skip(6, 4), skip(6, 11, silent=True))) == ["alone 06-04"]


def test_series_are_split_by_years_of_the_calendars_zone() -> None:
    """Auckland's 1 January 2027, 02:00, is 31 December 2026 in Toronto, whose year bounds the published span."""
    window = a_window(recurrence=parse_recurrence("FREQ=MONTHLY;BYMONTHDAY=1"), zone=zone("Pacific/Auckland"))
    assert split(a_schedule(window)) == ["monthly: 02-01 to 01-01"]
