"""A year in which everything happens that a format must get right, and what the gate says at each of its edges."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import cache, partial
from typing import Final

import yaml

from icsfeed.domain.adjustments import Move, Skip
from icsfeed.domain.changes import State
from icsfeed.domain.feeds import Feed, Kind
from icsfeed.domain.record import Record
from icsfeed.domain.schedule import start_of_year
from icsfeed.domain.situation import Situation
from icsfeed.domain.spans import Span
from icsfeed.publication.interop.documents import InteropDocument
from icsfeed.publication.interop.formats import interop_document
from icsfeed.services.gate import Verdict, gate, open_spans
from icsfeed.store.schedule_file import example_path, load_schedule
from tests.changes import PLAN, a_change
from tests.examples import NOW, span

MINUTE: Final = timedelta(minutes=1)
SECOND: Final = timedelta(seconds=1)
BOTH: Final = frozenset({"preview", "production"})


def a_year(now: datetime = NOW) -> Situation:
    """The example's policy, with occurrences moved and skipped, and changes in every state that opens or closes."""
    changes = (
        # In tonight's window, confirmed.
        a_change(Kind.EMERGENCY, number=1, plan=replace(PLAN, span=span((2026, 12, 3, 8), (2026, 12, 3, 9)))),
        # Across midnight in UTC and beyond a window, with seconds, and in progress; for production alone.
        a_change(
            Kind.EMERGENCY,
            (State.IN_PROGRESS, NOW.replace(hour=8, minute=10, second=30)),
            number=2,
            plan=replace(PLAN, span=span((2026, 11, 22, 23, 30), (2026, 11, 23, 18, 0, 20))),
        ),
        a_change(
            Kind.EMERGENCY,
            number=3,
            plan=replace(PLAN, span=span((2026, 12, 6, 7), (2026, 12, 6, 8))),
            announced=State.TENTATIVE,
        ),
        a_change(
            Kind.PLANNED,
            number=1,
            plan=replace(PLAN, environments=BOTH, span=span((2026, 12, 5, 22, 15, 10), (2026, 12, 7, 3, 20, 40))),
        ),
        # In the month-end freeze: the gate stays closed.
        a_change(
            Kind.PLANNED,
            number=2,
            plan=replace(PLAN, environments=BOTH, span=span((2026, 12, 26, 1), (2026, 12, 26, 2))),
        ),
        a_change(
            Kind.PLANNED,
            (State.CANCELLED, NOW),
            number=3,
            plan=replace(PLAN, environments=BOTH, span=span((2027, 1, 5, 1), (2027, 1, 5, 2))),
        ),
    )
    moved = span((2026, 12, 11, 23), (2026, 12, 12, 2))
    adjustments = (
        Move(window_id="thursday", day=date(2026, 12, 10), to=moved, reason="Moved"),
        Skip(window_id="sunday", day=date(2026, 12, 13), reason="Not needed"),
        Skip(window_id="thursday", day=date(2027, 4, 8), reason="Not needed", silent=True),
    )
    record = Record(
        entry=1,
        changes={change.id: change for change in changes},
        adjustments={(each.window_id, each.day): each for each in adjustments},
    )
    return Situation(schedule=load_schedule(example_path()).schedule, record=record, now=now)


def document(situation: Situation, name: str, slug: str = "all") -> InteropDocument:
    return interop_document(situation, name, slug)


def loaded(situation: Situation, name: str, slug: str = "all") -> object:
    return yaml.safe_load(document(situation, name, slug).body)


def edges(situation: Situation, feed: Feed, within: Span) -> set[datetime]:
    """The instants within the span at which something that concerns the feed begins or ends."""
    spans: list[Span] = list(open_spans(situation, feed.environments, within))
    spans += [each.span for each in situation.freezes(within)]
    for change in situation.changes.values():
        spans += [change.plan.span, change.shown_span]
    for occurrence in situation.occurrences(within):
        spans += [each for each in (occurrence.span, occurrence.policy.span) if each is not None]
    return {edge for each in spans for edge in (each.start, each.end) if edge in within}


def moments(every_edge: list[datetime], within: Span) -> Iterator[datetime]:
    """Instants around each edge: a minute before and after it, and a second after it.

    At the very instant at which a window of Argo CD opens, it is not yet active.
    """
    for edge in every_edge:
        yield from (each for step in (-MINUTE, SECOND, MINUTE) if (each := edge + step) in within)


def gate_is_open(situation: Situation, feed: Feed, at: datetime) -> bool:
    return gate(situation, feed.environments, at=at).verdict is Verdict.OPEN


def assert_open_when_the_gate_is(
    situation: Situation, feed: Feed, within: Span, is_open: Callable[[datetime], bool]
) -> int:
    """A format of whole minutes is open in those in which the gate is open throughout; the number of instants."""
    every = sorted(edges(situation, feed, within))
    gate_at = cache(partial(gate_is_open, situation, feed))
    count = 0
    for at in moments(every, within):
        minute = at.replace(second=0, microsecond=0)
        looked_at = {at, minute, *(edge for edge in every if minute <= edge < minute + MINUTE)}
        expected = all(gate_at(each) for each in looked_at)
        assert is_open(at) is expected, at
        count += 1
    return count


def whole(situation: Situation) -> Span:
    """From New Year to the end of what is published."""
    years, zone = situation.published_years, situation.zone
    return Span(start=start_of_year(years[1], zone), end=start_of_year(years[-1] + 1, zone))
