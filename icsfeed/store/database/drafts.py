"""The rows of drafts: one for what an operator wrote, and one for the decision about it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Row, Select, func, insert, select

from icsfeed.domain.actors import ActorKind
from icsfeed.domain.changes import Plan
from icsfeed.domain.drafts import Draft, DraftDecision, DraftState
from icsfeed.domain.feeds import Kind
from icsfeed.domain.spans import Span
from icsfeed.domain.translated_texts import translations_of
from icsfeed.domain.windows import Impact
from icsfeed.store.database.operator_tables import draft_decisions, drafts
from icsfeed.store.database.tables import audit_trail

_DECIDED: Final = draft_decisions.c.number.is_not(None)


def read_drafts(
    connection: Connection, *, numbers: Collection[int] | None = None, waiting: bool = False
) -> tuple[Draft, ...]:
    """The drafts, the first first: those of these numbers, or only those that are ``waiting`` for a decision."""
    query = _query().order_by(drafts.c.number)
    if numbers is not None:
        query = query.where(drafts.c.number.in_(numbers))
    if waiting:
        query = query.where(~_DECIDED)
    return tuple(_draft(row) for row in connection.execute(query))


def next_draft_number(connection: Connection) -> int:
    return (connection.execute(select(func.max(drafts.c.number))).scalar() or 0) + 1


def add_draft(connection: Connection, draft: Draft, *, entry: int) -> None:
    """Add the row of a new draft, which belongs to that audit entry."""
    connection.execute(
        insert(drafts).values(
            number=draft.number,
            entry=entry,
            at=draft.at,
            by=draft.by,
            by_kind=draft.by_kind.value,
            kind=draft.kind.value,
            fields=_fields(draft),
        )
    )


def add_decision(connection: Connection, number: int, decision: DraftDecision, *, entry: int) -> None:
    """Add the row of the decision about the draft of that number, which belongs to that audit entry."""
    connection.execute(
        insert(draft_decisions).values(
            number=number,
            entry=entry,
            at=decision.at,
            by=decision.by,
            decision=decision.state.value,
            change=decision.change_id or None,
        )
    )


def _query() -> Select[Any]:
    decided_by = audit_trail.c.kind.label("decided_by_kind")
    return (
        select(
            drafts,
            draft_decisions.c.at.label("decided_at"),
            draft_decisions.c.by.label("decided_by"),
            draft_decisions.c.decision,
            draft_decisions.c.change,
            decided_by,
        )
        .outerjoin(draft_decisions, draft_decisions.c.number == drafts.c.number)
        .outerjoin(audit_trail, audit_trail.c.entry == draft_decisions.c.entry)
    )


def _fields(draft: Draft) -> dict[str, object]:
    """The draft's fields, named and written as in a request to announce it; those by default are left out."""
    plan, message = draft.plan, draft.message_translations
    fields: dict[str, object] = {
        "summary": plan.summary,
        "environments": sorted(plan.environments),
        "impact": plan.impact.value,
        "start": plan.span.start.isoformat(),
        "end": plan.span.end.isoformat(),
        "reason": plan.reason,
        "ticket": plan.ticket,
        "tentative": draft.tentative,
        "automatic": draft.automatic,
        "message": {each.language: each.text for each in message} or draft.message,
        "key": draft.key,
    }
    return {name: value for name, value in fields.items() if value}


def _draft(row: Row[Any]) -> Draft:
    fields: Mapping[str, Any] = row.fields
    message = fields.get("message", "")
    texts = message if isinstance(message, Mapping) else {}
    return Draft(
        number=row.number,
        kind=Kind(row.kind),
        plan=Plan(
            summary=fields["summary"],
            environments=frozenset(fields["environments"]),
            impact=Impact(fields["impact"]),
            span=Span(start=datetime.fromisoformat(fields["start"]), end=datetime.fromisoformat(fields["end"])),
            reason=fields.get("reason", ""),
            ticket=fields.get("ticket", ""),
        ),
        by=row.by,
        by_kind=ActorKind(row.by_kind),
        at=row.at,
        tentative=fields.get("tentative", False),
        automatic=fields.get("automatic", False),
        message=next(iter(texts.values())) if texts else message,
        message_translations=translations_of(texts),
        key=fields.get("key"),
        decision=_decision(row),
    )


def _decision(row: Row[Any]) -> DraftDecision | None:
    if row.decision is None:
        return None
    return DraftDecision(
        state=DraftState(row.decision),
        at=row.decided_at,
        by=row.decided_by,
        by_kind=ActorKind(row.decided_by_kind) if row.decided_by_kind is not None else None,
        change_id=row.change or "",
    )
