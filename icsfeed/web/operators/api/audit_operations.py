"""The operation that reads the audit trail."""

from __future__ import annotations

from typing import Final

from icsfeed.domain.audit import AuditSelection
from icsfeed.domain.errors import BadInputError
from icsfeed.domain.operators import Scope
from icsfeed.services.audit_trail import audit_line_as_json, audit_page, audit_subject
from icsfeed.services.requests.errors import ParameterError
from icsfeed.services.requests.lists import audit_request
from icsfeed.services.requests.pages import CURSOR_FIELD
from icsfeed.web.operators.api.models.audit import AuditList, AuditQuery
from icsfeed.web.operators.api.operation import PREFIX, Call, Operation, OperationAnswer


def _list(call: Call) -> OperationAnswer:
    request = call.request(lambda fields: audit_request(fields, zone=call.schedule.calendar.zone))
    subject = audit_subject(request.change, call.workspace, now=call.now) if request.change is not None else None
    try:
        page = audit_page(
            call.database,
            AuditSelection(since=request.since, subject=subject),
            limit=request.page.limit,
            cursor=request.page.cursor or None,
        )
    except BadInputError as error:  # of the cursor alone: the limit is checked
        raise ParameterError(CURSOR_FIELD, str(error)) from error
    return OperationAnswer(content={"items": [audit_line_as_json(each) for each in page.lines], "next": page.cursor})


AUDIT_OPERATIONS: Final = (
    Operation(
        name="list_audit",
        method="GET",
        path=f"{PREFIX}/audit",
        summary="Show who did what, when and from where, and what that changed, the latest first",
        description="Sign-ins, and failed attempts, stand between the entries.",
        topic="Audit",
        scope=Scope.READ,
        function=_list,
        query=AuditQuery,
        responses={200: AuditList},
    ),
)
