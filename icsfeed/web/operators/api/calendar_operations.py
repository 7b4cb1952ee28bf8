"""Operations that read the calendar: whether a change may run, what comes, when an urgent change fits, a month."""

from __future__ import annotations

from typing import Final

from icsfeed.domain.operators import Scope
from icsfeed.services.gate import gate
from icsfeed.services.report_formats import report_as_json
from icsfeed.services.reporting import maintenance_report
from icsfeed.services.requests.lists import report_request, upcoming_request
from icsfeed.services.requests.pages import Position, page_of
from icsfeed.services.requests.questions import state_request, suggestions_request
from icsfeed.services.suggestions import suggest
from icsfeed.services.upcoming import UpcomingItem, upcoming, utc_text
from icsfeed.web.operators.api.models.calendar import (
    ReportDocument,
    ReportQuery,
    StateDocument,
    StateQuery,
    SuggestionList,
    SuggestionsQuery,
    UpcomingList,
    UpcomingQuery,
)
from icsfeed.web.operators.api.operation import PREFIX, Call, Operation, OperationAnswer

_TOPIC: Final = "The calendar"


def _show_state(call: Call) -> OperationAnswer:
    """What feed workers answer at this path, in the public view."""
    situation = call.situation().visible_to()
    request = call.request(lambda fields: state_request(fields, schedule=situation.schedule, now=call.now))
    answer = gate(situation, request.environments, at=request.at, runway=request.runway, change_id=request.change_id)
    return OperationAnswer(content={**answer.as_json(situation.zone), "stale": False})


def _upcoming(call: Call) -> OperationAnswer:
    request = call.request(lambda fields: upcoming_request(fields, schedule=call.schedule, now=call.now))
    situation = call.situation()
    items = upcoming(situation, request.start, request.length, request.environments, with_overdue=True)
    page = page_of(items, request.page, _position)
    return OperationAnswer(
        content={"items": [item.as_json(situation.zone) for item in page.items], "next": page.cursor or None}
    )


def _position(item: UpcomingItem) -> Position:
    occurrence = item.occurrence.isoformat() if item.occurrence is not None else ""
    environments = ",".join(item.environments)
    return utc_text(item.span.start), item.kind.value, item.id, occurrence, utc_text(item.span.end), environments


def _suggest(call: Call) -> OperationAnswer:
    request, most = call.request(lambda fields: suggestions_request(fields, schedule=call.schedule))
    suggestions = suggest(call.situation(), request)[:most]
    zone = call.schedule.calendar.zone
    return OperationAnswer(content={"items": [each.as_json(zone) for each in suggestions]})


def _report(call: Call) -> OperationAnswer:
    request = call.request(lambda fields: report_request(fields, schedule=call.schedule))
    report = maintenance_report(call.situation(), request.month, request.environments)
    return OperationAnswer(content=report_as_json(report, call.schedule.calendar.zone))


CALENDAR_OPERATIONS: Final = (
    Operation(
        name="show_state",
        method="GET",
        path=f"{PREFIX}/state",
        summary="Show whether a planned change may run",
        description="Public, and open to scripts on every site. Instants without an offset are read in the calendar's "
        "zone here.",
        topic=_TOPIC,
        scope=Scope.READ,
        function=_show_state,
        query=StateQuery,
        responses={200: StateDocument},
        is_public=True,
    ),
    Operation(
        name="list_upcoming",
        method="GET",
        path=f"{PREFIX}/upcoming",
        summary="List the coming windows, changes and freezes",
        topic=_TOPIC,
        scope=Scope.READ,
        function=_upcoming,
        query=UpcomingQuery,
        responses={200: UpcomingList},
    ),
    Operation(
        name="suggest_slots",
        method="GET",
        path=f"{PREFIX}/suggestions",
        summary="Rank the slots for an urgent change until its deadline",
        description="Slots outside change freezes come first; of these, those inside a maintenance window, then those "
        "outside peak hours, the soonest first.",
        topic=_TOPIC,
        scope=Scope.READ,
        function=_suggest,
        query=SuggestionsQuery,
        responses={200: SuggestionList},
    ),
    Operation(
        name="show_report",
        method="GET",
        path=f"{PREFIX}/report",
        summary="Report a month's minutes of maintenance: promised, announced and used",
        topic=_TOPIC,
        scope=Scope.READ,
        function=_report,
        query=ReportQuery,
        responses={200: ReportDocument},
    ),
)
