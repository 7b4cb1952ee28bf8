"""A new year removes the oldest year's events from a feed, and adds the newest year's."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import pairwise

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from icsfeed.domain.adjustments import Adjustment
from icsfeed.domain.schedule import Schedule
from icsfeed.domain.zones import settled_clock, zone
from icsfeed.ical.events import CalendarEvent
from icsfeed.ical.limits import MAX_BYTES, MAX_EVENTS
from icsfeed.ical.series import ARRANGEMENTS, Rendering
from icsfeed.ical.timezones import vtimezone
from tests.properties.brute_force import reading
from tests.properties.schedules import NOWS, adjustments, schedules
from tests.properties.yearly_rules import different_zones
from tests.situations import a_situation, events_in, served_feed


def in_year(now: datetime, year: int) -> datetime:
    """About the same time in another year, far enough from New Year to be in that year in every zone."""
    return now.replace(year=year, month=min(max(now.month, 2), 11), day=min(now.day, 28))


def rendered(
    schedule: Schedule, rendering: Rendering, now: datetime, adjusted: tuple[Adjustment, ...]
) -> dict[str, CalendarEvent]:
    return {each.uid: each for each in events_in(a_situation(schedule, now=now, adjustments=adjusted), rendering)}


@settings(max_examples=15)
@given(data=st.data(), schedule=schedules(), now=NOWS, rendering=st.sampled_from(ARRANGEMENTS))
def test_a_new_year_adds_and_drops_events_but_changes_none(
    data: st.DataObject, schedule: Schedule, now: datetime, rendering: Rendering
) -> None:
    """encoding.md: "next year's events come, the oldest go, no other event changes by a byte"."""
    year = now.year
    settled = all(settled_clock(each.zone, year - 1, year + 2) for each in schedule.windows)
    if not settled:
        rendering = Rendering.EXPANDED
    adjusted = data.draw(adjustments(schedule, year))
    before = rendered(schedule, rendering, in_year(now, year), adjusted)
    after = rendered(schedule, rendering, in_year(now, year + 1), adjusted)
    home = schedule.calendar.zone
    both = before.keys() & after.keys()
    assert {uid: before[uid] for uid in both} == {uid: after[uid] for uid in both}
    assert {reading(before[uid].span.start, home).year for uid in before.keys() - both} <= {year - 1}
    assert {reading(after[uid].span.start, home).year for uid in after.keys() - both} <= {year + 2}
    dropped_years = [reading(each.span.start, home).year for each in before.values() if each.uid not in after]
    assert len(dropped_years) == sum(reading(each.span.start, home).year == year - 1 for each in before.values())


@settings(max_examples=15)
@given(data=st.data(), schedule=schedules(), now=NOWS, rendering=st.sampled_from(ARRANGEMENTS))
def test_within_a_year_no_byte_changes(
    data: st.DataObject, schedule: Schedule, now: datetime, rendering: Rendering
) -> None:
    """Published span: "It rolls once a year"; decision 6: "same input, same bytes".

    A feed that is too large drops what is over, and so changes with time.
    """
    adjusted = data.draw(adjustments(schedule, now.year))
    local_years = {moment: reading(moment, schedule.calendar.zone).year for moment in moments_around(now)}
    feeds = set()
    for each, year in local_years.items():
        situation = a_situation(schedule, now=each, adjustments=adjusted)
        feed = served_feed(situation, rendering=rendering)
        assume(feed.count(b"BEGIN:VEVENT") < MAX_EVENTS and len(feed) < MAX_BYTES // 2)
        feeds.add((year, feed))
    assert sorted(year for year, _ in feeds) == sorted(set(local_years.values()))


def moments_around(now: datetime) -> list[datetime]:
    """That instant and others of its year in UTC, including the first and the last second."""
    first, last = datetime(now.year, 1, 1, tzinfo=UTC), datetime(now.year, 12, 31, 23, 59, 59, tzinfo=UTC)
    return [first, now, datetime(now.year, 7, 1, 12, tzinfo=UTC), last]


EVES = {"America/Godthab", "America/Scoresbysund", "Asia/Gaza", "Asia/Hebron", "Asia/Jerusalem"}
"""Where the clock changes on the Friday or Saturday before a Sunday: not the same ordinal one in every few years."""


def test_no_other_vtimezone_changes_with_the_year() -> None:
    """timezones.py: both observances "begin in 1970, so that they precede every event and do not change from year to
    year".
    """  # noqa: D205  (a quotation)
    changed = set()
    for name in different_zones():
        tz = zone(name)
        clocks = [settled_clock(tz, year - 1, year + 1) for year in range(2020, 2036)]
        vtimezones = [vtimezone(tz, clock) if clock else None for clock in clocks]
        if any(old and new and old != new for old, new in pairwise(vtimezones)):
            changed.add(name)
    assert changed == EVES
