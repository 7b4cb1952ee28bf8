"""Publishing one more change among a thousand, against a full build: ``python -m tests.benchmarks.publishing``.

A full build is what a server without a cache would do: render every event of the feed with icalendar.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count

from icsfeed.domain.changes import Change, Plan, State, Update
from icsfeed.domain.feeds import Kind
from icsfeed.domain.record import Record
from icsfeed.domain.revisions import with_lines
from icsfeed.domain.situation import Situation
from icsfeed.domain.spans import Span
from icsfeed.domain.windows import Impact
from icsfeed.ical.series import Rendering
from icsfeed.publication.feeds import build_feed
from icsfeed.publication.publishing import Publication, publish
from icsfeed.services.events import publish_events
from icsfeed.store.schedule_file import example_path, load_schedule
from tests.benchmarks.measuring import time_ratio

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
POLICY = load_schedule(example_path()).schedule
CHANGES = 950
"""Together with the windows and freezes of the example, about a thousand events."""


def a_change(number: int) -> Change:
    """An emergency change of one hour, ``number`` hours ahead."""
    start = NOW + timedelta(hours=number)
    plan = Plan(
        summary=f"Patch {number}",
        environments=frozenset({"production"}),
        impact=Impact.OUTAGE,
        span=Span(start=start, end=start + timedelta(hours=1)),
        reason="A critical vulnerability in the login service",
        ticket=f"https://tickets.example.com/{number}",
    )
    update = Update(number=1, at=NOW, by="alice", message="We are on it.", state=State.CONFIRMED, plan=plan)
    return Change(kind=Kind.EMERGENCY, id=f"EC-{number}", updates=(update,))


def main() -> None:
    """Measure and print the ratio."""
    changes = {change.id: change for change in map(a_change, range(1, CHANGES + 1))}
    record = Record(entry=1, at=NOW, changes=changes)
    lacking = publish_events(Situation(schedule=POLICY, record=record, now=NOW)).missing_lines({})
    record = replace(record, ledger=with_lines({}, lacking))
    numbers = count(CHANGES + 1)
    latest: list[Publication] = [publish(Situation(schedule=POLICY, record=record, now=NOW), changed_at=NOW)]

    def one_more() -> bytes:
        change = a_change(next(numbers))
        more = replace(record, entry=2, changes={**changes, change.id: change})
        latest[0] = publish(Situation(schedule=POLICY, record=more, now=NOW), changed_at=NOW, before=latest[0].events)
        return latest[0].representations["/feeds/all.ics"].body

    def full() -> bytes:
        return build_feed(Situation(schedule=POLICY, record=record, now=NOW), "all", Rendering.SERIES).body

    share = time_ratio(one_more, full, rounds=21)
    print(f"one more change among a thousand events: 1/{1 / share:.0f} of a full build (goal: at most 1/100)")  # noqa: T201


if __name__ == "__main__":
    main()
