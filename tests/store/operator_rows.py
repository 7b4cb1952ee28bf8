"""A row for each table about operators, with a value for each column."""

from __future__ import annotations

from typing import Any, Final

import sqlalchemy as sa

_AT: Final = "2026-11-23 12:00:00"

OPERATOR_ROWS: Final[dict[str, dict[str, Any]]] = {
    "operator_tokens": {
        "token": "1" * 20,
        "entry": 1,
        "at": _AT,
        "name": "chat bot",
        "scope": "write",
        "digest": "2" * 64,
        "expires_at": "2027-02-21 12:00:00",
    },
    "token_revocations": {"token": "1" * 20, "entry": 1, "at": _AT},
    "sign_ins": {
        "number": 1,
        "at": _AT,
        "method": "bearer",
        "name": "chat bot",
        "kind": "token",
        "address": "192.0.2.1",
        "network": "192.0.2.1",
        "outcome": "expired token",
    },
    "drafts": {
        "number": 1,
        "entry": 1,
        "at": _AT,
        "by": "ann",
        "by_kind": "person",
        "kind": "planned",
        "fields": '{"summary": "New firewall"}',
    },
    "draft_decisions": {"number": 1, "entry": 1, "at": _AT, "by": "bob", "decision": "approved", "change": "PC-1"},
    "token_uses": {"token": "1" * 20, "at": _AT},
    "operator_sessions": {
        "digest": "3" * 64,
        "session": "4" * 20,
        "name": "ann",
        "kind": "person",
        "scope": "write",
        "address": "192.0.2.1",
        "token": "1" * 20,
        "started_at": _AT,
        "seen_at": _AT,
        "expires_at": "2026-11-24 00:00:00",
        "ended_at": "2026-11-23 13:00:00",
    },
    "idempotency_keys": {
        "operator": "chat bot",
        "key": "k",
        "digest": "5" * 64,
        "entry": 1,
        "at": _AT,
        "status": 201,
        "body": "{}",
    },
}


def insert_operator_rows(connection: sa.Connection) -> None:
    """Insert the rows into tables that have an audit entry of number 1."""
    for name, row in OPERATOR_ROWS.items():
        # Text, because the columns have no types here: the database converts it.
        columns: list[sa.ColumnClause[Any]] = [sa.column(column) for column in row]
        connection.execute(sa.insert(sa.table(name, *columns)), row)
