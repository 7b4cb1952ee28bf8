"""Prometheus Alertmanager's ``time_intervals``: every minute of a feed's times by its date, in UTC.

https://prometheus.io/docs/alerting/latest/configuration/#time_interval
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime, time, timedelta
from itertools import pairwise
from typing import Final

from icsfeed.domain.feeds import Feed, Kind
from icsfeed.domain.span_sets import SpanSet
from icsfeed.domain.spans import ONE_DAY
from icsfeed.publication.change_calendars import has_change_calendar
from icsfeed.publication.interop.documents import InteropDocument, apart_warning, minutes_note, yaml_document
from icsfeed.services.interop import FeedTimes, Timetable
from icsfeed.services.upcoming import utc_text

_SYSTEM: Final = "Prometheus Alertmanager"
_ONE_MINUTE: Final = timedelta(minutes=1)
_MINUTES_OF_A_DAY: Final = ONE_DAY // _ONE_MINUTE


def alertmanager(timetable: Timetable, feed: Feed) -> InteropDocument:
    """One named interval for each kind of time that the feed selects, whether or not there are such times.

    A route may refer to none that is missing, so their names depend on the feed alone.
    """
    times = timetable.times_of(feed)
    intervals = dict(_intervals(feed, times))
    return yaml_document(
        feed,
        _SYSTEM,
        notes=(*_notes(feed, times, list(intervals)), *minutes_note(times, _SYSTEM)),
        value={
            "time_intervals": [
                {"name": name, "time_intervals": list(_specifications(spans))} for name, spans in intervals.items()
            ]
        },
        warnings=apart_warning(times),
    )


def _intervals(feed: Feed, times: FeedTimes) -> Iterator[tuple[str, SpanSet]]:
    if has_change_calendar(feed):
        yield f"{feed.slug}-open", times.opening
    if Kind.EMERGENCY in feed.kinds:
        yield f"{feed.slug}-emergency", times.emergency
    if Kind.FREEZE in feed.kinds:
        yield f"{feed.slug}-freeze", times.frozen


def _notes(feed: Feed, times: FeedTimes, names: list[str]) -> Iterator[str]:
    yield (
        f"Dates and times are in UTC, from {utc_text(times.within.start)} to {utc_text(times.within.end)}: fetch this "
        "file again every few minutes, and reload Alertmanager when it has changed."
    )
    if has_change_calendar(feed):
        yield f"{feed.slug}-open is when planned changes may run in all environments of this feed."
    if Kind.EMERGENCY in feed.kinds:
        yield f"{feed.slug}-emergency is when an emergency change is announced or under way in any of them."
    if Kind.FREEZE in feed.kinds:
        yield f"{feed.slug}-freeze is when a change freeze holds in any of them."
    muting = [name for name in names if not name.endswith("-freeze")]
    if muting:
        yield "A route that is silent during maintenance names them:"
        yield f"   mute_time_intervals: [{', '.join(muting)}]"


def _specifications(spans: SpanSet) -> Iterator[dict[str, object]]:
    """The spans as times of days of a month, each of which Alertmanager compares with the clock in UTC."""
    days: defaultdict[tuple[int, int, int, int], list[int]] = defaultdict(list)
    for start, minutes in _pieces(spans):
        begin = start.hour * 60 + start.minute
        days[start.year, start.month, begin, begin + minutes].append(start.day)
    for (year, month, begin, end), of_month in sorted(days.items(), key=lambda each: (*each[0][:2], each[1], each[0])):
        times = [{"start_time": _clock_text(begin), "end_time": _clock_text(end)}]
        yield {
            **({} if (begin, end) == (0, _MINUTES_OF_A_DAY) else {"times": times}),
            "days_of_month": list(_ranges(of_month)),
            "months": [str(month)],
            "years": [str(year)],
        }


def _pieces(spans: SpanSet) -> Iterator[tuple[datetime, int]]:
    """The spans, divided at midnight: the start and the minutes of each piece."""
    for span in spans:
        start = span.start
        while start < span.end:
            midnight = datetime.combine(start.date() + ONE_DAY, time(), tzinfo=start.tzinfo)
            end = min(midnight, span.end)
            yield start, (end - start) // _ONE_MINUTE
            start = end


def _ranges(days: list[int]) -> Iterator[str]:
    """Days of a month, in order, as Alertmanager has them: ``3``, or ``24:30``."""
    breaks = [place for place, (one, other) in enumerate(pairwise(days), start=1) if other != one + 1]
    for begin, end in pairwise((0, *breaks, len(days))):
        first, last = days[begin], days[end - 1]
        yield str(first) if first == last else f"{first}:{last}"


def _clock_text(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"
