"""Requests to create a token for an operator."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from icsfeed.domain.civil import instant_of, midnight
from icsfeed.domain.errors import BadInputError
from icsfeed.domain.instants import NotAnInstantError, parse_instant
from icsfeed.domain.lengths import parse_length
from icsfeed.domain.operator_tokens import token_name
from icsfeed.domain.operators import Scope
from icsfeed.domain.spans import ONE_DAY, YEARS
from icsfeed.domain.texts import quoted
from icsfeed.domain.times import instant_text
from icsfeed.services.requests.fields import Fields, present

DEFAULT_VALIDITY: Final = timedelta(days=90)
NEVER: Final = "never"
_SCOPES: Final = {each.value: each for each in Scope}


@dataclass(frozen=True, kw_only=True, slots=True)
class TokenRequest:
    """A token to create; it is valid until ``expires_at`` (aware), or for ever.

    Where ``may_end_earlier``, nobody asked for that time: a token that can't last so long gets the longest it can.
    """

    name: str
    scope: Scope
    expires_at: datetime | None
    may_end_earlier: bool = False


def token_request(data: object, *, zone: ZoneInfo, now: datetime) -> TokenRequest:
    """The token that the fields describe; it expires after 90 days at most unless ``expires`` says something else.

    Raises:
        InvalidRequestError: with the errors of all fields.
    """
    fields = Fields(data, ("name", "scope", "expires"))
    fields.require("name", "the name is missing", "write the name of the program or person that gets the token")
    fields.require("scope", "the scope is missing", 'write "read" or "write"')
    name, scope = fields.text("name", token_name), fields.choice("scope", _SCOPES)
    text = fields.text("expires")
    expires_at: datetime | None = now + DEFAULT_VALIDITY
    if text is not None:
        expires_at = fields.attempt("expires", lambda: parse_expiry(text, zone=zone, now=now))
    fields.finish()
    return TokenRequest(name=present(name), scope=present(scope), expires_at=expires_at, may_end_earlier=text is None)


def token_name_request(data: object) -> str:
    """The name of the token that the fields name.

    Raises:
        InvalidRequestError: with the errors of all fields.
    """
    fields = Fields(data, ("name",))
    fields.require("name", "the name is missing", "write that of the token")
    name = fields.text("name", token_name)
    fields.finish()
    return present(name)


def parse_expiry(text: str, *, zone: ZoneInfo, now: datetime) -> datetime | None:
    """When a token expires: after the date that the text names, at an instant, after a length; ``None`` for never.

    Raises:
        BadInputError: where the text is none of these, or names the past.
    """
    stripped = text.strip()
    if stripped.casefold() == NEVER:
        return None
    expires_at = _expiry(stripped, zone, now)
    if expires_at <= now:
        msg = f"{quoted(text)} is over: the token would have expired at {instant_text(expires_at, zone)}"
        raise BadInputError(msg)
    return expires_at


def _expiry(text: str, zone: ZoneInfo, now: datetime) -> datetime:
    try:
        return now + parse_length(text)
    except BadInputError:
        pass
    try:
        day = date.fromisoformat(text)
    except ValueError:
        day = None
    if day is not None and day.year in YEARS:
        return instant_of(midnight(day) + ONE_DAY, zone)
    try:
        return parse_instant(text, zone)
    except NotAnInstantError:
        msg = (
            f"{quoted(text)} is no time at which a token can expire; write a length such as 90d, a date such as "
            f"{now.year + 1}-03-01, an instant such as {now.year + 1}-03-01T12:00:00Z, or {NEVER}"
        )
        raise NotAnInstantError(msg) from None
