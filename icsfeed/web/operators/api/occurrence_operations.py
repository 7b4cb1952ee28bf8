"""Operations on maintenance windows: list them; show, skip, move and restore single occurrences."""

from __future__ import annotations

from functools import partial
from typing import Final

from icsfeed.domain.operators import Scope
from icsfeed.services.adjusting import adjust, occurrence_as_json
from icsfeed.services.adjustment_rules import named_occurrence
from icsfeed.services.previews import reception_of_adjustment
from icsfeed.services.public_texts import text_of_adjustment
from icsfeed.services.requests.adjustments import AdjustmentAction, adjustment_request, occurrence_request
from icsfeed.services.requests.lists import list_request
from icsfeed.services.requests.pages import page_of
from icsfeed.services.window_lists import listed_windows
from icsfeed.web.operators.api.models.occurrences import (
    AdjustmentOutcomeDocument,
    MoveFields,
    OccurrenceDocument,
    RestoreFields,
    SkipFields,
    WindowList,
    WindowsQuery,
)
from icsfeed.web.operators.api.models.shapes import RehearsalQuery, RequestModel
from icsfeed.web.operators.api.operation import PREFIX, Call, Operation, OperationAnswer

_WINDOWS: Final = f"{PREFIX}/windows"
_OCCURRENCE: Final = f"{_WINDOWS}/{{window}}/occurrences/{{date}}"
_TOPIC: Final = "Windows and occurrences"


def _list(call: Call) -> OperationAnswer:
    request = call.request(list_request)
    situation = call.situation()
    numbered = tuple(enumerate(listed_windows(situation, everything=request.everything)))
    page = page_of(numbered, request.page, lambda each: (each[0],))
    return OperationAnswer(
        content={
            "items": [window.as_json(situation.zone) for _, window in page.items],
            "next": page.cursor or None,
        }
    )


def _show(call: Call) -> OperationAnswer:
    window_id, day = call.request(occurrence_request, **call.path)
    situation = call.situation()
    window = call.schedule.window(window_id)
    occurrence = named_occurrence(call.schedule, window, day, situation.adjustments)
    return OperationAnswer(content=occurrence_as_json(occurrence, situation.zone))


def _adjust(call: Call, action: AdjustmentAction) -> OperationAnswer:
    request = call.request(
        lambda fields: adjustment_request(fields, action=action, schedule=call.schedule), **call.path
    )
    adjusted = adjust(call.workspace, request, actor=call.actor, dry_run=call.dry_run)
    content = adjusted.as_json(call.schedule.calendar.zone)
    if call.dry_run:
        text = text_of_adjustment(call.situation(), request.window_id, request.day, request.adjustment)
        reception = reception_of_adjustment(call.schedule, adjusted, request, call.outbox)
        content["preview"] = {**text.as_json(), **reception.as_json()}
    return OperationAnswer(content=content)


def _adjusting(summary: str, action: AdjustmentAction, request: type[RequestModel]) -> Operation:
    return Operation(
        name=f"{action}_occurrence",
        method="POST",
        path=f"{_OCCURRENCE}/{action}",
        summary=summary,
        topic=_TOPIC,
        scope=Scope.WRITE,
        function=partial(_adjust, action=action),
        query=RehearsalQuery,
        request=request,
        responses={200: AdjustmentOutcomeDocument},
        can_rehearse=True,
    )


OCCURRENCE_OPERATIONS: Final = (
    Operation(
        name="list_windows",
        method="GET",
        path=_WINDOWS,
        summary="List maintenance windows, with what was skipped or moved",
        topic=_TOPIC,
        scope=Scope.READ,
        function=_list,
        query=WindowsQuery,
        responses={200: WindowList},
    ),
    Operation(
        name="show_occurrence",
        method="GET",
        path=_OCCURRENCE,
        summary="Show one occurrence of a window",
        description="The date is the one on which it starts by the policy, in the window's zone. Of a recorded freeze, "
        "`list_freezes` and `list_upcoming` show the effect.",
        topic=_TOPIC,
        scope=Scope.READ,
        function=_show,
        responses={200: OccurrenceDocument},
    ),
    _adjusting("Skip one occurrence of a window", AdjustmentAction.SKIP, SkipFields),
    _adjusting("Move one occurrence of a window to another time", AdjustmentAction.MOVE, MoveFields),
    _adjusting("Undo a skip or move of one occurrence", AdjustmentAction.RESTORE, RestoreFields),
)
