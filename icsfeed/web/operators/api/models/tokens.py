"""Operators' tokens."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from icsfeed.web.operators.api.models.shapes import LEFT_OUT, Document, PageModel, RequestModel, UtcInstant

ScopeName = Annotated[
    Literal["read", "write"], Field(description="Whether it may only read, or also change what is recorded.")
]
_TOKEN_NAME = Annotated[
    str,
    Field(
        min_length=1,
        max_length=100,
        description="Who uses it; the audit trail shows this name.",
        examples=["chat-bot"],
    ),
]


class TokenFields(RequestModel):
    """A token to create."""

    name: _TOKEN_NAME
    scope: ScopeName
    expires: Annotated[
        str,
        Field(
            description="A length such as 90d, a date, an instant, or never; by default 90 days at most.",
            examples=["90d", "2027-03-01", "2027-03-01T12:00:00Z", "never"],
        ),
    ] = LEFT_OUT


class TokenNameFields(RequestModel):
    """A token."""

    name: _TOKEN_NAME


class TokenDocument(Document):
    """A token, without its secret."""

    name: str
    scope: ScopeName
    state: Literal["valid", "expired", "revoked"]
    created: UtcInstant
    created_by: str
    expires: Annotated[UtcInstant | None, Field(description="Null: never.")]
    revoked: UtcInstant | None
    last_used: Annotated[UtcInstant | None, Field(description="To the minute; null where it never was.")]


class CreatedTokenDocument(TokenDocument):
    """A new token, which is shown only once: a repeat with the same key has null for it."""

    token: Annotated[str | None, Field(description="The token itself.")]


class TokenList(PageModel):
    """Tokens, the oldest first."""

    items: list[TokenDocument]
