"""The messages of updates in other languages."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Add the column. Existing rows stay as they are, and so do the triggers."""
    op.add_column("change_updates", sa.Column("message_translations", sa.JSON, nullable=True))
