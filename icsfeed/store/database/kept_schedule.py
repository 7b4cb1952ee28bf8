"""The schedule file that was public last, and its public holidays.

It is for a process that starts while the file itself is broken or missing; the holidays show what another release of
their library changes.
"""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Connection, delete, insert, select

from icsfeed.domain.public_holidays import Holiday, HolidayCalendar, PublishedHolidays
from icsfeed.store.database.tables import public_schedule


def read_kept_schedule(connection: Connection) -> tuple[bytes, datetime] | None:
    """The bytes of the file and when they were changed; ``None`` where none was stored."""
    row = connection.execute(select(public_schedule)).first()
    return (row.content.encode(), row.changed_at) if row is not None else None


def read_kept_holidays(connection: Connection) -> PublishedHolidays | None:
    """The public holidays that were public with that file; ``None`` where it has none."""
    written = connection.execute(select(public_schedule.c.holidays)).scalar()
    if written is None:
        return None
    return PublishedHolidays(
        release=written["release"],
        first=date.fromisoformat(written["first"]),
        last=date.fromisoformat(written["last"]),
        calendars=tuple(
            HolidayCalendar(
                country=each["country"],
                subdivision=each["subdivision"],
                holidays=tuple(Holiday(day=date.fromisoformat(day), name=name) for day, name in each["days"]),
            )
            for each in written["calendars"]
        ),
    )


def keep_schedule(
    connection: Connection, content: bytes, changed_at: datetime, holidays: PublishedHolidays | None
) -> None:
    """Store this file and its holidays instead of the ones before; the caller must hold the write lock."""
    connection.execute(delete(public_schedule))
    row = {"place": 1, "content": content.decode(), "changed_at": changed_at, "holidays": _as_json(holidays)}
    connection.execute(insert(public_schedule).values(row))


def _as_json(holidays: PublishedHolidays | None) -> dict[str, object] | None:
    if holidays is None:
        return None
    return {
        "release": holidays.release,
        "first": holidays.first.isoformat(),
        "last": holidays.last.isoformat(),
        "calendars": [
            {
                "country": each.country,
                "subdivision": each.subdivision,
                "days": [[holiday.day.isoformat(), holiday.name] for holiday in each.holidays],
            }
            for each in holidays.calendars
        ],
    }
