"""The effects of a recorded freeze: occurrences that it cuts or drops, or that happen again; changes that lie in it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias
from zoneinfo import ZoneInfo

from icsfeed.domain.changes import Change, Plan
from icsfeed.domain.feeds import Kind
from icsfeed.domain.plans import check_frozen
from icsfeed.domain.recorded_freezes import RecordedFreeze
from icsfeed.domain.situation import Situation
from icsfeed.domain.spans import Span
from icsfeed.services.upcoming import span_as_json

_Place: TypeAlias = tuple[str, datetime, str]
"""An occurrence in one environment: its window, its original local start, and that environment."""


@dataclass(frozen=True, kw_only=True, slots=True)
class FreezeEffect:
    """An occurrence that happens at another time in those ``environments`` than ``before``; ``None``: not at all."""

    window: str
    original_start: datetime
    environments: frozenset[str]
    before: Span | None
    after: Span | None

    @property
    def start(self) -> datetime:
        return min(each.start for each in (self.before, self.after) if each is not None)

    @property
    def is_cut(self) -> bool:
        """Whether it had begun, and happens for a part of its time only."""
        return self.before is not None and self.after is not None

    def as_json(self, zone: ZoneInfo) -> dict[str, object]:
        """The occurrence as it is afterwards, in UTC and on the wall clock of ``zone``."""
        span = self.after or self.before
        return {
            "window": self.window,
            "date": self.original_start.date().isoformat(),
            "environments": sorted(self.environments),
            "happens": self.after is not None,
            **(span_as_json(span, zone) if span is not None else {}),
        }


def freeze_effects(before: Situation, after: Situation, within: Span) -> tuple[FreezeEffect, ...]:
    """The effects on the occurrences that touch ``within``, by start."""
    old, new = _times(before, within), _times(after, within)
    fates: dict[tuple[str, datetime, Span | None, Span | None], set[str]] = defaultdict(set)
    for place in old.keys() | new.keys():
        if old.get(place) != new.get(place):
            window, original_start, environment = place
            fates[window, original_start, old.get(place), new.get(place)].add(environment)
    effects = (
        FreezeEffect(
            window=window,
            original_start=original_start,
            environments=frozenset(environments),
            before=earlier,
            after=later,
        )
        for (window, original_start, earlier, later), environments in fates.items()
    )
    return tuple(sorted(effects, key=lambda each: (each.start, each.window, sorted(each.environments))))


def _times(situation: Situation, within: Span) -> Mapping[_Place, Span]:
    return {
        (occurrence.window.id, occurrence.original_start, environment): occurrence.span
        for occurrence in situation.occurrences(within)
        if occurrence.excluded is None and occurrence.span is not None
        for environment in occurrence.environments
    }


def check_recorded_freezes(situation: Situation, kind: Kind, plan: Plan) -> None:
    """Check a plan against all freezes of a situation, those that were recorded included.

    Raises:
        MissingReasonError: where a planned change falls in one without a reason.
    """
    check_frozen(situation.freeze_touching(plan.span, plan.environments), kind, plan, situation.zone)


def planned_changes_in(situation: Situation, freeze: RecordedFreeze) -> Iterator[Change]:
    """The planned changes that are not over and lie in the freeze, by start."""
    changes = sorted(situation.visible_changes, key=lambda each: (each.plan.span.start, each.id))
    for change in changes:
        touches = freeze.span.overlaps(change.plan.span) and not freeze.environments.isdisjoint(
            change.plan.environments
        )
        if change.kind is Kind.PLANNED and touches and not change.is_over(situation.now):
            yield change
