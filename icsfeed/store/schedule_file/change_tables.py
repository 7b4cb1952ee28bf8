"""The tables of changes in the schedule file: their keys, what each is for, and an example."""

from datetime import datetime
from functools import partial
from typing import Annotated, Required, TypedDict

from icsfeed.store.schedule_file import change_values, date_values, values
from icsfeed.store.schedule_file.keys import Key
from icsfeed.store.schedule_file.values import array

_example_time = partial(datetime, 2026, 12, 8)

_Environments = Annotated[
    list[str],
    Key(
        array(values.REFERENCE, min_length=1),
        "The ids of the environments it affects; by default all public ones.",
        ["production"],
    ),
]
_ImpactName = Annotated[str, Key(values.IMPACT, "What customers notice; by default an outage.", "outage")]
_End = Annotated[
    datetime,
    Key(date_values.MOMENT, "When it ends, in the calendar's zone or with an offset.", _example_time(3)),
]
_Duration = Annotated[str, Key(change_values.LENGTH, "In place of end: how long it takes.", "2h")]
_Reason = Annotated[str, Key(change_values.REASON, "Why it can't wait for a window.", "A disk is failing")]
_Ticket = Annotated[
    str, Key(change_values.TICKET, "The address of a ticket.", "https://support.example.com/tickets/4711")
]
_Message = Annotated[str, Key(change_values.MESSAGE, "A message to subscribers.", "The vendor is late")]


class UpdateTable(TypedDict, total=False):
    """An update of a change: a step, or values that change from then on."""

    at: Required[Annotated[datetime, Key(date_values.MOMENT, "When it was made.", _example_time(0, 55))]]
    step: Annotated[
        str, Key(change_values.STEP, "The step taken; left out of an update that alters or adds something.", "complete")
    ]
    update: Annotated[
        int, Key(change_values.UPDATE_NUMBER, "With the step redact: the update whose message is withdrawn.", 2)
    ]
    message: _Message
    summary: Annotated[str, Key(change_values.SUMMARY, "The title for subscribers from now on.", "Failover")]
    environments: _Environments
    impact: _ImpactName
    start: Annotated[
        datetime, Key(date_values.MOMENT, "When it starts; alone, it moves the end as well.", _example_time(1, 30))
    ]
    end: _End
    duration: _Duration
    reason: _Reason
    ticket: _Ticket


class ChangeTable(TypedDict, total=False):
    """A one-off change, emergency or planned, that is kept here and not in the database."""

    id: Required[Annotated[str, Key(change_values.CHANGE_ID, "Its unique id, which is part of the UID.", "failover")]]
    kind: Required[
        Annotated[str, Key(change_values.KIND_OF_CHANGE, "Whether it is an emergency or planned.", "emergency")]
    ]
    summary: Required[Annotated[str, Key(change_values.SUMMARY, "The title for subscribers.", "Database failover")]]
    environments: _Environments
    impact: _ImpactName
    start: Required[
        Annotated[
            datetime,
            Key(date_values.MOMENT, "When it starts, in the calendar's zone or with an offset.", _example_time(1)),
        ]
    ]
    end: _End
    duration: _Duration
    reason: _Reason
    ticket: _Ticket
    announced: Required[Annotated[datetime, Key(date_values.MOMENT, "When it was announced.", _example_time(0, 30))]]
    tentative: Annotated[bool, Key(values.YES_OR_NO, "Whether it may still be called off.", example=True)]
    automatic: Annotated[
        bool, Key(values.YES_OR_NO, "Whether the clock takes the steps start and complete.", example=True)
    ]
    message: _Message
    updates: Annotated[list[UpdateTable], Key(None, "Its updates, in order.", table=UpdateTable, many=True)]
