"""Operations on changes: list, announce and show them, and take them step by step."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from typing import Final

from pydantic import BaseModel

from icsfeed.domain.changes import Change, Step, number_of
from icsfeed.domain.operators import Scope
from icsfeed.services.change_json import change_as_json
from icsfeed.services.change_lists import listed_changes
from icsfeed.services.changes import Outcome, StepRequest, random_uid_part, take_step
from icsfeed.services.conflicts import OutdatedChangeError
from icsfeed.services.drafting import DraftOutcome, announce_or_draft
from icsfeed.services.previews import reception_of_change
from icsfeed.services.public_texts import NO_TEXT, text_of_change
from icsfeed.services.requests.announcements import announcement_request
from icsfeed.services.requests.errors import FieldError, FieldFault, InvalidRequestError
from icsfeed.services.requests.lists import changes_request
from icsfeed.services.requests.pages import Position, page_of
from icsfeed.services.requests.steps import extension_request, step_request
from icsfeed.services.upcoming import utc_text
from icsfeed.web.operators.api.draft_operations import draft_answer
from icsfeed.web.operators.api.models.changes import (
    AmendmentFields,
    AnnouncementFields,
    CancellationFields,
    ChangeDocument,
    ChangeList,
    ChangesQuery,
    ExtensionFields,
    RedactionFields,
    StepFields,
    StepOutcomeDocument,
)
from icsfeed.web.operators.api.models.drafts import DraftOutcomeDocument
from icsfeed.web.operators.api.models.shapes import RehearsalQuery
from icsfeed.web.operators.api.operation import PREFIX, Call, Operation, OperationAnswer
from icsfeed.web.operators.api.versions import version_of

_CHANGES: Final = f"{PREFIX}/changes"
_TOPIC: Final = "Changes"


def _list(call: Call) -> OperationAnswer:
    request = call.request(lambda fields: changes_request(fields, schedule=call.schedule))
    situation = call.situation()
    changes = [
        change
        for change in listed_changes(situation, open_only=not request.everything)
        if request.kind in {None, change.kind}
        and not (request.environments and request.environments.isdisjoint(change.plan.environments))
    ]
    page = page_of(changes, request.page, _position, is_descending=True)
    return OperationAnswer(
        content={
            "items": [change_as_json(change, situation.zone) for change in page.items],
            "next": page.cursor or None,
        }
    )


def _position(change: Change) -> Position:
    number = number_of(change.id) if change.is_recorded else 0
    return utc_text(change.announced_at), change.kind.value, number, change.id


def _announce(call: Call) -> OperationAnswer:
    request = call.request(lambda fields: announcement_request(fields, schedule=call.schedule, now=call.now))
    outcome = announce_or_draft(
        call.workspace,
        request,
        uid_part=random_uid_part(call.random_bytes),
        actor=call.actor,
        dry_run=call.dry_run,
    )
    if isinstance(outcome, DraftOutcome):
        return draft_answer(call, outcome)
    answer = _answer(call, outcome)
    return replace(answer, status=201, location=f"{_CHANGES}/{outcome.change.id}") if outcome.recorded else answer


def _show(call: Call) -> OperationAnswer:
    situation = call.situation()
    change = situation.change(call.path["id"])
    return OperationAnswer(content=change_as_json(change, situation.zone), version=version_of(change))


def _step(call: Call, step: Step) -> OperationAnswer:
    before = call.situation().change(call.path["id"])
    schedule = call.schedule
    request = call.request(
        lambda fields: step_request(fields, change_id=before.id, step=step, schedule=schedule, before=before)
    )
    return _take(call, before, request)


def _extend(call: Call) -> OperationAnswer:
    before = call.situation().change(call.path["id"])
    request = call.request(lambda fields: extension_request(fields, change_id=before.id, schedule=call.schedule))
    return _take(call, before, request)


def _take(call: Call, before: Change, request: StepRequest) -> OperationAnswer:
    outcome = take_step(call.workspace, _expecting(call, before, request), actor=call.actor, dry_run=call.dry_run)
    return _answer(call, outcome)


def _expecting(call: Call, before: Change, request: StepRequest) -> StepRequest:
    """The request, which expects one of the versions that the caller names to be the latest."""
    versions = call.versions
    if versions is None:
        return request
    if request.expected is not None and request.expected not in versions:
        message = f'"expect" is {request.expected}, and If-Match names another version'
        raise InvalidRequestError(
            [FieldError(field="expect", fault=FieldFault.CONFLICT, message=message, remedy="give one of them")]
        )
    latest = before.latest.number
    if latest not in versions:
        raise OutdatedChangeError(before, max(versions, default=0), call.schedule.calendar.zone)
    return request if request.expected is not None else replace(request, expected=latest)


def _answer(call: Call, outcome: Outcome) -> OperationAnswer:
    content = outcome.as_json(call.schedule.calendar.zone)
    if call.dry_run:
        situation = call.situation()
        reception = reception_of_change(situation, outcome, call.outbox)
        text = text_of_change(situation, outcome.change) if not outcome.repeats else NO_TEXT
        return OperationAnswer(content={**content, "preview": {**text.as_json(), **reception.as_json()}})
    return OperationAnswer(content=content, version=version_of(outcome.change))


_STEPS: Final[dict[Step, tuple[str, str, type[BaseModel]]]] = {
    Step.CONFIRM: ("Confirm a tentative change", "", StepFields),
    Step.START: ("Mark a change as started", "Its event shows from then on when it really started.", StepFields),
    Step.UPDATE: (
        "Amend a change, or add a message to it",
        "A new start without a new end moves the end as well.",
        AmendmentFields,
    ),
    Step.COMPLETE: (
        "Mark a change as completed",
        "Its event shows from then on when it really ended. A confirmed change counts as started and completed.",
        StepFields,
    ),
    Step.CANCEL: (
        "Cancel a change",
        "Customers see it as cancelled until its time has passed. A silent one withdraws the whole change.",
        CancellationFields,
    ),
    Step.UNDO: (
        "Take back the latest step of a change",
        "The next one takes back the step before. The announcement is no step: cancel it silently.",
        StepFields,
    ),
    Step.REDACT: (
        "Withdraw all texts of a change, or one message",
        "Without an update, all of them, for good. Fetched copies may remain: if it was a secret, change the secret.",
        RedactionFields,
    ),
}


def _step_operations() -> Iterator[Operation]:
    for step, (summary, description, request) in _STEPS.items():
        yield Operation(
            name=f"{step.value}_change",
            method="POST",
            path=f"{_CHANGES}/{{id}}/{step.value}",
            summary=summary,
            description=description,
            topic=_TOPIC,
            scope=Scope.WRITE,
            function=partial(_step, step=step),
            query=RehearsalQuery,
            request=request,
            responses={200: StepOutcomeDocument},
            can_rehearse=True,
            is_versioned=True,
        )


CHANGE_OPERATIONS: Final = (
    Operation(
        name="list_changes",
        method="GET",
        path=_CHANGES,
        summary="List changes, the latest announced first",
        description="Open ones by default.",
        topic=_TOPIC,
        scope=Scope.READ,
        function=_list,
        query=ChangesQuery,
        responses={200: ChangeList},
    ),
    Operation(
        name="announce_change",
        method="POST",
        path=_CHANGES,
        summary="Announce a change",
        description="One with the plan of an open change, or with the key of an earlier one, announces nothing: the "
        "answer is that change. Where its kind needs approval, the answer is a draft, which another operator approves.",
        topic=_TOPIC,
        scope=Scope.WRITE,
        function=_announce,
        query=RehearsalQuery,
        request=AnnouncementFields,
        responses={201: StepOutcomeDocument, 202: DraftOutcomeDocument, 200: StepOutcomeDocument},
        can_rehearse=True,
        is_versioned=True,
    ),
    Operation(
        name="show_change",
        method="GET",
        path=f"{_CHANGES}/{{id}}",
        summary="Show a change and its history",
        topic=_TOPIC,
        scope=Scope.READ,
        function=_show,
        responses={200: ChangeDocument},
        is_versioned=True,
    ),
    *_step_operations(),
    Operation(
        name="extend_change",
        method="POST",
        path=f"{_CHANGES}/{{id}}/extend",
        summary="Let a change end later",
        description="The length is added to the end that customers see. Refused once that is past: then update the "
        "change with a new end.",
        topic=_TOPIC,
        scope=Scope.WRITE,
        function=_extend,
        query=RehearsalQuery,
        request=ExtensionFields,
        responses={200: StepOutcomeDocument},
        can_rehearse=True,
        is_versioned=True,
    ),
)
