"""Changes, adjustments, revisions and the audit trail."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_APPEND_ONLY = ("audit_trail", "change_updates", "adjustments", "event_revisions")


def upgrade() -> None:
    """Make the tables, and have the database refuse to rewrite them."""
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
            "$$ BEGIN RAISE EXCEPTION 'what is recorded is never rewritten'; END $$"
        )
        for table in _APPEND_ONLY:
            op.execute(
                f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table} "
                "FOR EACH ROW EXECUTE FUNCTION icsfeed_append_only()"
            )
        return
    for table in _APPEND_ONLY:
        for verb in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
                "BEGIN SELECT RAISE(ABORT, 'what is recorded is never rewritten'); END"
            )
