"""The recipes of the topic ``policy`` give the dates that they promise."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from icsfeed.domain.feeds import Kind
from icsfeed.domain.schedule import Schedule
from icsfeed.domain.situation import Situation
from icsfeed.services.upcoming import UpcomingItem, upcoming
from icsfeed.store.schedule_file import load_schedule
from tests.manual.documents import TOPICS
from tests.manual.test_examples import schedule_text


@pytest.fixture(name="recipe")
def _recipe(request: pytest.FixtureRequest, tmp_path: Path) -> Schedule:
    """The schedule of the recipe that a test names."""
    (block,) = (each for each in TOPICS["policy"].blocks("toml") if each.file_name == request.param)
    (path := tmp_path / "schedule.toml").write_text(schedule_text(block), encoding="utf-8")
    return load_schedule(path).schedule


def items(schedule: Schedule, first: date, days: int) -> tuple[UpcomingItem, ...]:
    """What comes from the beginning of that day on, in UTC."""
    return upcoming(
        Situation(schedule=schedule, now=datetime(first.year, first.month, first.day, tzinfo=UTC)),
        datetime(first.year, first.month, first.day, tzinfo=UTC),
        timedelta(days=days),
    )


def windows(schedule: Schedule, first: date, days: int) -> list[tuple[str, str, float]]:
    """The windows of that span: each with its id, its start in UTC and its hours."""
    return [
        (each.id, f"{each.span.start:%Y-%m-%d %H:%M}", (each.span.end - each.span.start) / timedelta(hours=1))
        for each in items(schedule, first, days)
        if each.kind is Kind.MAINTENANCE
    ]


def freezes(schedule: Schedule, first: date, days: int) -> list[tuple[str, str]]:
    """The freezes of that span, with their first and last days."""
    return [
        (each.id, f"{each.days.first}/{each.days.last}")
        for each in items(schedule, first, days)
        if each.days is not None
    ]


@pytest.mark.parametrize("recipe", ["new-hours.toml"], indirect=True)
def test_new_hours_begin_in_march(recipe: Schedule) -> None:
    assert windows(recipe, date(2027, 2, 18), 21) == [
        ("thursday", "2027-02-18 07:00", 4),
        ("thursday", "2027-02-25 07:00", 4),
        ("thursday-early", "2027-03-04 06:00", 3),
    ]


@pytest.mark.parametrize("recipe", ["two-zones.toml"], indirect=True)
def test_each_region_has_its_own_hours_and_feed(recipe: Schedule) -> None:
    """America has summer time already; on Europe's first night of it, the window lasts an hour less."""
    assert windows(recipe, date(2027, 3, 21), 12) == [
        ("sunday-europe", "2027-03-21 01:00", 4),
        ("sunday-america", "2027-03-21 06:00", 4),
        ("sunday-europe", "2027-03-28 01:00", 3),
        ("sunday-america", "2027-03-28 06:00", 4),
    ]
    assert [(feed.slug, sorted(feed.environments)) for feed in recipe.feeds] == [
        ("all", ["america", "europe"]),
        ("america", ["america"]),
        ("europe", ["europe"]),
    ]


@pytest.mark.parametrize("recipe", ["irregular.toml"], indirect=True)
def test_an_irregular_window_follows_its_rule(recipe: Schedule) -> None:
    assert windows(recipe, date(2027, 1, 1), 31) == [
        ("alternate-wednesday", "2027-01-07 02:00", 2),
        ("second-tuesday", "2027-01-13 03:00", 4),
        ("alternate-wednesday", "2027-01-21 02:00", 2),
    ]


@pytest.mark.parametrize("recipe", ["patch-tuesday.toml"], indirect=True)
def test_patches_follow_two_days_after_the_second_tuesday(recipe: Schedule) -> None:
    """In April and July, that is the third Thursday of the month."""
    assert [start for _, start, _ in windows(recipe, date(2026, 4, 1), 120)] == [
        "2026-04-17 02:00",
        "2026-05-15 02:00",
        "2026-06-12 02:00",
        "2026-07-17 02:00",
    ]


@pytest.mark.parametrize("recipe", ["weekend.toml"], indirect=True)
def test_a_whole_weekend_lasts_as_long_as_the_clock_on_the_wall_says(recipe: Schedule) -> None:
    """On the second weekend of March 2027, clocks are put forward."""
    assert windows(recipe, date(2026, 9, 1), 220) == [
        ("quarterly-weekend", "2026-09-11 22:00", 63),
        ("quarterly-weekend", "2026-12-11 23:00", 63),
        ("quarterly-weekend", "2027-03-12 23:00", 62),
    ]


@pytest.mark.parametrize("recipe", ["dates.toml"], indirect=True)
def test_a_list_of_dates_has_those_alone(recipe: Schedule) -> None:
    assert windows(recipe, date(2026, 12, 1), 365) == [
        ("committee", "2027-01-17 01:00", 30),
        ("committee", "2027-04-18 00:00", 30),
        ("committee", "2027-07-18 00:00", 30),
        ("committee", "2027-10-17 00:00", 30),
    ]


@pytest.mark.parametrize("recipe", ["production-only.toml"], indirect=True)
def test_preview_is_maintained_while_production_is_frozen(recipe: Schedule) -> None:
    happening = [
        (f"{each.span.start:%Y-%m-%d}", sorted(each.environments))
        for each in items(recipe, date(2026, 12, 15), 20)
        if each.kind is Kind.MAINTENANCE
    ]
    assert happening == [
        ("2026-12-17", ["preview", "production"]),
        ("2026-12-24", ["preview", "production"]),
        ("2026-12-31", ["preview"]),
    ]


@pytest.mark.parametrize("recipe", ["quarter-end.toml"], indirect=True)
def test_each_quarter_ends_with_a_freeze(recipe: Schedule) -> None:
    assert freezes(recipe, date(2027, 1, 2), 364) == [
        ("quarter-end", "2027-03-25/2027-03-31"),
        ("quarter-end", "2027-06-24/2027-06-30"),
        ("quarter-end", "2027-09-24/2027-09-30"),
        ("quarter-end", "2027-12-25/2027-12-31"),
    ]


@pytest.mark.parametrize("recipe", ["weekend-freeze.toml"], indirect=True)
def test_every_weekend_is_frozen_from_friday_17_00_until_monday_08_00(recipe: Schedule) -> None:
    spans = [
        (f"{each.span.start:%a %m-%d %H:%M}", f"{each.span.end:%a %m-%d %H:%M}")
        for each in items(recipe, date(2027, 3, 9), 13)
    ]
    assert spans == [
        ("Fri 03-12 22:00", "Mon 03-15 12:00"),
        ("Fri 03-19 21:00", "Mon 03-22 12:00"),
    ]


@pytest.mark.parametrize("recipe", ["public-holidays.toml"], indirect=True)
def test_the_days_around_holidays_are_frozen_too(recipe: Schedule) -> None:
    """Boxing Day 2026 is a Saturday, and is observed on the Monday after it."""
    assert freezes(recipe, date(2026, 12, 1), 80) == [
        ("public-holidays", "2026-12-24/2026-12-29"),
        ("christmas-in-germany", "2026-12-25/2026-12-26"),
        ("public-holidays", "2026-12-31/2027-01-02"),
        ("public-holidays", "2027-02-14/2027-02-16"),
    ]


@pytest.mark.parametrize("recipe", ["black-friday.toml"], indirect=True)
def test_black_friday_and_cyber_monday_lie_in_their_freeze(recipe: Schedule) -> None:
    assert freezes(recipe, date(2026, 11, 1), 400) == [
        ("black-friday", "2026-11-23/2026-11-30"),
        ("black-friday", "2027-11-22/2027-11-29"),
    ]


@pytest.mark.parametrize("recipe", ["lifted.toml"], indirect=True)
def test_the_window_of_a_lifted_day_takes_place(recipe: Schedule) -> None:
    assert windows(recipe, date(2026, 12, 18), 20) == [
        ("thursday", "2026-12-24 07:00", 4),
        ("thursday", "2026-12-31 07:00", 4),
    ]
