"""Operations on change freezes: list them, start one now, and end it."""

from __future__ import annotations

from typing import Final

from icsfeed.domain.freezes import FrozenSpan
from icsfeed.domain.operators import Scope
from icsfeed.domain.recorded_freezes import RecordedFreeze
from icsfeed.services.changes import random_uid_part
from icsfeed.services.freeze_lists import ListedFreezes, listed_freezes
from icsfeed.services.freezing import FreezeOutcome, end_freeze, start_freeze
from icsfeed.services.previews import reception_of_freeze
from icsfeed.services.public_texts import NO_TEXT, text_of_freeze
from icsfeed.services.requests.freezes import freeze_id, freeze_request, no_fields
from icsfeed.services.requests.lists import list_request
from icsfeed.services.requests.pages import Position, page_of
from icsfeed.services.upcoming import utc_text
from icsfeed.web.operators.api.models.freezes import (
    FreezeEndFields,
    FreezeFields,
    FreezeList,
    FreezeOutcomeDocument,
    FreezesQuery,
)
from icsfeed.web.operators.api.models.shapes import RehearsalQuery
from icsfeed.web.operators.api.operation import PREFIX, Call, Operation, OperationAnswer

_FREEZES: Final = f"{PREFIX}/freezes"
_TOPIC: Final = "Freezes"


def _list(call: Call) -> OperationAnswer:
    request = call.request(list_request)
    situation = call.situation()
    freezes = listed_freezes(situation, everything=request.everything)
    both: tuple[RecordedFreeze | FrozenSpan, ...] = (*freezes.recorded, *freezes.schedule)
    page = page_of(both, request.page, _position)
    chosen = ListedFreezes(
        at=freezes.at,
        recorded=tuple(each for each in page.items if isinstance(each, RecordedFreeze)),
        schedule=tuple(each for each in page.items if isinstance(each, FrozenSpan)),
    )
    return OperationAnswer(content={"items": chosen.as_json(situation.zone), "next": page.cursor or None})


def _position(freeze: RecordedFreeze | FrozenSpan) -> Position:
    """Recorded freezes come first, by start."""
    if isinstance(freeze, RecordedFreeze):
        return 0, utc_text(freeze.start), freeze.id
    return 1, utc_text(freeze.span.start), freeze.freeze.id


def _start(call: Call) -> OperationAnswer:
    request = call.request(lambda fields: freeze_request(fields, schedule=call.schedule))
    outcome = start_freeze(
        call.workspace,
        request,
        uid_part=random_uid_part(call.random_bytes),
        actor=call.actor,
        dry_run=call.dry_run,
    )
    return _answer(call, outcome, status=201 if outcome.recorded else 200)


def _end(call: Call) -> OperationAnswer:
    call.request(no_fields)
    outcome = end_freeze(call.workspace, freeze_id(call.path["id"]), actor=call.actor, dry_run=call.dry_run)
    return _answer(call, outcome)


def _answer(call: Call, outcome: FreezeOutcome, *, status: int = 200) -> OperationAnswer:
    content = outcome.as_json(call.schedule.calendar.zone)
    if call.dry_run:
        reception = reception_of_freeze(call.schedule, outcome.freeze, call.outbox, repeats=outcome.repeats)
        text = text_of_freeze(call.situation(), outcome.freeze) if not outcome.repeats else NO_TEXT
        content["preview"] = {**text.as_json(), **reception.as_json()}
    return OperationAnswer(content=content, status=status)


FREEZE_OPERATIONS: Final = (
    Operation(
        name="list_freezes",
        method="GET",
        path=_FREEZES,
        summary="List change freezes: those under way, and the next of the schedule",
        topic=_TOPIC,
        scope=Scope.READ,
        function=_list,
        query=FreezesQuery,
        responses={200: FreezeList},
    ),
    Operation(
        name="start_freeze",
        method="POST",
        path=_FREEZES,
        summary="Start a change freeze now",
        description="From now on, no maintenance window and no planned change without a stated reason takes place in "
        "its environments. An occurrence that has begun ends now.",
        topic=_TOPIC,
        scope=Scope.WRITE,
        function=_start,
        query=RehearsalQuery,
        request=FreezeFields,
        responses={201: FreezeOutcomeDocument, 200: FreezeOutcomeDocument},
        can_rehearse=True,
    ),
    Operation(
        name="end_freeze",
        method="POST",
        path=f"{_FREEZES}/{{id}}/end",
        summary="End a change freeze now",
        description="Occurrences that have not begun take place again. Those that the freeze cut short or dropped so "
        "far do not.",
        topic=_TOPIC,
        scope=Scope.WRITE,
        function=_end,
        query=RehearsalQuery,
        request=FreezeEndFields,
        responses={200: FreezeOutcomeDocument},
        can_rehearse=True,
    ),
)
