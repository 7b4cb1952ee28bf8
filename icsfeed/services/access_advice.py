"""Warnings about operators' access: nobody can sign in or approve, a secret is missing, or a token ends soon."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from icsfeed.domain.operator_settings import OperatorSettings
from icsfeed.domain.operator_tokens import OperatorToken
from icsfeed.domain.operators import Scope
from icsfeed.domain.schedule import Schedule
from icsfeed.domain.times import instant_text
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


def access_warnings(schedule: Schedule, tokens: Iterable[OperatorToken], *, now: datetime) -> Iterator[AccessWarning]:
    """What keeps operators out, now or soon."""
    valid = [each for each in tokens if each.is_valid(now)]
    operators = schedule.operators
    if operators is not None and operators.oidc is None:
        writing = [each for each in valid if each.scope is Scope.WRITE]
        if not valid:
            message = f"nobody can sign in: there is no provider of OpenID Connect, and no valid token; {_REMEDY}"
            yield AccessWarning(key="oidc", message=message)
        elif operators.approval and len(writing) <= 1:
            who = f'only "{writing[0].name}"' if writing else "nobody"
            message = f"{who} has a valid token with scope write, and another operator has to approve; {_REMEDY}"
            yield AccessWarning(key="approval", message=message)
    for each in valid:
        if each.expires_at is not None and each.expires_at - now < WARNED_BEFORE:
            end = instant_text(each.expires_at, schedule.calendar.zone)
            message = f"it expires at {end}; create one with another name before, and revoke this one afterwards"
            yield AccessWarning(token=each.name, message=message)


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
