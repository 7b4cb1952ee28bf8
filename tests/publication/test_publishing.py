"""The publication: what is public, at which path, and until when it is true."""

from __future__ import annotations

import hashlib
from datetime import datetime

import pytest

from icsfeed.domain.schedule import UnknownFeedError
from icsfeed.ical.series import Rendering
from icsfeed.publication.feeds import build_feed
from icsfeed.publication.publishing import publish
from tests.examples import NOW, POLICY, utc

CHANGED = utc(2026, 11, 20, 9, 30)


def test_every_feed_is_there_in_each_rendering_and_as_a_download() -> None:
    found = publish(POLICY, changed_at=CHANGED, now=NOW).representations
    series, expanded = (build_feed(POLICY, "all", rendering, now=NOW).body for rendering in Rendering)
    assert {path: (each.body, each.content_type, each.download) for path, each in found.items()} == {
        "/feeds/all.ics": (series, "text/calendar; charset=utf-8", None),
        "/feeds/all.expanded.ics": (expanded, "text/calendar; charset=utf-8", None),
        "/downloads/all.ics": (series, "text/calendar; charset=utf-8", "all.ics"),
    }


def test_the_entity_tag_is_of_the_bytes() -> None:
    found = publish(POLICY, changed_at=CHANGED, now=NOW).representations["/feeds/all.ics"]
    assert found.etag == hashlib.sha256(found.body).hexdigest()[:32]


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        pytest.param(NOW, CHANGED, id="when the schedule changed"),
        pytest.param(utc(2027, 5, 1), utc(2027, 1, 1, 5), id="or when the year did, if that came later"),
    ],
)
def test_when_it_changed(now: datetime, expected: datetime) -> None:
    assert publish(POLICY, changed_at=CHANGED, now=now).changed_at == expected


def test_it_is_true_until_the_year_ends_in_the_calendars_zone() -> None:
    assert publish(POLICY, changed_at=CHANGED, now=NOW).fresh_until == utc(2027, 1, 1, 5)


def test_an_unknown_feed_is_refused() -> None:
    with pytest.raises(UnknownFeedError) as refusal:
        build_feed(POLICY, "everything", Rendering.SERIES, now=NOW)
    assert str(refusal.value) == "there is no feed 'everything'; this schedule has all"
