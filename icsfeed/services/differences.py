"""The differences that an edit of the schedule makes for subscribers: in dates, feeds and their contents."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import TypeAlias
from zoneinfo import ZoneInfo

from icsfeed.domain.changes import Change, State
from icsfeed.domain.civil import local_date
from icsfeed.domain.feeds import Feed, Kind
from icsfeed.domain.freezes import FrozenSpan
from icsfeed.domain.occurrences import Occurrence
from icsfeed.domain.situation import Situation
from icsfeed.domain.spans import Span
from icsfeed.services.upcoming import utc_text


class Edit(StrEnum):
    """How a date, or a feed, differs."""

    ADDED = "added"
    MOVED = "moved"
    REMOVED = "removed"


@dataclass(frozen=True, kw_only=True, slots=True)
class Difference:
    """One date that differs: ``day`` (local) names the occurrence of ``id``, or begins the freeze of that id.

    Of a change it is the day that was announced first, as the old schedule has it.
    ``before`` is ``None`` for what was added, ``after`` for what was removed. ``environments`` are those for which it
    differs, where it does not for all that it touches.
    """

    kind: Kind
    id: str
    day: date
    before: Span | None
    after: Span | None
    environments: frozenset[str] | None = None

    @property
    def change(self) -> Edit:
        if self.before is None:
            return Edit.ADDED
        return Edit.REMOVED if self.after is None else Edit.MOVED

    def is_past(self, now: datetime) -> bool:
        """Whether it is about a time that is over at ``now`` (aware), both before and after."""
        return all(span.end <= now for span in (self.before, self.after) if span is not None)

    def rewrites_past(self, now: datetime) -> bool:
        """Whether it is about an instant before ``now`` (aware)."""
        if self.before is None or self.after is None:
            return any(span.start < now for span in (self.before, self.after) if span is not None)
        starts, ends = {self.before.start, self.after.start}, {self.before.end, self.after.end}
        return (len(starts) > 1 and min(starts) < now) or (len(ends) > 1 and min(ends) < now)

    def as_json(self) -> dict[str, object]:
        """The difference as JSON has it, instants in ISO 8601 and UTC."""

        def text(span: Span | None) -> dict[str, str] | None:
            return {"start": utc_text(span.start), "end": utc_text(span.end)} if span else None

        return {
            "change": self.change.value,
            "kind": self.kind.value,
            "id": self.id,
            "day": self.day.isoformat(),
            "before": text(self.before),
            "after": text(self.after),
            "environments": sorted(self.environments) if self.environments is not None else None,
        }


@dataclass(frozen=True, kw_only=True, slots=True)
class FeedDifference:
    """A feed that an edit adds or removes or, with ``kind`` and ``id``, what a feed that stays gains or loses.

    The ``days`` are those of a window or freeze that happens before and after, and is in that feed only once.
    """

    slug: str
    change: Edit
    kind: Kind | None = None
    id: str = ""
    days: tuple[date, ...] = ()

    def as_json(self) -> dict[str, object]:
        """The difference as JSON has it."""
        record: dict[str, object] = {"change": self.change.value, "slug": self.slug}
        if self.kind is not None:
            record |= {"kind": self.kind.value, "id": self.id, "days": [day.isoformat() for day in self.days]}
        return record


@dataclass(frozen=True, kw_only=True, slots=True)
class Differences:
    """All that an edit changes for subscribers; ``uid_domain`` is the old and the new one, where they differ.

    Another domain makes every event a new one: customers who imported the old ones have both.
    """

    uid_domain: tuple[str, str] | None
    feeds: tuple[FeedDifference, ...]
    dates: tuple[Difference, ...]

    def as_json(self) -> dict[str, object]:
        """The differences as JSON has them."""
        domains = dict(zip(("before", "after"), self.uid_domain, strict=True)) if self.uid_domain else None
        return {
            "uid_domain": domains,
            "feeds": [each.as_json() for each in self.feeds],
            "dates": [each.as_json() for each in self.dates],
        }


_Dates: TypeAlias = Mapping[tuple[Kind, str, date], Mapping[str, Span]]
"""The times of items, by the environments that they touch: one may happen in each at another time."""


def differences(old: Situation, new: Situation) -> Differences:
    """The differences between ``old`` and ``new`` for subscribers, in order.

    Both have the same record, so that the effect of an edit on changes and on adjusted occurrences shows.
    """
    changes = (*new.record.changes.values(), *new.schedule.changes, *old.schedule.changes)
    days = {change.id: _day(change, old.zone) for change in changes}
    before, after = _dates(old, days), _dates(new, days)
    domains = (old.schedule.calendar.uid_domain, new.schedule.calendar.uid_domain)
    return Differences(
        uid_domain=domains if domains[0] != domains[1] else None,
        feeds=tuple(_of_feeds(_feeds_by_slug(old), _feeds_by_slug(new), before, after)),
        dates=tuple(sorted(_of_dates(before, after, _environments_of_windows(old, new)), key=_order)),
    )


def _feeds_by_slug(situation: Situation) -> dict[str, Feed]:
    return {feed.slug: feed for feed in situation.schedule.feeds}


def _order(difference: Difference) -> tuple[date, Kind, str, list[str]]:
    return difference.day, difference.kind, difference.id, sorted(difference.environments or ())


def _environments_of_windows(*situations: Situation) -> Mapping[str, frozenset[str]]:
    """The environments of each window, before and after."""
    environments: dict[str, frozenset[str]] = defaultdict(frozenset)
    for window in (window for situation in situations for window in situation.schedule.windows):
        environments[window.id] |= window.environments
    return environments


def _of_dates(before: _Dates, after: _Dates, of_windows: Mapping[str, frozenset[str]]) -> Iterator[Difference]:
    for key in before.keys() | after.keys():
        kind, name, day = key
        old, new = before.get(key, {}), after.get(key, {})
        environments = old.keys() | new.keys()
        if kind is Kind.MAINTENANCE:
            environments |= of_windows[name]
        alike: dict[tuple[Span | None, Span | None], set[str]] = defaultdict(set)
        for environment in environments:
            alike[old.get(environment), new.get(environment)].add(environment)
        for (was, becomes), those in alike.items():
            if was != becomes:
                yield Difference(
                    kind=kind,
                    id=name,
                    day=day,
                    before=was,
                    after=becomes,
                    environments=frozenset(those) if len(those) < len(environments) else None,
                )


def _of_feeds(old: dict[str, Feed], new: dict[str, Feed], before: _Dates, after: _Dates) -> Iterator[FeedDifference]:
    for slug in sorted(old.keys() | new.keys()):
        if slug not in new or slug not in old:
            yield FeedDifference(slug=slug, change=Edit.ADDED if slug in new else Edit.REMOVED)
            continue
        edits: dict[tuple[Kind, str, Edit], list[date]] = defaultdict(list)
        for kind, name, day in sorted(before.keys() & after.keys()):
            had = old[slug].selects(kind, frozenset(before[kind, name, day]))
            has = new[slug].selects(kind, frozenset(after[kind, name, day]))
            if had is not has:
                edits[kind, name, Edit.ADDED if has else Edit.REMOVED].append(day)
        for (kind, name, change), days in edits.items():
            yield FeedDifference(slug=slug, change=change, kind=kind, id=name, days=tuple(days))


def _day(change: Change, zone: ZoneInfo) -> date:
    """The day for which a change was first announced."""
    return local_date(change.updates[0].plan.span.start, zone)


def _dates(situation: Situation, days_of_changes: Mapping[str, date]) -> _Dates:
    """The items that subscribers see, by kind, id and local date."""
    dates: dict[tuple[Kind, str, date], dict[str, Span]] = defaultdict(dict)
    of_schedule = situation.schedule.environment_names.keys()
    for item in situation.published():
        match item:
            case Occurrence(window=window, environments=environments, span=span):
                if item.excluded is None and span is not None and item.start in situation.published_span:
                    dates[Kind.MAINTENANCE, window.id, item.original_start.date()] |= dict.fromkeys(environments, span)
            case FrozenSpan(freeze=freeze, days=days, span=span):
                dates[Kind.FREEZE, freeze.id, days.first] |= dict.fromkeys(freeze.environments, span)
            case Change(plan=plan):
                if item.state is not State.CANCELLED and not of_schedule.isdisjoint(plan.environments):
                    spans = dict.fromkeys(plan.environments, item.shown_span)
                    dates[item.kind, item.id, days_of_changes[item.id]] |= spans
    return dates
