"""The table of all operations."""

from __future__ import annotations

from typing import Final

from icsfeed.web.operators.api.audit_operations import AUDIT_OPERATIONS
from icsfeed.web.operators.api.calendar_operations import CALENDAR_OPERATIONS
from icsfeed.web.operators.api.change_operations import CHANGE_OPERATIONS
from icsfeed.web.operators.api.draft_operations import DRAFT_OPERATIONS
from icsfeed.web.operators.api.freeze_operations import FREEZE_OPERATIONS
from icsfeed.web.operators.api.occurrence_operations import OCCURRENCE_OPERATIONS
from icsfeed.web.operators.api.operation import Operation
from icsfeed.web.operators.api.receiver_operations import RECEIVER_OPERATIONS
from icsfeed.web.operators.api.subscriber_operations import SUBSCRIBER_OPERATIONS
from icsfeed.web.operators.api.token_operations import TOKEN_OPERATIONS

OPERATIONS: Final[tuple[Operation, ...]] = (
    *CHANGE_OPERATIONS,
    *DRAFT_OPERATIONS,
    *OCCURRENCE_OPERATIONS,
    *FREEZE_OPERATIONS,
    *CALENDAR_OPERATIONS,
    *SUBSCRIBER_OPERATIONS,
    *RECEIVER_OPERATIONS,
    *TOKEN_OPERATIONS,
    *AUDIT_OPERATIONS,
)
