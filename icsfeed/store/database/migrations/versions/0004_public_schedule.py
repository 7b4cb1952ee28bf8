"""The schedule file that was public last, for a process that starts while the file is broken or missing."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Create the table, which holds one row."""
    op.create_table(
        "public_schedule",
        sa.Column("place", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("content", sa.Text, nullable=False),
        sa.Column("changed_at", sa.DateTime, nullable=False),
        sa.PrimaryKeyConstraint("place", name="pk_public_schedule"),
        sa.CheckConstraint("place = 1", name=op.f("ck_public_schedule_alone")),
    )
