"""Instants that programs write: with an offset, so that nobody has to guess which clock they mean."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from typing import Final, TypeVar
from zoneinfo import ZoneInfo

from icsfeed.domain.errors import BadInputError
from icsfeed.domain.instants import has_offset, parse_instant
from icsfeed.domain.texts import quoted
from icsfeed.services.requests.errors import FieldError, FieldFault, InvalidRequestError

INSTANT_FIELDS: Final = ("start", "end", "until", "by", "from", "at", "since")
"""All fields of requests that are instants."""

_Request = TypeVar("_Request")


def request_with_offsets(
    data: Mapping[str, object],
    build: Callable[[Mapping[str, object]], _Request],
    *,
    zone: ZoneInfo,
    times: Collection[str] = (),
) -> _Request:
    """The request that ``build`` makes of the fields, of which those of instants have an offset.

    ``times`` are fields that may be an instant, or something else.

    Raises:
        InvalidRequestError: with the errors of all fields.
    """
    names = (*INSTANT_FIELDS, *(name for name in times if _is_local_time(data.get(name))))
    refusals = {name: error for name in names if (error := _refusal(name, data.get(name), zone)) is not None}
    try:
        request = build(data)
    except InvalidRequestError as error:
        others = [each for each in error.errors if each.field not in refusals]
        raise InvalidRequestError([*refusals.values(), *others]) from None
    if refusals:
        raise InvalidRequestError(refusals.values())
    return request


def _is_local_time(value: object) -> bool:
    """Whether it is a text that names an instant only together with a zone; a date alone is a date."""
    if not isinstance(value, str) or has_offset(value) or len(value) <= len("2026-12-07"):
        return False
    try:
        datetime.fromisoformat(value)
    except ValueError:
        return False
    return True


def _refusal(name: str, value: object, zone: ZoneInfo) -> FieldError | None:
    """What is wrong with a text that names an instant, but has no offset."""
    if not isinstance(value, str) or has_offset(value):
        return None
    try:
        meant = parse_instant(value, zone).astimezone(zone).isoformat()
    except BadInputError:
        meant = "2026-03-08T07:00:00Z"
        message, remedy = f"{quoted(value)} is not an instant with an offset", f"write one such as {meant}"
    else:
        message = f"{quoted(value)} has no offset from UTC, so that nobody knows which clock it means"
        remedy = f"write {meant} if {zone.key} is meant"
    return FieldError(field=name, fault=FieldFault.VALUE, message=message, remedy=remedy)
