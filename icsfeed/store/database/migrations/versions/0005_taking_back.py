"""What updates of changes need to be taken back, done by the clock and withdrawn; who acts, and from where."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Add the columns. Existing rows stay as they are, and so do the triggers."""
    for column in (
        sa.Column("step", sa.String(10), nullable=True),
        sa.Column("target", sa.Integer, nullable=True),
        sa.Column("automatic", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("withdrawn", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("uid_part", sa.String(20), nullable=True),
        sa.Column("expected_end", sa.DateTime, nullable=True),
    ):
        op.add_column("change_updates", column)
    op.add_column("audit_trail", sa.Column("kind", sa.String(10), nullable=True))
    op.add_column("audit_trail", sa.Column("address", sa.Text, nullable=True))
