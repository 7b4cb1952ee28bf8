"""Salts of tokens that are derived from the token key; earlier tokens are random and have none."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Add the column. Existing rows and triggers stay as they are."""
    op.add_column("subscriber_steps", sa.Column("salt", sa.String(32), nullable=True))
