"""Notice periods: what customers were promised, recorded with each announcement, and where it is not kept."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from icsfeed.domain.changes import Change
from icsfeed.domain.notice import announces, shortest_notice, with_promised_notice
from icsfeed.domain.schedule import Schedule
from icsfeed.words.phrases import phrase
from icsfeed.words.statements import Statement, stated

_ONE_HOUR: Final = timedelta(hours=1)
_ONE_DAY: Final = timedelta(days=1)
_ONE_MINUTE: Final = timedelta(minutes=1)

_NO_NOTICE: Final = phrase("{subject} gives customers no notice; they were promised {promised} ({key})")
_SHORT_NOTICE: Final = phrase(
    "{subject} gives customers only {length} of notice; they were promised {promised} ({key})"
)
_ABOUT_SHORT_NOTICE: Final = phrase(
    "{subject} gives customers only about {length} of notice; they were promised {promised} ({key})"
)


def under_promise(schedule: Schedule, change: Change) -> Change:
    """The change whose latest update, if it announces the change, records the notice that the schedule promises."""
    promised = schedule.notice.promised(change.kind) if schedule.notice is not None else None
    return with_promised_notice(change, promised, since=change.latest_recorded.number)


def about_notice(change: Change) -> Iterator[Statement]:
    """Whether the latest update announces the change with less notice than promised.

    A promise of no notice at all is kept by any change that does not start in the past, which has its own warning.
    """
    if not announces(change, change.latest.number):
        return
    notice = shortest_notice(change)
    if notice.promised and notice.is_short:
        promised = notice.promised
        key = f"notice.{change.kind}"
        if notice.length <= timedelta():
            yield stated(_NO_NOTICE, subject=change.id, promised=promised, key=key)
            return
        length, is_exact = _rounded(notice.length, promised)
        pattern = _SHORT_NOTICE if is_exact else _ABOUT_SHORT_NOTICE
        yield stated(pattern, subject=change.id, length=length, promised=promised, key=key)


def _rounded(length: timedelta, promised: timedelta) -> tuple[timedelta, bool]:
    """A length for a warning, and whether it is exact to the minute.

    That of a day or more is to the hour, unless it would look like the one promised.
    """
    rounded = (length + _ONE_HOUR / 2) // _ONE_HOUR * _ONE_HOUR
    if length < _ONE_DAY or rounded in {length, promised}:
        return length // _ONE_MINUTE * _ONE_MINUTE, True
    return rounded, False
