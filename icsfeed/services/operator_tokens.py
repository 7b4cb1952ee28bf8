"""What operators do with tokens, for every interface alike: create, list and revoke them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final

from icsfeed.domain.actors import Actor
from icsfeed.domain.drafts import APPROVERS
from icsfeed.domain.errors import NotFoundError, RefusedError
from icsfeed.domain.operator_tokens import OperatorToken, token_text, without_tokens
from icsfeed.domain.subscribers import digest_of, key_of
from icsfeed.domain.texts import quoted
from icsfeed.services.repository import OperatorRepository
from icsfeed.services.requests.tokens import TokenRequest
from icsfeed.services.upcoming import utc_text

ID_BYTES: Final = 10
_MAX_NAMES: Final = 10


@dataclass(frozen=True, kw_only=True, slots=True)
class CreatedToken:
    """A new token and its ``text``, which nobody can get to see again."""

    token: OperatorToken
    text: str = field(repr=False)


def create(
    database: OperatorRepository,
    request: TokenRequest,
    *,
    new_id: Callable[[], str],
    new_secret: Callable[[], str],
    actor: Actor,
) -> CreatedToken:
    """Create a token. ``new_id`` and ``new_secret`` are sources of randomness; a secret is 32 bytes, in hexadecimal.

    Raises:
        RefusedError: where a valid token has that name, or it would outlive the token by which somebody creates it;
            nothing has changed then.
        UnavailableError: where it can't be recorded; nothing has changed then.
    """
    text = token_text(bytes.fromhex(new_secret()))
    with database.writing(actor=actor, action="token create", subject=request.name) as writing:
        rows = writing.operators.tokens
        if any(each.is_valid(actor.at) for each in _named(request.name, rows.all())):
            msg = (
                f"there is a valid token {quoted(request.name)} already; choose another name, "
                "or revoke that one first with `icsfeed token revoke`"
            )
            raise RefusedError(msg)
        token = OperatorToken(
            id=new_id(),
            name=request.name,
            scope=request.scope,
            created_at=actor.at,
            created_by=actor.name,
            created_by_kind=actor.kind,
            entry=writing.entry,
            expires_at=request.expires_at,
        )
        token = replace(token, expires_at=_end(request, rows.all(), actor))
        rows.add(token, digest=digest_of(text))
    return CreatedToken(token=token, text=text)


def tokens(database: OperatorRepository) -> tuple[OperatorToken, ...]:
    """All tokens, the oldest first, also those that expired or were revoked.

    Raises:
        UnavailableError: where they can't be read.
    """
    with database.operator_rows() as rows:
        return rows.tokens.all() if rows is not None else ()


def revoke(database: OperatorRepository, name: str, *, actor: Actor) -> OperatorToken:
    """Revoke the token of that name at once, and end the sessions that began with it; gives it as it was before.

    One that expired or was revoked stays as it is.

    Raises:
        NotFoundError: where there never was such a token.
        UnavailableError: where it can't be recorded; nothing has changed then.
    """
    token = _latest(name, tokens(database), actor.at)
    if not token.is_valid(actor.at):
        return token
    with database.writing(actor=actor, action="token revoke", subject=token.name) as writing:
        rows = writing.operators
        token = _latest(name, rows.tokens.all(), actor.at)
        if token.is_valid(actor.at):  # else somebody else was faster
            rows.tokens.revoke(token.id, at=actor.at, entry=writing.entry)
            rows.sessions.end_of_token(token.id, at=actor.at)
        return token


def token_as_json(token: OperatorToken, *, now: datetime) -> dict[str, object]:
    """A token as interfaces show it: everything but its secret; instants in UTC."""
    return {
        "name": token.name,
        "scope": token.scope.value,
        "state": token.state(now).value,
        "created": utc_text(token.created_at),
        "created_by": token.created_by,
        "expires": _utc_text(token.expires_at),
        "revoked": _utc_text(token.revoked_at),
        "last_used": _utc_text(token.used_at),
    }


def created_with(name: str, candidates: Iterable[OperatorToken], *, now: datetime) -> tuple[OperatorToken, ...]:
    """The valid tokens that somebody created by the token of that name, over the API or in the console."""
    return tuple(
        each
        for each in candidates
        if each.is_valid(now) and each.created_by_kind in APPROVERS and key_of(each.created_by) == key_of(name)
    )


def _end(request: TokenRequest, candidates: Iterable[OperatorToken], actor: Actor) -> datetime | None:
    """When the token expires, which does not outlive the one by which the actor creates it, if it is by one.

    Raises:
        RefusedError: where somebody asked for a later end.
    """
    makers = (each for each in _named(actor.name, candidates) if each.is_valid(actor.at))
    latest = next((each.expires_at for each in makers), None) if actor.kind in APPROVERS else None
    if latest is None or (request.expires_at is not None and request.expires_at <= latest):
        return request.expires_at
    if request.may_end_earlier:
        return latest
    msg = (
        f"{quoted(request.name)} would outlive {quoted(actor.name)}, the token by which it is created; let it expire "
        f"at {utc_text(latest)} at the latest, or create it on the server with `icsfeed token create`"
    )
    raise RefusedError(msg)


def _utc_text(instant: datetime | None) -> str | None:
    return utc_text(instant) if instant is not None else None


def _named(name: str, candidates: Iterable[OperatorToken]) -> tuple[OperatorToken, ...]:
    return tuple(each for each in candidates if key_of(each.name) == key_of(name))


def _latest(name: str, candidates: tuple[OperatorToken, ...], now: datetime) -> OperatorToken:
    """The valid token of that name or, if none is valid, the latest one."""
    if named := _named(name, candidates):
        return next((each for each in named if each.is_valid(now)), named[-1])
    names = [quoted(each.name) for each in candidates if each.is_valid(now)]
    more = ", …" if len(names) > _MAX_NAMES else ""
    valid = f"the valid tokens are {', '.join(names[:_MAX_NAMES])}{more}" if names else "no token is valid"
    msg = f"there is no token {quoted(without_tokens(name))}; {valid}"
    raise NotFoundError(msg)
