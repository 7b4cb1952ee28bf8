"""What entries of the audit trail recorded, read from the tables that name them: no effect is stored a second time.

Digests, salts and random parts of UIDs are not read.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Row, Select, Table, func, select, tuple_

from icsfeed.domain.changes import recorded_id
from icsfeed.domain.feeds import Kind
from icsfeed.domain.spans import Span
from icsfeed.domain.subscribers import Subscriber, after, key_of
from icsfeed.store.database.operator_tables import draft_decisions, drafts, operator_tokens, token_revocations
from icsfeed.store.database.subscribers import subscriber_step
from icsfeed.store.database.tables import (
    adjustments,
    change_updates,
    event_revisions,
    freeze_ends,
    freezes,
    subscriber_steps,
)

RESTORE: Final = "restore"


@dataclass(frozen=True, kw_only=True, slots=True)
class RecordedUpdates:
    """The updates of a change from the ``first`` to the ``last`` number: those before the last are the clock's."""

    change_id: str
    first: int
    last: int


@dataclass(frozen=True, kw_only=True, slots=True)
class AdjustmentStep:
    """An action on an occurrence: skip, move or restore. A moved one happens at ``to`` instead."""

    action: str
    reason: str
    is_silent: bool
    to: Span | None


@dataclass(frozen=True, kw_only=True, slots=True)
class TokenFacts:
    """What is known of an operator's token, but for the secret."""

    name: str
    scope: str
    expires_at: datetime | None


@dataclass(frozen=True, kw_only=True, slots=True)
class RecordedEffects:
    """What each entry recorded, by its number; pairs are before and after it."""

    updates: Mapping[int, RecordedUpdates]
    adjustments: Mapping[int, tuple[AdjustmentStep | None, AdjustmentStep]]
    freezes: Mapping[int, str]
    freeze_ends: Mapping[int, str]
    subscribers: Mapping[int, tuple[Subscriber | None, Subscriber]]
    tokens: Mapping[int, TokenFacts]
    revocations: Mapping[int, TokenFacts]
    drafts: Mapping[int, int]
    decisions: Mapping[int, int]
    revisions: Mapping[int, int]
    """How many lines the ledger of revisions got."""


def read_effects(connection: Connection, entries: Collection[int]) -> RecordedEffects:
    """What those entries recorded."""
    return RecordedEffects(
        updates=_updates(connection, entries),
        adjustments=_adjustments(connection, entries),
        freezes=_freeze_ids(connection, freezes, entries),
        freeze_ends=_freeze_ids(connection, freeze_ends, entries),
        subscribers=_subscribers(connection, entries),
        tokens={row.entry: _token(row) for row in _rows(connection, operator_tokens, entries)},
        revocations=_revocations(connection, entries),
        drafts={row.entry: row.number for row in _rows(connection, drafts, entries)},
        decisions={row.entry: row.number for row in _rows(connection, draft_decisions, entries)},
        revisions=_revisions(connection, entries),
    )


def _rows(connection: Connection, table: Table, entries: Collection[int]) -> list[Row[Any]]:
    return list(connection.execute(select(table).where(table.c.entry.in_(entries))))


def _updates(connection: Connection, entries: Collection[int]) -> Mapping[int, RecordedUpdates]:
    table = change_updates.c
    query = (
        select(
            table.entry,
            table.kind,
            table.change,
            func.min(table.number).label("first"),
            func.max(table.number).label("last"),
        )
        .where(table.entry.in_(entries))
        .group_by(table.entry, table.kind, table.change)
    )
    return {
        row.entry: RecordedUpdates(change_id=recorded_id(Kind(row.kind), row.change), first=row.first, last=row.last)
        for row in connection.execute(query)
    }


def _adjustments(
    connection: Connection, entries: Collection[int]
) -> Mapping[int, tuple[AdjustmentStep | None, AdjustmentStep]]:
    rows = _rows(connection, adjustments, entries)
    if not rows:
        return {}
    table = adjustments.c
    previous = {(row.window, row.day, row.number - 1) for row in rows}
    earlier = select(adjustments).where(tuple_(table.window, table.day, table.number).in_(previous))
    steps = {(row.window, row.day, row.number): _step(row) for row in (*rows, *connection.execute(earlier))}
    return {row.entry: (steps.get((row.window, row.day, row.number - 1)), _step(row)) for row in rows}


def _step(row: Row[Any]) -> AdjustmentStep:
    return AdjustmentStep(
        action=row.action,
        reason=row.reason,
        is_silent=row.silent,
        to=Span(start=row.starts, end=row.ends) if row.starts is not None else None,
    )


def _freeze_ids(connection: Connection, table: Table, entries: Collection[int]) -> Mapping[int, str]:
    return {row.entry: recorded_id(Kind.FREEZE, row.number) for row in _rows(connection, table, entries)}


def _subscribers(
    connection: Connection, entries: Collection[int]
) -> Mapping[int, tuple[Subscriber | None, Subscriber]]:
    table = subscriber_steps.c
    keys = connection.execute(select(table.subscriber).where(table.entry.in_(entries)).distinct()).scalars().all()
    if not keys:
        return {}
    steps = select(subscriber_steps).where(table.subscriber.in_(keys)).order_by(table.entry, table.number)
    current: dict[str, Subscriber] = {}
    effects = {}
    for row in connection.execute(steps):
        step = subscriber_step(row)
        before = current.get(key_of(step.name))
        current[key_of(step.name)] = subscriber = after(before, step)
        effects[row.entry] = (before, subscriber)
    return {entry: effects[entry] for entry in entries if entry in effects}


def _token(row: Row[Any]) -> TokenFacts:
    return TokenFacts(name=row.name, scope=row.scope, expires_at=row.expires_at)


def _revocations(connection: Connection, entries: Collection[int]) -> Mapping[int, TokenFacts]:
    revoked = token_revocations.c
    of_token = operator_tokens.c.token == revoked.token
    query: Select[Any] = select(operator_tokens, revoked.entry.label("revocation")).join(token_revocations, of_token)
    query = query.where(revoked.entry.in_(entries))
    return {row.revocation: _token(row) for row in connection.execute(query)}


def _revisions(connection: Connection, entries: Collection[int]) -> Mapping[int, int]:
    table = event_revisions.c
    query = select(table.entry, func.count().label("lines")).where(table.entry.in_(entries)).group_by(table.entry)
    return {row.entry: row.lines for row in connection.execute(query)}
