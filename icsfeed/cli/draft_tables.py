"""Drafts on a terminal: a table of several, or one with the decision about it."""

from __future__ import annotations

from collections.abc import Iterable
from zoneinfo import ZoneInfo

from icsfeed.cli.output import print_line
from icsfeed.cli.tables import print_table
from icsfeed.domain.drafts import Draft
from icsfeed.domain.times import instant_text, span_text


def print_drafts(drafts: Iterable[Draft], zone: ZoneInfo) -> None:
    """A row for each draft."""
    rows = [
        (
            draft.id,
            f"{draft.state}, {draft.change_id}" if draft.change_id else draft.state.value,
            span_text(draft.plan.span, zone),
            draft.plan.summary,
            ", ".join(sorted(draft.plan.environments)),
            draft.by,
            instant_text(draft.at, zone),
        )
        for draft in drafts
    ]
    print_table(("Id", "State", zone.key, "Summary", "Environments", "Drafted by", "Drafted"), rows)


def print_draft(draft: Draft, zone: ZoneInfo) -> None:
    """Everything that the draft says, and the decision about it."""
    plan, decision = draft.plan, draft.decision
    message = draft.message
    for each in draft.message_translations:
        message += f"\n{each.language}: {each.text}" if each.text != draft.message else ""
    facts = {
        "State": f"{draft.state}, announced as {draft.change_id}" if draft.change_id else draft.state.value,
        "When": span_text(plan.span, zone),
        "Tentative": "to be confirmed later" if draft.tentative else "",
        "Automatic": "starts and completes by the clock" if draft.automatic else "",
        "Environments": ", ".join(sorted(plan.environments)),
        "Impact": plan.impact.value,
        "Reason": plan.reason,
        "Ticket": plan.ticket,
        "Message": message,
        "Drafted": f"{instant_text(draft.at, zone)} by {draft.by}",
        "Decided": f"{instant_text(decision.at, zone)} by {decision.by}" if decision is not None else "",
    }
    print_line(f"{draft.id}: {plan.summary}")
    for name, value in facts.items():
        if value:
            print_line(f"  {name + ':':14}" + value.replace("\n", f"\n  {'':14}"))
