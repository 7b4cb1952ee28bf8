"""From rows to the record, whole or as far as it is new."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Row, ScalarSelect, func, or_, select, union_all

from icsfeed.domain.adjustments import Adjustment, Move, Skip
from icsfeed.domain.changes import Change, Plan, State, Update, recorded_id
from icsfeed.domain.feeds import Kind
from icsfeed.domain.record import NEVER, Record
from icsfeed.domain.revisions import Ledger, LedgerLine, Revision, with_lines
from icsfeed.domain.spans import Span
from icsfeed.domain.windows import Impact
from icsfeed.store.database.subscribers import read_subscribers
from icsfeed.store.database.tables import adjustments, audit_trail, change_updates, event_revisions


def read_record(connection: Connection, known: Record) -> Record:
    """The record as it is now, where ``known`` is an earlier state of it: only what came since is read."""
    entries = dict(
        connection.execute(
            select(audit_trail.c.entry, audit_trail.c.at).where(
                or_(audit_trail.c.entry == known.entry, audit_trail.c.entry == _last_entry())
            )
        ).all()
    )
    last = max(entries, default=0)
    if known.entry and entries.get(known.entry) != known.at:
        known = Record()  # another database has taken the place of the one that was read, such as an older backup
    if last == known.entry:
        return known
    return Record(
        entry=last,
        at=entries[last],
        changed_at=_changed_at(connection),
        changes=_changes(connection, known),
        adjustments=_adjustments(connection, known),
        ledger=_ledger(connection, known),
        subscribers=read_subscribers(connection, known.subscribers, since=known.entry),
    )


def _last_entry() -> ScalarSelect[int]:
    return select(func.max(audit_trail.c.entry)).scalar_subquery()


def _changed_at(connection: Connection) -> datetime:
    """When anything was last recorded that feeds show."""
    tables = (change_updates, adjustments, event_revisions)
    last = union_all(*(select(func.max(table.c.entry).label("entry")) for table in tables)).subquery()
    at = select(audit_trail.c.at).where(audit_trail.c.entry == select(func.max(last.c.entry)).scalar_subquery())
    return connection.execute(at).scalar() or NEVER


def _changes(connection: Connection, known: Record) -> Mapping[str, Change]:
    table = change_updates
    rows = connection.execute(
        select(table).where(table.c.entry > known.entry).order_by(table.c.entry, table.c.number)
    ).all()
    if not rows:
        return known.changes
    updates: dict[tuple[Kind, int], list[Update]] = defaultdict(list)
    for row in rows:
        updates[Kind(row.kind), row.change].append(_update(row))
    changes = dict(known.changes)
    for (kind, number), more in updates.items():
        name = recorded_id(kind, number)
        before = changes.get(name)
        earlier = before.updates if before is not None else ()
        changes[name] = Change(kind=kind, id=name, updates=(*earlier, *more))
    return changes


def _update(row: Row[Any]) -> Update:
    return Update(
        number=row.number,
        at=row.at,
        by=row.by,
        message=row.message,
        state=State(row.state),
        plan=Plan(
            summary=row.summary,
            environments=frozenset(row.environments),
            impact=Impact(row.impact),
            span=Span(start=row.starts, end=row.ends),
            reason=row.reason,
            ticket=row.ticket,
        ),
    )


def _adjustments(connection: Connection, known: Record) -> Mapping[tuple[str, date], Adjustment]:
    table = adjustments
    rows = connection.execute(select(table).where(table.c.entry > known.entry).order_by(table.c.entry)).all()
    if not rows:
        return known.adjustments
    found = dict(known.adjustments)
    for row in rows:
        key = (row.window, row.day)
        found.pop(key, None)
        if row.action == "skip":
            found[key] = Skip(window_id=row.window, day=row.day, reason=row.reason, silent=row.silent)
        elif row.action == "move":
            to = Span(start=row.starts, end=row.ends)
            found[key] = Move(window_id=row.window, day=row.day, to=to, reason=row.reason)
    return found


def _ledger(connection: Connection, known: Record) -> Ledger:
    table = event_revisions
    rows = connection.execute(select(table).where(table.c.entry > known.entry).order_by(table.c.line))
    return with_lines(
        known.ledger,
        (
            LedgerLine(uid=row.uid, digest=row.digest, revision=Revision(sequence=row.sequence, at=row.at))
            for row in rows
        ),
    )
