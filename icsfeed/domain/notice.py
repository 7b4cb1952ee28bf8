"""Notice: how long before its start a change was announced, and how long customers were promised that to be.

A change is announced anew where an update gives it another start, adds an environment, or takes back a cancellation
before the change began. A new end, message or impact does not count as an announcement, nor does a
confirmation: a tentative announcement already names the time.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from icsfeed.domain.changes import Change, State, Update

_NOT_BEGUN = frozenset({State.TENTATIVE, State.CONFIRMED})


@dataclass(frozen=True, kw_only=True, slots=True)
class Notice:
    """How long before the start of a change it was ``announced_at`` that instant (UTC), to the minute.

    ``length`` is negative where the change had begun by then. ``promised`` is what was promised at that time, if
    anything was.
    """

    announced_at: datetime
    length: timedelta
    promised: timedelta | None

    @property
    def is_short(self) -> bool:
        """Whether customers were promised to hear of the change earlier."""
        return self.promised is not None and self.length < self.promised


def notice_of(change: Change, environment: str) -> Notice:
    """The notice that customers of that environment, which the change touches, were given of its present start."""
    updates = change.updates
    first = len(updates) - 1
    while first and not _announces(updates[first - 1], updates[first], {environment}):
        first -= 1
    return _notice(updates[first])


def shortest_notice(change: Change) -> Notice:
    """The notice in the environment, of those that the change touches, in which it was announced last."""
    notices = (notice_of(change, each) for each in change.plan.environments)
    return min(notices, key=lambda notice: notice.length, default=_notice(change.latest))


def announces(change: Change, number: int) -> bool:
    """Whether the update of that number announces the change, for the first time or anew."""
    if number == 1:
        return True
    before, after = change.updates[number - 2 : number]
    return _announces(before, after, after.plan.environments)


def with_promised_notice(change: Change, promised: timedelta | None, *, since: int = 1) -> Change:
    """The change whose announcements, from the update numbered ``since`` on, were made under that promise."""
    if promised is None:
        return change
    updates = (
        replace(each, promised_notice=promised) if each.number >= since and announces(change, each.number) else each
        for each in change.updates
    )
    return replace(change, updates=tuple(updates))


def _announces(before: Update, after: Update, environments: Collection[str]) -> bool:
    """Whether customers of one of those environments learn from the later update when the change starts."""
    is_revived = before.state is State.CANCELLED and after.state in _NOT_BEGUN
    is_moved = before.plan.span.start != after.plan.span.start
    return is_revived or is_moved or not before.plan.environments.issuperset(environments)


def _notice(update: Update) -> Notice:
    to_the_minute = update.at.replace(second=0, microsecond=0)  # as starts are given
    return Notice(
        announced_at=update.at,
        length=update.plan.span.start - to_the_minute,
        promised=update.promised_notice,
    )
