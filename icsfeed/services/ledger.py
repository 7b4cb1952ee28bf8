"""Keeps the ledger of revisions: each visible change of an event gets a line, from whoever makes it public first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Final

from icsfeed.domain.actors import Actor, ActorKind
from icsfeed.domain.record import Record
from icsfeed.domain.revisions import Ledger, LedgerLine, line_of, lines_lacking, with_lines
from icsfeed.ical.calendar import shown
from icsfeed.ical.events import CalendarEvent
from icsfeed.services.events import PublishedEvents, publish_events
from icsfeed.services.repository import Repository

THE_SERVICE: Final = "icsfeed"
"""Who makes an edited schedule public, in the audit trail."""


def record_revisions(
    events: PublishedEvents, repository: Repository, *, now: datetime, unrecorded: Iterable[LedgerLine] = ()
) -> Record:
    """Record what the ledger lacks of all that is published; gives the record with it.

    ``unrecorded`` lines, which have been public already, come first. Whoever else does the same at the same time
    records it once: the second finds nothing lacking.

    Raises:
        DatabaseError: where it can't be recorded.
    """
    if not (*unrecorded, *events.lacking(now=now)):
        return events.record
    publisher = Actor(name=THE_SERVICE, kind=ActorKind.SERVICE, at=now)
    with repository.writing(actor=publisher, action="publish", subject="schedule") as writing:
        ledger = writing.record.ledger
        first = [
            line
            for line in unrecorded
            if line.uid not in ledger or line.revision.sequence > ledger[line.uid][-1].revision.sequence
        ]
        # What an operator recorded in the meantime is public, too.
        everything = publish_events(events.schedule, writing.record, now=now, before=events).every()
        lacking = lines_lacking(shown(everything, now=now), with_lines(ledger, first), now=now)
        writing.add_revisions((*first, *lacking))
    return repository.record()


def lines_between(
    before: Iterable[CalendarEvent], after: Iterable[CalendarEvent], ledger: Ledger, *, now: datetime
) -> tuple[LedgerLine, ...]:
    """The lines by which the ledger learns how the published events change, and of nothing else.

    An event of which nothing is recorded yet gets a line for what it was, too: so its change counts as one.
    """
    old, new = ({event.uid: event for event in shown(events, now=now)} for events in (before, after))
    changed = {uid for uid in old.keys() | new.keys() if _digest(old, uid) != _digest(new, uid)}
    of_these = {uid: ledger[uid] for uid in sorted(changed) if uid in ledger}
    lines = (line_of(old[uid], of_these, now=now) for uid in sorted(changed & old.keys()))
    was = [line for line in lines if line not in of_these.get(line.uid, ())]
    become = [event for uid, event in new.items() if uid in changed]
    return (*was, *lines_lacking(become, with_lines(of_these, was), now=now))


def _digest(events: Mapping[str, CalendarEvent], uid: str) -> str | None:
    return events[uid].digest if uid in events else None
