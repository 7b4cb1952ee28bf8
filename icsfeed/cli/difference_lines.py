"""What an edit changes, in lines for people: one for each kind of change to a window, however many dates it has."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Final
from zoneinfo import ZoneInfo

from icsfeed.domain.civil import local_date, whole_days
from icsfeed.domain.feeds import Kind
from icsfeed.domain.schedule import Schedule
from icsfeed.domain.spans import Span
from icsfeed.domain.times import day_text, days_text, span_text
from icsfeed.services.differences import Difference, Edit, FeedDifference

SIGNS: Final = {Edit.ADDED: "+", Edit.MOVED: "~", Edit.REMOVED: "-"}
_VERBS: Final = {Edit.ADDED: "come", Edit.MOVED: "move", Edit.REMOVED: "go"}
_WEEKDAYS: Final = ("Mondays", "Tuesdays", "Wednesdays", "Thursdays", "Fridays", "Saturdays", "Sundays")


def feed_line(feed: FeedDifference) -> str:
    line = f"{SIGNS[feed.change]} feed {feed.slug}"
    if feed.kind is None:
        return line if feed.change is Edit.ADDED else f"{line}: its subscribers get nothing any more"
    days = day_text(feed.days[0])
    if len(feed.days) > 1:
        days = f"{len(feed.days)} dates from {days} to {day_text(feed.days[-1])}"
    return f"{line}: {feed.kind} {feed.id}: {days}"


@dataclass(frozen=True, kw_only=True, slots=True)
class DifferenceText:
    """Writes the dates that differ between two schedules: windows in their own zone, all else in the calendar's.

    With ``zone``, everything is in that one.
    """

    old: Schedule
    new: Schedule
    zone: ZoneInfo | None = None

    def lines(self, dates: Iterable[Difference]) -> Iterator[str]:
        """A line for each window, freeze or change, and for each way in which its dates differ; the nearest first."""
        groups: dict[tuple[Kind, str, Edit, frozenset[str], str], list[Difference]] = defaultdict(list)
        for each in self._with_shortened_freezes(dates):
            environments = each.environments or frozenset()
            groups[each.kind, each.id, each.change, environments, self._clock_times(each)].append(each)
        first_dates = {key[:2]: group[0].day for key, group in reversed(groups.items())}
        in_order = sorted(groups.items(), key=lambda item: (first_dates[item[0][:2]], item[0][:2], item[1][0].day))
        for (kind, name, change, environments, times), group in in_order:
            where = f" in {' and '.join(sorted(environments))}" if environments else ""
            yield f"{SIGNS[change]} {kind} {name}{where}: {self._group_text(group, times)}"

    def _with_shortened_freezes(self, dates: Iterable[Difference]) -> list[Difference]:
        """The dates, where a freeze that begins on another day is not one that goes and one that comes."""
        result: list[Difference] = []
        for each in dates:
            if each.kind is Kind.FREEZE and each.change is not Edit.MOVED:
                index = next((at for at, other in enumerate(result) if _is_counterpart(other, each)), None)
                if index is not None:
                    before, after = result[index].before or each.before, result[index].after or each.after
                    result[index] = replace(each, day=min(each.day, result[index].day), before=before, after=after)
                    continue
            result.append(each)
        return result

    def _group_text(self, group: list[Difference], times: str) -> str:
        first, last = group[0], group[-1]
        if len(group) == 1:
            return self._one(first)
        verb = _VERBS[first.change]
        if first.kind is Kind.FREEZE:
            return f"{len(group)} freezes {verb}, the first {self._one(first)}, the last {self._one(last)}"
        days = [self._day(each) for each in group]
        weekdays = {day.weekday() for day in days}
        dates = _WEEKDAYS[weekdays.pop()] if len(weekdays) == 1 else "dates"
        return f"{len(group)} {dates} {verb}, {day_text(days[0])} to {day_text(days[-1])}: {times}"

    def _day(self, difference: Difference) -> date:
        """The date on which it begins, or began, in the zone in which it is written."""
        return local_date(next(_spans(difference)).start, self._zone_of(difference))

    def _one(self, difference: Difference) -> str:
        return " → ".join(self._span_text(difference, span) for span in _spans(difference))

    def _span_text(self, difference: Difference, span: Span) -> str:
        calendar_zone = self.new.calendar.zone
        if difference.kind is Kind.FREEZE and self.zone is None:
            days = whole_days(span, calendar_zone)
            if days is not None:
                return days_text(days)
        return span_text(span, self._zone_of(difference))

    def _clock_times(self, difference: Difference) -> str:
        """The times of day at which a window's date begins and ends, such as ``02:00–06:00 America/Toronto``."""
        if difference.kind is Kind.FREEZE:
            return ""
        if difference.kind is not Kind.MAINTENANCE:
            return difference.day.isoformat()
        zone = self._zone_of(difference)
        times = (_clock_range(span, zone, self._day(difference)) for span in _spans(difference))
        return f"{' → '.join(times)} {zone.key}"

    def _zone_of(self, difference: Difference) -> ZoneInfo:
        if self.zone is None and difference.kind is Kind.MAINTENANCE:
            for window in (*self.new.windows, *self.old.windows):
                if window.id == difference.id:
                    return window.zone
        return self.zone or self.new.calendar.zone


def _spans(difference: Difference) -> Iterator[Span]:
    return (span for span in (difference.before, difference.after) if span is not None)


def _is_counterpart(one: Difference, other: Difference) -> bool:
    """Whether one goes and the other comes, and they are a freeze that only has other days."""
    if (one.kind, one.id, one.environments) != (other.kind, other.id, other.environments) or {
        one.change,
        other.change,
    } != {Edit.ADDED, Edit.REMOVED}:
        return False
    (span,), (other_span,) = _spans(one), _spans(other)
    return span.overlaps(other_span)


def _clock_range(span: Span, zone: ZoneInfo, day: date) -> str:
    """The times of day, with the date where it is not ``day``."""
    start, end = span.start.astimezone(zone), span.end.astimezone(zone)
    on_day = "" if start.date() == day else f"{day_text(start.date())} "
    return f"{on_day}{start:%H:%M}–{_days_later(start, end)}{end:%H:%M}"


def _days_later(start: datetime, end: datetime) -> str:
    days = (end.date() - start.date()).days
    return f"{days} days later, " if days > 1 else ""
