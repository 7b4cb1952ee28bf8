"""MAINTNOTE feeds as such: what NANOG's BCOP asks for, and the events of the expanded rendering, to the byte."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from icsfeed.domain.errors import NotFoundError
from icsfeed.domain.feeds import Environment, Feed, Kind
from icsfeed.domain.maintnote import MAX_OBJECTS, Account
from icsfeed.domain.recurrence import weekly
from icsfeed.domain.schedule import Organizer, Schedule
from icsfeed.domain.situation import Situation
from icsfeed.ical.limits import MAX_BYTES, MAX_EVENTS
from icsfeed.ical.series import Rendering
from icsfeed.publication.feeds import build_feed, feed_path
from icsfeed.publication.maintnote_feeds import MaintnoteFeed
from icsfeed.publication.publishing import publish
from icsfeed.services.events import publish_events
from icsfeed.store.schedule_file import example_path, load_schedule
from tests import readers
from tests.changes import PLAN, a_change
from tests.examples import NOW, POLICY, a_schedule, a_window, utc
from tests.properties.content_lines import Component, parse, physical_lines
from tests.properties.schedules import NOWS, adjustments, schedules
from tests.readers import READERS, Reader
from tests.situations import a_situation, events_in, served_feed

EXAMPLE: Final = load_schedule(example_path()).schedule
GOLDEN: Final = Path(__file__).parents[1] / "golden"
GOLDEN_NOW: Final = datetime.fromisoformat("2026-11-23T12:00:00Z")
ONCE: Final = (
    *("DTSTAMP", "DTSTART", "DTEND", "UID", "SUMMARY", "ORGANIZER", "SEQUENCE"),
    *("X-MAINTNOTE-PROVIDER", "X-MAINTNOTE-ACCOUNT", "X-MAINTNOTE-MAINTENANCE-ID"),
    *("X-MAINTNOTE-IMPACT", "X-MAINTNOTE-STATUS"),
)
"""What each event has exactly once (section 3.5); of MAINTENANCE-ID, which may be repeated, readers expect one."""

CHANGED_AT: Final = utc(2026, 11, 20)
ENDED_AT: Final = utc(2026, 12, 3, 11)
"""When an occurrence has just ended."""

TUESDAY: Final = a_window(id="tuesday", recurrence=weekly(1))
ORGANIZER: Final = Organizer(name="Support", email="support@example.com")


def events_of(content: bytes) -> list[Component]:
    return parse(content).within("VEVENT")


def with_organizer(schedule: Schedule) -> Schedule:
    return replace(schedule, calendar=replace(schedule.calendar, organizer=ORGANIZER))


@pytest.mark.parametrize("slug", ["all", "production", "emergency"])
def test_feeds_equal_their_golden_files(slug: str) -> None:
    """To change them on purpose: ``icsfeed build SLUG --rendering maintnote --now 2026-11-23T12:00:00Z -o …``."""
    built = build_feed(Situation(schedule=EXAMPLE, now=GOLDEN_NOW), slug, Rendering.MAINTNOTE)
    assert built.body == (GOLDEN / f"{slug}.maintnote.ics").read_bytes()


@settings(max_examples=40)
@given(data=st.data(), schedule=schedules().map(with_organizer), now=NOWS)
def test_its_events_are_the_expanded_ones_but_for_freezes(
    data: st.DataObject, schedule: Schedule, now: datetime
) -> None:
    """Every line of these, UID, SEQUENCE and times among them, and MAINTNOTE's besides."""
    situation = a_situation(schedule, now=now, adjustments=data.draw(adjustments(schedule, now.year)))
    content = served_feed(situation, rendering=Rendering.MAINTNOTE)
    freezes = {f"{event.uid}" for event in events_in(situation, Rendering.EXPANDED) if event.kind is Kind.FREEZE}
    expanded = [
        event
        for event in events_of(served_feed(situation, rendering=Rendering.EXPANDED))
        if event.one("UID").value not in freezes
    ]
    events = events_of(content)
    if max(len(events), len(expanded)) < MAX_EVENTS:
        without = [[line for line in event.lines if not line.name.startswith("X-MAINTNOTE-")] for event in events]
        assert without == [event.lines for event in expanded]
    for event in events:
        counts = Counter(line.name for line in event.lines)
        assert {name: counts[name] for name in ONCE} == dict.fromkeys(ONCE, 1)
        assert counts["X-MAINTNOTE-OBJECT-ID"] == len(event.all("X-MAINTNOTE-OBJECT-ID")) > 0
        assert not event.all("RRULE", "RDATE", "RECURRENCE-ID", "EXDATE")
        assert event.one("DTSTART").value.endswith("Z")
        assert event.one("DTEND").local > event.one("DTSTART").local
    ids = [event.one("X-MAINTNOTE-MAINTENANCE-ID").value for event in events]
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("reader", READERS, ids=lambda reader: reader.name)
def test_calendar_engines_read_it_too(reader: Reader) -> None:
    """A customer may well subscribe to it in a calendar."""
    readers.require(reader)
    situation = a_situation(POLICY, changes=[a_change()])
    wide = (datetime.fromisoformat("2023-01-01T00:00Z"), datetime.fromisoformat("2029-01-01T00:00Z"))
    feeds = [served_feed(situation, rendering=each) for each in (Rendering.EXPANDED, Rendering.MAINTNOTE)]
    expanded, maintnote = (reader.read(feed, *wide) for feed in feeds)
    assert maintnote == [each for each in expanded if isinstance(each.start, datetime)]
    assert len(maintnote) > 100


HOSTILE: Final = "a;b,c\\n\\N\\d: \"e\" <f>&'g' {{h}} END:VEVENT é 漢" + "x" * 40


def test_texts_are_escaped_and_lines_folded() -> None:
    events = publish_events(a_situation(a_schedule(provider=HOSTILE), changes=[a_change()]))
    account = Account(id=HOSTILE, objects=(HOSTILE, "X-MAINTNOTE-STATUS:CANCELLED"))
    content = MaintnoteFeed(events=events, slug="all").of(account).body
    assert all(len(line) <= 75 for line in physical_lines(content))
    event = next(each for each in events_of(content) if each.one("X-MAINTNOTE-MAINTENANCE-ID").value == "EC-7")
    values = [event.one("X-MAINTNOTE-PROVIDER").value, event.one("X-MAINTNOTE-ACCOUNT").value]
    values.append(event.all("X-MAINTNOTE-OBJECT-ID")[0].value)
    assert [re.sub(r"\\(.)", r"\1", value) for value in values] == [HOSTILE] * 3
    assert all(re.fullmatch(r"(?:[^\\;,]|\\[\\;,])*", value) for value in values)
    assert event.one("X-MAINTNOTE-STATUS").value == "CONFIRMED"


def test_an_event_names_the_environments_that_its_feed_is_about() -> None:
    environments = tuple(Environment(id=each, name=each) for each in ("preview", "production", "staging"))
    feed = Feed(slug="live", name="Live", environments=frozenset({"production", "staging"}), kinds=frozenset(Kind))
    schedule = a_schedule(environments=environments, feeds=(feed,))
    change = a_change(plan=replace(PLAN, environments=frozenset({"preview", "production"})))
    situation = a_situation(schedule, changes=[change])
    objects = {
        slug: [line.value for line in event.all("X-MAINTNOTE-OBJECT-ID")]
        for slug in ("all", "live")
        for event in events_of(served_feed(situation, slug, Rendering.MAINTNOTE))
    }
    assert objects == {"all": ["preview", "production"], "live": ["production"]}


def test_with_many_objects_the_feed_keeps_to_its_limits() -> None:
    events = publish_events(a_situation(POLICY, changes=[a_change()]))
    account = Account(id="acme", objects=tuple(f"circuit {number:092}" for number in range(MAX_OBJECTS)))
    representation = MaintnoteFeed(events=events, slug="all").of(account)
    kept = events_of(representation.body)
    assert len(representation.body) <= MAX_BYTES
    maintenance = [each for each in events.rendered(Rendering.MAINTNOTE) if each.kind is not Kind.FREEZE]
    assert representation.left_out + len(kept) == len(maintenance)
    assert "EC-7" in {event.one("X-MAINTNOTE-MAINTENANCE-ID").value for event in kept}


@pytest.mark.parametrize(
    ("provider", "changed_at"),
    [
        pytest.param("example.com", CHANGED_AT, id="a feed that has room for all events"),
        pytest.param("x" * 2000, ENDED_AT, id="one that leaves some out changes when an event ends"),
    ],
)
def test_when_the_feeds_have_changed(provider: str, changed_at: datetime) -> None:
    """With the expanded rendering alone, nothing would be left out."""
    schedule = replace(POLICY, windows=(*POLICY.windows, TUESDAY), window_order=(), freezes=(), provider=provider)
    publication = publish(Situation(schedule=schedule, now=ENDED_AT), changed_at=CHANGED_AT)
    left_out = publication.representations["/feeds/all.maintnote.ics"].left_out
    assert (left_out > 0, publication.changed_at) == (changed_at == ENDED_AT, changed_at)
    assert publication.representations["/feeds/all.expanded.ics"].left_out == 0


@pytest.mark.parametrize(
    ("schedule", "slug", "message"),
    [
        pytest.param(
            EXAMPLE,
            "freeze",
            'the feed "freeze" has no MAINTNOTE rendering: it has change freezes alone, and these are no maintenance',
            id="a feed of freezes",
        ),
        pytest.param(
            replace(POLICY, calendar=replace(POLICY.calendar, organizer=None)),
            "all",
            'the feed "all" has no MAINTNOTE rendering: it has to name an organizer; add one to [calendar], with a '
            "name and an email",
            id="nobody to ask",
        ),
    ],
)
def test_feeds_without_this_rendering(schedule: Schedule, slug: str, message: str) -> None:
    situation = Situation(schedule=schedule, now=NOW)
    with pytest.raises(NotFoundError) as refusal:
        build_feed(situation, slug, Rendering.MAINTNOTE)
    assert str(refusal.value) == message
    paths = publish(situation, changed_at=NOW).representations
    assert {feed_path(slug, each) in paths for each in (Rendering.SERIES, Rendering.EXPANDED)} == {True}
    assert feed_path(slug, Rendering.MAINTNOTE) not in paths


def test_build_prints_what_is_served() -> None:
    situation = a_situation(POLICY, changes=[a_change()])
    assert build_feed(situation, "all", Rendering.MAINTNOTE).body == served_feed(
        situation, rendering=Rendering.MAINTNOTE
    )
