"""Keeps the ledger of revisions: the first to publish a change of an event adds a line."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Final

from icsfeed.domain.actors import Actor, ActorKind
from icsfeed.domain.errors import UnavailableError
from icsfeed.domain.record import PUBLISH, RELEASE_PREFIX, Record
from icsfeed.domain.revisions import Ledger, LedgerLine, gone_lines, ledger_key, line_of, stated_line, with_lines
from icsfeed.domain.situation import Situation
from icsfeed.ical.calendar import current_events
from icsfeed.ical.events import CalendarEvent
from icsfeed.services.baselines import baselines, events_public_before, lines_to_publish
from icsfeed.services.events import PublishedEvents, publish_events
from icsfeed.services.repository import Repository, ScheduleRepository

THE_SERVICE: Final = "icsfeed"
"""The name in the audit trail of the one that publishes edited schedules."""


def record_revisions(
    events: PublishedEvents,
    repository: Repository,
    *,
    public_before: PublishedEvents | None = None,
    unrecorded: Iterable[LedgerLine] = (),
    release: str = "",
) -> Record:
    """Record what the ledger lacks of all that is published; gives the record with it.

    ``public_before`` is as ``events_public_before`` gives it. ``unrecorded`` lines, which have been public already,
    come first. A ``release`` that did not publish last leaves an entry, so that every server dates from then on what it
    publishes. When two do the same at the same time, it is recorded once: the second finds nothing lacking.

    Raises:
        IcsfeedError: where it can't be recorded.
    """
    situation = events.whole
    is_new_release = release not in {"", situation.record.release}
    if not is_new_release and not (*unrecorded, *lines_to_publish(events, public_before)):
        return situation.record
    publisher = Actor(name=THE_SERVICE, kind=ActorKind.SERVICE, at=situation.now)
    with repository.writing(actor=publisher, action=PUBLISH, subject="schedule") as writing:
        if is_new_release and writing.record.release != release:
            writing.set_subject(f"{RELEASE_PREFIX}{release}")
            writing.leave_entry()
        ledger = writing.record.ledger
        first = [line for line in unrecorded if _is_news(line, ledger)]
        # An operator may have recorded something in the meantime.
        situation = situation.with_record(replace(writing.record, ledger=with_lines(ledger, first)))
        now_public = publish_events(situation, before=events)
        lacking = lines_to_publish(now_public, now_public if public_before is events else public_before)
        writing.add_revisions((*first, *lacking))
    return repository.record()


def record_edit(
    situation: Situation, repository: ScheduleRepository, *, unrecorded: Callable[[UnavailableError], None]
) -> Situation:
    """Record the revisions that an edited schedule brings; returns the situation with them.

    If the database can't be written, ``unrecorded`` learns why, and the ledger stays without them.

    Raises:
        IcsfeedError: if the database can't be read.
    """
    events = publish_events(situation)
    public_before = events_public_before(events, repository.kept_schedule)
    try:
        return situation.with_record(record_revisions(events, repository, public_before=public_before))
    except UnavailableError as error:
        unrecorded(error)
    # Otherwise events whose old facts the ledger doesn't tell would count as unchanged.
    ledger = with_lines(situation.record.ledger, baselines(events, public_before))
    return situation.with_record(replace(situation.record, ledger=ledger))


def _is_news(line: LedgerLine, ledger: Ledger) -> bool:
    """Whether the line is not recorded yet."""
    if line.uid not in ledger:
        return True
    last = ledger[line.uid][-1]
    is_baseline = last.stands_for_bytes and line.revision == last.revision
    return is_baseline or line.revision.sequence > last.revision.sequence


def lines_between(
    before: Iterable[CalendarEvent], after: Iterable[CalendarEvent], ledger: Ledger, *, now: datetime
) -> tuple[LedgerLine, ...]:
    """The lines for the events that change between ``before`` and ``after``.

    An event whose old facts are not in the ledger gets a line for them, too, so that its change counts as one.
    """
    old, new = (
        {ledger_key(event, ledger): event for event in current_events(events, now=now)} for events in (before, after)
    )
    changed = {key for key in old.keys() | new.keys() if _digest(old, key) != _digest(new, key)}
    # What becomes private continues the revisions of what the public saw.
    continued = {new[key].uid for key in changed & new.keys()}
    earlier = [
        line
        for key in sorted((changed | continued) & old.keys())
        if (line := stated_line(old[key], ledger, now=now)) not in ledger.get(key, ())
    ]
    ledger = with_lines(ledger, earlier)
    later = [line_of(event, ledger, now=now) for key, event in new.items() if key in changed]
    missing = [line for line in later if line not in ledger.get(line.uid, ())[-1:]]
    of_these = {key: ledger[key] for key in sorted(changed) if key in ledger}
    return (*earlier, *missing, *gone_lines(of_these, new, now=now))


def _digest(events: Mapping[str, CalendarEvent], key: str) -> str | None:
    return events[key].digest if key in events else None
