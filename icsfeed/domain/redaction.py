"""Redaction: texts that were public and are withdrawn, in every language.

Nothing above the database sees them again.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from icsfeed.domain.changes import Plan, Update

WITHDRAWN_TEXT: Final = "[withdrawn]"
"""In place of a text that was withdrawn."""


def redacted(update: Update, target: int | None) -> Update:
    """The update after a redaction of the message of update ``target`` (``None``: of all texts)."""
    if target is None:
        message, plan = _withdrawn(update.message), withdrawn_plan(update.plan)
        return replace(update, message=message, message_translations=(), plan=plan)
    return replace(update, message=WITHDRAWN_TEXT, message_translations=()) if update.number == target else update


def withdrawn_plan(plan: Plan) -> Plan:
    """The plan without its texts. A ticket has nothing in its place: it is an address."""
    return replace(
        plan,
        summary=WITHDRAWN_TEXT,
        summary_translations=(),
        reason=_withdrawn(plan.reason),
        reason_translations=(),
        ticket="",
    )


def _withdrawn(text: str) -> str:
    return WITHDRAWN_TEXT if text else ""
