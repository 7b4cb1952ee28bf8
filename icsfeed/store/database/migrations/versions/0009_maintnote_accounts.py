"""The MAINTNOTE accounts of subscribers, and their objects."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Add the columns, which are empty for a subscriber without an account. The triggers stay as they are."""
    op.add_column("subscriber_steps", sa.Column("account", sa.Text, nullable=True))
    op.add_column("subscriber_steps", sa.Column("objects", sa.JSON, nullable=True))
