"""The publication: its representations by path, and how long it is valid."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import datetime

import pytest

from icsfeed.domain.errors import NotFoundError
from icsfeed.domain.feeds import Feed, Kind
from icsfeed.domain.situation import Situation
from icsfeed.ical.series import ARRANGEMENTS, Rendering
from icsfeed.publication.feeds import build_feed
from icsfeed.publication.publishing import publish
from icsfeed.publication.reminders.channels import CHANNELS
from tests.examples import NOW, POLICY, utc

CHANGED = utc(2026, 11, 20, 9, 30)


def test_every_feed_exists_in_each_rendering_and_as_a_download() -> None:
    representations = publish(Situation(schedule=POLICY, now=NOW), changed_at=CHANGED).representations
    series, expanded = (
        build_feed(Situation(schedule=POLICY, now=NOW), "all", rendering).body for rendering in ARRANGEMENTS
    )
    expected = {
        "/feeds/all.ics": (series, "text/calendar; charset=utf-8", None),
        "/feeds/all.expanded.ics": (expanded, "text/calendar; charset=utf-8", None),
        "/downloads/all.ics": (series, "text/calendar; charset=utf-8", "all.ics"),
    }
    assert {
        path: (representations[path].body, representations[path].content_type, representations[path].download)
        for path in expected
    } == expected


def test_every_path() -> None:
    only_freezes = Feed(
        slug="freeze", name="Freezes", environments=frozenset({"production"}), kinds=frozenset({Kind.FREEZE})
    )
    representations = publish(
        Situation(schedule=replace(POLICY, feeds=(only_freezes,)), now=NOW), changed_at=CHANGED
    ).representations
    assert {path for path in representations if path.startswith(("/feeds/", "/downloads/", "/schemas/"))} == {
        *("/feeds/all.ics", "/feeds/all.expanded.ics", "/feeds/all.json", "/feeds/all.atom"),
        *("/feeds/all.maintnote.ics", "/feeds/all.windows.ics", "/feeds/all.aws.ics"),
        *("/feeds/freeze.ics", "/feeds/freeze.expanded.ics", "/feeds/freeze.json", "/feeds/freeze.atom"),
        *("/downloads/all.ics", "/downloads/freeze.ics", "/schemas/feed-1.json", "/schemas/webhook-1.json"),
    }


def test_the_entity_tag_is_a_digest_of_the_bytes() -> None:
    feed = publish(Situation(schedule=POLICY, now=NOW), changed_at=CHANGED).representations["/feeds/all.ics"]
    assert feed.etag == hashlib.sha256(feed.body).hexdigest()[:32]


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        pytest.param(NOW, CHANGED, id="the time of the schedule's change"),
        pytest.param(utc(2027, 5, 1), utc(2027, 1, 1, 5), id="the start of the year, if that is later"),
    ],
)
def test_the_date_of_the_last_change(now: datetime, expected: datetime) -> None:
    assert publish(Situation(schedule=POLICY, now=now), changed_at=CHANGED).changed_at == expected


def test_a_publication_is_valid_until_the_day_ends_in_the_calendars_zone() -> None:
    """The pages begin with today. A day may have 25 hours; the window of this one is over."""
    assert publish(Situation(schedule=POLICY, now=NOW), changed_at=CHANGED).fresh_until == utc(2026, 11, 24, 5)
    assert publish(Situation(schedule=POLICY, now=utc(2026, 11, 1, 11)), changed_at=CHANGED).fresh_until == utc(
        2026, 11, 2, 5
    )


def test_a_new_day_does_not_change_feeds_and_their_dates() -> None:
    today, tomorrow = (
        publish(Situation(schedule=POLICY, now=now), changed_at=CHANGED) for now in (NOW, utc(2026, 11, 24, 5))
    )
    assert today.changed_at == tomorrow.changed_at == CHANGED
    changed = {path for path, each in today.representations.items() if each.body != tomorrow.representations[path].body}
    texts = tuple(f"reminders/{channel.file}" for channel in CHANNELS.values())
    pages = ("", "embed/", "calendar/", "calendar/2026/", "calendar/2026/11/", *texts)
    of_the_day = {f"{folder}{page}" for folder in ("/", "/fr/") for page in pages}
    assert of_the_day <= changed
    assert {path for path in changed - of_the_day if today.representations[path].dated or "calendar/" in path} == set()


def test_pages_show_the_address_for_customers() -> None:
    """The schedule's address takes precedence over the server's."""
    with_url = replace(POLICY, calendar=replace(POLICY.calendar, url="https://ours.example.com/calendars"))
    for schedule, expected in (
        (POLICY, "https://carrier.example.com"),
        (with_url, "https://ours.example.com/calendars"),
    ):
        representations = publish(
            Situation(schedule=schedule, now=NOW), changed_at=CHANGED, base_url="https://carrier.example.com/"
        ).representations
        assert f'<code dir="ltr">{expected}/fr/feeds/all.ics</code>'.encode() in representations["/fr/"].body


def test_an_unknown_feed_is_refused() -> None:
    with pytest.raises(NotFoundError) as refusal:
        build_feed(Situation(schedule=POLICY, now=NOW), "everything", Rendering.SERIES)
    assert str(refusal.value) == 'there is no feed "everything"; this schedule has all'
