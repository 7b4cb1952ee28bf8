"""Alembic's configuration: migrations run on the caller's connection, in the caller's transaction."""

from __future__ import annotations

from alembic import context

from icsfeed.store.database.tables import METADATA

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    render_as_batch=True,
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
