"""Changes, adjustments, revisions and the audit trail."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_REFUSAL = "what is recorded is never rewritten"
_KEYS = {
    "audit_trail": "entry = NEW.entry",
    "change_updates": "key = NEW.key OR (kind, change, number) = (NEW.kind, NEW.change, NEW.number)",
    "adjustments": '("window", day, number) = (NEW."window", NEW.day, NEW.number)',
    "event_revisions": "line = NEW.line",
}
"""The append-only tables, and the condition for the row that an INSERT OR REPLACE would replace."""


def upgrade() -> None:
    """Create the tables, with triggers that refuse to change or delete rows."""
    op.create_table(
        "audit_trail",
        sa.Column("entry", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime, nullable=False),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("action", sa.Text, nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("entry", name="pk_audit_trail"),
    )
    op.create_table(
        "change_updates",
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("change", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("number", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("entry", sa.Integer, nullable=False),
        sa.Column("at", sa.DateTime, nullable=False),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("message", sa.Text, nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("summary", sa.Text, nullable=False),
        sa.Column("environments", sa.JSON, nullable=False),
        sa.Column("impact", sa.String(20), nullable=False),
        sa.Column("starts", sa.DateTime, nullable=False),
        sa.Column("ends", sa.DateTime, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("ticket", sa.Text, nullable=False),
        sa.Column("key", sa.Text, nullable=True),
        sa.PrimaryKeyConstraint("kind", "change", "number", name="pk_change_updates"),
        sa.ForeignKeyConstraint(["entry"], ["audit_trail.entry"], name="fk_change_updates_entry"),
        sa.UniqueConstraint("key", name="uq_change_updates_key"),
        sa.CheckConstraint("starts < ends", name=op.f("ck_change_updates_forward")),
    )
    op.create_index("ix_change_updates_entry", "change_updates", ["entry"])
    op.create_table(
        "adjustments",
        sa.Column("entry", sa.Integer, nullable=False),
        sa.Column("window", sa.String(60), nullable=False),
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("number", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("action", sa.String(10), nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("silent", sa.Boolean, nullable=False),
        sa.Column("starts", sa.DateTime, nullable=True),
        sa.Column("ends", sa.DateTime, nullable=True),
        sa.PrimaryKeyConstraint("window", "day", "number", name="pk_adjustments"),
        sa.ForeignKeyConstraint(["entry"], ["audit_trail.entry"], name="fk_adjustments_entry"),
        sa.CheckConstraint("(starts IS NULL) = (action <> 'move')", name=op.f("ck_adjustments_moved")),
    )
    op.create_index("ix_adjustments_entry", "adjustments", ["entry"])
    op.create_table(
        "event_revisions",
        sa.Column("line", sa.Integer, nullable=False),
        sa.Column("entry", sa.Integer, nullable=False),
        sa.Column("uid", sa.Text, nullable=False),
        sa.Column("sequence", sa.Integer, nullable=False),
        sa.Column("digest", sa.String(32), nullable=False),
        sa.Column("at", sa.DateTime, nullable=False),
        sa.PrimaryKeyConstraint("line", name="pk_event_revisions"),
        sa.ForeignKeyConstraint(["entry"], ["audit_trail.entry"], name="fk_event_revisions_entry"),
    )
    op.create_index("ix_event_revisions_entry", "event_revisions", ["entry"])
    _refuse_rewriting()


def _refuse_rewriting() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE FUNCTION icsfeed_append_only() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN RAISE EXCEPTION '{_REFUSAL}'; END $$"
        )
        for table in _KEYS:
            op.execute(
                f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
                "FOR EACH STATEMENT EXECUTE FUNCTION icsfeed_append_only()"
            )
        return
    for table, key in _KEYS.items():
        # INSERT OR REPLACE deletes rows without firing the DELETE trigger.
        existing = f"EXISTS (SELECT 1 FROM {table} WHERE {key})"  # noqa: S608  (names of our own)
        for name, when in (("update", "UPDATE"), ("delete", "DELETE"), ("replace", "INSERT")):
            op.execute(
                f"CREATE TRIGGER {table}_no_{name} BEFORE {when} ON {table} "
                f"{f'WHEN {existing} ' if when == 'INSERT' else ''}"
                f"BEGIN SELECT RAISE(ABORT, '{_REFUSAL}'); END"
            )
