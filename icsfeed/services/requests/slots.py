"""Requests for a slot in which an urgent change fits."""

from __future__ import annotations

from typing import Final

from icsfeed.domain.schedule import Schedule
from icsfeed.domain.windows import Impact
from icsfeed.services.requests import plans
from icsfeed.services.requests.fields import Fields, present
from icsfeed.services.suggestions import SlotRequest

FIELDS: Final = ("duration", "by", "environments", "impact")


def slot_request(data: object, *, schedule: Schedule) -> SlotRequest:
    """The slot that the fields describe: how long, until when, and for what; by default for an outage of everything.

    Raises:
        InvalidRequestError: with the errors of all fields.
    """
    fields = Fields(data, FIELDS)
    fields.require("duration", "the duration is missing", "write how long the change takes, such as 1h30m")
    fields.require("by", "the deadline is missing", "write when the change must be done")
    duration, by = fields.length("duration"), fields.instant("by", schedule.calendar.zone)
    environments = fields.texts("environments") or ()
    plans.refuse_unknown_environments(fields, environments, schedule)
    impact = fields.choice("impact", plans.IMPACTS) or Impact.OUTAGE
    fields.finish()
    return SlotRequest(duration=present(duration), by=present(by), environments=environments, impact=impact)
