"""Maintenance windows and single occurrences of them."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from icsfeed.web.operators.api.models.changes import ImpactName
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

_ADJUSTED_REASON = Annotated[FreeText, Field(description="Why; customers read it.")]


class SkipFields(RequestModel):
    """How an occurrence is skipped."""

    reason: _ADJUSTED_REASON
    silent: Annotated[bool, Field(description="Remove it in place of showing it as cancelled.")] = LEFT_OUT


class MoveFields(RequestModel):
    """Where an occurrence is moved to."""

    reason: _ADJUSTED_REASON
    start: Annotated[GivenInstant, Field(description="When it starts instead.")]
    end: Annotated[GivenInstant, Field(description="When it ends; by default it keeps its length.")] = LEFT_OUT


class RestoreFields(RequestModel):
    """How an occurrence is restored."""

    reason: Annotated[FreeText, Field(description="Why, for the audit trail.")] = LEFT_OUT


class WindowsQuery(PageQuery):
    """Which windows are listed."""

    all: Annotated[bool, Field(description="Windows and adjustments that are over as well.")] = False


class AdjustmentDocument(Document):
    """An occurrence that was skipped or moved."""

    date: Annotated[LocalDate, Field(description="The date on which it starts by the policy.")]
    reason: str
    action: Literal["skip", "move"]
    silent: Annotated[bool, Field(description="Of a skip: whether it was removed.")] = LEFT_OUT
    start: Annotated[UtcInstant, Field(description="Of a move, in UTC.")] = LEFT_OUT
    end: Annotated[UtcInstant, Field(description="Of a move, in UTC.")] = LEFT_OUT
    local_start: Annotated[LocalInstant, Field(description="Of a move, in the calendar's zone.")] = LEFT_OUT
    local_end: Annotated[LocalInstant, Field(description="Of a move, in the calendar's zone.")] = LEFT_OUT


class WindowDocument(Document):
    """A maintenance window, and its occurrences that were skipped or moved."""

    id: Annotated[str, Field(description="The id of the window.")]
    name: str
    rule: Annotated[str, Field(description="When it is, in words.")]
    timezone: Annotated[str, Field(description="The IANA zone in which it is.")]
    start: Annotated[str, Field(description="The local time at which it starts.")]
    end: Annotated[str, Field(description="The local time at which it ends.")]
    duration_minutes: int
    effective_from: LocalDate | None
    effective_until: LocalDate | None
    environments: list[EnvironmentId]
    impact: ImpactName
    adjustments: list[AdjustmentDocument]


class WindowList(PageModel):
    """Maintenance windows, as the schedule has them in order."""

    items: list[WindowDocument]


class OccurrenceDocument(Document):
    """An occurrence of a window as it is now."""

    window: Annotated[str, Field(description="The id of the window.")]
    day: Annotated[LocalDate, Field(description="The date on which it starts by the policy.")]
    happens: bool
    start: Annotated[UtcInstant, Field(description="When it begins, in UTC, if it has a time.")] = LEFT_OUT
    end: Annotated[UtcInstant, Field(description="When it ends, in UTC.")] = LEFT_OUT
    local_start: Annotated[LocalInstant, Field(description="When it begins, in the calendar's zone.")] = LEFT_OUT
    local_end: Annotated[LocalInstant, Field(description="When it ends, in the calendar's zone.")] = LEFT_OUT
    note: Annotated[str, Field(description="What was done to it, or why it does not happen; it may be empty.")]


class AdjustmentOutcomeDocument(OccurrenceDocument):
    """An occurrence after it was skipped, moved or restored, and what to know of it."""

    recorded: Annotated[bool, Field(description="Whether anything was recorded: not in a dry run.")]
    warnings: Annotated[list[str], Field(description="What to mind.")]
    events: Annotated[list[str], Field(description="The new or changed events as subscribers get them, in iCalendar.")]
    preview: Annotated[PreviewDocument, Field(description="In a dry run only.")] = LEFT_OUT
