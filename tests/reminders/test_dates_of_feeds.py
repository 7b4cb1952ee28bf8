"""Every date and time that a reminder names is one of the feed's, and what the feed has nearby is in the reminders."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from icsfeed.domain.changes import State
from icsfeed.domain.situation import Situation
from tests.reminders.drawn import situations
from tests.reminders.reading import (
    FeedEvent,
    Reading,
    dates_of,
    feed_events,
    html_pieces,
    html_times,
    markdown_pieces,
    moments_of,
    plain_pieces,
)
from tests.reminders.situations import FOLDERS, SITUATIONS
from tests.reminders.texts import published

DAYS: Final = 14
ONE_DAY: Final = timedelta(days=1)
HOMES: Final = ("America/Toronto", "Europe/London", "Europe/Berlin", "Australia/Lord_Howe", "UTC")
"""Zones whose countries write dates and times in different ways."""

PIECES: Final = {"knowledge-base.html": html_pieces, "ticket.md": markdown_pieces, "ticket.txt": plain_pieces}

_POLICY: Final = re.compile(
    r"^(?:#+ )?(?:Regular maintenance|Maintenance régulière|Change freezes|Gels des changements)$"
)
"""The heading from which on a text has the policy, whose times are those of any week."""


class Feed:
    """What the feed of everything says, in the calendar's zone."""

    def __init__(self, situation: Situation, content: bytes) -> None:
        self.zone = situation.zone
        self.now = situation.now.astimezone(self.zone)
        self.today = self.now.date()
        self.events = feed_events(content, self.zone)
        self.freeze_zones = {each.zone for each in situation.schedule.placed_freezes}
        self.last_moment = self._written(situation.published_span.end)
        self.others = set(self._other_moments(situation))
        cancelled = [each for each in situation.changes.values() if each.state is State.CANCELLED]
        self.cancelled = {_machine_readable(each.shown_span.start, self.zone) for each in cancelled}

    @property
    def last_day(self) -> date:
        return self.today + DAYS * ONE_DAY

    def _other_moments(self, situation: Situation) -> Iterator[datetime]:
        """What a text may name besides: the instant that it is of, and from when an occurrence was moved."""
        yield datetime.combine(self.today, time())
        plans = [change.plan.span for change in situation.changes.values()]
        steps = [update.at for change in situation.changes.values() for update in change.updates]
        for each in (situation.record.changed_at, *steps, *(edge for span in plans for edge in (span.start, span.end))):
            yield self._written(each)
        for occurrence in situation.occurrences(situation.published_span):
            if occurrence.moved is not None:
                yield self._written(occurrence.original_start.replace(tzinfo=occurrence.window.zone))

    def _written(self, instant: datetime) -> datetime:
        return instant.astimezone(self.zone).replace(tzinfo=None, fold=0, second=0, microsecond=0)

    def edges_of(self, event: FeedEvent) -> set[datetime]:
        """The midnights between which whole days lie, in the zones of all freezes."""
        if isinstance(event.start, datetime):
            return set()
        days = (event.start, event.end)
        return {self._written(datetime.combine(day, time(), zone)) for day in days for zone in self.freeze_zones}

    def moments(self) -> set[datetime]:
        return self.others.union(*map(moments_of, self.events), *map(self.edges_of, self.events))

    def dates(self) -> set[date]:
        """Those of events, that of the text, and the last one that it covers."""
        others = {each.date() for each in self.moments()}
        return {self.today, self.last_day, *others}.union(*map(dates_of, self.events))

    def starts(self) -> set[str]:
        """When events start, in UTC; also those of changes that were cancelled today, of which none is left."""
        zones = {self.zone, *self.freeze_zones}
        return {_machine_readable(each.start, zone) for each in self.events for zone in zones} | self.cancelled

    def near(self) -> Iterator[FeedEvent]:
        """What is not over and begins no later than on the last day, unless it was cancelled or completed."""
        for each in self.events:
            is_over = each.end <= (self.now if isinstance(each.end, datetime) else self.today)
            is_final = each.status == "CANCELLED" or each.summary.startswith("Completed: ")
            if min(dates_of(each)) <= self.last_day and not is_over and not is_final:
                yield each


def _machine_readable(start: datetime | date, zone: ZoneInfo) -> str:
    at = start if isinstance(start, datetime) else datetime.combine(start, time(), zone)
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def before_the_policy(pieces: list[str]) -> list[str]:
    """The pieces about dates."""
    place = next((number for number, each in enumerate(pieces) if _POLICY.match(each.strip())), len(pieces))
    return pieces[:place]


def readings(situation: Situation, *, is_live: bool) -> Iterator[tuple[str, Feed, Reading, str]]:
    """Each reminder that is to be read, by path, with what the feed says and the text."""
    representations = published(situation, is_live=is_live)
    feed = Feed(situation, representations["/feeds/all.expanded.ics"].body)
    for folder in FOLDERS:
        for channel, pieces_of in PIECES.items():
            path = f"/{folder}reminders/{channel}"
            text = representations[path].body.decode()
            yield path, feed, Reading.of(before_the_policy(pieces_of(text)), folder[:2] or "en", feed.today.year), text


def assert_agreement(situation: Situation, *, is_live: bool) -> None:
    for path, feed, reading, text in readings(situation, is_live=is_live):
        assert reading.moments <= feed.moments(), path
        assert reading.dates <= feed.dates(), path
        for each in feed.near():
            # A freeze without an end is shown as far as feeds reach, and lasts until further notice. One by hours that
            # begins and ends at midnight is written in whole days.
            moments = {moment for moment in moments_of(each) if moment.time() != time()}
            assert moments - {feed.last_moment} <= reading.moments, (path, each)
            dates = dates_of(each) | {edge.date() for edge in feed.edges_of(each)}
            assert dates & reading.dates, (path, each)
        if path.endswith(".html"):
            assert set(html_times(text)) <= feed.starts(), path


@pytest.mark.parametrize("is_live", [True, False], ids=["live", "static"])
@pytest.mark.parametrize("name", SITUATIONS)
def test_reminders_and_feed_agree(name: str, *, is_live: bool) -> None:
    assert_agreement(SITUATIONS[name], is_live=is_live)


@settings(max_examples=8)
@given(situation=situations(homes=HOMES), is_live=st.booleans())
def test_reminders_and_feed_agree_for_any_schedule(situation: Situation, *, is_live: bool) -> None:
    assert_agreement(situation, is_live=is_live)
