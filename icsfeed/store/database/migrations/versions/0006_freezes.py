"""Change freezes that operators start and end."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

_REFUSAL = "what is recorded is never rewritten"


def upgrade() -> None:
    """Create the tables, with triggers that refuse to change or delete rows."""
    op.create_table(
        "freezes",
        sa.Column("number", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("entry", sa.Integer, nullable=False),
        sa.Column("at", sa.DateTime, nullable=False),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("environments", sa.JSON, nullable=False),
        sa.Column("until", sa.DateTime, nullable=True),
        sa.Column("internal", sa.Boolean, nullable=False),
        sa.Column("uid_part", sa.String(20), nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_freezes"),
        sa.ForeignKeyConstraint(["entry"], ["audit_trail.entry"], name="fk_freezes_entry"),
    )
    op.create_table(
        "freeze_ends",
        sa.Column("number", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("entry", sa.Integer, nullable=False),
        sa.Column("at", sa.DateTime, nullable=False),
        sa.Column("by", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_freeze_ends"),
        sa.ForeignKeyConstraint(["number"], ["freezes.number"], name="fk_freeze_ends_number"),
        sa.ForeignKeyConstraint(["entry"], ["audit_trail.entry"], name="fk_freeze_ends_entry"),
    )
    for table in ("freezes", "freeze_ends"):
        op.create_index(f"ix_{table}_entry", table, ["entry"])
        _refuse_rewriting(table)


def _refuse_rewriting(table: str) -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION icsfeed_append_only()"
        )
        return
    # INSERT OR REPLACE deletes rows without firing the DELETE trigger.
    existing = f"EXISTS (SELECT 1 FROM {table} WHERE number = NEW.number)"  # noqa: S608  (names of our own)
    for name, when in (("update", "UPDATE"), ("delete", "DELETE"), ("replace", "INSERT")):
        op.execute(
            f"CREATE TRIGGER {table}_no_{name} BEFORE {when} ON {table} "
            f"{f'WHEN {existing} ' if when == 'INSERT' else ''}"
            f"BEGIN SELECT RAISE(ABORT, '{_REFUSAL}'); END"
        )
