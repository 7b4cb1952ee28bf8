"""Drafts as JSON."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from icsfeed.domain.drafts import Draft
from icsfeed.services.upcoming import span_as_json, utc_text


def draft_as_json(draft: Draft, zone: ZoneInfo) -> dict[str, object]:
    """The whole draft; instants in UTC and on the wall clock of ``zone``.

    ``state`` is draft, approved or withdrawn; ``change`` is the id of the change that was announced.
    """
    plan, decision = draft.plan, draft.decision
    return {
        "id": draft.id,
        "kind": draft.kind.value,
        "state": draft.state.value,
        "summary": plan.summary,
        "environments": sorted(plan.environments),
        "impact": plan.impact.value,
        **span_as_json(plan.span, zone),
        "tentative": draft.tentative,
        "automatic": draft.automatic,
        "reason": plan.reason,
        "ticket": plan.ticket,
        "message": draft.message,
        "translations": {
            each.language: {"message": each.text} for each in draft.message_translations if each.text != draft.message
        },
        "drafted_at": utc_text(draft.at),
        "drafted_by": draft.by,
        "drafted_by_kind": draft.by_kind.value,
        "decided_at": utc_text(decision.at) if decision is not None else None,
        "decided_by": decision.by if decision is not None else None,
        "decided_by_kind": decision.by_kind.value if decision is not None and decision.by_kind is not None else None,
        "change": draft.change_id or None,
    }
