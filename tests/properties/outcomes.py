"""A second, slow reading of what becomes of each occurrence in each environment (decisions 2, 3 and 4)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime
from typing import NamedTuple

from icsfeed.domain.adjustments import Adjustment, Move, Skip
from icsfeed.domain.recorded_freezes import RecordedFreeze
from icsfeed.domain.schedule import Schedule
from icsfeed.domain.windows import MaintenanceWindow
from tests.properties.brute_force import DAY, WEEK, Instants, days, hull, is_start, local_span
from tests.properties.frozen_times import FrozenTime, frozen_times, recorded_time

Key = tuple[str, datetime, str]
"""A window's id, an occurrence's original local start, and an environment."""


class Outcome(NamedTuple):
    """The outcome of an occurrence: when it happens or why not, and the freezes that it would overlap."""

    policy: Instants | None
    happens: Instants | None
    reason: str = ""
    freezes: frozenset[str] = frozenset()


class Policy:
    """The outcomes of a schedule and what operators recorded, between two dates."""

    def __init__(
        self,
        schedule: Schedule,
        adjustments: Iterable[Adjustment],
        first: date,
        last: date,
        recorded: Iterable[RecordedFreeze] = (),
    ) -> None:
        self._adjusted = {(each.window_id, each.day): each for each in adjustments}
        moved = [each.to for each in self._adjusted.values() if isinstance(each, Move)]
        begin = min([first, *(to.start.date() for to in moved)]) - WEEK
        end = max([last, *(to.end.date() for to in moved)]) + 2 * WEEK
        public = frozenset(each.id for each in schedule.environments if each.public)
        self.frozen = [
            each._replace(environments=each.environments or public)
            for freeze in schedule.freezes
            for each in frozen_times(freeze, begin, end)
        ]
        self.recorded = [recorded_time(each) for each in recorded]
        self._frozen_near: dict[date, list[FrozenTime]] = defaultdict(list)
        for each in self.frozen:
            for day in days(each.span[0].date(), each.span[1].date()):
                self._frozen_near[day].append(each)
        self.outcomes: dict[Key, Outcome] = {
            (window.id, start, environment): self._outcome(window, start, end, environment)
            for window in schedule.windows
            for day in days(first, last)
            if is_start(day, window)
            for start, end in [local_span(window, day)]
            for environment in sorted(window.environments)
        }

    def _outcome(self, window: MaintenanceWindow, start: datetime, end: datetime, environment: str) -> Outcome:
        adjustment = self._adjusted.get((window.id, start.date()))
        policy = hull(start, end, window.zone)
        if policy is None:
            return Outcome(None, None, "Missing")
        touched = self._touching(policy, environment)
        if isinstance(adjustment, Move):
            # A recorded freeze is judged by the time at which the occurrence happens.
            touched = [each for each in touched if not each.is_recorded]
        if excluding := _excluding(touched, policy):
            return Outcome(policy, None, "Frozen", excluding)
        if isinstance(adjustment, Skip):
            return Outcome(policy, None, "Skipped")
        happens = (adjustment.to.start, adjustment.to.end) if isinstance(adjustment, Move) else policy
        touched = self._touching(happens, environment)
        if excluding := _excluding(touched, happens):
            return Outcome(policy, None, "Frozen", excluding)
        cuts = [each.span[0] for each in touched]
        return Outcome(policy, (happens[0], min([happens[1], *cuts])))

    def _touching(self, span: Instants, environment: str) -> list[FrozenTime]:
        near = [each for day in days(span[0].date(), span[1].date() + DAY) for each in self._frozen_near[day]]
        touched = [each for each in (*near, *self.recorded) if each.overlaps(span)]
        return [each for each in touched if environment in each.environments]


def _excluding(touched: list[FrozenTime], span: Instants) -> frozenset[str]:
    """The ids of those that take the occurrence away; one that is recorded once it has begun only cuts it."""
    return frozenset(each.freeze_id for each in touched if not (each.is_recorded and span[0] < each.span[0]))
