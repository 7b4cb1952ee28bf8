"""The outbox of announcements, mail subscribers, and the notice that was promised."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Create the tables, whose rows may change and be deleted; what was recorded promises no notice."""
    op.add_column("change_updates", sa.Column("promised_notice", sa.Integer, nullable=True))
    op.create_table(
        "deliveries",
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("receiver", sa.Text, nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("event", sa.String(20), nullable=False),
        sa.Column("update", sa.Integer, nullable=True),
        sa.Column("starts", sa.DateTime, nullable=True),
        sa.Column("lead", sa.Integer, nullable=True),
        sa.Column("queued_at", sa.DateTime, nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("due_at", sa.DateTime, nullable=False),
        sa.Column("attempts", sa.Integer, server_default="0", nullable=False),
        sa.Column("first_attempt_at", sa.DateTime, nullable=True),
        sa.Column("lease_owner", sa.String(40), nullable=True),
        sa.Column("lease_until", sa.DateTime, nullable=True),
        sa.Column("ended_at", sa.DateTime, nullable=True),
        sa.Column("problem", sa.Text, nullable=True),
        sa.PrimaryKeyConstraint("number", name="pk_deliveries"),
    )
    op.create_index("ix_deliveries_state_due_at", "deliveries", ["state", "due_at"])
    op.create_index("ix_deliveries_subject_receiver", "deliveries", ["subject", "receiver"])
    is_leased = sa.text("lease_until IS NOT NULL")
    op.create_index(
        "ix_deliveries_lease_until",
        "deliveries",
        ["lease_until"],
        sqlite_where=is_leased,
        postgresql_where=is_leased,
    )
    op.create_index("ix_deliveries_starts", "deliveries", ["starts"])
    op.create_table(
        "mail_subscribers",
        sa.Column("subscriber", sa.String(32), nullable=False),
        sa.Column("address", sa.Text, nullable=False),
        sa.Column("language", sa.String(20), nullable=False),
        sa.Column("environments", sa.Text, nullable=True),
        sa.Column("kinds", sa.Text, nullable=True),
        sa.Column("reminders", sa.Text, nullable=True),
        sa.Column("requested_at", sa.DateTime, nullable=False),
        sa.Column("confirmed_at", sa.DateTime, nullable=True),
        sa.Column("refusals", sa.Integer, server_default="0", nullable=False),
        sa.Column("paused_at", sa.DateTime, nullable=True),
        sa.PrimaryKeyConstraint("subscriber", name="pk_mail_subscribers"),
        sa.UniqueConstraint("address", name="uq_mail_subscribers_address"),
    )
    op.create_table(
        "mail_requests",
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("at", sa.DateTime, nullable=False),
        sa.Column("client", sa.String(64), nullable=False),
        sa.Column("address", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_mail_requests"),
    )
    op.create_index("ix_mail_requests_at", "mail_requests", ["at"])
    op.create_table(
        "outbox_state",
        sa.Column("place", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("secret", sa.String(64), nullable=False),
        sa.Column("scanned_until", sa.DateTime, nullable=True),
        sa.PrimaryKeyConstraint("place", name="pk_outbox_state"),
        sa.CheckConstraint("place = 1", name=op.f("ck_outbox_state_alone")),
    )
