"""Whom a provider has recognized: the name that the audit trail gets, and what the person's groups allow."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from icsfeed.domain.actors import ActorKind
from icsfeed.domain.operator_settings import OidcSettings
from icsfeed.domain.operators import Operator, Scope
from icsfeed.web.operators.console.oidc.refusals import INVALID_ID_TOKEN, NO_GROUP, SignInRefusedError

GROUPS_CLAIM: Final = "groups"
_MAX_NAME_CHARS: Final = 200


def person(claims: Mapping[str, Any], settings: OidcSettings, *, address: str) -> Operator:
    """The person with those claims as an operator.

    Raises:
        SignInRefusedError: where none of their groups may sign in.
    """
    name = name_of(claims)
    scope = _scope(claims, settings)
    if scope is None:
        raise SignInRefusedError(NO_GROUP, name=name)
    return Operator(name=name, kind=ActorKind.PERSON, scope=scope, address=address)


def name_of(claims: Mapping[str, Any]) -> str:
    """A name that stays with one person.

    It is the email address in lower case, unless the provider says that nobody has verified it. A user name may pass
    on to somebody else (OpenID Connect Core 1.0, section 5.7), so the subject stands beside it. Without either, it is
    the subject.

    Raises:
        SignInRefusedError: where it is none that a record can hold.
    """
    subject = claims["sub"]
    email, username = claims.get("email"), claims.get("preferred_username")
    if isinstance(email, str) and "@" in email and _is_verified(claims.get("email_verified", True)):
        name = email.strip().lower()
    elif isinstance(username, str) and username.strip() and username != subject:
        name = f"{username.strip()} ({subject})"
    else:
        name = subject
    if not name or len(name) > _MAX_NAME_CHARS or not name.isprintable():
        raise SignInRefusedError(INVALID_ID_TOKEN, "the name is empty, too long or not printable")
    return name


def _is_verified(claim: object) -> bool:
    return claim is True or claim == "true"  # some providers write a text


def groups_of(claims: Mapping[str, Any]) -> frozenset[str] | None:
    """The person's groups; ``None`` where the claims don't say."""
    claim = claims.get(GROUPS_CLAIM)
    if isinstance(claim, str):
        return frozenset({claim})
    if isinstance(claim, list):
        return frozenset(each for each in claim if isinstance(each, str))
    return None


def _scope(claims: Mapping[str, Any], settings: OidcSettings) -> Scope | None:
    groups = groups_of(claims) or frozenset()
    if groups & settings.write_groups:
        return Scope.WRITE
    return Scope.READ if groups & settings.read_groups else None
