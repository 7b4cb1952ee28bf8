"""Operations on operators' tokens."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from icsfeed.domain.operators import Scope
from icsfeed.services import operator_tokens
from icsfeed.services.requests.lists import page_only_request
from icsfeed.services.requests.offsets import request_with_offsets
from icsfeed.services.requests.pages import page_of
from icsfeed.services.requests.tokens import token_name_request, token_request
from icsfeed.web.operators.api.models.shapes import PageQuery
from icsfeed.web.operators.api.models.tokens import (
    CreatedTokenDocument,
    TokenDocument,
    TokenFields,
    TokenList,
    TokenNameFields,
)
from icsfeed.web.operators.api.operation import PREFIX, Call, Operation, OperationAnswer

_TOKENS: Final = f"{PREFIX}/tokens"
_TOPIC: Final = "Tokens"
_SECRETS: Final = ("token",)


def _list(call: Call) -> OperationAnswer:
    request = call.request(page_only_request)
    page = page_of(tuple(enumerate(operator_tokens.tokens(call.repository))), request, lambda each: (each[0],))
    items = [operator_tokens.token_as_json(token, now=call.now) for _, token in page.items]
    return OperationAnswer(content={"items": items, "next": page.cursor or None})


def _create(call: Call) -> OperationAnswer:
    zone = call.schedule.calendar.zone
    request = request_with_offsets(
        call.fields, lambda fields: token_request(fields, zone=zone, now=call.now), zone=zone, times=("expires",)
    )
    created = operator_tokens.create(
        call.repository,
        request,
        new_id=lambda: call.random_bytes(10).hex(),
        new_secret=lambda: call.random_bytes(32).hex(),
        actor=call.actor,
    )
    content = {**operator_tokens.token_as_json(created.token, now=call.now), "token": created.text}
    return OperationAnswer(content=content, status=201, secrets=_SECRETS)


def _revoke(call: Call) -> OperationAnswer:
    token = operator_tokens.revoke(call.repository, call.request(token_name_request), actor=call.actor)
    revoked = replace(token, revoked_at=call.now) if token.is_valid(call.now) else token
    return OperationAnswer(content=operator_tokens.token_as_json(revoked, now=call.now))


TOKEN_OPERATIONS: Final = (
    Operation(
        name="list_tokens",
        method="GET",
        path=_TOKENS,
        summary="List operators' tokens, and when each was last used",
        topic=_TOPIC,
        scope=Scope.READ,
        function=_list,
        query=PageQuery,
        responses={200: TokenList},
    ),
    Operation(
        name="create_token",
        method="POST",
        path=_TOKENS,
        summary="Create a token, and show it",
        description="It is shown only this once.",
        topic=_TOPIC,
        scope=Scope.WRITE,
        function=_create,
        request=TokenFields,
        responses={201: CreatedTokenDocument},
    ),
    Operation(
        name="revoke_token",
        method="POST",
        path=f"{_TOKENS}/revoke",
        summary="Revoke a token at once, and end the sessions that began with it",
        topic=_TOPIC,
        scope=Scope.WRITE,
        function=_revoke,
        request=TokenNameFields,
        responses={200: TokenDocument},
    ),
)
