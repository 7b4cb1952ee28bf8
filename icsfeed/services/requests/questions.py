"""Questions to the calendar: whether a change may run, and when an urgent one fits."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from icsfeed.domain.schedule import Schedule
from icsfeed.domain.windows import Impact
from icsfeed.services.requests import plans
from icsfeed.services.requests.errors import FieldFault
from icsfeed.services.requests.fields import Fields, present
from icsfeed.services.suggestions import SlotRequest

STATE_FIELDS: Final = ("environment", "at", "runway", "change")
SUGGESTIONS_FIELDS: Final = ("duration", "by", "environment", "impact", "most")

_DEFAULT_SLOTS: Final = 5
_MAX_SLOTS: Final = 100


@dataclass(frozen=True, kw_only=True, slots=True)
class StateRequest:
    """Whether a change in those environments, or the one with that id, may run ``at`` an instant (aware)."""

    environments: tuple[str, ...]
    at: datetime
    runway: timedelta = timedelta()
    change_id: str | None = None


def state_request(data: object, *, schedule: Schedule, now: datetime) -> StateRequest:
    """The question that the fields ask; it needs an environment or a change.

    Raises:
        InvalidRequestError: with the errors of all fields.
    """
    fields = Fields(data, STATE_FIELDS)
    environments, change_id = fields.texts("environment") or (), fields.text("change")
    plans.refuse_unknown_environments(fields, environments, schedule, name="environment")
    at, runway = fields.instant("at", schedule.calendar.zone), fields.length("runway")
    if not environments and "change" not in fields and fields.is_sound("environment"):
        names = ", ".join(sorted(schedule.environment_names))
        fields.refuse(
            "environment", FieldFault.MISSING, "the environment is missing", f"name one at least; there are {names}"
        )
    fields.finish()
    return StateRequest(environments=environments, at=at or now, runway=runway or timedelta(), change_id=change_id)


def suggestions_request(data: object, *, schedule: Schedule) -> tuple[SlotRequest, int]:
    """The slot that the fields describe, and how many suggestions are wanted at most; by default 5.

    Raises:
        InvalidRequestError: with the errors of all fields.
    """
    fields = Fields(data, SUGGESTIONS_FIELDS)
    fields.require("duration", "the duration is missing", "write how long the change takes, such as 1h30m")
    fields.require("by", "the deadline is missing", "write when the change must be done, such as 2026-12-08T06:00:00Z")
    duration, by = fields.length("duration"), fields.instant("by", schedule.calendar.zone)
    environments = fields.texts("environment") or ()
    plans.refuse_unknown_environments(fields, environments, schedule, name="environment")
    impact = fields.choice("impact", plans.IMPACTS) or Impact.OUTAGE
    most = fields.number("most", least=1, most=_MAX_SLOTS) or _DEFAULT_SLOTS
    fields.finish()
    request = SlotRequest(duration=present(duration), by=present(by), environments=environments, impact=impact)
    return request, most
