"""What an entry of the audit trail changed, before and after, as JSON.

Texts that were withdrawn are withdrawn here as well: a change says what its history says today.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from icsfeed.domain.audit import AuditEntry, Effect
from icsfeed.domain.changes import Change, Step, Update
from icsfeed.domain.drafts import Draft
from icsfeed.domain.record import PUBLISH, RESERVE_NUMBERS, Record
from icsfeed.domain.recorded_freezes import RecordedFreeze
from icsfeed.domain.subscribers import Subscriber
from icsfeed.services.upcoming import utc_text
from icsfeed.store.database.audit_effects import AdjustmentStep, RecordedEffects, RecordedUpdates, TokenFacts

_Facts = Mapping[str, object]
_ALL_TEXTS: Final = "all"


@dataclass(frozen=True, kw_only=True, slots=True)
class EffectReader:
    """Says what entries changed, given what they recorded, the record now, and the drafts that they name."""

    recorded: RecordedEffects
    record: Record
    drafts: Mapping[int, Draft]

    def effect(self, entry: AuditEntry) -> Effect:
        effects = (*self._of_announcing(entry.number), *self._of_other_records(entry.number))
        return effects[0] if effects else _of_the_rest(entry, self.recorded)

    def _of_announcing(self, number: int) -> Iterator[Effect]:
        recorded = self.recorded
        draft = self.drafts.get(recorded.drafts.get(number, recorded.decisions.get(number, 0)))
        if (updates := recorded.updates.get(number)) is not None:
            yield _of_updates(self.record.changes[updates.change_id], updates, draft)
        elif draft is not None:
            yield _of_draft(draft, is_decision=number in recorded.decisions)

    def _of_other_records(self, number: int) -> Iterator[Effect]:
        recorded, freezes = self.recorded, self.record.freezes
        if (steps := recorded.adjustments.get(number)) is not None:
            yield _of_adjustment(*steps)
        if (freeze_id := recorded.freezes.get(number)) is not None:
            yield _of_freeze(freezes[freeze_id])
        if (freeze_id := recorded.freeze_ends.get(number)) is not None:
            yield _of_freeze_end(freezes[freeze_id])
        if (subscribers := recorded.subscribers.get(number)) is not None:
            yield _of_subscriber(*subscribers)
        if (token := recorded.tokens.get(number)) is not None:
            yield Effect(after=_token_facts(token))
        if (token := recorded.revocations.get(number)) is not None:
            facts = _token_facts(token)
            yield Effect(before={**facts, "revoked": False}, after={**facts, "revoked": True})


def _difference(before: _Facts, after: _Facts) -> Effect:
    """The facts that differ, on both sides."""
    names = [name for name in {**before, **after} if before.get(name) != after.get(name)]
    return Effect(
        before={name: before.get(name) for name in names},
        after={name: after.get(name) for name in names},
    )


def _of_updates(change: Change, updates: RecordedUpdates, draft: Draft | None) -> Effect:
    last = change.updates[updates.last - 1]
    extra = dict(_extra_facts(change, updates))
    if updates.first == 1:
        of_draft = {"draft": draft.id, "drafted_by": draft.by} if draft is not None else {}
        return Effect(after={**_update_facts(last), **extra, **of_draft})
    difference = _difference(_update_facts(change.updates[updates.first - 2]), _update_facts(last))
    return Effect(before=difference.before, after={**(difference.after or {}), **extra})


def _update_facts(update: Update) -> dict[str, object]:
    plan = update.plan
    return {
        "update": update.number,
        "state": update.state.value,
        "summary": plan.summary,
        "environments": sorted(plan.environments),
        "impact": plan.impact.value,
        "start": utc_text(plan.span.start),
        "end": utc_text(plan.span.end),
        "expected_end": _instant(update.expected_end),
        "reason": plan.reason,
        "ticket": plan.ticket,
        "automatic": update.automatic,
        "withdrawn": update.withdrawn,
    }


def _extra_facts(change: Change, updates: RecordedUpdates) -> Mapping[str, object]:
    """What else the last of the updates did, and the steps that the clock had taken before it."""
    last = change.updates[updates.last - 1]
    facts: dict[str, object] = {}
    if last.message:
        facts["message"] = last.message
    if last.message_translations:
        facts["messages"] = {each.language: each.text for each in last.message_translations}
    if last.step is Step.UNDO:
        facts["undone_update"] = last.target
    if last.step is Step.REDACT:
        facts["withdrawn_texts"] = _ALL_TEXTS if last.target is None else last.target
    of_clock = change.updates[updates.first - 1 : updates.last - 1]
    if of_clock:
        facts["clock_steps"] = [{"step": str(each.step), "at": utc_text(each.at)} for each in of_clock]
    return facts


def _of_draft(draft: Draft, *, is_decision: bool) -> Effect:
    if is_decision:
        return Effect(before={"state": "draft"}, after={"state": draft.state.value})
    plan = draft.plan
    facts: dict[str, object] = {
        "state": "draft",
        "summary": plan.summary,
        "environments": sorted(plan.environments),
        "impact": plan.impact.value,
        "start": utc_text(plan.span.start),
        "end": utc_text(plan.span.end),
        "reason": plan.reason,
        "ticket": plan.ticket,
        "tentative": draft.tentative,
        "automatic": draft.automatic,
    }
    if draft.message:
        facts["message"] = draft.message
    if draft.message_translations:
        facts["messages"] = {each.language: each.text for each in draft.message_translations}
    return Effect(after=facts)


def _of_adjustment(before: AdjustmentStep | None, after: AdjustmentStep) -> Effect:
    return Effect(before=_adjustment_facts(before) if before is not None else None, after=_adjustment_facts(after))


def _adjustment_facts(step: AdjustmentStep) -> _Facts:
    to = step.to
    return {
        "action": step.action,
        "reason": step.reason,
        "silent": step.is_silent,
        "start": utc_text(to.start) if to is not None else None,
        "end": utc_text(to.end) if to is not None else None,
    }


def _of_freeze(freeze: RecordedFreeze) -> Effect:
    return Effect(
        after={
            "reason": freeze.reason,
            "environments": sorted(freeze.environments),
            "until": _instant(freeze.until),
            "internal": freeze.is_internal,
        }
    )


def _of_freeze_end(freeze: RecordedFreeze) -> Effect:
    return Effect(
        before={"until": _instant(freeze.until), "ended_at": None},
        after={"until": _instant(freeze.until), "ended_at": _instant(freeze.ended_at)},
    )


def _of_subscriber(before: Subscriber | None, after: Subscriber) -> Effect:
    if before is None:
        return Effect(after=_subscriber_facts(after))
    return _difference(_subscriber_facts(before), _subscriber_facts(after))


def _subscriber_facts(subscriber: Subscriber) -> _Facts:
    """The subscriber, with when each of its addresses was made and ends, but none of the addresses."""
    return {
        "feed": subscriber.feed,
        "alarm_minutes": [int(each.total_seconds()) // 60 for each in subscriber.alarms],
        "account": subscriber.account.id,
        "objects": list(subscriber.account.objects),
        "addresses": [{"since": utc_text(each.since), "until": _instant(each.until)} for each in subscriber.tokens],
        "revoked": subscriber.revoked_at is not None,
    }


def _token_facts(token: TokenFacts) -> _Facts:
    return {"name": token.name, "scope": token.scope, "expires": _instant(token.expires_at)}


def _of_the_rest(entry: AuditEntry, recorded: RecordedEffects) -> Effect:
    if entry.action == PUBLISH:
        return Effect(after={"revised_events": recorded.revisions.get(entry.number, 0)})
    if entry.action == RESERVE_NUMBERS:
        return Effect(after={"reserved_up_to": entry.subject})
    return Effect()


def _instant(instant: datetime | None) -> str | None:
    return utc_text(instant) if instant is not None else None
