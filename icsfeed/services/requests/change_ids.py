"""The ids of changes as operators write them: ``7`` and ``ec-7`` are ``EC-7``."""

from __future__ import annotations

from icsfeed.domain.changes import CHANGE_NAMES, PREFIXES
from icsfeed.domain.drafts import is_draft_id
from icsfeed.domain.feeds import Kind
from icsfeed.domain.schedule import Schedule
from icsfeed.domain.texts import quoted
from icsfeed.services.requests.errors import FieldError, FieldFault, InvalidRequestError


def change_id(text: str, kind: Kind, schedule: Schedule) -> str:
    """The id of a change of that kind; for a recorded change its number is enough.

    Raises:
        InvalidRequestError: where it is an id of the other kind, or none at all.
    """
    prefix = PREFIXES[kind]
    if text.isascii() and text.isdigit():
        return f"{prefix}-{text}"
    written_kinds = [change.kind for change in schedule.changes if change.id == text.lower()]
    written_prefix = text.upper().partition("-")[0]
    if kind in written_kinds or (written_prefix == prefix and not written_kinds):
        return text
    if is_draft_id(text):
        message = f"{text} is a draft, not a change"
        remedy = f"use `icsfeed planned approve {text}`, or `icsfeed planned withdraw {text}` and announce it anew"
        raise InvalidRequestError([FieldError(field="id", fault=FieldFault.CONFLICT, message=message, remedy=remedy)])
    others = written_kinds or [other for other, each in PREFIXES.items() if each == written_prefix]
    fault = FieldFault.VALUE
    if others:
        other, fault = others[0], FieldFault.CONFLICT
        message = f"{text} is {_with_article(CHANGE_NAMES[other])}"
        remedy = f"use `icsfeed {other}` instead of `icsfeed {kind}`"
    else:
        message = f"{quoted(text)} is not the id of {_with_article(CHANGE_NAMES[kind])}"
        remedy = f"those are written {prefix}-7"
    raise InvalidRequestError([FieldError(field="id", fault=fault, message=message, remedy=remedy)])


def _with_article(noun: str) -> str:
    return f"an {noun}" if noun[0] in "aeiou" else f"a {noun}"
