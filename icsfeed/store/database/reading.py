"""Builds the record from rows: all of it, or only what was added to an earlier one."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, Row, ScalarSelect, func, or_, select, union_all

from icsfeed.domain.adjustments import Adjustment, Move, Skip
from icsfeed.domain.changes import Change, Plan, State, Step, Update, kind_of, number_of, recorded_id
from icsfeed.domain.errors import UnavailableError
from icsfeed.domain.feeds import Kind
from icsfeed.domain.record import BEFORE_ANY_ENTRY, PUBLISH, RELEASE_PREFIX, RESERVE_NUMBERS, Record
from icsfeed.domain.revisions import Ledger, LedgerLine, Revision, with_lines
from icsfeed.domain.spans import Span
from icsfeed.domain.translated_texts import translations_of
from icsfeed.domain.windows import Impact
from icsfeed.store.database.freezes import read_freezes
from icsfeed.store.database.subscribers import read_subscribers
from icsfeed.store.database.tables import (
    adjustments,
    audit_trail,
    change_updates,
    event_revisions,
    freeze_ends,
    freezes,
)
from icsfeed.store.database.urls import display_url

_OF_A_RELEASE: Final = audit_trail.c.subject.startswith(RELEASE_PREFIX) & (audit_trail.c.action == PUBLISH)


def read_record(connection: Connection, before: Record) -> Record:
    """The record now, given an earlier one: only the rows added since are read.

    Raises:
        UnavailableError: where the earlier one was not read from this database, or from a later state of it.
    """
    entry_times = dict(
        connection.execute(
            select(audit_trail.c.entry, audit_trail.c.at).where(
                or_(audit_trail.c.entry == before.entry, audit_trail.c.entry == _last_entry())
            )
        ).all()
    )
    last = max(entry_times, default=0)
    if before.entry and entry_times.get(before.entry) != before.at:
        raise other_database(connection, before)
    if last == before.entry:
        return before
    release, released_at = _release(connection, before)
    return Record(
        entry=last,
        at=entry_times[last],
        changed_at=_changed_at(connection),
        release=release,
        released_at=released_at,
        changes=_changes(connection, before),
        adjustments=_adjustments(connection, before),
        freezes=read_freezes(connection, before.freezes, since=before.entry),
        ledger=_ledger(connection, before),
        subscribers=read_subscribers(connection, before.subscribers, since=before.entry),
        reserved_numbers=_reserved_numbers(connection, before),
    )


def other_database(connection: Connection, before: Record) -> UnavailableError:
    """The error where the record ``before`` was not read from this database, or from a later state of it."""
    msg = (
        f"the database {display_url(connection.engine.url)} is not the one that was read before, or an older state of "
        f"it: entry {before.entry} of the audit trail, made {before.at:%Y-%m-%d %H:%M} UTC, is missing; put the former "
        "one back, or restart icsfeed to go on with this one"
    )
    return UnavailableError(msg)


def _last_entry() -> ScalarSelect[int]:
    return select(func.max(audit_trail.c.entry)).scalar_subquery()


def _changed_at(connection: Connection) -> datetime:
    """When something that feeds show was last recorded; of an internal freeze, they show the revised events alone."""
    tables = (change_updates, adjustments, event_revisions)
    lasts = [select(func.max(table.c.entry).label("entry")) for table in tables]
    last = union_all(
        *lasts,
        select(func.max(freezes.c.entry)).where(~freezes.c.internal),
        select(func.max(freeze_ends.c.entry)).join(freezes).where(~freezes.c.internal),
        select(func.max(audit_trail.c.entry)).where(_OF_A_RELEASE),
    ).subquery()
    at = select(audit_trail.c.at).where(audit_trail.c.entry == select(func.max(last.c.entry)).scalar_subquery())
    return connection.execute(at).scalar() or BEFORE_ANY_ENTRY


def _release(connection: Connection, before: Record) -> tuple[str, datetime]:
    """The name of the release that published last, and when it did so first."""
    row = connection.execute(
        select(audit_trail.c.subject, audit_trail.c.at)
        .where(_OF_A_RELEASE, audit_trail.c.entry > before.entry)
        .order_by(audit_trail.c.entry.desc())
        .limit(1)
    ).one_or_none()
    return (
        (row.subject.removeprefix(RELEASE_PREFIX), row.at) if row is not None else (before.release, before.released_at)
    )


def _reserved_numbers(connection: Connection, before: Record) -> Mapping[Kind, int]:
    subjects = connection.execute(
        select(audit_trail.c.subject).where(audit_trail.c.action == RESERVE_NUMBERS, audit_trail.c.entry > before.entry)
    ).scalars()
    numbers = dict(before.reserved_numbers)
    for subject in subjects:
        kind = kind_of(subject)
        numbers[kind] = max(numbers.get(kind, 0), number_of(subject))
    return numbers


def _changes(connection: Connection, before: Record) -> Mapping[str, Change]:
    table = change_updates
    rows = connection.execute(
        select(table).where(table.c.entry > before.entry).order_by(table.c.entry, table.c.number)
    ).all()
    if not rows:
        return before.changes
    changes = dict(before.changes)
    for row in rows:
        kind, update = Kind(row.kind), _update(row)
        name = recorded_id(kind, row.change)
        changes[name] = (
            changes[name].with_update(update)
            if name in changes
            else Change(kind=kind, id=name, updates=(update,), uid_part=row.uid_part or "")
        )
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
        step=Step(row.step) if row.step is not None else None,
        target=row.target,
        automatic=row.automatic,
        withdrawn=row.withdrawn,
        expected_end=row.expected_end,
        message_translations=translations_of(row.message_translations or {}),
        promised_notice=timedelta(minutes=row.promised_notice) if row.promised_notice is not None else None,
    )


def _adjustments(connection: Connection, before: Record) -> Mapping[tuple[str, date], Adjustment]:
    table = adjustments
    rows = connection.execute(select(table).where(table.c.entry > before.entry).order_by(table.c.entry)).all()
    if not rows:
        return before.adjustments
    current = dict(before.adjustments)
    for row in rows:
        key = (row.window, row.day)
        current.pop(key, None)
        if row.action == "skip":
            current[key] = Skip(window_id=row.window, day=row.day, reason=row.reason, silent=row.silent)
        elif row.action == "move":
            to = Span(start=row.starts, end=row.ends)
            current[key] = Move(window_id=row.window, day=row.day, to=to, reason=row.reason)
    return current


def _ledger(connection: Connection, before: Record) -> Ledger:
    table = event_revisions
    rows = connection.execute(select(table).where(table.c.entry > before.entry).order_by(table.c.line))
    return with_lines(
        before.ledger,
        (
            LedgerLine(uid=row.uid, digest=row.digest, revision=Revision(sequence=row.sequence, at=row.at))
            for row in rows
        ),
    )
