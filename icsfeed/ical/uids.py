"""UIDs, the same on every server and in every release, whatever else is published.

An event with a new UID is a new event: clients that imported the old one keep both.
"""

from __future__ import annotations

from datetime import date, datetime

from icsfeed.domain.changes import Change
from icsfeed.domain.feeds import Kind
from icsfeed.domain.freezes import FrozenSpan
from icsfeed.domain.occurrences import Occurrence
from icsfeed.domain.recorded_freezes import RecordedFreeze
from icsfeed.ical.series import Series


def series_uid(series: Series, domain: str) -> str:
    after = [f"after-{_basic(series.after)}"] if series.after else []
    return _uid(domain, Kind.MAINTENANCE, series.window.id, str(series.year), series.recurrence.label, *after)


def occurrence_uid(occurrence: Occurrence, domain: str) -> str:
    """The UID of an occurrence that is an event of its own; it stays when the occurrence is moved.

    One that happens for some environments of its window only is named by them, too.
    """
    return _uid(domain, Kind.MAINTENANCE, occurrence_name(occurrence))


def occurrence_name(occurrence: Occurrence) -> str:
    """What names an occurrence among those of all windows, for good."""
    environments = () if occurrence.is_whole else sorted(occurrence.environments)
    return ".".join([occurrence.window.id, _basic(occurrence.original_start), *environments])


def freeze_uid(frozen: FrozenSpan, domain: str) -> str:
    """The UID of a frozen stretch: a recorded freeze has one, wherever it ends.

    Of a freeze with hours, several stretches may begin on one day.
    """
    if isinstance(frozen.freeze, RecordedFreeze):
        return _uid(domain, Kind.FREEZE, frozen.freeze.id.lower(), frozen.freeze.uid_part)
    local_start = frozen.span.start.astimezone(frozen.freeze.zone) if frozen.is_timed else frozen.days.first
    return _uid(domain, Kind.FREEZE, frozen.freeze.id, _basic(local_start))


def change_uid(change: Change, domain: str) -> str:
    return _uid(domain, change.kind, change.id.lower(), *filter(None, [change.uid_part]))


def open_span_uid(start: datetime | None, domain: str) -> str:
    """The UID of the span of a change calendar that starts at that instant (UTC); ``None``: of none at all."""
    return _uid(domain, "open", f"{_basic(start)}Z" if start else "never")


def _uid(domain: str, *parts: str) -> str:
    return f"{'.'.join(parts)}@{domain}"


def _basic(local: date | datetime) -> str:
    """A date or time in the basic format of ISO 8601."""
    return f"{local:%Y%m%dT%H%M%S}" if isinstance(local, datetime) else f"{local:%Y%m%d}"
