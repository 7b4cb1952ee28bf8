"""A change that leaves an environment is seen to leave: its feeds show it as cancelled, under the same UID."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final

import feedparser
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from icsfeed.domain.changes import Change, Step
from icsfeed.domain.feeds import Environment, Feed, Kind
from icsfeed.domain.spans import Span
from icsfeed.ical.series import ARRANGEMENTS, Rendering
from icsfeed.publication.feeds import feed_path
from icsfeed.publication.private import private_feed
from icsfeed.publication.publishing import Publication, publish
from icsfeed.services.events import publish_events
from tests.changes import PLAN, a_change, after_step, record_of
from tests.examples import NOW, POLICY, utc
from tests.properties.content_lines import Component, parse
from tests.readers import READERS, Reader
from tests.readers.subscriber_view import subscriber_view
from tests.situations import a_situation


def a_feed(*environments: str, slug: str = "") -> Feed:
    return Feed(
        slug=slug or "-".join(environments),
        name="Changes",
        environments=frozenset(environments),
        kinds=frozenset({Kind.EMERGENCY}),
    )


ENVIRONMENTS = tuple(Environment(id=each, name=each.capitalize()) for each in ("preview", "production", "staging"))
SCHEDULE = replace(
    POLICY,
    environments=ENVIRONMENTS,
    windows=(),
    freezes=(),
    feeds=(
        a_feed("production"),
        a_feed("preview"),
        a_feed("staging"),
        a_feed("production", "staging"),
        replace(a_feed("production", slug="windows"), kinds=frozenset({Kind.MAINTENANCE})),
    ),
)
LEFT_AT = utc(2026, 11, 23, 11)
LEFT = after_step(a_change(), Step.UPDATE, LEFT_AT, "It was preview all the time", environments=frozenset({"preview"}))
PREVIEW, PRODUCTION = "/feeds/preview", "/feeds/production"


def published(change: Change, now: datetime = NOW) -> Publication:
    return publish(a_situation(SCHEDULE, now=now, changes=[change]), changed_at=NOW)


def events(publication: Publication, path: str) -> list[Component]:
    return parse(publication.representations[path].body).within("VEVENT")


def values(event: Component, *names: str) -> tuple[str, ...]:
    return tuple(event.one(name).value for name in names)


@pytest.mark.parametrize("rendering", ARRANGEMENTS)
def test_the_feed_that_it_left_shows_it_as_cancelled(rendering: Rendering) -> None:
    """It used to vanish without a word."""
    publication = published(LEFT)
    (gone,) = events(publication, feed_path("production", rendering))
    (there,) = events(publication, feed_path("preview", rendering))
    assert values(gone, "STATUS", "SUMMARY", "DTSTART", "DTEND", "DESCRIPTION") == (
        "CANCELLED",
        "Cancelled: Emergency change: Security patch",
        "20261203T080000Z",
        "20261203T090000Z",
        r"No longer affects Production.\nNumber: EC-7",
    )
    assert values(there, "STATUS", "SUMMARY") == ("CONFIRMED", "Emergency change: Security patch")
    same = ("UID", "SEQUENCE", "DTSTAMP", "LAST-MODIFIED")
    assert values(gone, *same) == values(there, *same)


@pytest.mark.parametrize(
    ("slug", "texts"),
    [
        pytest.param("all", ["CONFIRMED"], id="a feed that shows the change itself has only that"),
        pytest.param("staging", [], id="a feed that never had it"),
        pytest.param("production-staging", ["CANCELLED"], id="a feed of more environments than it left"),
        pytest.param("windows", [], id="a feed of other kinds"),
    ],
)
def test_which_feeds_show_it(slug: str, texts: list[str]) -> None:
    content = events(published(LEFT), feed_path(slug, Rendering.SERIES))
    assert [each.one("STATUS").value for each in content] == texts


def test_each_feed_names_the_environments_that_it_lost() -> None:
    everywhere = after_step(
        a_change(), Step.UPDATE, LEFT_AT, environments=frozenset({"preview", "production", "staging"})
    )
    left = after_step(everywhere, Step.UPDATE, LEFT_AT, environments=frozenset({"preview"}))
    publication = published(left)
    descriptions = {
        slug: [each.one("DESCRIPTION").value.split(r"\n")[0] for each in events(publication, f"/feeds/{slug}.ics")]
        for slug in ("production", "staging", "production-staging")
    }
    assert descriptions == {
        "production": ["No longer affects Production."],
        "staging": ["No longer affects Staging."],
        "production-staging": [r"No longer affects Production\, Staging."],
    }


def test_it_stands_where_that_feed_showed_it_last() -> None:
    """The change itself has been moved at the same time, and once more since."""
    moved = Span(start=utc(2026, 12, 10, 8), end=utc(2026, 12, 10, 10))
    change = after_step(a_change(), Step.UPDATE, LEFT_AT, environments=frozenset({"preview"}), span=moved)
    later = replace(moved, end=utc(2026, 12, 10, 12))
    change = after_step(change, Step.UPDATE, LEFT_AT + timedelta(hours=1), span=later)
    publication = published(change)
    (gone,), (there,) = (events(publication, f"{each}.ics") for each in (PRODUCTION, PREVIEW))
    assert values(gone, "DTSTART", "DTEND") == ("20261203T080000Z", "20261203T090000Z")
    assert values(there, "DTSTART", "DTEND") == ("20261210T080000Z", "20261210T120000Z")


def test_it_goes_when_its_former_time_has_passed() -> None:
    end = PLAN.span.end
    before = published(LEFT, now=end - timedelta(seconds=1))
    assert before.fresh_until == end
    assert len(events(before, f"{PRODUCTION}.ics")) == 1
    after = published(LEFT, now=end)
    assert events(after, f"{PRODUCTION}.ics") == []
    assert len(events(after, f"{PREVIEW}.ics")) == 1


def test_a_change_that_comes_back_is_itself_again() -> None:
    back = after_step(LEFT, Step.UNDO, LEFT_AT + timedelta(hours=1))
    (there,), gone = (events(published(back), f"{each}.ics") for each in (PRODUCTION, PREVIEW))
    assert values(there, "STATUS") == ("CONFIRMED",)
    assert [values(each, "STATUS", "DESCRIPTION") for each in gone] == [
        ("CANCELLED", r"No longer affects Preview.\nNumber: EC-7")
    ]


def test_its_sequence_is_that_of_the_change_whatever_happens_to_it() -> None:
    situation = a_situation(SCHEDULE, changes=[a_change()])
    ledger = {line.uid: (line,) for line in publish_events(situation).missing_lines({})}
    record = replace(record_of(LEFT), ledger=ledger)
    publication = publish(replace(situation, record=record), changed_at=NOW)
    sequences = [events(publication, f"{each}.ics")[0].one("SEQUENCE").value for each in (PRODUCTION, PREVIEW)]
    assert sequences == ["1", "1"]
    assert len(publication.events.missing_lines(ledger)) == 1


def test_a_change_withdrawn_altogether_is_cancelled_nowhere() -> None:
    silent = after_step(LEFT, Step.CANCEL, LEFT_AT, silent=True)
    publication = published(silent)
    assert [events(publication, f"{each}.ics") for each in (PRODUCTION, PREVIEW)] == [[], []]


@pytest.mark.parametrize("reader", READERS, ids=lambda reader: reader.name)
@pytest.mark.parametrize("rendering", ARRANGEMENTS)
def test_subscribers_see_it_cancelled(reader: Reader, rendering: Rendering) -> None:
    content = published(LEFT).representations[feed_path("production", rendering)].body
    assert subscriber_view(reader, content, now=NOW) == [
        (PLAN.span.start, PLAN.span.end, "Cancelled: Emergency change: Security patch", "CANCELLED")
    ]


def test_private_feeds_show_it_and_ring_no_alarm() -> None:
    publication = published(LEFT)
    gone, there = (private_feed(publication, slug, (timedelta(hours=1),)) for slug in ("production", "preview"))
    assert gone is not None
    assert there is not None
    assert [each.body.count(b"BEGIN:VALARM") for each in (gone, there)] == [0, 1]
    assert b"No longer affects Production." in gone.body


def json_entries(publication: Publication, path: str) -> list[Mapping[str, Any]]:
    return list(json.loads(publication.representations[f"{path}.json"].body)["entries"])


def test_json_says_so() -> None:
    publication = published(LEFT)
    (gone,), (there,) = (json_entries(publication, each) for each in (PRODUCTION, PREVIEW))
    keys = ("id", "state", "environments", "no_longer_affects", "start", "end", "actual_start", "reason", "updates")
    assert tuple(gone[key] for key in keys) == (
        "EC-7",
        "cancelled",
        ["production"],
        ["production"],
        "2026-12-03T08:00:00Z",
        "2026-12-03T09:00:00Z",
        None,
        "",
        [],
    )
    assert (there["state"], there["no_longer_affects"], len(there["updates"])) == ("confirmed", [], 2)
    assert (gone["uid"], gone["sequence"]) == (there["uid"], there["sequence"])


def test_news_readers_are_told() -> None:
    publication = published(LEFT)
    (gone,), (there,) = (
        feedparser.parse(publication.representations[f"{each}.atom"].body).entries for each in (PRODUCTION, PREVIEW)
    )
    assert (gone.title, gone.updated, gone.content[0].value) == (
        "Cancelled: Emergency change: Security patch",
        "2026-11-23T11:00:00+00:00",
        "<p>No longer affects Production.<br />Number: EC-7</p>",
    )
    assert (gone.id, there.title) == (there.id, "Emergency change: Security patch")


def test_a_later_publication_shows_the_same_as_a_fresh_one() -> None:
    """What has not changed since the publication before is not made again."""
    other = a_change(number=8)
    situations = [a_situation(SCHEDULE, changes=[change, other]) for change in (a_change(), LEFT, LEFT)]
    earlier = None
    for situation in situations:
        publication = publish(situation, changed_at=NOW, before=earlier)
        fresh = publish(situation, changed_at=NOW)
        for path in (f"{PRODUCTION}.ics", f"{PREVIEW}.ics", f"{PRODUCTION}.json", f"{PRODUCTION}.atom"):
            assert publication.representations[path].body == fresh.representations[path].body
        earlier = publication.events
    assert [gone.one("STATUS").value for gone in events(publication, f"{PRODUCTION}.ics")] == ["CANCELLED", "CONFIRMED"]


SETS: Final = st.sets(st.sampled_from(("preview", "production", "staging")), min_size=1).map(frozenset)


@settings(max_examples=40)
@given(touched=st.lists(SETS, min_size=1, max_size=6), hours=st.lists(st.integers(0, 40), min_size=6, max_size=6))
def test_every_feed_shows_each_change_as_it_last_concerned_it(touched: list[frozenset[str]], hours: list[int]) -> None:
    """Decided feed by feed, from nothing but the list of environments and times that were announced."""
    spans = [
        Span(start=NOW + timedelta(hours=hour), end=NOW + timedelta(hours=hour + 2)) for hour in hours[: len(touched)]
    ]
    steps = list(zip(touched, spans, strict=True))
    change = a_change(plan=replace(PLAN, environments=touched[0], span=spans[0]))
    for environments, span in steps[1:]:
        if (environments, span) != (change.plan.environments, change.plan.span):
            change = after_step(change, Step.UPDATE, LEFT_AT, environments=environments, span=span)
    publication = published(change)
    for feed in SCHEDULE.feeds:
        concerned = [span for environments, span in steps if environments & feed.environments]
        expected = [("CONFIRMED" if touched[-1] & feed.environments else "CANCELLED", span) for span in concerned[-1:]]
        if feed.kinds == {Kind.MAINTENANCE}:
            expected = []
        for rendering in ARRANGEMENTS:
            content = events(publication, feed_path(feed.slug, rendering))
            assert [values(each, "STATUS", "DTSTART", "DTEND") for each in content] == [
                (status, f"{span.start:%Y%m%dT%H%M%SZ}", f"{span.end:%Y%m%dT%H%M%SZ}") for status, span in expected
            ]
