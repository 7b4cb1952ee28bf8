"""Views: what the public, or the subscribers of one private feed, may see of a situation.

A view is a situation whose schedule and record have nothing else, so whatever is made from it can't show more. Parts
that a view need not reduce are the very objects of the whole, and the same parts give the same view, so that what was
made of them is not made again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import lru_cache
from typing import Final, TypeVar

from icsfeed.domain.adjustments import Adjustment
from icsfeed.domain.changes import Change
from icsfeed.domain.feeds import Feed
from icsfeed.domain.history_views import visible_history
from icsfeed.domain.record import Record
from icsfeed.domain.recorded_freezes import RecordedFreeze
from icsfeed.domain.revisions import is_private_key
from icsfeed.domain.schedule import Schedule

_MAX_CACHED_VIEWS: Final = 64
_Key = TypeVar("_Key")
_Part = TypeVar("_Part")


@dataclass(frozen=True, eq=False)
class _SameObject:
    """A key for a cache: equal to that of the very same object."""

    part: object

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _SameObject) and other.part is self.part

    def __hash__(self) -> int:
        return id(self.part)


def is_public(schedule: Schedule) -> bool:
    """Whether all of the schedule is public, so that everybody sees the whole."""
    return all(each.public for each in schedule.environments) and all(each.public for each in schedule.feeds)


def schedule_view(schedule: Schedule, private: frozenset[str], feed: Feed | None = None) -> Schedule:
    """The schedule with its public environments and those ``private`` ones, and the public feeds.

    For the subscribers of a private ``feed``: with that feed alone, and the windows that it may show.
    """
    return _schedule_view(_SameObject(schedule), schedule.public_environments | private, feed)


def schedule_of_feed(schedule: Schedule, feed: Feed) -> Schedule:
    """The schedule with that feed and its environments alone, which count as public."""
    return _schedule_of_feed(_SameObject(schedule), feed)


@lru_cache(maxsize=_MAX_CACHED_VIEWS)
def _schedule_of_feed(whole: _SameObject, feed: Feed) -> Schedule:
    view = _schedule_view(whole, feed.environments, feed)
    environments = tuple(replace(each, public=True) for each in view.environments)
    return replace(view, environments=environments, feeds=(replace(feed, public=True),), private_feed="")


@lru_cache(maxsize=_MAX_CACHED_VIEWS)
def _schedule_view(whole: _SameObject, visible: frozenset[str], feed: Feed | None) -> Schedule:
    schedule: Schedule = whole.part  # type: ignore[assignment]  # so it was made
    selected = visible if feed is None else feed.environments
    windows = (
        replace(window, environments=window.environments & visible)
        for window in schedule.windows
        if not window.environments.isdisjoint(selected & visible)
    )
    changes = ((change, visible_history(change, visible)) for change in schedule.changes)
    return replace(
        schedule,
        environments=tuple(each for each in schedule.environments if each.id in visible),
        windows=tuple(windows),
        freezes=tuple(
            replace(freeze, environments=freeze.environments & visible)
            for freeze in schedule.placed_freezes
            if not freeze.environments.isdisjoint(visible)
        ),
        feeds=tuple(each for each in schedule.feeds if each.public) if feed is None else (feed,),
        changes=tuple(history for change, history in changes if history is not None and _touches(change, selected)),
        channels=(),
        mail=replace(schedule.mail, smtp="") if schedule.mail is not None else None,
        operators=None,
        private_feed="" if feed is None else feed.slug,
        translations={
            language: _schedule_view(_SameObject(texts), visible, None if feed is None else texts.feed(feed.slug))
            for language, texts in schedule.translations.items()
        },
    )


def veiled_record(record: Record) -> Record:
    """The record without what internal freezes say; itself where there are none."""
    freezes = _veiled_freezes(_SameObject(record.freezes))
    return record if freezes is record.freezes else replace(record, freezes=freezes)


@lru_cache(maxsize=_MAX_CACHED_VIEWS)
def _veiled_freezes(whole: _SameObject) -> Mapping[str, RecordedFreeze]:
    freezes: Mapping[str, RecordedFreeze] = whole.part  # type: ignore[assignment]  # so it was made
    veiled = {freeze_id: freeze.veiled() if freeze.is_internal else freeze for freeze_id, freeze in freezes.items()}
    return _same_if_equal(freezes, veiled)


def record_view(record: Record, whole: Schedule, view: Schedule, feed: Feed | None = None) -> Record:
    """The record with what the ``view`` of the ``whole`` schedule has room for."""
    visible = frozenset(view.environment_names)
    selected = visible if feed is None else feed.environments
    hidden = {window.id for window in whole.windows} - {window.id for window in view.windows}
    changes = _changes_view(_SameObject(record.changes), visible, selected)
    freezes = _freezes_view(_SameObject(record.freezes), visible)
    return replace(
        record,
        changed_at=_changed_at(record, changes, freezes),
        changes=changes,
        adjustments=_adjustments_view(_SameObject(record.adjustments), frozenset(hidden)),
        freezes=freezes,
    )


def _changed_at(record: Record, changes: Mapping[str, Change], freezes: Mapping[str, RecordedFreeze]) -> datetime:
    """When anything public was last recorded: the dates of what is private are private."""
    updates = (change.latest.at for change in changes.values())
    # A freeze's event is dated to the minute in which it started; it became public within that minute.
    starts_and_ends = (at for each in freezes.values() for at in (each.started_at, each.ended_at) if at is not None)
    lines = (lines[-1].revision.at for key, lines in record.ledger.items() if not is_private_key(key))
    return min(record.changed_at, max((record.released_at, *updates, *starts_and_ends, *lines)))


@lru_cache(maxsize=_MAX_CACHED_VIEWS)
def _changes_view(whole: _SameObject, visible: frozenset[str], selected: frozenset[str]) -> Mapping[str, Change]:
    changes: Mapping[str, Change] = whole.part  # type: ignore[assignment]  # so it was made
    histories = {
        change_id: visible_history(change, visible)
        for change_id, change in changes.items()
        if _touches(change, selected & visible)
    }
    view = {change_id: history for change_id, history in histories.items() if history is not None}
    return _same_if_equal(changes, view)


@lru_cache(maxsize=_MAX_CACHED_VIEWS)
def _adjustments_view(whole: _SameObject, hidden: frozenset[str]) -> Mapping[tuple[str, date], Adjustment]:
    adjustments: Mapping[tuple[str, date], Adjustment] = whole.part  # type: ignore[assignment]  # so it was made
    view = {key: each for key, each in adjustments.items() if each.window_id not in hidden}
    return _same_if_equal(adjustments, view)


@lru_cache(maxsize=_MAX_CACHED_VIEWS)
def _freezes_view(whole: _SameObject, visible: frozenset[str]) -> Mapping[str, RecordedFreeze]:
    freezes: Mapping[str, RecordedFreeze] = whole.part  # type: ignore[assignment]  # so it was made
    view = {
        freeze_id: _freeze_view(freeze, visible)
        for freeze_id, freeze in freezes.items()
        if not freeze.environments.isdisjoint(visible)
    }
    return _same_if_equal(freezes, view)


def _freeze_view(freeze: RecordedFreeze, visible: frozenset[str]) -> RecordedFreeze:
    own = freeze if freeze.environments <= visible else replace(freeze, environments=freeze.environments & visible)
    return own.veiled() if own.is_internal else own


def _same_if_equal(whole: Mapping[_Key, _Part], view: Mapping[_Key, _Part]) -> Mapping[_Key, _Part]:
    is_whole = len(view) == len(whole) and all(view[key] is part for key, part in whole.items())
    return whole if is_whole else view


def _touches(change: Change, environments: frozenset[str]) -> bool:
    """Whether the change ever touched one of them."""
    return any(not environments.isdisjoint(update.plan.environments) for update in change.updates)
