"""Which events feeds leave out is counted without rendering them: the same as are missing in what is served."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, time

import pytest

from icsfeed.domain.adjustments import Adjustment, Move, Skip
from icsfeed.domain.feeds import Environment, Feed, Kind
from icsfeed.domain.maintnote import has_maintnote
from icsfeed.domain.recurrence import weekly
from icsfeed.domain.schedule import Schedule
from icsfeed.domain.situation import Situation
from icsfeed.domain.spans import Span
from icsfeed.domain.zones import zone
from icsfeed.ical.calendar import feed_content
from icsfeed.ical.events import policy_event
from icsfeed.ical.limits import MAX_EVENTS
from icsfeed.ical.maintnote import maintnote_events
from icsfeed.ical.omissions import omissions
from icsfeed.ical.outlines import policy_outlines
from icsfeed.ical.series import ARRANGEMENTS, Rendering
from icsfeed.ical.sizes import EventSizes, max_size
from icsfeed.services.events import publish_events
from tests.changes import a_change
from tests.examples import MONTH_END, NOW, POLICY, a_schedule, a_window, utc
from tests.situations import a_situation

DAILY = a_window(recurrence=weekly(0, 1, 2, 3, 4, 5, 6), start=time(9), end=time(10))
HOURS = [replace(DAILY, id=f"at-{hour}", start=time(hour), end=time(hour + 1)) for hour in (9, 11, 13, 15)]
VANCOUVER = [replace(window, zone=zone("America/Vancouver")) for window in HOURS]
ADJUSTED: tuple[Adjustment, ...] = (
    Skip(window_id="at-9", day=date(2026, 12, 2), reason="a; rehearsal, of all", silent=False),
    Move(
        window_id="at-9",
        day=date(2026, 12, 3),
        reason="vendor on site",
        to=Span(start=utc(2026, 12, 4), end=utc(2026, 12, 4, 1)),
    ),
)


def missing_ahead(situation: Situation) -> dict[tuple[str, Rendering], int]:
    """For each feed and rendering, the number of events ahead that it should have, and lacks as it is served."""
    published = publish_events(situation)
    missing = {}
    for rendering in Rendering:
        for feed in situation.schedule.feeds:
            events = published.rendered(rendering)
            if rendering is Rendering.MAINTNOTE:
                events = (
                    maintnote_events(situation.schedule, feed, events)
                    if has_maintnote(situation.schedule, feed)
                    else ()
                )
            content = feed_content(situation, feed, events).content.replace(b"\r\n ", b"")
            uids = set(re.findall(rb"\r\nUID:(.*)\r\n", content))
            selected = (each for each in events if each.belongs_to(feed))
            missing[feed.slug, rendering] = sum(
                each.uid.encode() not in uids for each in selected if each.span.end > situation.now
            )
    return missing


@pytest.mark.parametrize(
    ("schedule", "changes"),
    [
        pytest.param(POLICY, 0, id="everything fits"),
        pytest.param(a_schedule(*HOURS, freezes=(MONTH_END,)), 0, id="too many single events"),
        pytest.param(a_schedule(*VANCOUVER), 0, id="too many events in both renderings"),
        pytest.param(a_schedule(*HOURS[:2]), 700, id="changes push out the policy's events"),
        pytest.param(a_schedule(replace(HOURS[0], description="Ü,;" * 700)), 0, id="too many bytes"),
        pytest.param(a_schedule(replace(VANCOUVER[0], description="Ü" * 500), *VANCOUVER[1:]), 0, id="of two sizes"),
    ],
)
def test_omissions_are_those_of_the_served_feeds(schedule: Schedule, changes: int) -> None:
    announced = [a_change(number=number) for number in range(1, changes + 1)]
    adjusted = [each for each in ADJUSTED if any(window.id == each.window_id for window in schedule.windows)]
    situation = a_situation(schedule, adjustments=adjusted, changes=announced)
    counted = {(each.feed.slug, each.rendering): each.count for each in omissions(situation)}
    assert counted == {key: count for key, count in missing_ahead(situation).items() if count}


def test_a_change_that_left_a_feeds_environments_counts_there_as_well() -> None:
    environments = tuple(Environment(id=each, name=each) for each in ("preview", "production"))
    feeds = tuple(
        Feed(slug=each.id, name=each.name, environments=frozenset({each.id}), kinds=frozenset(Kind))
        for each in environments
    )
    changes = [a_change(number=number) for number in range(1, MAX_EVENTS + 2)]
    last = changes[-1]
    elsewhere = replace(last.plan, environments=frozenset({"preview"}))
    changes[-1] = replace(last, updates=(*last.updates, replace(last.latest, number=2, plan=elsewhere)))
    situation = a_situation(a_schedule(environments=environments, feeds=feeds), changes=changes)
    counted = {(each.feed.slug, each.rendering): each.count for each in omissions(situation)}
    assert counted == {(slug, rendering): 1 for slug in ("all", "production") for rendering in Rendering}
    assert counted == {key: count for key, count in missing_ahead(situation).items() if count}


@pytest.mark.parametrize("text", ["", "Ü" * 500, ",;" * 500])
@pytest.mark.parametrize("rendering", ARRANGEMENTS)
def test_sizes_are_exact_and_no_event_is_larger_than_its_bound(text: str, rendering: Rendering) -> None:
    window = a_window(
        id="at-9",
        recurrence=weekly(2, 3),
        zone=zone("America/Argentina/ComodRivadavia"),
        name=f"Daily {text}",
        description=text,
    )
    schedule = a_schedule(window, freezes=(MONTH_END,))
    situation = a_situation(schedule, adjustments=[replace(each, reason=text or "x") for each in ADJUSTED], now=NOW)
    sizes = EventSizes()
    for outline in policy_outlines(situation, rendering):
        size = len(policy_event(outline).content)
        assert (sizes.of(outline), size <= max_size(outline)) == (size, True)
