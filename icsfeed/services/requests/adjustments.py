"""Requests to skip, move or restore an occurrence of a maintenance window."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Final

from icsfeed.domain.plans import free_text, plausible, span_between
from icsfeed.domain.schedule import Schedule
from icsfeed.domain.spans import Span
from icsfeed.services.adjustment_rules import AdjustmentRequest, usual_length
from icsfeed.services.requests.fields import Fields, present


class AdjustmentAction(StrEnum):
    SKIP = "skip"
    MOVE = "move"
    RESTORE = "restore"


_OCCURRENCE: Final = ("window", "date")
FIELDS: Final = {
    AdjustmentAction.SKIP: (*_OCCURRENCE, "reason", "silent"),
    AdjustmentAction.MOVE: (*_OCCURRENCE, "reason", "start", "end"),
    AdjustmentAction.RESTORE: (*_OCCURRENCE, "reason"),
}


def adjustment_request(data: object, *, action: AdjustmentAction, schedule: Schedule) -> AdjustmentRequest:
    """The adjustment that the fields describe.

    It needs a window and the date on which the policy has the occurrence start; a reason, unless it is restored; and a
    start where it is moved. A moved occurrence keeps its length by default.

    Raises:
        InvalidRequestError: with the errors of all fields.
        NotFoundError: where there is no such window.
        RefusedError: where the length of the occurrence is asked for, and there is none on that date.
    """
    fields, zone = Fields(data, FIELDS[action]), schedule.calendar.zone
    window, day = _occurrence(fields)
    if action is not AdjustmentAction.RESTORE:
        fields.require("reason", "the reason is missing", "write it for customers, who read it")
    reason = fields.text("reason", lambda text: free_text(text, "reason")) or ""
    silent = fields.flag("silent")
    start, end = fields.instant("start", zone), fields.instant("end", zone)
    if action is AdjustmentAction.MOVE:
        fields.require("start", "the new start is missing", "write when the occurrence starts instead")
    fields.finish()
    window, day = present(window), present(day)
    return AdjustmentRequest(
        window_id=window,
        day=day,
        reason=reason,
        to=_target(fields, schedule, start, end if end is not None else start + usual_length(schedule, window, day))
        if start is not None
        else None,
        skip=action is AdjustmentAction.SKIP,
        silent=silent,
    )


def occurrence_request(data: object) -> tuple[str, date]:
    """The id of the window and the date by which the fields name an occurrence.

    Raises:
        InvalidRequestError: with the errors of all fields.
    """
    fields = Fields(data, _OCCURRENCE)
    window, day = _occurrence(fields)
    fields.finish()
    return present(window), present(day)


def _occurrence(fields: Fields) -> tuple[str | None, date | None]:
    fields.require("window", "the window is missing", "write its id")
    fields.require("date", "the date is missing", "write the date on which the occurrence starts by the policy")
    return fields.text("window"), fields.date("date")


def _target(fields: Fields, schedule: Schedule, start: datetime, end: datetime) -> Span:
    zone = schedule.calendar.zone
    to = fields.attempt("end", lambda: plausible(span_between(start, end, zone), "an occurrence"))
    fields.finish()
    return present(to)
