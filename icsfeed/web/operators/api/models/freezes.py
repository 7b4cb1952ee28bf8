"""Change freezes."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from icsfeed.web.operators.api.models.shapes import (
    LEFT_OUT,
    Document,
    EnvironmentId,
    FreeText,
    GivenInstant,
    LocalDate,
    LocalInstant,
    PageModel,
    PageQuery,
    PreviewDocument,
    RequestModel,
    UtcInstant,
)


class FreezeFields(RequestModel):
    """A freeze that starts now."""

    reason: Annotated[
        FreeText, Field(min_length=1, description="Why nothing may change; customers read it, unless it is internal.")
    ]
    environments: Annotated[
        list[EnvironmentId], Field(min_length=1, description="What it freezes; by default all that are public.")
    ] = LEFT_OUT
    until: Annotated[GivenInstant, Field(description="When it ends; by default when somebody ends it.")] = LEFT_OUT
    internal: Annotated[bool, Field(description="Make nothing of it public but its effect.")] = LEFT_OUT


class FreezeEndFields(RequestModel):
    """The end of a freeze, which has no fields."""


class FreezesQuery(PageQuery):
    """Which freezes are listed."""

    all: Annotated[bool, Field(description="Recorded freezes that are over as well.")] = False


class RecordedFreezeDocument(Document):
    """A freeze that an operator started."""

    id: Annotated[str, Field(description="The id, such as CF-2.")]
    kind: Literal["freeze"]
    reason: str
    environments: list[EnvironmentId]
    internal: Annotated[bool, Field(description="Whether nothing of it is public but its effect.")]
    start: UtcInstant
    end: Annotated[UtcInstant | None, Field(description="Null while it is not known.")]
    local_start: LocalInstant
    local_end: LocalInstant | None
    until: Annotated[UtcInstant | None, Field(description="When it was to end.")]
    started_at: UtcInstant
    started_by: str
    ended_at: UtcInstant | None
    ended_by: str | None


class ListedRecordedFreeze(RecordedFreezeDocument):
    """A freeze that an operator started, in a list."""

    source: Literal["database"]
    active: Annotated[bool, Field(description="Whether it is under way.")]


class ListedScheduleFreeze(Document):
    """The present or next stretch of a freeze of the schedule file."""

    id: str
    kind: Literal["freeze"]
    name: str
    environments: list[EnvironmentId]
    internal: bool
    start: UtcInstant
    end: UtcInstant
    local_start: LocalInstant
    local_end: LocalInstant
    first: Annotated[LocalDate, Field(description="The first day that it touches.")]
    last: Annotated[LocalDate, Field(description="The last day that it touches.")]
    source: Literal["schedule"]
    active: Annotated[bool, Field(description="Whether it is under way.")]


class FreezeList(PageModel):
    """Freezes: first those that operators started, then those of the schedule file."""

    items: list[Annotated[ListedRecordedFreeze | ListedScheduleFreeze, Field(discriminator="source")]]


class AffectedOccurrence(Document):
    """An occurrence that happens at another time because of a freeze, or not at all."""

    window: str
    date: LocalDate
    environments: list[EnvironmentId]
    happens: bool
    start: UtcInstant = LEFT_OUT
    end: UtcInstant = LEFT_OUT
    local_start: LocalInstant = LEFT_OUT
    local_end: LocalInstant = LEFT_OUT


class FreezeOutcomeDocument(RecordedFreezeDocument):
    """A freeze after it was started or ended, and what to know of it."""

    occurrences: Annotated[list[AffectedOccurrence], Field(description="The occurrences that it affects.")]
    changes: Annotated[list[str], Field(description="The ids of planned changes that lie in it.")]
    recorded: Annotated[bool, Field(description="Whether anything was recorded: not in a dry run, nor by a repeat.")]
    warnings: Annotated[list[str], Field(description="What to mind.")]
    events: Annotated[list[str], Field(description="The new or changed events as subscribers get them, in iCalendar.")]
    preview: Annotated[PreviewDocument, Field(description="In a dry run only.")] = LEFT_OUT
