"""The public holidays as they were public last."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Add the column, which is empty for a schedule without public holidays."""
    op.add_column("public_schedule", sa.Column("holidays", sa.JSON, nullable=True))
