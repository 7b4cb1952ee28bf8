"""Instants that programs write: with an offset, so that nobody has to guess which clock they mean."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
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
    names: Collection[str] = INSTANT_FIELDS,
) -> _Request:
    """The request that ``build`` makes of the fields, of which those ``names`` are instants with an offset.

    Raises:
        InvalidRequestError: with the errors of all fields.
    """
    refusals = {name: error for name in names if (error := _refusal(name, data.get(name), zone)) is not None}
    try:
        request = build(data)
    except InvalidRequestError as error:
        others = [each for each in error.errors if each.field not in refusals]
        raise InvalidRequestError([*refusals.values(), *others]) from None
    if refusals:
        raise InvalidRequestError(refusals.values())
    return request


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
