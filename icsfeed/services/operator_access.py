"""Who may act: operators prove it by a token, and failed attempts are recorded and limited.

Failed attempts stand in a table of their own and make no audit entry, which every server would look up. The limit keeps
that table small, and a guesser slow; it never turns away a valid token, nor anybody whom a provider recognized, so
operators behind the same address as an attacker get in. What is over the limit is refused without a trace: at most
``MAX_FAILURES_A_DAY`` rows are added a day.

Tokens are looked up by their digests. No secret is ever compared, so the time of an answer says nothing about one.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from icsfeed.domain.actors import ActorKind
from icsfeed.domain.errors import TooManyAttemptsError, UnauthenticatedError
from icsfeed.domain.lengths import length_text
from icsfeed.domain.networks import network_of
from icsfeed.domain.operator_tokens import OperatorToken, TokenState, has_token_form
from icsfeed.domain.operators import Operator
from icsfeed.domain.schedule import Schedule
from icsfeed.domain.sign_ins import SignIn, SignInMethod, SignInOutcome
from icsfeed.domain.spans import ONE_DAY
from icsfeed.domain.subscribers import digest_of
from icsfeed.domain.texts import quoted
from icsfeed.services.repository import OperatorRepository
from icsfeed.services.upcoming import utc_text

if TYPE_CHECKING:
    from icsfeed.store.database.operator_access import OperatorRows

MAX_FAILURES: Final = ((10, timedelta(minutes=15)), (100, ONE_DAY))
"""So many failed attempts within that time from one IPv4 address, or one IPv6 network of 64 bits."""

MAX_FAILURES_A_DAY: Final = 1000
"""From everywhere together, within 24 hours."""

NOTE_USE_EVERY: Final = timedelta(minutes=1)
_ONE_SECOND: Final = timedelta(seconds=1)


def is_enabled(database: OperatorRepository, schedule: Schedule) -> bool:
    """Whether operators can sign in at all: a token was ever created, or the schedule has ``[operators]``.

    Otherwise, no operators' path exists.

    Raises:
        UnavailableError: where the database can't be read.
    """
    if schedule.operators is not None:
        return True
    with database.operator_rows() as rows:
        return rows is not None and rows.tokens.exist()


def authenticate(
    database: OperatorRepository,
    token: str,
    *,
    address: str,
    now: datetime,
    method: SignInMethod = SignInMethod.BEARER,
    kind: ActorKind = ActorKind.TOKEN,
) -> Operator:
    """The operator of that ``kind`` whose token that is, who makes a request from that network address.

    This takes one digest and one read by it. The token's last use is stored once a minute; a day's first use of a token
    from a network is recorded as a sign-in.

    Raises:
        UnauthenticatedError: where the token is unknown, has expired or was revoked. The attempt is recorded.
        TooManyAttemptsError: in place of that, after too many failed attempts. Nothing is recorded.
        UnavailableError: where the database can't be read or, for a failed attempt, written.
    """
    valid = valid_token(database, token, address=address, method=method, kind=kind, now=now)
    return Operator(name=valid.name, kind=kind, scope=valid.scope, address=address, token=valid.id)


def valid_token(
    database: OperatorRepository,
    text: str,
    *,
    address: str,
    method: SignInMethod,
    now: datetime,
    kind: ActorKind = ActorKind.TOKEN,
) -> OperatorToken:
    """The token of that text; for the rest, see ``authenticate``."""
    is_new_place = False
    with database.operator_rows() as rows:
        token = rows.tokens.with_digest(digest_of(text)) if rows is not None and has_token_form(text) else None
        is_valid = token is not None and token.is_valid(now)
        if rows is not None and not is_valid:
            _check_attempts(rows, address, now)
        elif rows is not None and token is not None and method is SignInMethod.BEARER:
            network = network_of(address)
            is_new_place = not rows.sign_ins.has_used_bearer(token.name, network, since=now - ONE_DAY)
    if token is not None and is_valid:
        first_use = SignIn(
            at=now, method=method, outcome=SignInOutcome.ACCEPTED, address=address, name=token.name, kind=kind
        )
        _note_use(database, token, first_use if is_new_place else None, now)
        return token
    outcome, message = refusal_of(token, now)
    if rows is not None:  # an attempt creates no database
        attempt = SignIn(
            at=now,
            method=method,
            outcome=outcome,
            address=address,
            name=token.name if token is not None else "",
            kind=kind if token is not None else None,
        )
        _record_failure(database, attempt)
    raise UnauthenticatedError(message)


def valid_token_id(database: OperatorRepository, token: str, *, now: datetime) -> str | None:
    """The id of that token; ``None`` if it is no operator's. Nothing is recorded.

    Raises:
        UnavailableError: where the database can't be read.
    """
    if not has_token_form(token):
        return None
    with database.operator_rows() as rows:
        valid = rows.tokens.with_digest(digest_of(token)) if rows is not None else None
    return valid.id if valid is not None and valid.is_valid(now) else None


def note_failure(
    database: OperatorRepository,
    *,
    method: SignInMethod,
    outcome: SignInOutcome,
    address: str,
    now: datetime,
    name: str = "",
    kind: ActorKind | None = None,
) -> None:
    """Record a failed attempt to sign in, with the operator's ``name`` and ``kind`` where one was recognized.

    Raises:
        TooManyAttemptsError: after too many of them. Nothing is recorded.
        UnavailableError: where it can't be recorded.
    """
    with database.operator_rows() as rows:
        if rows is None:
            return  # an attempt creates no database
        _check_attempts(rows, address, now)
    attempt = SignIn(at=now, method=method, outcome=outcome, address=address, name=name, kind=kind)
    _record_failure(database, attempt)


def _record_failure(database: OperatorRepository, attempt: SignIn) -> None:
    """Record a failed attempt, unless others have exhausted the limit meanwhile: then nothing is written."""
    with database.writing_operator_rows() as rows:
        _check_attempts(rows, attempt.address, attempt.at)
        rows.sign_ins.add(attempt)


def _check_attempts(rows: OperatorRows, address: str, now: datetime) -> None:
    (few, period), (many, day) = MAX_FAILURES
    failures = rows.sign_ins.failures(
        network_of(address), few=few - 1, many=many - 1, everywhere=MAX_FAILURES_A_DAY - 1, since=now - day
    )
    ends = [at + length for at, length in zip(failures, (period, day, day), strict=True) if at is not None]
    if ends and max(ends) > now:
        wait = min(max(ends) - now, day) // _ONE_SECOND * _ONE_SECOND + _ONE_SECOND
        msg = f"too many attempts to sign in have failed; try again in {length_text(wait)}; a valid token works now"
        raise TooManyAttemptsError(msg, retry_after=wait)


def refusal_of(token: OperatorToken | None, now: datetime) -> tuple[SignInOutcome, str]:
    """Why a token is not accepted; only its owner learns that it was valid once."""
    remedy = "use another"
    if token is None:
        return SignInOutcome.UNKNOWN_TOKEN, f"this token is not valid; {remedy}"
    if token.state(now) is TokenState.REVOKED:
        return SignInOutcome.REVOKED_TOKEN, f"the token {quoted(token.name)} was revoked; {remedy}"
    expired = f"expired at {utc_text(token.expires_at)}" if token.expires_at is not None else "has expired"
    return SignInOutcome.EXPIRED_TOKEN, f"the token {quoted(token.name)} {expired}; {remedy}"


def _note_use(database: OperatorRepository, token: OperatorToken, first_use: SignIn | None, now: datetime) -> None:
    """Store when the token was used, and its first use from a network; where somebody else writes, it is lost."""
    is_recent = token.used_at is not None and now - token.used_at < NOTE_USE_EVERY
    if is_recent and first_use is None:
        return

    def note(rows: OperatorRows) -> None:
        rows.tokens.note_use(token.id, at=now)
        if first_use is not None:
            rows.sign_ins.add(first_use)

    database.note_operator_use(note)
