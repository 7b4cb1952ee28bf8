"""Recorded freezes as JSON, for operators."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from icsfeed.domain.recorded_freezes import RecordedFreeze
from icsfeed.services.upcoming import utc_text


def freeze_as_json(freeze: RecordedFreeze, zone: ZoneInfo) -> dict[str, object]:
    """The freeze, its instants in UTC and on the wall clock of ``zone``; an ``end`` of ``null`` is not known yet."""
    return {
        "id": freeze.id,
        "kind": "freeze",
        "reason": freeze.reason,
        "environments": sorted(freeze.environments),
        "internal": freeze.is_internal,
        "start": utc_text(freeze.start),
        "end": _utc_text(freeze.end),
        "local_start": freeze.start.astimezone(zone).isoformat(),
        "local_end": freeze.end.astimezone(zone).isoformat() if freeze.end is not None else None,
        "until": _utc_text(freeze.until),
        "started_at": utc_text(freeze.started_at),
        "started_by": freeze.started_by,
        "ended_at": _utc_text(freeze.ended_at),
        "ended_by": freeze.ended_by or None,
    }


def _utc_text(instant: datetime | None) -> str | None:
    return utc_text(instant) if instant is not None else None
