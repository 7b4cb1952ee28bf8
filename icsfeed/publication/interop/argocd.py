"""Argo CD's sync windows: a feed's times as cron schedules, each with a length.

https://argo-cd.readthedocs.io/en/stable/user-guide/sync_windows/

A sync is possible while an ``allow`` window is active and no ``deny`` window is. Cron names no year, so every date must
come once only: the windows are those of less than a year, from the beginning of this month on.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Final

from icsfeed.domain.civil import instant_of, local_date, midnight
from icsfeed.domain.feeds import Feed
from icsfeed.domain.situation import Situation
from icsfeed.domain.span_sets import SpanSet
from icsfeed.domain.spans import Span
from icsfeed.publication.change_calendars import has_change_calendar
from icsfeed.publication.interop.documents import InteropDocument, apart_warning, minutes_note, yaml_document
from icsfeed.services.interop import FeedTimes, Timetable
from icsfeed.services.upcoming import utc_text

_SYSTEM: Final = "Argo CD"
_ONE_MINUTE: Final = timedelta(minutes=1)

_ALWAYS: Final = ("* * * * *", "2m")
"""A window that begins every minute and lasts two is active all the time."""


def argocd(timetable: Timetable, feed: Feed) -> InteropDocument:
    """A patch of an AppProject, whose windows equal the feed's times within a year."""
    whole = timetable.times_of(feed)
    times = whole.cut_to(_year_from_this_month(timetable.situation))
    windows = [
        *(_window("allow", schedule, length) for schedule, length in _schedules(times.opening)),
        *(_window("deny", schedule, length) for schedule, length in _schedules(times.closing)),
    ]
    if has_change_calendar(feed) and not times.opening:
        # Where no window allows anything, Argo CD allows everything.
        windows.append(_window("deny", *_ALWAYS))
    return yaml_document(
        feed,
        _SYSTEM,
        notes=(*_notes(times), *minutes_note(times, _SYSTEM)),
        value={"spec": {"syncWindows": windows}},
        warnings=(*apart_warning(whole), *_left_out(whole, times)),
    )


def _year_from_this_month(situation: Situation) -> Span:
    """A year, from the beginning of the month in UTC in which today begins in the calendar's zone."""
    today = instant_of(midnight(local_date(situation.now, situation.zone)), situation.zone)
    start = datetime(today.year, today.month, 1, tzinfo=UTC)
    return Span(start=start, end=start.replace(year=start.year + 1))


def _notes(times: FeedTimes) -> Iterator[str]:
    yield (
        "A patch of an AppProject; it replaces all sync windows of the project. Choose other applications than all "
        "of them with a tool that edits YAML."
    )
    yield (
        f"Right from {utc_text(times.within.start)} to {utc_text(times.within.end)}, and wrong later, since cron names "
        "no year: fetch this file again every few minutes, and apply it when it has changed."
    )
    yield (
        "Times are in UTC. The allow windows are when planned changes may run; the deny windows, change freezes and "
        "emergency changes, hold against other allow windows as well."
    )


def _left_out(whole: FeedTimes, times: FeedTimes) -> Iterator[str]:
    end = times.within.end
    if any(span.end > end for span in (*whole.opening, *whole.closing)):
        yield f"Cron names no year: what lies beyond {utc_text(end)} is left out until it is less than a year ahead."


def _schedules(spans: SpanSet) -> Iterator[tuple[str, str]]:
    """The spans as cron schedules with lengths: one for all days of a month with the same time and length."""
    days: defaultdict[tuple[int, int, int, int, int], list[int]] = defaultdict(list)
    for span in spans:
        start = span.start
        days[start.year, start.month, start.hour, start.minute, span.length // _ONE_MINUTE].append(start.day)
    for (_, month, hour, minute, minutes), of_month in days.items():
        # With a star for the day of the week, cron goes by the day of the month alone.
        yield f"{minute} {hour} {','.join(map(str, of_month))} {month} *", _length_text(minutes)


def _length_text(minutes: int) -> str:
    """A length as Go parses it."""
    hours, rest = divmod(minutes, 60)
    return (f"{hours}h" if hours else "") + (f"{rest}m" if rest else "")


def _window(kind: str, schedule: str, length: str) -> dict[str, object]:
    return {"kind": kind, "schedule": schedule, "duration": length, "timeZone": "UTC", "applications": ["*"]}
