"""Whatever the policy and the record: over a year, reminders are what a slow and obvious reading of the feed says."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, TypeAlias

from hypothesis import given, settings
from hypothesis import strategies as st

from icsfeed.domain.adjustments import Adjustment
from icsfeed.domain.changes import Change
from icsfeed.domain.deliveries import DeliveryState
from icsfeed.domain.schedule import Schedule
from icsfeed.domain.situation import Situation
from icsfeed.publication.publishing import publish
from icsfeed.store.database.database import Database
from tests.actors import operator
from tests.notify.reminders.timeline import DAY, HOUR, Timeline, a_channel, mail_settings
from tests.properties.schedules import NOWS, adjustments, schedules
from tests.properties.test_gate import changes

EXAMPLES = int(os.environ.get("ICSFEED_TEST_REMINDERS", "3"))
MINUTE = timedelta(minutes=1)
GAPS = [MINUTE, 50 * MINUTE, 7 * HOUR, DAY, 3 * DAY, 10 * DAY, 25 * DAY]
LEADS = (3 * DAY, DAY, HOUR)

Reminder: TypeAlias = tuple[str, str, datetime, timedelta]
"""Receiver, subject, start and lead."""


@dataclass(frozen=True)
class Receiver:
    """Who is reminded so long before what touches one of those environments."""

    name: str
    leads: tuple[timedelta, ...]
    environments: frozenset[str]


RECEIVERS = (
    Receiver("channel:every", LEADS, frozenset({"production", "preview"})),
    Receiver("channel:production", (DAY,), frozenset({"production"})),
    Receiver("mail:every", LEADS, frozenset({"production", "preview"})),
    Receiver("mail:preview", (HOUR,), frozenset({"preview"})),
)


def with_receivers(schedule: Schedule) -> Schedule:
    channels = (
        a_channel("every", *LEADS),
        a_channel("production", DAY, environments=frozenset({"production"})),
    )
    return replace(schedule, channels=channels, mail=mail_settings(*LEADS))


@contextmanager
def a_timeline(schedule: Schedule, empty_file: Path) -> Iterator[Timeline]:
    with tempfile.TemporaryDirectory() as folder:
        file = shutil.copy(empty_file, folder)
        with closing(Database(f"sqlite:///{file}")) as database:
            timeline = Timeline(database=database, schedule=schedule)
            timeline.subscribe("every")
            timeline.subscribe("preview", environments=",preview,", reminders=",60,")
            yield timeline


def record(timeline: Timeline, adjusted: tuple[Adjustment, ...], recorded: list[Change], *, at: datetime) -> None:
    for adjustment in adjusted:
        timeline.record_adjustment(adjustment, at=at)
    with timeline.database.writing(actor=operator("ann", at), action="change", subject="") as writing:
        for change in recorded:
            writing.add_update(change)


class FeedReader:
    """Reads the feed `all` again for every tick, as far as the year may make a difference."""

    def __init__(self, timeline: Timeline) -> None:
        self._timeline = timeline
        self._record = timeline.database.record()
        self._entries: dict[int, list[dict[str, Any]]] = {}

    def entries(self, now: datetime) -> list[dict[str, Any]]:
        schedule = self._timeline.schedule
        year = now.astimezone(schedule.calendar.zone).year
        if year not in self._entries:
            situation = Situation(schedule=schedule, record=self._record, now=now)
            feed = publish(situation, changed_at=now).representations["/feeds/all.json"]
            self._entries[year] = [
                entry
                for entry in json.loads(feed.body)["entries"]
                if entry["kind"] != "freeze" and entry["state"] == "confirmed" and not entry["no_longer_affects"]
            ]
        return self._entries[year]

    def due(self, since: datetime, now: datetime) -> dict[tuple[str, str], tuple[datetime, timedelta]]:
        """By receiver and subject, the start and the lead of the reminder that was due last in that time."""
        last: dict[tuple[str, str], tuple[datetime, timedelta]] = {}
        for entry in self.entries(now):
            start = datetime.fromisoformat(entry["start"])
            day = (entry["original_start"] or "")[:10]
            subject = f"{entry['id']}/{day}" if day else entry["id"]
            for receiver in RECEIVERS:
                if not receiver.environments.isdisjoint(entry["environments"]):
                    for lead in sorted(receiver.leads, reverse=True):
                        if since < start - lead <= now:
                            last[receiver.name, subject] = (start, lead)
        return last


@settings(max_examples=EXAMPLES, deadline=None)
@given(
    data=st.data(),
    schedule=schedules().map(with_receivers),
    start=NOWS,
    gaps=st.lists(st.tuples(st.sampled_from(GAPS), st.booleans()), min_size=10, max_size=25),
)
def test_reminders_are_those_of_the_feed(
    empty_file: Path,
    data: st.DataObject,
    schedule: Schedule,
    start: datetime,
    gaps: list[tuple[timedelta, bool]],
) -> None:
    adjusted = data.draw(adjustments(schedule, start.year))
    recorded = [data.draw(changes(number, start + 20 * DAY)) for number in (1, 2)]
    expected: set[Reminder] = set()
    late: set[tuple[str, str]] = set()
    with a_timeline(schedule, empty_file) as timeline:
        record(timeline, adjusted, recorded, at=start)
        reader = FeedReader(timeline)
        timeline.tick(start)
        timeline.forget()
        now = start
        for gap, restarts in gaps:
            since, now = now, now + gap
            if restarts:
                timeline.restart()
            timeline.tick(now)
            for (receiver, subject), (at, lead) in reader.due(since, now).items():
                if at > now:
                    expected.add((receiver, subject, at, lead))
                else:
                    late.add((receiver, subject))
        assert set(timeline.reminders) == expected
        assert len(timeline.reminders) == len(expected)
        dropped = timeline.rows(DeliveryState.DROPPED)
        assert {(row.delivery.receiver, row.delivery.subject) for row in dropped} == late
