"""Operations on drafts: list them, approve and withdraw them."""

from __future__ import annotations

from typing import Final

from icsfeed.domain.errors import ConflictError, RefusedError
from icsfeed.domain.operators import Operator, Scope
from icsfeed.services import drafts
from icsfeed.services.changes import random_uid_part
from icsfeed.services.draft_json import draft_as_json
from icsfeed.services.drafting import DraftOutcome
from icsfeed.services.previews import reception_of_change
from icsfeed.services.public_texts import NO_TEXT, text_of_change, text_of_draft
from icsfeed.services.requests.freezes import no_fields
from icsfeed.services.requests.lists import list_request
from icsfeed.services.requests.pages import page_of
from icsfeed.web.operators.api.models.changes import StepOutcomeDocument
from icsfeed.web.operators.api.models.drafts import (
    DecisionFields,
    DraftList,
    DraftOutcomeDocument,
    DraftPreviewDocument,
    DraftsQuery,
)
from icsfeed.web.operators.api.models.shapes import RehearsalQuery
from icsfeed.web.operators.api.operation import PREFIX, Call, Operation, OperationAnswer
from icsfeed.web.operators.api.versions import version_of

_DRAFTS: Final = f"{PREFIX}/drafts"
_TOPIC: Final = "Drafts"


def _list(call: Call) -> OperationAnswer:
    request = call.request(list_request)
    listed = drafts.drafts(call.workspace, waiting=not request.everything)
    page = page_of(listed, request.page, lambda each: (each.number,), is_descending=True)
    zone = call.schedule.calendar.zone
    return OperationAnswer(
        content={"items": [draft_as_json(each, zone) for each in page.items], "next": page.cursor or None}
    )


def _show(call: Call) -> OperationAnswer:
    draft, zone = drafts.draft_of(call.workspace, call.path["id"]), call.schedule.calendar.zone
    content = {**draft_as_json(draft, zone), "warnings": [], "event": None}
    if draft.decision is None:
        try:
            outcome = drafts.preview_draft(call.workspace, draft, now=call.now)
        except (ConflictError, RefusedError) as error:  # it can't be approved any more, but it can be withdrawn
            content["warnings"] = [str(error)]
        else:
            content = {**outcome.as_json(zone), **_preview(call, outcome)}
            del content["recorded"]
    return OperationAnswer(content=content)


def _approve(call: Call) -> OperationAnswer:
    call.request(no_fields)
    outcome = drafts.approve(
        call.workspace,
        call.path["id"],
        operator=_operator(call),
        uid_part=random_uid_part(call.random_bytes),
        now=call.now,
        dry_run=call.dry_run,
    )
    content = outcome.as_json(call.schedule.calendar.zone)
    if call.dry_run:
        situation = call.situation()
        reception = reception_of_change(situation, outcome, call.outbox)
        text = text_of_change(situation, outcome.change)
        return OperationAnswer(content={**content, "preview": {**text.as_json(), **reception.as_json()}})
    return OperationAnswer(
        content=content,
        status=201,
        version=version_of(outcome.change),
        location=f"{PREFIX}/changes/{outcome.change.id}",
    )


def _operator(call: Call) -> Operator:
    if call.operator is None:
        msg = "a draft can't be approved by nobody"
        raise TypeError(msg)
    return call.operator


def _withdraw(call: Call) -> OperationAnswer:
    call.request(no_fields)
    outcome = drafts.withdraw(call.workspace, call.path["id"], actor=call.actor, dry_run=call.dry_run)
    return draft_answer(call, outcome, status=200)


def draft_answer(call: Call, outcome: DraftOutcome, *, status: int = 202) -> OperationAnswer:
    """The answer that is a draft: what was asked for waits for approval."""
    content = outcome.as_json(call.schedule.calendar.zone)
    return OperationAnswer(content={**content, **(_preview(call, outcome) if call.dry_run else {})}, status=status)


def _preview(call: Call, outcome: DraftOutcome) -> dict[str, object]:
    if outcome.preview is None:
        return {}
    situation = call.situation()
    text = text_of_draft(situation, outcome.preview.change) if not outcome.repeats else NO_TEXT
    reception = reception_of_change(situation, outcome.preview, call.outbox)
    return {"preview": {**text.as_json(), **reception.as_json()}}


DRAFT_OPERATIONS: Final = (
    Operation(
        name="list_drafts",
        method="GET",
        path=_DRAFTS,
        summary="List the drafts that wait for approval, the latest first",
        topic=_TOPIC,
        scope=Scope.READ,
        function=_list,
        query=DraftsQuery,
        responses={200: DraftList},
    ),
    Operation(
        name="show_draft",
        method="GET",
        path=f"{_DRAFTS}/{{id}}",
        summary="Show a draft and, while it waits, what its approval would make public",
        topic=_TOPIC,
        scope=Scope.READ,
        function=_show,
        responses={200: DraftPreviewDocument},
    ),
    Operation(
        name="approve_draft",
        method="POST",
        path=f"{_DRAFTS}/{{id}}/approve",
        summary="Approve a draft that another operator wrote, which announces it",
        topic=_TOPIC,
        scope=Scope.WRITE,
        function=_approve,
        query=RehearsalQuery,
        request=DecisionFields,
        responses={201: StepOutcomeDocument, 200: StepOutcomeDocument},
        can_rehearse=True,
    ),
    Operation(
        name="withdraw_draft",
        method="POST",
        path=f"{_DRAFTS}/{{id}}/withdraw",
        summary="Withdraw a draft",
        topic=_TOPIC,
        scope=Scope.WRITE,
        function=_withdraw,
        query=RehearsalQuery,
        request=DecisionFields,
        responses={200: DraftOutcomeDocument},
        can_rehearse=True,
    ),
)
