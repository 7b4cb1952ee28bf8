"""Requests to take a change one step further."""

from __future__ import annotations

from typing import Final

from icsfeed.domain.changes import Change, Step
from icsfeed.domain.plans import Amendment
from icsfeed.domain.schedule import Schedule
from icsfeed.services.changes import StepRequest
from icsfeed.services.requests import plans
from icsfeed.services.requests.fields import Fields, present

FIELDS: Final = ("message", "expect")
"""The fields of every step: ``expect`` is the number of the latest update that the operator has seen."""

FIELDS_OF: Final = {
    Step.UPDATE: (*FIELDS, *plans.PLAN_FIELDS),
    Step.CANCEL: (*FIELDS, "silent"),
    Step.REDACT: (*FIELDS, "update"),
}
"""The fields of those steps that have fields of their own."""

EXTENSION_FIELDS: Final = (*FIELDS, "length")


def step_request(
    data: object, *, change_id: str, step: Step, schedule: Schedule, before: Change | None = None
) -> StepRequest:
    """The step that the fields describe.

    Only an update takes fields of the plan, only a cancellation may be ``silent``, and only a redaction names an
    ``update``. The change as it was ``before`` may keep environments that the schedule no longer has.

    Raises:
        InvalidRequestError: with the errors of all fields.
    """
    fields = Fields(data, FIELDS_OF.get(step, FIELDS))
    message, message_translations = plans.message(fields, schedule)
    expected = fields.number("expect", least=1)
    amendment = _amendment(fields, schedule, before) if step is Step.UPDATE else None
    silent = step is Step.CANCEL and fields.flag("silent")
    target = fields.number("update", least=1) if step is Step.REDACT else None
    fields.finish()
    return StepRequest(
        change_id=change_id,
        step=step,
        amendment=amendment,
        message=message,
        message_translations=message_translations,
        target=target,
        silent=silent,
        expected=expected,
    )


def extension_request(data: object, *, change_id: str, schedule: Schedule) -> StepRequest:
    """The update that the fields describe, after which the change ends later by a ``length``.

    Raises:
        InvalidRequestError: with the errors of all fields.
    """
    fields = Fields(data, EXTENSION_FIELDS)
    fields.require("length", "the length is missing", "write how much later the change ends, such as 30m")
    length = fields.length("length")
    message, message_translations = plans.message(fields, schedule)
    expected = fields.number("expect", least=1)
    fields.finish()
    return StepRequest(
        change_id=change_id,
        step=Step.UPDATE,
        amendment=Amendment(extension=present(length)),
        message=message,
        message_translations=message_translations,
        expected=expected,
    )


def _amendment(fields: Fields, schedule: Schedule, before: Change | None) -> Amendment:
    zone = schedule.calendar.zone
    end, duration = plans.end_or_duration(fields, zone)
    environments = plans.environments(fields)
    old_environments = before.plan.environments if before is not None else frozenset()
    plans.refuse_unknown_environments(fields, (environments or frozenset()) - old_environments, schedule)
    return Amendment(
        summary=plans.summary(fields),
        environments=environments,
        impact=fields.choice("impact", plans.IMPACTS),
        start=fields.instant("start", zone),
        end=end,
        duration=duration,
        reason=plans.reason(fields),
        ticket=plans.ticket(fields),
    )
