"""The schedule as a value, its feeds and its published span."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

import pytest

from icsfeed.domain.errors import BadInputError, NotFoundError
from icsfeed.domain.feeds import Environment, Feed, Kind, automatic_feeds
from icsfeed.domain.schedule import published_span
from icsfeed.domain.spans import DateRange, Span
from icsfeed.domain.zones import zone
from tests.examples import MONTH_END, POLICY, SUNDAY, THURSDAY, TORONTO, a_schedule, span, utc


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (utc(2026, 1, 1, 4, 59, 59), span((2024, 1, 1, 5), (2027, 1, 1, 5))),
        (utc(2026, 1, 1, 5), span((2025, 1, 1, 5), (2028, 1, 1, 5))),
    ],
)
def test_the_published_span_rolls_at_midnight_of_new_year_in_the_calendars_zone(now: datetime, expected: Span) -> None:
    assert published_span(now, TORONTO) == expected


def test_schedules_do_not_depend_on_the_order_of_their_parts() -> None:
    assert a_schedule(SUNDAY, THURSDAY) == a_schedule(THURSDAY, SUNDAY)


def test_two_windows_with_the_same_id_are_refused() -> None:
    with pytest.raises(BadInputError) as refusal:
        a_schedule(THURSDAY, THURSDAY)
    assert str(refusal.value) == 'two windows are called "thursday"'


def test_the_feed_all_always_exists_and_is_first() -> None:
    assert POLICY.feeds == (
        Feed(
            slug="all",
            name="Seed-to-Sale maintenance",
            environments=frozenset({"production"}),
            kinds=frozenset(Kind),
        ),
    )


def test_an_unknown_feed_is_refused_with_the_existing_ones() -> None:
    with pytest.raises(NotFoundError) as refusal:
        POLICY.feed("prod")
    assert str(refusal.value) == 'there is no feed "prod"; this schedule has all'


def test_each_environment_and_each_kind_has_an_automatic_feed() -> None:
    automatic = automatic_feeds("Seed", (Environment(id="production", name="Production"),))
    assert [(feed.slug, feed.name) for feed in automatic] == [
        ("production", "Seed: Production"),
        ("maintenance", "Seed: maintenance windows"),
        ("emergency", "Seed: emergency changes"),
        ("planned", "Seed: planned changes"),
        ("freeze", "Seed: change freezes"),
    ]


@pytest.mark.parametrize(
    ("kind", "environments", "expected"),
    [
        (Kind.MAINTENANCE, {"preview", "production"}, True),
        (Kind.MAINTENANCE, {"preview"}, False),
        (Kind.EMERGENCY, {"production"}, False),
        (Kind.FREEZE, set(), True),
    ],
)
def test_a_feed_selects_by_kind_and_environment(kind: Kind, environments: set[str], expected: bool) -> None:
    feed = Feed(
        slug="production",
        name="Production",
        environments=frozenset({"production"}),
        kinds=frozenset({Kind.MAINTENANCE, Kind.FREEZE}),
    )
    assert feed.selects(kind, environments) is expected


def test_spans_and_ranges_run_forward_and_spans_are_in_utc() -> None:
    with pytest.raises(BadInputError) as backward:
        span((2026, 1, 2), (2026, 1, 1))
    assert str(backward.value) == (
        "a span ends after it starts, not 2026-01-02T00:00:00+00:00 to 2026-01-01T00:00:00+00:00"
    )
    with pytest.raises(BadInputError) as local:
        Span(start=utc(2026, 1, 1).astimezone(zone("Etc/UTC")), end=utc(2026, 1, 2))
    assert str(local.value).startswith("a span is given in UTC, not datetime.datetime(2026, 1, 1, 0, 0, tzinfo=")
    with pytest.raises(BadInputError) as days:
        DateRange(first=date(2026, 1, 2), last=date(2026, 1, 1))
    assert str(days.value) == "a range of dates runs forward, not from 2026-01-02 through 2026-01-01"


def test_freezes_are_sorted_by_id() -> None:
    other = replace(MONTH_END, id="another")
    assert [freeze.id for freeze in replace(POLICY, freezes=(MONTH_END, other)).freezes] == ["another", "month-end"]
