"""What an operator's action makes different in the events of windows and freezes, for all who see any of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import chain

from icsfeed.domain.revisions import LedgerLine, ledger_key, revision_of, with_lines
from icsfeed.domain.situation import Situation
from icsfeed.ical.calendar import current_events, policy_events
from icsfeed.ical.events import CalendarEvent
from icsfeed.ical.series import ARRANGEMENTS, Rendering
from icsfeed.services.ledger import lines_between


@dataclass(frozen=True, kw_only=True, slots=True)
class PolicyDifference:
    """The ``lines`` that the ledger lacks, and the ``events`` that change or come, as calendars for people have them.

    The events are those that the public sees or, where it sees none of them, the subscribers of a private feed.
    """

    lines: tuple[LedgerLine, ...]
    events: tuple[CalendarEvent, ...]


def policy_difference(before: Situation, after: Situation, *, window_id: str | None = None) -> PolicyDifference:
    """The difference between two situations; with a ``window_id``, in the events of that window and of freezes."""
    record, now = before.record, before.now
    old, new = (tuple(_by_rendering(situation, window_id)) for situation in (before, after))
    lines = lines_between(_of_all(old), _of_all(new), record.ledger, now=now)
    ledger = with_lines(record.ledger, lines)
    changed = {line.uid for line in lines}
    by_view = (
        [event for event in renderings[Rendering.SERIES] if ledger_key(event, ledger) in changed] for renderings in new
    )
    for_people = current_events(next(filter(None, by_view), ()), now=now)
    return PolicyDifference(
        lines=lines, events=tuple(event.revised(revision_of(event, ledger)) for event in for_people)
    )


def _by_rendering(situation: Situation, window_id: str | None) -> Iterator[dict[Rendering, tuple[CalendarEvent, ...]]]:
    """The events in each view that has the window, the public one first."""
    for view in situation.views():
        windows = tuple(each for each in view.schedule.windows if window_id in {None, each.id})
        if windows or window_id is None:
            of_these = replace(view, schedule=replace(view.schedule, windows=windows)) if window_id else view
            yield {rendering: policy_events(of_these, rendering) for rendering in ARRANGEMENTS}


def _of_all(views: tuple[dict[Rendering, tuple[CalendarEvent, ...]], ...]) -> Iterator[CalendarEvent]:
    return chain.from_iterable(events for renderings in views for events in renderings.values())
