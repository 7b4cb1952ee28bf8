"""The tables of operators: their tokens, sessions and sign-ins, and drafts that wait for approval."""

from __future__ import annotations

from typing import Final

from sqlalchemy import JSON, Column, ForeignKey, Index, Integer, String, Table

from icsfeed.store.database.columns import METADATA, UtcDateTime, Words


def _entry() -> Column[int]:
    """The entry in the audit trail that a row belongs to."""
    return Column("entry", Integer, ForeignKey("audit_trail.entry"), nullable=False, index=True)


operator_tokens = Table(
    "operator_tokens",
    METADATA,
    Column("token", String(32), primary_key=True),
    _entry(),
    Column("at", UtcDateTime, nullable=False),
    Column("name", Words, nullable=False),
    Column("scope", String(10), nullable=False),
    Column("digest", String(64), nullable=False, unique=True),
    Column("expires_at", UtcDateTime, nullable=True),
)
"""``token`` is a random id, by which other tables name it; of the token itself only the SHA-256 digest is stored."""

token_revocations = Table(
    "token_revocations",
    METADATA,
    Column("token", String(32), ForeignKey("operator_tokens.token"), primary_key=True),
    _entry(),
    Column("at", UtcDateTime, nullable=False),
)

sign_ins = Table(
    "sign_ins",
    METADATA,
    Column("number", Integer, primary_key=True),
    Column("at", UtcDateTime, nullable=False),
    Column("method", String(10), nullable=False),
    Column("name", Words, nullable=True),
    Column("kind", String(10), nullable=True),
    Column("address", Words, nullable=False),
    Column("network", Words, nullable=False),
    Column("outcome", Words, nullable=False),
    Index("ix_sign_ins_network_at", "network", "at"),
    Index("ix_sign_ins_at", "at"),
)
"""Sign-ins, refused ones and sign-outs. ``name`` is the operator's, where one was recognized.

``network`` is what counts as one client: an IPv4 address, or the network of an IPv6 address.
"""

drafts = Table(
    "drafts",
    METADATA,
    Column("number", Integer, primary_key=True, autoincrement=False),
    _entry(),
    Column("at", UtcDateTime, nullable=False),
    Column("by", Words, nullable=False),
    Column("by_kind", String(10), nullable=False),
    Column("kind", String(20), nullable=False),
    Column("fields", JSON, nullable=False),
)
"""Announcements that wait for another operator. ``fields`` are those of the request, ``kind`` is the change's."""

draft_decisions = Table(
    "draft_decisions",
    METADATA,
    Column("number", Integer, ForeignKey("drafts.number"), primary_key=True, autoincrement=False),
    _entry(),
    Column("at", UtcDateTime, nullable=False),
    Column("by", Words, nullable=False),
    Column("decision", String(10), nullable=False),
    Column("change", Words, nullable=True),
)
"""``change`` is the id of the change that was announced, where the draft was approved."""

token_uses = Table(
    "token_uses",
    METADATA,
    Column("token", String(32), ForeignKey("operator_tokens.token"), primary_key=True),
    Column("at", UtcDateTime, nullable=False),
)
"""When each token was last used. Rows are updated."""

operator_sessions = Table(
    "operator_sessions",
    METADATA,
    Column("digest", String(64), primary_key=True),
    Column("session", String(32), nullable=False, unique=True),
    Column("name", Words, nullable=False),
    Column("kind", String(10), nullable=False),
    Column("scope", String(10), nullable=False),
    Column("address", Words, nullable=False),
    Column("token", String(32), ForeignKey("operator_tokens.token"), nullable=True),
    Column("started_at", UtcDateTime, nullable=False),
    Column("seen_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False, index=True),
    Column("ended_at", UtcDateTime, nullable=True),
)
"""``digest`` is the SHA-256 digest of the cookie's random value, ``session`` a random id by which others can end it.

A session that began with a ``token`` ends with it. Rows are updated, and deleted after their end.
"""

idempotency_keys = Table(
    "idempotency_keys",
    METADATA,
    Column("operator", Words, primary_key=True),
    Column("key", Words, primary_key=True),
    Column("digest", String(64), nullable=False),
    Column("entry", Integer, nullable=True),
    Column("at", UtcDateTime, nullable=False, index=True),
    Column("status", Integer, nullable=True),
    Column("body", Words, nullable=True),
)
"""Requests by the key that each operator gave them: ``digest`` is that of the request, ``entry`` the action's.

``status`` and ``body`` are the answer, once there is one. Rows are deleted when they are old.
"""

APPEND_ONLY_OPERATOR_TABLES: Final = (operator_tokens, token_revocations, sign_ins, drafts, draft_decisions)
REWRITABLE_OPERATOR_TABLES: Final = (token_uses, operator_sessions, idempotency_keys)
