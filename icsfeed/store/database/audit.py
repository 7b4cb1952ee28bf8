"""Reads the audit trail."""

from __future__ import annotations

from sqlalchemy import Connection, select

from icsfeed.domain.actors import ActorKind
from icsfeed.domain.audit import AuditEntry
from icsfeed.store.database.tables import audit_trail


def read_entries(connection: Connection, *, since: int, subject: str | None) -> tuple[AuditEntry, ...]:
    """The entries after the one numbered ``since``, oldest first; with a ``subject``, only the entries about it."""
    table = audit_trail
    query = select(table).where(table.c.entry > since).order_by(table.c.entry)
    if subject is not None:
        query = query.where(table.c.subject == subject)
    return tuple(
        AuditEntry(
            number=row.entry,
            at=row.at,
            by=row.by,
            action=row.action,
            subject=row.subject,
            kind=ActorKind(row.kind) if row.kind is not None else None,
            address=row.address or "",
        )
        for row in connection.execute(query)
    )
