"""Salts: what a token was derived from with a key, where it was; those before are random, and have none."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Add the column. Rows that are there stay as they are, and so do the triggers that see to it."""
    op.add_column("subscriber_steps", sa.Column("salt", sa.String(32), nullable=True))
