"""Notice periods: what customers were promised, recorded with each announcement, and where it is not kept."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from icsfeed.domain.changes import Change
from icsfeed.domain.lengths import length_text, rough_length_text
from icsfeed.domain.notice import announces, shortest_notice, with_promised_notice
from icsfeed.domain.schedule import Schedule


def under_promise(schedule: Schedule, change: Change) -> Change:
    """The change whose latest update, if it announces the change, records the notice that the schedule promises."""
    promised = schedule.notice.promised(change.kind) if schedule.notice is not None else None
    return with_promised_notice(change, promised, since=change.latest_recorded.number)


def about_notice(change: Change) -> Iterator[str]:
    """Whether the latest update announces the change with less notice than promised.

    A promise of no notice at all is kept by any change that does not start in the past, which has its own warning.
    """
    if not announces(change, change.latest.number):
        return
    notice = shortest_notice(change)
    if notice.promised and notice.is_short:
        given = f"only {rough_length_text(notice.length)} of notice" if notice.length > timedelta() else "no notice"
        promised = length_text(notice.promised)
        yield f"{change.id} gives customers {given}; they were promised {promised} (notice.{change.kind})"
