"""What comes, whether a change may run, when an urgent one fits, and a month's minutes of maintenance."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from icsfeed.web.operators.api.models.changes import ImpactName
from icsfeed.web.operators.api.models.shapes import (
    LEFT_OUT,
    Document,
    EnvironmentId,
    GivenInstant,
    Length,
    LocalDate,
    PageModel,
    PageQuery,
    RequestModel,
    SpanModel,
    UtcInstant,
)

_ONLY_THESE = Annotated[list[EnvironmentId], Field(description="Only what touches one of these environments.")]


class StateQuery(RequestModel):
    """What is asked of the gate: environments, or a change."""

    environment: Annotated[list[EnvironmentId], Field(description="The environments that the change touches.")] = (
        LEFT_OUT
    )
    at: Annotated[GivenInstant, Field(description="The instant that is asked about; by default now.")] = LEFT_OUT
    runway: Annotated[Length, Field(description="How long the gate has to stay open.")] = LEFT_OUT
    change: Annotated[str, Field(description="The id of a change: may this one run?")] = LEFT_OUT


class StateDocument(Document):
    """Whether a planned change may run."""

    environments: list[EnvironmentId]
    change: str | None
    runway_seconds: int | None
    state: Literal["OPEN", "CLOSED"]
    why: Annotated[str, Field(description="The reason in words.")]
    at_time: UtcInstant
    local_at_time: str
    next_transition_time: UtcInstant | None
    local_next_transition_time: str | None
    stale: Annotated[bool, Field(description="Whether the schedule or the database can't be read at the moment.")]


class UpcomingQuery(PageQuery):
    """What of the calendar is listed."""

    days: Annotated[int, Field(ge=1, le=3660, description="How many days.")] = 30
    start: Annotated[GivenInstant, Field(alias="from", description="Where to begin; by default now.")] = LEFT_OUT
    environment: _ONLY_THESE = LEFT_OUT


class UpcomingDocument(SpanModel):
    """A window, a change or a freeze."""

    kind: Literal["maintenance", "emergency", "planned", "freeze"]
    id: str
    name: str
    zone: Annotated[str, Field(description="The calendar's zone.")]
    environments: list[EnvironmentId]
    impact: ImpactName | None
    state: Annotated[str | None, Field(description='Of a change; "cancelled" for an occurrence that is skipped.')]
    note: str
    first: Annotated[LocalDate, Field(description="Of a freeze: the first day that it touches.")] = LEFT_OUT
    last: Annotated[LocalDate, Field(description="Of a freeze: the last day that it touches.")] = LEFT_OUT
    open_ended: Annotated[bool, Field(description="Of a freeze: whether somebody will end it.")] = LEFT_OUT
    window: Annotated[str, Field(description="Of an occurrence: the id of its window.")] = LEFT_OUT
    date: Annotated[LocalDate, Field(description="Of an occurrence: the date on which it starts by the policy.")] = (
        LEFT_OUT
    )


class UpcomingList(PageModel):
    """What comes, in order."""

    items: list[UpcomingDocument]


class SuggestionsQuery(RequestModel):
    """The urgent change that needs a slot."""

    duration: Annotated[Length, Field(description="How long it takes.")]
    by: Annotated[GivenInstant, Field(description="When it must be done.")]
    environment: Annotated[list[EnvironmentId], Field(description="What it touches; by default everything.")] = LEFT_OUT
    impact: Annotated[ImpactName, Field(description='What customers notice; by default "outage".')] = LEFT_OUT
    most: Annotated[int, Field(ge=1, le=100, description="The most slots of the answer.")] = 5


class SuggestionDocument(SpanModel):
    """A slot, and why it is a good or a bad one."""

    rank: Annotated[
        int, Field(description="1: in a maintenance window, 2: quiet, 3: peak hours, 4: overlaps a change.")
    ]
    reasons: list[str]


class SuggestionList(Document):
    """Slots, the best first."""

    items: list[SuggestionDocument]


class ReportQuery(RequestModel):
    """The month that is reported on."""

    month: Annotated[
        str,
        Field(
            pattern="^[0-9]{4}-(0[1-9]|1[0-2])$", description="A month in the calendar's zone.", examples=["2026-11"]
        ),
    ]
    environment: Annotated[
        list[EnvironmentId], Field(description="Only these environments; by default all that are public.")
    ] = LEFT_OUT


class MinutesDocument(Document):
    """The minutes of one environment and impact."""

    environment: EnvironmentId
    impact: ImpactName
    promised: int
    announced: int
    announced_late: int
    used: int


class LateAnnouncementDocument(Document):
    """A change that was announced with less notice than promised."""

    id: str
    kind: str
    summary: str
    environments: list[EnvironmentId]
    impact: ImpactName
    planned_start: UtcInstant
    planned_end: UtcInstant
    announced_at: UtcInstant
    notice_minutes: int
    promised_notice_minutes: int | None
    minutes: int


class ExcludedChangeDocument(Document):
    """A change that does not count."""

    id: str
    kind: str
    environments: list[EnvironmentId]
    impact: ImpactName
    reason: Annotated[str, Field(description="Why it does not count.")]
    used: int


class ReportDocument(SpanModel):
    """A month's minutes of maintenance: promised, announced and used."""

    month: str
    zone: str
    as_of: UtcInstant
    complete: Annotated[bool, Field(description="Whether the month is over.")]
    environments: list[EnvironmentId]
    minutes: list[MinutesDocument]
    late: list[LateAnnouncementDocument]
    excluded: list[ExcludedChangeDocument]
