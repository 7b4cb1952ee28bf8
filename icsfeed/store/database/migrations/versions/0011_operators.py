"""Operators' tokens, sessions and sign-ins, and drafts that wait for approval."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"

_REFUSAL = "what is recorded is never rewritten"


def upgrade() -> None:
    """Create the tables; the first five with triggers that refuse to change or delete rows."""
    _create_tokens()
    _create_sign_ins()
    _create_drafts()
    for table, key in (
        ("operator_tokens", "token"),
        ("token_revocations", "token"),
        ("sign_ins", "number"),
        ("drafts", "number"),
        ("draft_decisions", "number"),
    ):
        _refuse_rewriting(table, key)
    _create_rewritable_tables()


def _create_tokens() -> None:
    op.create_table(
        "operator_tokens",
        sa.Column("token", sa.String(32), nullable=False),
        sa.Column("entry", sa.Integer, nullable=False),
        sa.Column("at", sa.DateTime, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("scope", sa.String(10), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("expires_at", sa.DateTime, nullable=True),
        sa.PrimaryKeyConstraint("token", name="pk_operator_tokens"),
        sa.UniqueConstraint("digest", name="uq_operator_tokens_digest"),
        sa.ForeignKeyConstraint(["entry"], ["audit_trail.entry"], name="fk_operator_tokens_entry"),
    )
    op.create_index("ix_operator_tokens_entry", "operator_tokens", ["entry"])
    op.create_table(
        "token_revocations",
        sa.Column("token", sa.String(32), nullable=False),
        sa.Column("entry", sa.Integer, nullable=False),
        sa.Column("at", sa.DateTime, nullable=False),
        sa.PrimaryKeyConstraint("token", name="pk_token_revocations"),
        sa.ForeignKeyConstraint(["token"], ["operator_tokens.token"], name="fk_token_revocations_token"),
        sa.ForeignKeyConstraint(["entry"], ["audit_trail.entry"], name="fk_token_revocations_entry"),
    )
    op.create_index("ix_token_revocations_entry", "token_revocations", ["entry"])


def _create_sign_ins() -> None:
    op.create_table(
        "sign_ins",
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("at", sa.DateTime, nullable=False),
        sa.Column("method", sa.String(10), nullable=False),
        sa.Column("name", sa.Text, nullable=True),
        sa.Column("kind", sa.String(10), nullable=True),
        sa.Column("address", sa.Text, nullable=False),
        sa.Column("network", sa.Text, nullable=False),
        sa.Column("outcome", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_sign_ins"),
    )
    op.create_index("ix_sign_ins_network_at", "sign_ins", ["network", "at"])
    op.create_index("ix_sign_ins_at", "sign_ins", ["at"])


def _create_drafts() -> None:
    op.create_table(
        "drafts",
        sa.Column("number", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("entry", sa.Integer, nullable=False),
        sa.Column("at", sa.DateTime, nullable=False),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("by_kind", sa.String(10), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("fields", sa.JSON, nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_drafts"),
        sa.ForeignKeyConstraint(["entry"], ["audit_trail.entry"], name="fk_drafts_entry"),
    )
    op.create_index("ix_drafts_entry", "drafts", ["entry"])
    op.create_table(
        "draft_decisions",
        sa.Column("number", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("entry", sa.Integer, nullable=False),
        sa.Column("at", sa.DateTime, nullable=False),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("decision", sa.String(10), nullable=False),
        sa.Column("change", sa.Text, nullable=True),
        sa.PrimaryKeyConstraint("number", name="pk_draft_decisions"),
        sa.ForeignKeyConstraint(["number"], ["drafts.number"], name="fk_draft_decisions_number"),
        sa.ForeignKeyConstraint(["entry"], ["audit_trail.entry"], name="fk_draft_decisions_entry"),
    )
    op.create_index("ix_draft_decisions_entry", "draft_decisions", ["entry"])


def _create_rewritable_tables() -> None:
    op.create_table(
        "token_uses",
        sa.Column("token", sa.String(32), nullable=False),
        sa.Column("at", sa.DateTime, nullable=False),
        sa.PrimaryKeyConstraint("token", name="pk_token_uses"),
        sa.ForeignKeyConstraint(["token"], ["operator_tokens.token"], name="fk_token_uses_token"),
    )
    op.create_table(
        "operator_sessions",
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("session", sa.String(32), nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("scope", sa.String(10), nullable=False),
        sa.Column("address", sa.Text, nullable=False),
        sa.Column("token", sa.String(32), nullable=True),
        sa.Column("started_at", sa.DateTime, nullable=False),
        sa.Column("seen_at", sa.DateTime, nullable=False),
        sa.Column("expires_at", sa.DateTime, nullable=False),
        sa.Column("ended_at", sa.DateTime, nullable=True),
        sa.PrimaryKeyConstraint("digest", name="pk_operator_sessions"),
        sa.UniqueConstraint("session", name="uq_operator_sessions_session"),
        sa.ForeignKeyConstraint(["token"], ["operator_tokens.token"], name="fk_operator_sessions_token"),
    )
    op.create_index("ix_operator_sessions_expires_at", "operator_sessions", ["expires_at"])
    op.create_table(
        "idempotency_keys",
        sa.Column("operator", sa.Text, nullable=False),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("entry", sa.Integer, nullable=True),
        sa.Column("at", sa.DateTime, nullable=False),
        sa.Column("status", sa.Integer, nullable=True),
        sa.Column("body", sa.Text, nullable=True),
        sa.PrimaryKeyConstraint("operator", "key", name="pk_idempotency_keys"),
    )
    op.create_index("ix_idempotency_keys_at", "idempotency_keys", ["at"])


def _refuse_rewriting(table: str, key: str) -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION icsfeed_append_only()"
        )
        return
    # INSERT OR REPLACE deletes rows without firing the DELETE trigger.
    existing = f"EXISTS (SELECT 1 FROM {table} WHERE {key} = NEW.{key})"  # noqa: S608  (names of our own)
    for name, when in (("update", "UPDATE"), ("delete", "DELETE"), ("replace", "INSERT")):
        op.execute(
            f"CREATE TRIGGER {table}_no_{name} BEFORE {when} ON {table} "
            f"{f'WHEN {existing} ' if when == 'INSERT' else ''}"
            f"BEGIN SELECT RAISE(ABORT, '{_REFUSAL}'); END"
        )
