"""Requests to start a change freeze."""

from __future__ import annotations

from typing import Final

from icsfeed.domain.changes import recorded_id
from icsfeed.domain.feeds import Kind
from icsfeed.domain.plans import free_text
from icsfeed.domain.schedule import Schedule
from icsfeed.services.freezing import FreezeRequest
from icsfeed.services.requests import plans
from icsfeed.services.requests.errors import FieldFault
from icsfeed.services.requests.fields import Fields, present

FIELDS: Final = ("reason", "environments", "until", "internal")


def freeze_id(text: str) -> str:
    """The id of a recorded freeze, which may be given as a number alone: ``7`` is ``CF-7``."""
    return recorded_id(Kind.FREEZE, int(text)) if text.isascii() and text.isdecimal() else text


def freeze_request(data: object, *, schedule: Schedule) -> FreezeRequest:
    """The freeze that the fields describe: it needs a reason, and freezes all environments where none is named.

    Raises:
        InvalidRequestError: with the errors of all fields.
    """
    fields = Fields(data, FIELDS)
    fields.require("reason", "the reason is missing", "write why nothing may change; customers read it")
    reason = fields.text("reason", lambda text: free_text(text, "reason"))
    if reason == "":
        fields.refuse("reason", FieldFault.VALUE, "the reason is empty", "write why nothing may change")
    environments = fields.texts("environments")
    if environments == ():
        fields.refuse(
            "environments", FieldFault.VALUE, "a freeze of no environment freezes nothing", "leave them out for all"
        )
    plans.refuse_unknown_environments(fields, environments, schedule)
    until, is_internal = fields.instant("until", schedule.calendar.zone), fields.flag("internal")
    fields.finish()
    return FreezeRequest(
        reason=present(reason),
        environments=schedule.environments_named(environments or ()),
        until=until,
        is_internal=is_internal,
    )


def no_fields(data: object) -> None:
    """Make sure that a request that has no fields, such as one to end a freeze, has none.

    Raises:
        InvalidRequestError: where it has some.
    """
    Fields(data, ()).finish()
