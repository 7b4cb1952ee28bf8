"""Operators' sessions in the console: they start with a sign-in, and end by themselves or by somebody.

A session is named by a random cookie, of which only the digest is stored, and by a public id for lists. The
console calls ``sign_in_by_token`` or ``start``, sets the cookie, and calls ``active_session`` with each request.
``new_id`` and ``new_secret`` are sources of randomness.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from icsfeed.domain.actors import Actor, ActorKind
from icsfeed.domain.errors import NotFoundError, UnauthenticatedError
from icsfeed.domain.operator_sessions import MAX_SESSION_LENGTH, OperatorSession
from icsfeed.domain.operator_tokens import OperatorToken
from icsfeed.domain.operators import Operator
from icsfeed.domain.sign_ins import SignIn, SignInMethod, SignInOutcome
from icsfeed.domain.subscribers import digest_of
from icsfeed.services.operator_access import refusal_of, valid_token
from icsfeed.services.repository import OperatorRepository, OperatorWriting

if TYPE_CHECKING:
    from icsfeed.store.database.operator_access import OperatorRows

SESSIONS_KEPT: Final = timedelta(days=7)
"""How long an ended session stays in the database."""

NOTE_USE_EVERY: Final = timedelta(minutes=1)


@dataclass(frozen=True, kw_only=True, slots=True)
class StartedSession:
    """A new session, and the value of its cookie, which nobody can get to see again."""

    session: OperatorSession
    cookie: str = field(repr=False)


def sign_in_by_token(
    database: OperatorRepository,
    token: str,
    *,
    address: str,
    now: datetime,
    new_id: Callable[[], str],
    new_secret: Callable[[], str],
) -> StartedSession:
    """Start the session of a person who has that token. It ends with the token.

    Raises:
        UnauthenticatedError: where the token is unknown, has expired or was revoked. The attempt is recorded.
        TooManyAttemptsError: in place of that, after too many failed attempts.
        UnavailableError: where the database can't be read or written.
    """
    valid = valid_token(database, token, address=address, method=SignInMethod.TOKEN, now=now)
    operator = Operator(name=valid.name, kind=ActorKind.PERSON, scope=valid.scope, address=address, token=valid.id)
    session = _session(operator, now, new_id(), valid)
    return _start(database, session, SignInMethod.TOKEN, new_secret(), valid)


def start(
    database: OperatorRepository,
    operator: Operator,
    *,
    now: datetime,
    new_id: Callable[[], str],
    new_secret: Callable[[], str],
) -> StartedSession:
    """Start the session of an operator who signed in with OpenID Connect.

    Raises:
        UnavailableError: where it can't be recorded.
    """
    return _start(database, _session(operator, now, new_id()), SignInMethod.OIDC, new_secret())


def _session(operator: Operator, now: datetime, session_id: str, token: OperatorToken | None = None) -> OperatorSession:
    end = now + MAX_SESSION_LENGTH
    return OperatorSession(
        id=session_id,
        operator=operator,
        started_at=now,
        seen_at=now,
        expires_at=end if token is None or token.expires_at is None else min(end, token.expires_at),
    )


def _start(
    database: OperatorRepository,
    session: OperatorSession,
    method: SignInMethod,
    cookie: str,
    token: OperatorToken | None = None,
) -> StartedSession:
    now = session.started_at
    with database.writing_operator_rows() as rows:
        if token is not None:
            _require_valid(rows, token, now)
        rows.sessions.forget(until=now - SESSIONS_KEPT)
        rows.sessions.add(session, digest=digest_of(cookie))
        rows.sign_ins.add(_sign_in(session.operator, method, SignInOutcome.ACCEPTED, now))
    return StartedSession(session=session, cookie=cookie)


def _require_valid(rows: OperatorRows, token: OperatorToken, now: datetime) -> None:
    """Refuse a token that somebody revoked between its check and this transaction: it would end no session."""
    current = rows.tokens.with_id(token.id)
    if current is None or not current.is_valid(now):
        raise UnauthenticatedError(refusal_of(current, now)[1])


def active_session(database: OperatorRepository, cookie: str, *, now: datetime) -> OperatorSession | None:
    """The session of that cookie, which goes on; ``None`` where there is none, or it has ended.

    That it goes on is stored once a minute, without waiting for anybody.

    Raises:
        UnavailableError: where the database can't be read.
    """
    with database.operator_rows() as rows:
        session = rows.sessions.with_digest(digest_of(cookie)) if rows is not None else None
    if session is None or not session.is_active(now):
        return None
    if now - session.seen_at >= NOTE_USE_EVERY:
        session_id = session.id
        database.note_operator_use(lambda rows: rows.sessions.note_use(session_id, at=now))
    return session


def active_sessions(database: OperatorRepository, *, now: datetime) -> tuple[OperatorSession, ...]:
    """All sessions that go on, the oldest first.

    Raises:
        UnavailableError: where the database can't be read.
    """
    with database.operator_rows() as rows:
        sessions = rows.sessions.not_ended() if rows is not None else ()
    return tuple(each for each in sessions if each.is_active(now))


def sign_out(database: OperatorRepository, session: OperatorSession, *, address: str, now: datetime) -> None:
    """End one's own session; a second time changes nothing.

    Raises:
        UnavailableError: where it can't be recorded; the session goes on then.
    """
    with database.writing_operator_rows() as rows:
        current = rows.sessions.with_id(session.id)
        if current is not None and current.ended_at is None:
            method = SignInMethod.TOKEN if session.token is not None else SignInMethod.OIDC
            rows.sessions.end(session.id, at=now)
            rows.sign_ins.add(_sign_in(session.operator_at(address), method, SignInOutcome.SIGNED_OUT, now))


def end(database: OperatorRepository, session_id: str, *, actor: Actor) -> OperatorSession:
    """End a session of anybody's by its public id, which is audited; one that has ended stays as it is.

    Raises:
        NotFoundError: where there is no such session.
        UnavailableError: where it can't be recorded; nothing has changed then.
    """
    with database.operator_rows() as rows:
        session = rows.sessions.with_id(session_id) if rows is not None else None
    if session is None:
        msg = "there is no such session; it may have ended days ago"
        raise NotFoundError(msg)
    if session.is_active(actor.at):
        with database.writing(actor=actor, action="session end", subject=session.operator.name) as writing:
            _end(writing, (session,), actor.at)
    return session


def end_all(database: OperatorRepository, name: str, *, actor: Actor) -> tuple[OperatorSession, ...]:
    """End all sessions of the operator of that name, which is audited; gives those that went on until now.

    Raises:
        UnavailableError: where it can't be recorded; nothing has changed then.
    """
    ending = tuple(each for each in active_sessions(database, now=actor.at) if each.operator.name == name)
    if ending:
        with database.writing(actor=actor, action="session end", subject=name) as writing:
            ending = tuple(
                each
                for each in writing.operators.sessions.not_ended()
                if each.operator.name == name and each.is_active(actor.at)
            )
            _end(writing, ending, actor.at)
    return ending


def _end(writing: OperatorWriting, sessions: Iterable[OperatorSession], at: datetime) -> None:
    writing.leave_entry()
    for each in sessions:
        writing.operators.sessions.end(each.id, at=at)


def _sign_in(operator: Operator, method: SignInMethod, outcome: SignInOutcome, at: datetime) -> SignIn:
    return SignIn(
        at=at, method=method, outcome=outcome, address=operator.address, name=operator.name, kind=operator.kind
    )
