"""The tables of changes that stand in the schedule file."""

from datetime import datetime
from functools import partial
from typing import Annotated, NotRequired, TypeAlias, TypedDict

from icsfeed.store.schedule_file import change_values, values
from icsfeed.store.schedule_file.keys import Key
from icsfeed.store.schedule_file.values import array

_at = partial(datetime, 2026, 12, 8)
"""A local date and time, as an example."""

_ENVIRONMENTS: TypeAlias = Annotated[
    list[str], Key(array(values.REFERENCE, least=1), "The ids of what it touches; by default all.", ["production"])
]
_IMPACT: TypeAlias = Annotated[str, Key(values.IMPACT, "What customers notice; by default an outage.", "outage")]
_END: TypeAlias = Annotated[
    datetime, Key(change_values.MOMENT, "When it ends, in the calendar's zone or with an offset.", _at(3))
]
_DURATION: TypeAlias = Annotated[str, Key(change_values.LENGTH, "In place of end: how long it takes.", "2h")]
_REASON: TypeAlias = Annotated[str, Key(change_values.REASON, "Why it can't wait for a window.", "A disk is failing")]
_TICKET: TypeAlias = Annotated[
    str, Key(change_values.TICKET, "The address of a ticket.", "https://support.example.com/tickets/4711")
]
_MESSAGE: TypeAlias = Annotated[str, Key(change_values.MESSAGE, "What else to tell.", "The vendor is late")]


class UpdateTable(TypedDict):
    """What became of a change: a step, or what is different from then on."""

    at: Annotated[datetime, Key(change_values.MOMENT, "When it was told.", _at(0, 55))]
    step: NotRequired[
        Annotated[
            str,
            Key(change_values.STEP, "What was done; left out of an update that alters or tells something.", "complete"),
        ]
    ]
    message: NotRequired[_MESSAGE]
    summary: NotRequired[Annotated[str, Key(change_values.SUMMARY, "What subscribers read from now on.", "Failover")]]
    environments: NotRequired[_ENVIRONMENTS]
    impact: NotRequired[_IMPACT]
    start: NotRequired[
        Annotated[
            datetime,
            Key(change_values.MOMENT, "When it starts; alone, it takes the end along.", _at(1, 30)),
        ]
    ]
    end: NotRequired[_END]
    duration: NotRequired[_DURATION]
    reason: NotRequired[_REASON]
    ticket: NotRequired[_TICKET]


class ChangeTable(TypedDict):
    """A one-off change, emergency or planned, that is kept here and not in the database."""

    id: Annotated[
        str, Key(change_values.CHANGE_ID, "What tells it from the others; it is part of the UID.", "failover")
    ]
    kind: Annotated[str, Key(change_values.KIND_OF_CHANGE, "Whether it is an emergency.", "emergency")]
    summary: Annotated[str, Key(change_values.SUMMARY, "What subscribers read.", "Database failover")]
    environments: NotRequired[_ENVIRONMENTS]
    impact: NotRequired[_IMPACT]
    start: Annotated[
        datetime,
        Key(change_values.MOMENT, "When it starts, in the calendar's zone or with an offset.", _at(1)),
    ]
    end: NotRequired[_END]
    duration: NotRequired[_DURATION]
    reason: NotRequired[_REASON]
    ticket: NotRequired[_TICKET]
    announced: Annotated[datetime, Key(change_values.MOMENT, "When it was announced.", _at(0, 30))]
    tentative: NotRequired[
        Annotated[bool, Key(change_values.YES_OR_NO, "Whether it may still not happen.", example=True)]
    ]
    message: NotRequired[_MESSAGE]
    updates: NotRequired[
        Annotated[list[UpdateTable], Key(None, "What became of it, in order.", table=UpdateTable, many=True)]
    ]
