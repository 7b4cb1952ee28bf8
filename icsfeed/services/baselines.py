"""Baselines: the old facts of events whose revisions icsfeed 0.1 recorded.

That release digested bytes, so its lines do not tell the facts. They come from the schedule that was public last, which
the database keeps. Where there is none, an event counts as unchanged.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import TypeAlias

from icsfeed.domain.errors import IcsfeedError
from icsfeed.domain.revisions import LedgerLine, ledger_key, with_lines
from icsfeed.services.events import PublishedEvents, publish_events
from icsfeed.store.schedule_file import read_schedule

KeptSchedule: TypeAlias = Callable[[], tuple[bytes, datetime] | None]
"""Returns the bytes of the schedule file that was public last, and when it was changed."""


def events_public_before(events: PublishedEvents, kept_schedule: KeptSchedule) -> PublishedEvents | None:
    """The events of the schedule that was public last; ``None`` where it is not known.

    It is read only if the ledger has lines of icsfeed 0.1; otherwise the ``events`` themselves are returned.

    Raises:
        IcsfeedError: where the schedule can't be read.
    """
    if not any(lines[-1].stands_for_bytes for lines in events.situation.record.ledger.values()):
        return events
    kept = kept_schedule()
    if kept is None:
        return None
    try:
        schedule = read_schedule(kept[0], "the schedule kept")
    except IcsfeedError:  # it was good once, for an earlier release
        return None
    if schedule == events.whole.schedule:
        return events
    return publish_events(replace(events.whole, schedule=schedule), renderings=events.policy)


def baselines(events: PublishedEvents, public_before: PublishedEvents | None) -> tuple[LedgerLine, ...]:
    """Lines with the old facts of the events whose last line stands for bytes.

    With ``public_before``, only for events whose facts have changed.
    """
    ledger = events.situation.record.ledger
    unknown = {uid: lines[-1].revision for uid, lines in ledger.items() if lines[-1].stands_for_bytes}
    if not unknown or public_before is events:
        return ()
    now = {ledger_key(event, ledger): event.digest for event in events.current()}
    stated = now
    if public_before is not None:
        stated = {ledger_key(event, ledger): event.digest for event in public_before.current()}
    return tuple(
        LedgerLine(uid=uid, digest=stated[uid], revision=revision)
        for uid, revision in unknown.items()
        if uid in stated and uid in now and (public_before is None or stated[uid] != now[uid])
    )


def lines_to_publish(events: PublishedEvents, public_before: PublishedEvents | None) -> tuple[LedgerLine, ...]:
    """The lines that the ledger lacks of the events: those of the clock's steps, baselines, then all others."""
    ledger = events.situation.record.ledger
    first = baselines(events, public_before)
    return (*events.clock_lines, *first, *events.missing_lines(with_lines(ledger, first)))
