"""Subscribers: the steps taken with them, and when their feeds were last fetched."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

_REFUSAL = "what is recorded is never rewritten"


def upgrade() -> None:
    """Create the tables; of the steps no row can be changed or deleted."""
    op.create_table(
        "subscriber_steps",
        sa.Column("subscriber", sa.Text, nullable=False),
        sa.Column("number", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("entry", sa.Integer, nullable=False),
        sa.Column("at", sa.DateTime, nullable=False),
        sa.Column("action", sa.String(10), nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("feed", sa.Text, nullable=False),
        sa.Column("alarms", sa.JSON, nullable=False),
        sa.Column("digest", sa.String(64), nullable=True),
        sa.Column("until", sa.DateTime, nullable=True),
        sa.PrimaryKeyConstraint("subscriber", "number", name="pk_subscriber_steps"),
        sa.ForeignKeyConstraint(["entry"], ["audit_trail.entry"], name="fk_subscriber_steps_entry"),
        sa.UniqueConstraint("digest", name="uq_subscriber_steps_digest"),
    )
    op.create_index("ix_subscriber_steps_entry", "subscriber_steps", ["entry"])
    op.create_table(
        "subscriber_fetches",
        sa.Column("subscriber", sa.Text, nullable=False),
        sa.Column("client", sa.String(20), nullable=False),
        sa.Column("at", sa.DateTime, nullable=False),
        sa.PrimaryKeyConstraint("subscriber", "client", name="pk_subscriber_fetches"),
    )
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE TRIGGER subscriber_steps_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON subscriber_steps "
            "FOR EACH STATEMENT EXECUTE FUNCTION icsfeed_append_only()"
        )
        return
    # INSERT OR REPLACE deletes rows without firing the DELETE trigger.
    existing = (
        "EXISTS (SELECT 1 FROM subscriber_steps "
        "WHERE digest = NEW.digest OR (subscriber, number) = (NEW.subscriber, NEW.number))"
    )
    for name, when in (("update", "UPDATE"), ("delete", "DELETE"), ("replace", "INSERT")):
        op.execute(
            f"CREATE TRIGGER subscriber_steps_no_{name} BEFORE {when} ON subscriber_steps "
            f"{f'WHEN {existing} ' if when == 'INSERT' else ''}"
            f"BEGIN SELECT RAISE(ABORT, '{_REFUSAL}'); END"
        )
