"""Reads the audit trail, and sign-ins, page by page and in either direction."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Row, Select, select, union

from icsfeed.domain.actors import ActorKind
from icsfeed.domain.audit import AuditEntry, AuditSelection, RecordedSignIn
from icsfeed.domain.changes import ID_PREFIXES, kind_of, number_of
from icsfeed.domain.drafts import Draft, draft_number, is_draft_id
from icsfeed.domain.feeds import Kind
from icsfeed.domain.sign_ins import SignIn, SignInMethod, SignInOutcome
from icsfeed.store.database.audit_effects import RecordedEffects, read_effects
from icsfeed.store.database.drafts import read_drafts
from icsfeed.store.database.operator_tables import draft_decisions, drafts, sign_ins
from icsfeed.store.database.tables import audit_trail, change_updates, freeze_ends, freezes

_RECORDED: Final = tuple(f"{prefix}-" for prefix in ID_PREFIXES.values())


def read_entries(connection: Connection, *, since: int, subject: str | None) -> tuple[AuditEntry, ...]:
    """The entries after the one numbered ``since``, oldest first; with a ``subject``, only the entries about it."""
    query = select(audit_trail).where(audit_trail.c.entry > since).order_by(audit_trail.c.entry)
    if subject is not None:
        query = query.where(audit_trail.c.subject == subject)
    return tuple(_entry(row) for row in connection.execute(query))


class AuditRows:
    """The rows of the audit trail and of sign-ins, within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def effects(self, entries: Collection[int]) -> RecordedEffects:
        """What the entries of those numbers recorded."""
        return read_effects(self._connection, entries)

    def drafts(self, numbers: Collection[int]) -> tuple[Draft, ...]:
        """The drafts of those numbers."""
        return read_drafts(self._connection, numbers=numbers) if numbers else ()

    def entries(
        self, selection: AuditSelection, *, beyond: int, newest_first: bool, limit: int
    ) -> tuple[AuditEntry, ...]:
        """The next entries of the selection beyond that number, which is lower for ``newest_first``."""
        query = _page(select(audit_trail), audit_trail.c.entry, beyond, newest_first=newest_first, limit=limit)
        if selection.since is not None:
            query = query.where(audit_trail.c.at >= selection.since)
        if selection.subject is not None:
            query = query.where(_is_about(selection.subject))
        return tuple(_entry(row) for row in self._connection.execute(query))

    def sign_ins(
        self, selection: AuditSelection, *, beyond: int, newest_first: bool, limit: int
    ) -> tuple[RecordedSignIn, ...]:
        """The next sign-ins of the selection with their numbers; as ``entries``."""
        if selection.subject is not None:
            return ()
        query = _page(select(sign_ins), sign_ins.c.number, beyond, newest_first=newest_first, limit=limit)
        if selection.since is not None:
            query = query.where(sign_ins.c.at >= selection.since)
        return tuple(
            RecordedSignIn(number=row.number, sign_in=_sign_in(row)) for row in self._connection.execute(query)
        )


def _page(
    query: Select[Any], number: ColumnElement[int], beyond: int, *, newest_first: bool, limit: int
) -> Select[Any]:
    is_beyond = number < beyond if newest_first else number > beyond
    return query.where(is_beyond).order_by(number.desc() if newest_first else number).limit(limit)


def _is_about(subject: str) -> ColumnElement[bool]:
    """Whether an entry is about the subject: a change and the draft that it was, a draft, a freeze, or another name."""
    entries: Iterable[Select[Any]]
    if is_draft_id(subject):
        number = draft_number(subject)
        entries = (
            select(drafts.c.entry).where(drafts.c.number == number),
            select(draft_decisions.c.entry).where(draft_decisions.c.number == number),
        )
    elif not subject.startswith(_RECORDED):
        return audit_trail.c.subject == subject
    elif (kind := kind_of(subject)) is Kind.FREEZE:
        number = number_of(subject)
        entries = (select(each.c.entry).where(each.c.number == number) for each in (freezes, freeze_ends))
    else:
        updates = change_updates.c
        entries = (
            select(updates.entry).where(updates.kind == kind.value, updates.change == number_of(subject)),
            select(drafts.c.entry).join(draft_decisions).where(draft_decisions.c.change == subject),
        )
    return audit_trail.c.entry.in_(union(*entries))


def _entry(row: Row[Any]) -> AuditEntry:
    return AuditEntry(
        number=row.entry,
        at=row.at,
        by=row.by,
        action=row.action,
        subject=row.subject,
        kind=ActorKind(row.kind) if row.kind is not None else None,
        address=row.address or "",
    )


def _sign_in(row: Row[Any]) -> SignIn:
    return SignIn(
        at=row.at,
        method=SignInMethod(row.method),
        outcome=SignInOutcome(row.outcome),
        address=row.address,
        name=row.name or "",
        kind=ActorKind(row.kind) if row.kind is not None else None,
    )
