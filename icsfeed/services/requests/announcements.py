"""Requests to announce a change."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from icsfeed.domain.changes import CHANGE_NAMES, Plan
from icsfeed.domain.plans import line_of_text
from icsfeed.domain.schedule import Schedule
from icsfeed.domain.windows import Impact
from icsfeed.services.announcing import AnnouncementRequest
from icsfeed.services.requests import plans
from icsfeed.services.requests.fields import Fields, present

KINDS: Final = {kind.value: kind for kind in CHANGE_NAMES}
FIELDS: Final = ("kind", *plans.PLAN_FIELDS, "tentative", "automatic", "key", "message")


def announcement_request(data: object, *, schedule: Schedule, now: datetime) -> AnnouncementRequest:
    """The announcement that the fields describe.

    It needs a kind, a summary, environments, and an end or a duration. By default it starts now, to the minute, and its
    impact is an outage.

    Raises:
        InvalidRequestError: with the errors of all fields.
    """
    fields, zone = Fields(data, FIELDS), schedule.calendar.zone
    fields.require("kind", "the kind of the change is missing", 'write "emergency" or "planned"')
    fields.require("summary", "the summary is missing", "write what subscribers are to read")
    fields.require("environments", "the environments are missing", "name what the change touches")
    fields.require_one(("end", "duration"), "the change has no end")
    kind = fields.choice("kind", KINDS)
    summary, environments = plans.summary(fields), plans.environments(fields)
    plans.refuse_unknown_environments(fields, environments, schedule)
    impact = fields.choice("impact", plans.IMPACTS) or Impact.OUTAGE
    start = fields.instant("start", zone) if "start" in fields else now.replace(second=0, microsecond=0)
    end, duration = plans.end_or_duration(fields, zone)
    span = plans.span(fields, zone, start=start, end=end, duration=duration) if start is not None else None
    reason, ticket = plans.reason(fields) or "", plans.ticket(fields) or ""
    tentative, automatic = fields.flag("tentative"), fields.flag("automatic")
    message, message_translations = plans.message(fields, schedule)
    key = fields.text("key", lambda text: line_of_text(text, "key")) or None
    fields.finish()
    return AnnouncementRequest(
        kind=present(kind),
        plan=Plan(
            summary=present(summary),
            environments=present(environments),
            impact=impact,
            span=present(span),
            reason=reason,
            ticket=ticket,
        ),
        tentative=tentative,
        automatic=automatic,
        message=message,
        message_translations=message_translations,
        key=key,
    )
