"""Edits that rewrite the past: dates that customers' calendars show, and that are over."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import date
from typing import NamedTuple, TypeAlias

from icsfeed.domain.civil import local_date
from icsfeed.domain.feeds import Kind
from icsfeed.domain.freeze_patterns import last_day
from icsfeed.domain.freezes import ChangeFreeze
from icsfeed.domain.recurrence import ListedDates
from icsfeed.domain.schedule import Schedule
from icsfeed.domain.situation import Situation
from icsfeed.domain.spans import ONE_DAY
from icsfeed.domain.windows import MaintenanceWindow
from icsfeed.services.differences import Difference, Differences, Edit

_Table: TypeAlias = MaintenanceWindow | ChangeFreeze
_VERBS = {Edit.REMOVED: "removes", Edit.MOVED: "moves", Edit.ADDED: "adds"}
_TABLES = {Kind.MAINTENANCE: "maintenance_windows", Kind.FREEZE: "change_freezes"}


class PastEdit(NamedTuple):
    """A warning about a table of the schedule file whose edit rewrites the past."""

    table: str
    name: str
    message: str


def past_edits(old: Situation, new: Situation, edit: Differences) -> tuple[PastEdit, ...]:
    """A warning for each window or freeze whose own edit changes dates that are over."""
    past: dict[tuple[Kind, str], list[Difference]] = defaultdict(list)
    for each in edit.dates:
        if each.kind in _TABLES and each.rewrites_past(new.now):
            past[each.kind, each.id].append(each)
    return tuple(_warnings(old.schedule, new, past))


def _warnings(old: Schedule, new: Situation, past: Mapping[tuple[Kind, str], list[Difference]]) -> Iterator[PastEdit]:
    before, after = _tables(old), _tables(new.schedule)
    for (kind, name), dates in past.items():
        was, becomes = before.get((kind, name)), after.get((kind, name))
        if was != becomes:
            today = local_date(new.now, becomes.zone if becomes is not None else new.zone)
            message = f"the edit {_effect(dates)}; {_remedy(was, becomes, today, dates)}"
            yield PastEdit(table=_TABLES[kind], name=name, message=message)


def _tables(schedule: Schedule) -> dict[tuple[Kind, str], _Table]:
    windows: dict[tuple[Kind, str], _Table] = {(Kind.MAINTENANCE, each.id): each for each in schedule.windows}
    return windows | {(Kind.FREEZE, each.id): each for each in schedule.freezes}


def _effect(dates: list[Difference]) -> str:
    """Such as ``removes 48 past dates and adds 3``."""
    counts = [(verb, sum(each.change is change for each in dates)) for change, verb in _VERBS.items()]
    (verb, count), *others = [(verb, count) for verb, count in counts if count]
    return " and ".join(
        [f"{verb} {count} past {'date' if count == 1 else 'dates'}", *(f"{verb} {count}" for verb, count in others)]
    )


def _has_dates_of_its_own(table: _Table) -> bool:
    if isinstance(table, ChangeFreeze):
        return last_day(table.pattern) is not None
    return isinstance(table.recurrence, ListedDates)


def _remedy(was: _Table | None, becomes: _Table | None, today: date, dates: list[Difference]) -> str:
    """How the past stays as it was."""
    if any(_has_dates_of_its_own(each) for each in (was, becomes) if each is not None):
        return "leave its dates that are over as they were, and write new ones in a table of their own"
    if becomes is None:
        return f"instead of removing the table, end it with effective_until = {today - ONE_DAY}"
    if was is None or all(each.change is Edit.ADDED for each in dates):
        return f"if that is not meant, give the table effective_from = {today}"
    return (
        f"to keep them, leave the table as it was, with effective_until = {today - ONE_DAY}, and write the new one "
        f"beside it under another id, with effective_from = {today}"
    )
