"""The change freezes that operators see in a list: those that were recorded, and those of the schedule."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from icsfeed.domain.freezes import FrozenSpan
from icsfeed.domain.recorded_freezes import RecordedFreeze
from icsfeed.domain.situation import Situation
from icsfeed.domain.spans import Span
from icsfeed.services.freeze_json import freeze_as_json
from icsfeed.services.upcoming import span_as_json


@dataclass(frozen=True, kw_only=True, slots=True)
class ListedFreezes:
    """Freezes ``at`` an instant: ``recorded`` ones by start, and of each in the ``schedule`` the present or next."""

    at: datetime
    recorded: tuple[RecordedFreeze, ...]
    schedule: tuple[FrozenSpan, ...]

    def as_json(self, zone: ZoneInfo) -> list[dict[str, object]]:
        """The freezes in one list; instants in UTC and on the wall clock of ``zone``."""
        return [
            *(
                {**freeze_as_json(each, zone), "source": "database", "active": each.is_active(self.at)}
                for each in self.recorded
            ),
            *(self._frozen_as_json(each, zone) for each in self.schedule),
        ]

    def _frozen_as_json(self, frozen: FrozenSpan, zone: ZoneInfo) -> dict[str, object]:
        freeze = frozen.freeze
        return {
            "id": freeze.id,
            "kind": "freeze",
            "name": freeze.name,
            "environments": sorted(freeze.environments),
            "internal": False,
            **span_as_json(frozen.span, zone),
            "first": frozen.days.first.isoformat(),
            "last": frozen.days.last.isoformat(),
            "source": "schedule",
            "active": self.at in frozen.span,
        }


def listed_freezes(situation: Situation, *, everything: bool = False) -> ListedFreezes:
    """The recorded freezes that are not over, or ``everything`` that was recorded, with those of the schedule."""
    now = situation.now
    return ListedFreezes(
        at=now,
        recorded=tuple(each for each in situation.record.freezes.values() if everything or not each.is_over(now)),
        schedule=tuple(_present_or_next(situation)),
    )


def _present_or_next(situation: Situation) -> Iterator[FrozenSpan]:
    """The first stretch of each freeze of the schedule that is not over, within the published span."""
    ids: set[str] = set()
    for frozen in situation.freezes(Span(start=situation.now, end=situation.published_span.end)):
        if not frozen.freeze.is_recorded and frozen.freeze.id not in ids:
            ids.add(frozen.freeze.id)
            yield frozen
