"""Alembic's configuration: migrations run on the caller's connection, in the caller's transaction."""

from __future__ import annotations

from alembic import context

from icsfeed.store.database.tables import audit_trail

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=audit_trail.metadata,
    render_as_batch=True,
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
