"""Warnings about operators' access: nobody can sign in or approve, a secret is missing, or a token ends soon."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from icsfeed.domain.drafts import is_same_operator
from icsfeed.domain.operator_settings import OperatorSettings
from icsfeed.domain.operator_tokens import OperatorToken
from icsfeed.domain.operators import Scope
from icsfeed.domain.schedule import Schedule
from icsfeed.domain.texts import quoted
from icsfeed.domain.times import instant_text
from icsfeed.domain.token_origins import operators_behind
from icsfeed.settings import UnsetVariableError, is_variable, value_in

WARNED_BEFORE: Final = timedelta(days=14)
"""How long before its end a token is warned of."""

_REMEDY: Final = "create a token on this machine with `icsfeed token create`"


@dataclass(frozen=True, kw_only=True, slots=True)
class AccessWarning:
    """A warning about a ``key`` of [operators], or about the ``token`` of that name."""

    message: str
    key: str = ""
    token: str = ""

    @property
    def text(self) -> str:
        subject = f"operators.{self.key}" if self.key else f"token {self.token}"
        return f"{subject}: {self.message}"


def access_warnings(schedule: Schedule, tokens: Sequence[OperatorToken], *, now: datetime) -> Iterator[AccessWarning]:
    """What keeps operators out, now or soon; ``tokens`` are all that ever were, the oldest first."""
    valid = [each for each in tokens if each.is_valid(now)]
    operators = schedule.operators
    if operators is not None and operators.oidc is None:
        if not valid:
            message = f"nobody can sign in: there is no provider of OpenID Connect, and no valid token; {_REMEDY}"
            yield AccessWarning(key="oidc", message=message)
        elif operators.approval and (who := _only_operator(valid, tokens)):
            message = f"{who}, and another operator has to approve; {_REMEDY}"
            yield AccessWarning(key="approval", message=message)
    for each in valid:
        if each.expires_at is not None and each.expires_at - now < WARNED_BEFORE:
            end = instant_text(each.expires_at, schedule.calendar.zone)
            message = f"it expires at {end}; create one with another name before, and revoke this one afterwards"
            yield AccessWarning(token=each.name, message=message)


def _only_operator(valid: Sequence[OperatorToken], tokens: Sequence[OperatorToken]) -> str:
    """Who alone has valid tokens with scope write; empty where two operators have some."""
    writing = [each for each in valid if each.scope is Scope.WRITE]
    origins = [operators_behind(each.name, tokens, until=each.entry)[-1] for each in writing]
    if not origins:
        return "nobody has a valid token with scope write"
    if any(not is_same_operator(each, origins[0]) for each in origins):
        return ""
    if len(writing) == 1:
        return f"only {quoted(writing[0].name)} has a valid token with scope write"
    return f"all valid tokens with scope write go back to {quoted(origins[0])}"


def about_provider(operators: OperatorSettings | None, environment: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """The key of [operators] whose secret is missing, or stands in the file, with a warning."""
    oidc = operators.oidc if operators is not None else None
    if oidc is None:
        return
    if not is_variable(oidc.client_secret):
        message = "client_secret stands in the file, for all who can read it; put it into a variable"
        yield "oidc", f"{message}, and write env: and its name"
        return
    try:
        value_in(environment, oidc.client_secret, place="", remedy="")
    except UnsetVariableError as error:
        yield "oidc", f"client_secret: {error.reason}; nobody signs in by OpenID Connect before it is"
