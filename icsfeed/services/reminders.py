"""The facts of reminders: what is under way, what comes within some days, and what the policy says.

They come from the one walk over a situation, so no reminder can say what no feed does.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from icsfeed.domain.changes import Change, State
from icsfeed.domain.civil import days_span, instant_of, local_date, midnight
from icsfeed.domain.feeds import Kind
from icsfeed.domain.situation import Situation
from icsfeed.domain.spans import ONE_DAY, DateRange
from icsfeed.services.policy_rows import FreezeRow, WindowRow, freeze_rows, window_rows
from icsfeed.services.upcoming import UpcomingItem, item_of, lapse_of, upcoming
from icsfeed.words.dates import Dates
from icsfeed.words.languages import language_named

DEFAULT_DAYS: Final = 14
"""How many days after today reminders look ahead."""

EVERY_KIND: Final = frozenset(Kind)

_SEARCH_STEP: Final = timedelta(weeks=6)
_RANKS: Final = (Kind.EMERGENCY, Kind.PLANNED, Kind.MAINTENANCE)


@dataclass(frozen=True, kw_only=True, slots=True)
class ReminderFacts:
    """What reminders say, in the language of the situation; ``now`` (UTC) is the instant at which it is true.

    ``days`` are those in the calendar's zone that reminders cover: today, and as many days after it as were asked for.

    - ``under_way``: the changes in progress, emergencies first, also those that take longer than planned; then the
      maintenance that takes place now.
    - ``coming``: what is not over and not under way, by start: maintenance, also where it is skipped and readers see
      that; changes, also cancelled ones; freezes that have not begun. A change that nobody has started is among these
      although its planned time has begun, and until the end of the day on which that ends, as on the pages.
    - ``finished``: the changes that were completed or cancelled today and are not coming, the latest first.
    - ``freezes``: those that hold now; one without an end ``is_open_ended``.
    - ``next``: the first work after these days, where none of it lies within them, and none is under way.
    - ``windows`` and ``freeze_rules``: the policy in words, in its order, without what has ended.
    """

    now: datetime
    days: DateRange
    under_way: tuple[UpcomingItem, ...]
    coming: tuple[UpcomingItem, ...]
    finished: tuple[UpcomingItem, ...]
    freezes: tuple[UpcomingItem, ...]
    next: UpcomingItem | None
    windows: tuple[WindowRow, ...]
    freeze_rules: tuple[FreezeRow, ...]

    @property
    def today(self) -> date:
        return self.days.first


def is_open_work(item: UpcomingItem) -> bool:
    """Whether it is maintenance or a change, and neither completed nor cancelled."""
    return item.kind is not Kind.FREEZE and item.state not in {State.COMPLETED, State.CANCELLED}


def is_due(item: UpcomingItem, now: datetime) -> bool:
    """Whether it is a change whose planned time has begun, also one whose time has passed, that nobody has started."""
    return item.state in {State.TENTATIVE, State.CONFIRMED} and item.span.start <= now


def reminder_facts(
    situation: Situation,
    *,
    environments: frozenset[str] | None = None,
    days: int = DEFAULT_DAYS,
    kinds: frozenset[Kind] = EVERY_KIND,
) -> ReminderFacts:
    """The facts for the readers of that situation: what touches those environments (``None``: all public ones).

    ``days`` is how many days after today are covered; only what is of these ``kinds`` counts.

    Raises:
        NotFoundError: where the schedule has no such environment.
    """
    return _Facts(
        situation=situation, environments=tuple(sorted(environments or ())), days=days, kinds=kinds
    ).gathered()


@dataclass(frozen=True, kw_only=True)
class _Facts:
    """The selection of one set of facts."""

    situation: Situation
    environments: tuple[str, ...]
    days: int
    kinds: frozenset[Kind]

    def gathered(self) -> ReminderFacts:
        situation = self.situation
        now, today = situation.now, local_date(situation.now, situation.zone)
        horizon = DateRange(first=today, last=today + self.days * ONE_DAY)
        touched = situation.schedule.environments_named(self.environments)
        changes = [each for each in situation.public_changes() if self._selects(each, touched)]
        coming = [item_of(each) for each in changes if self._is_late(each)]
        freezes: list[UpcomingItem] = []
        taking_place: list[UpcomingItem] = []
        for item in self._items(now, _end_of(horizon, situation)):
            if item.kind is Kind.FREEZE and now in item.span:
                freezes.append(item)
            elif item.kind is Kind.MAINTENANCE and now in item.span and is_open_work(item):
                taking_place.append(item)
            elif item.state not in {State.IN_PROGRESS, State.COMPLETED}:
                coming.append(item)
        coming.sort(key=lambda item: (item.span.start, item.kind, item.id))
        under_way = sorted(
            (*(item_of(each) for each in changes if each.is_in_progress), *taking_place),
            key=lambda item: (_RANKS.index(item.kind), item.span.start, item.id),
        )
        finished = self._finished(changes, today)
        is_quiet = not under_way and not any(map(is_open_work, coming))
        announced = {(item.kind, item.id) for item in coming}
        return ReminderFacts(
            now=now,
            days=horizon,
            under_way=tuple(under_way),
            coming=tuple(coming),
            finished=tuple(item_of(each) for each in finished if (each.kind, each.id) not in announced),
            freezes=tuple(freezes),
            next=self._next_work(_end_of(horizon, situation)) if is_quiet else None,
            windows=tuple(self._windows(touched, today)),
            freeze_rules=tuple(self._freeze_rules(touched, today)),
        )

    def _items(self, start: datetime, end: datetime) -> Iterator[UpcomingItem]:
        for item in upcoming(self.situation, start, end - start, self.environments):
            if item.kind in self.kinds:
                yield item

    def _selects(self, change: Change, touched: frozenset[str]) -> bool:
        return change.kind in self.kinds and not touched.isdisjoint(change.plan.environments)

    def _is_late(self, change: Change) -> bool:
        """Whether its planned time has passed, and pages still show it as not over: nobody has said anything of it."""
        now = self.situation.now
        return change.is_over(now) and not change.state.is_final and now < lapse_of(change, self.situation.zone)

    def _finished(self, changes: Iterable[Change], today: date) -> list[Change]:
        """The changes that were completed or cancelled today, the latest first."""
        ends = [(each, each.entered(State.COMPLETED, State.CANCELLED)) for each in changes if each.state.is_final]
        of_today = [
            (end, each) for each, end in ends if end is not None and local_date(end, self.situation.zone) == today
        ]
        return [each for _, each in sorted(of_today, key=lambda pair: (pair[0], pair[1].id), reverse=True)]

    def _next_work(self, start: datetime) -> UpcomingItem | None:
        """The first work that starts at that instant or later, as far as feeds reach."""
        last = self.situation.published_span.end
        while start < last:
            end = min(start + _SEARCH_STEP, last)
            for item in self._items(start, end):
                if item.span.start >= start and is_open_work(item):
                    return item
            start = end
        return None

    def _windows(self, touched: frozenset[str], today: date) -> Iterator[WindowRow]:
        for row in window_rows(self.situation.schedule, self._dates(today), today):
            if Kind.MAINTENANCE in self.kinds and not row.has_ended and not touched.isdisjoint(row.part.environments):
                yield row

    def _freeze_rules(self, touched: frozenset[str], today: date) -> Iterator[FreezeRow]:
        for row in freeze_rows(self.situation.schedule, self._dates(today), today):
            if Kind.FREEZE in self.kinds and not row.has_ended and not touched.isdisjoint(row.part.environments):
                yield row

    def _dates(self, today: date) -> Dates:
        schedule = self.situation.schedule
        return Dates(language=language_named(schedule.language), zone=self.situation.zone, year=today.year)


def _end_of(days: DateRange, situation: Situation) -> datetime:
    """The instant (UTC) at which those days end in the calendar's zone."""
    span = days_span(days, situation.zone)
    return span.end if span is not None else instant_of(midnight(days.last + ONE_DAY), situation.zone)
