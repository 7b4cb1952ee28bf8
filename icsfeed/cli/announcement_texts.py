"""What an operator reads before and after an announcement, which is a draft where its kind needs approval."""

from __future__ import annotations

from collections.abc import Iterator

from icsfeed.cli.operator_commands import Invocation, Wording
from icsfeed.cli.output import preview_fact
from icsfeed.cli.previews import announcement_text, change_preview, id_and_time, state_text
from icsfeed.domain.drafts import Draft
from icsfeed.domain.texts import one_line
from icsfeed.domain.times import span_text
from icsfeed.services.changes import Outcome
from icsfeed.services.drafting import DraftOutcome

AnyOutcome = Outcome | DraftOutcome


def announcement_wording(invocation: Invocation) -> Wording[AnyOutcome]:
    """The texts around an announcement or a draft."""
    zone = invocation.zone

    def preview(outcome: AnyOutcome) -> Iterator[str]:
        if isinstance(outcome, Outcome):
            yield from change_preview(outcome, invocation)
        elif outcome.preview is not None:
            yield from change_preview(outcome.preview, invocation)
            draft, number = outcome.draft.id, outcome.preview.change.id
            yield preview_fact("Draft", f"{draft}, seen by operators only until another operator approves it")
            yield preview_fact("Number", f"given then; {number} if nothing else is announced before")

    def question(outcome: AnyOutcome) -> str | None:
        if outcome.repeats:
            return None
        if isinstance(outcome, Outcome):
            return f"Announce {id_and_time(outcome.change, zone)}?"
        return f"Draft {outcome.draft.id}, {span_text(outcome.draft.plan.span, zone)}?"

    def notice(outcome: AnyOutcome) -> str | None:
        if outcome.repeats:
            return None
        if isinstance(outcome, Outcome):
            return announcement_text(outcome.change, invocation.situation)
        draft = outcome.draft
        return f"{draft.id} drafted: {one_line(draft.plan.summary)}; {span_text(draft.plan.span, zone)}; {_next(draft)}"

    return Wording(
        preview=preview,
        question=question,
        answer=lambda outcome: [outcome.change.id if isinstance(outcome, Outcome) else outcome.draft.id],
        notice=notice,
        hint=lambda outcome: (
            state_text(outcome) if isinstance(outcome, Outcome) else f"{outcome.draft.id} {_next(outcome.draft)}"
        ),
    )


def _next(draft: Draft) -> str:
    return f"is public once another operator approves it: icsfeed {draft.kind} approve {draft.id}"
