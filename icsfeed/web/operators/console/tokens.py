"""Operators' tokens: a list, a new one that is shown once, and the end of one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from flask import Blueprint, Response, request

from icsfeed.domain.errors import IcsfeedError, NotFoundError, RefusedError
from icsfeed.domain.operator_tokens import OperatorToken, TokenState
from icsfeed.domain.operators import Operator, Scope
from icsfeed.domain.subscribers import key_of
from icsfeed.domain.texts import plain_line
from icsfeed.services import operator_tokens
from icsfeed.services.operator_tokens import CreatedToken
from icsfeed.services.requests.tokens import DEFAULT_VALIDITY, NEVER, TokenRequest, token_request
from icsfeed.web.errors import status_of
from icsfeed.web.operators.console.action_pages import (
    Confirmation,
    actor_of,
    confirmation_page,
    form_fields,
    is_confirmation,
    writing_visit,
)
from icsfeed.web.operators.console.layout import CONSOLE_PATH, Section, Visit, field_errors, go_to, open_visit
from icsfeed.web.operators.console.preview_facts import Preview, PreviewFact, fact
from icsfeed.web.operators.context import OperatorsContext
from icsfeed.words.phrases import phrase, phrase_in

_FOLDER: Final = f"{CONSOLE_PATH}/tokens/"
_EXPIRY_CHOICES: Final = ("30d", "90d", "365d", NEVER)
_USUAL_EXPIRY: Final = f"{DEFAULT_VALIDITY.days}d"
_STATES: Final = {
    TokenState.VALID: phrase_in("state of a token", "Valid"),
    TokenState.EXPIRED: phrase_in("state of a token", "Expired"),
    TokenState.REVOKED: phrase_in("state of a token", "Revoked"),
}
_SCOPES: Final = {
    Scope.READ: phrase_in("what a token may do", "read"),
    Scope.WRITE: phrase_in("what a token may do", "read and write"),
}
_SCOPE_LABEL: Final = phrase("Scope")
_LAST_USED: Final = phrase_in("label in a preview", "Last used")
_EFFECT: Final = phrase_in("label in a preview", "Effect")
_REVOCATION: Final = phrase("Programs with this token are refused at once, and sessions that began with it end.")
_NEVER_USED: Final = phrase_in("of a token", "never")


@dataclass(frozen=True, kw_only=True, slots=True)
class TokenCard:
    """A token in words, without its secret."""

    name: str
    scope: str
    state: str
    is_valid: bool
    created_by: str
    created_at: str
    expires_at: str
    used_at: str


def token_routes(context: OperatorsContext) -> Blueprint:
    """The page of tokens."""
    routes = Blueprint("console_tokens", __name__)

    @routes.get(_FOLDER)
    def show_tokens() -> Response:
        return _page(open_visit(context))

    @routes.post(f"{_FOLDER}create")
    def create_token() -> Response:
        visit = writing_visit(context)
        try:
            created = _create(visit)
        except IcsfeedError as error:
            return _page(visit, error)
        return visit.page(
            "token_created.html",
            title=visit.say("The token {name}", name=plain_line(created.token.name)),
            section=Section.TOKENS,
            created=_card(visit, created.token),
            text=created.text,
        )

    @routes.post(f"{_FOLDER}revoke")
    def revoke_token() -> Response:
        visit = writing_visit(context)
        try:
            return _revoke(visit, request.form.get("name", ""))
        except IcsfeedError as error:
            return _page(visit, error)

    return routes


def _page(visit: Visit, error: IcsfeedError | None = None) -> Response:
    all_tokens = operator_tokens.tokens(visit.context.database)
    name = request.form.get("name", "") if error is not None else ""
    everything = "all" in request.args
    listed_tokens = [each for each in reversed(all_tokens) if everything or each.is_valid(visit.now)]
    return visit.page(
        "tokens.html",
        title=visit.say("Tokens"),
        section=Section.TOKENS,
        errors=field_errors(error) if error is not None else (),
        status=status_of(error) if error is not None else 200,
        everything=everything,
        is_taken=any(_is(each, name) and each.is_valid(visit.now) for each in all_tokens),
        has_more=len(listed_tokens) < len(all_tokens),
        tokens=[_card(visit, each) for each in listed_tokens],
        name=name,
        scopes=[(scope.value, visit.say(_SCOPES[scope])) for scope in _scopes_for(visit.operator)],
        scope=request.form.get("scope", Scope.READ.value),
        expiries=[(text, _expiry_text(visit, text)) for text in _EXPIRY_CHOICES],
        expires=request.form.get("expires", _USUAL_EXPIRY),
    )


def _scopes_for(operator: Operator) -> tuple[Scope, ...]:
    """The scopes of tokens that the operator may create: nobody gives away more than they have."""
    return tuple(Scope) if operator.may_write else (Scope.READ,)


def _expiry_text(visit: Visit, text: str) -> str:
    if text == NEVER:
        return visit.say("never")
    days = int(text.removesuffix("d"))
    return visit.language.say_count("in {count} day", "in {count} days", days)


def _create(visit: Visit) -> CreatedToken:
    """The new token.

    Raises:
        IcsfeedError: where it can't be created; nothing has changed then.
    """
    fields = form_fields(("name", "scope", "expires"))
    if fields.get("expires") == _USUAL_EXPIRY:
        del fields["expires"]  # the choice that the form suggests is nobody's wish
    details: TokenRequest = token_request(fields, zone=visit.zone, now=visit.now)
    if details.scope not in _scopes_for(visit.operator):
        msg = f"a token may do no more than its creator; its scope can't be {details.scope.value}"
        raise RefusedError(msg)
    randomness = visit.context.randomness
    return operator_tokens.create(
        visit.context.database,
        details,
        new_id=randomness.new_id,
        new_secret=randomness.new_secret,
        actor=actor_of(visit),
    )


def _revoke(visit: Visit, name: str) -> Response:
    """What is revoked or, where that was confirmed, the list without it.

    Raises:
        IcsfeedError: where there is no such token.
    """
    token = next((each for each in reversed(operator_tokens.tokens(visit.context.database)) if _is(each, name)), None)
    if token is None:
        msg = "there is no such token; it may have been created on another database"
        raise NotFoundError(msg)
    if is_confirmation():
        operator_tokens.revoke(visit.context.database, name, actor=actor_of(visit))
        return go_to("tokens/", "token-revoked")
    return confirmation_page(
        visit,
        Confirmation(
            title=visit.say("Revoke the token {name}?", name=plain_line(token.name)),
            button=visit.say("Revoke"),
            path="tokens/revoke",
            back="tokens/",
            fields=(("name", token.name),),
            is_destructive=True,
        ),
        Preview(facts=tuple(_facts(visit, token)), warnings=()),
        section=Section.TOKENS,
    )


def _is(token: OperatorToken, name: str) -> bool:
    return key_of(token.name) == key_of(name)


def _facts(visit: Visit, token: OperatorToken) -> Iterator[PreviewFact]:
    yield fact(_SCOPE_LABEL, visit.language, visit.say(_SCOPES[token.scope]))
    yield fact(_LAST_USED, visit.language, _card(visit, token).used_at)
    yield fact(_EFFECT, visit.language, visit.say(_REVOCATION))


def _card(visit: Visit, token: OperatorToken) -> TokenCard:
    dates = visit.dates
    return TokenCard(
        name=plain_line(token.name),
        scope=visit.say(_SCOPES[token.scope]),
        state=visit.say(_STATES[token.state(visit.now)]),
        is_valid=token.is_valid(visit.now),
        created_by=plain_line(token.created_by),
        created_at=dates.moment(token.created_at),
        expires_at=dates.moment(token.expires_at) if token.expires_at is not None else "",
        used_at=dates.moment(token.used_at) if token.used_at is not None else visit.say(_NEVER_USED),
    )
