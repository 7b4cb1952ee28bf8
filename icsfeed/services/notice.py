"""Notice periods: what customers were promised, recorded with each announcement, and where it is not kept."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from icsfeed.domain.changes import Change
from icsfeed.domain.lengths import length_text, rough_length_text
from icsfeed.domain.notice import announces, shortest_notice, with_promised_notice
from icsfeed.domain.schedule import Schedule

_ONE_HOUR: Final = timedelta(hours=1)
_ONE_DAY: Final = timedelta(days=1)


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
        given = (
            f"only {_length_text(notice.length, notice.promised)} of notice"
            if notice.length > timedelta()
            else "no notice"
        )
        promised = length_text(notice.promised)
        yield f"{change.id} gives customers {given}; they were promised {promised} (notice.{change.kind})"


def _length_text(length: timedelta, promised: timedelta) -> str:
    """A length for a warning: that of a day or more to the hour, unless it would look like the one promised."""
    rounded = (length + _ONE_HOUR / 2) // _ONE_HOUR * _ONE_HOUR
    if length < _ONE_DAY or rounded in {length, promised}:
        return rough_length_text(length)
    return f"about {length_text(rounded)}"
