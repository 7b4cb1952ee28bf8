"""The common result of all outside readers, so that engines can be compared on the same feed."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, time
from typing import NamedTuple


class Instance(NamedTuple):
    """One event instance as an engine shows it: aware UTC times, or dates for an all-day event.

    The end is exclusive. A text that the event does not have is "".
    """

    start: datetime | date
    end: datetime | date
    uid: str
    summary: str
    description: str
    status: str


def utc(value: datetime | date) -> datetime | date:
    """Convert a time to UTC and leave a date as it is; a floating time is refused, since it is no instant."""
    if not isinstance(value, datetime):
        return value
    if value.utcoffset() is None:
        raise ValueError(f"floating time {value.isoformat()}")
    return value.astimezone(UTC)


def starting_within(instances: Iterable[Instance], start: datetime, end: datetime) -> list[Instance]:
    """Sort the instances that start in [start, end); an all-day event starts at midnight UTC.

    Engines select by overlap, each with edges of its own, so they are asked for more and cut here alike.
    """
    return sorted((each for each in instances if start <= _instant(each.start) < end), key=_order)


def _order(instance: Instance) -> tuple[datetime, datetime, str, str]:
    return _instant(instance.start), _instant(instance.end), instance.uid, instance.summary


def _instant(value: datetime | date) -> datetime:
    return value if isinstance(value, datetime) else datetime.combine(value, time(), UTC)
