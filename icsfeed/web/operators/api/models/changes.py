"""Changes, their announcement, and the steps that are taken with them."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from icsfeed.web.operators.api.models.shapes import (
    LEFT_OUT,
    Document,
    EnvironmentId,
    FreeText,
    GivenInstant,
    Length,
    Line,
    PageModel,
    PageQuery,
    PreviewDocument,
    RequestModel,
    SpanModel,
    Translations,
    UtcInstant,
)

ChangeKind = Annotated[Literal["emergency", "planned"], Field(description="The kind of the change.")]
ChangeState = Annotated[
    Literal["tentative", "confirmed", "in progress", "completed", "cancelled"],
    Field(description="The state of the change."),
]
ImpactName = Annotated[
    Literal["no-impact", "reduced-redundancy", "degraded", "outage"], Field(description="What customers notice.")
]
MessageByLanguage = Annotated[
    FreeText | dict[str, FreeText],
    Field(description="A message to customers: a text in the calendar's first language, or a text for each language."),
]


class AnnouncementFields(RequestModel):
    """A change to announce. It needs an end or a duration."""

    kind: ChangeKind
    summary: Annotated[Line, Field(description="What customers read.", examples=["Database failover"])]
    environments: Annotated[
        list[EnvironmentId], Field(min_length=1, description="The ids of the environments that the change touches.")
    ]
    impact: Annotated[ImpactName, Field(description='What customers notice; by default "outage".')] = LEFT_OUT
    start: Annotated[GivenInstant, Field(description="When it starts; by default now.")] = LEFT_OUT
    end: Annotated[GivenInstant, Field(description="When it ends.")] = LEFT_OUT
    duration: Annotated[Length, Field(description="How long it lasts, in place of an end.")] = LEFT_OUT
    reason: Annotated[
        FreeText, Field(description="Why it can't wait; a planned change in a change freeze needs a reason.")
    ] = LEFT_OUT
    ticket: Annotated[str, Field(max_length=2000, description="The address of a ticket, from https:// on.")] = LEFT_OUT
    tentative: Annotated[bool, Field(description="Announce it as tentative; confirm it later.")] = LEFT_OUT
    automatic: Annotated[bool, Field(description="The clock starts and completes it, unless somebody does.")] = LEFT_OUT
    key: Annotated[
        str,
        Field(
            max_length=250,
            description="A key of this announcement: another one with it, by whomever, announces nothing.",
        ),
    ] = LEFT_OUT
    message: MessageByLanguage = LEFT_OUT


class StepFields(RequestModel):
    """A step of a change."""

    message: MessageByLanguage = LEFT_OUT
    expect: Annotated[
        int,
        Field(
            ge=1,
            description="The number of the latest update that you have seen; the step is refused where there is "
            "another. If-Match says the same.",
        ),
    ] = LEFT_OUT


class AmendmentFields(StepFields):
    """What is to be different. A new start without a new end moves the end as well."""

    summary: Annotated[Line, Field(description="What customers read.")] = LEFT_OUT
    environments: Annotated[
        list[EnvironmentId], Field(min_length=1, description="The ids of the environments that the change touches.")
    ] = LEFT_OUT
    impact: ImpactName = LEFT_OUT
    start: Annotated[GivenInstant, Field(description="When it starts.")] = LEFT_OUT
    end: Annotated[GivenInstant, Field(description="When it ends.")] = LEFT_OUT
    duration: Annotated[Length, Field(description="How long it lasts, in place of an end.")] = LEFT_OUT
    reason: Annotated[FreeText, Field(description="Why it can't wait.")] = LEFT_OUT
    ticket: Annotated[str, Field(max_length=2000, description="The address of a ticket, from https:// on.")] = LEFT_OUT


class ExtensionFields(StepFields):
    """How much later the change ends."""

    length: Annotated[Length, Field(description="What is added to the end that customers see.", examples=["30m"])]


class CancellationFields(StepFields):
    """How the change is cancelled."""

    silent: Annotated[bool, Field(description="Withdraw it: nothing that is public mentions it any more.")] = LEFT_OUT


class RedactionFields(StepFields):
    """Which texts are withdrawn."""

    update: Annotated[
        int, Field(ge=1, description="The update whose message is withdrawn; by default all texts of the change are.")
    ] = LEFT_OUT


class ChangesQuery(PageQuery):
    """Which changes are listed."""

    kind: ChangeKind = LEFT_OUT
    environment: Annotated[
        list[EnvironmentId], Field(description="Only changes that touch one of these environments.")
    ] = LEFT_OUT
    all: Annotated[bool, Field(description="Completed and cancelled changes as well.")] = False


class AlterationDocument(Document):
    """One thing that an update made different."""

    what: Annotated[str, Field(description="A field of the change.")]
    before: Annotated[str, Field(description="Its value before, as a text.")]
    after: Annotated[str, Field(description="Its value afterwards, as a text.")]


class UpdateDocument(Document):
    """One update of a change."""

    number: Annotated[int, Field(description="Its number; the announcement is update 1.")]
    at: Annotated[UtcInstant, Field(description="When it was recorded.")]
    by: Annotated[str, Field(description="Who recorded it.")]
    message: Annotated[str, Field(description="The message to customers; it may be empty.")]
    translations: Translations
    state: Annotated[ChangeState, Field(description="The state of the change since.")]
    step: Annotated[str | None, Field(description="The step; null where icsfeed 0.1 recorded it.")]
    target: Annotated[int | None, Field(description="The update that it takes back, or whose message it withdraws.")]
    changed: list[AlterationDocument]


class ChangeDocument(SpanModel):
    """A change with all its updates. Its start and end are those that customers see."""

    id: Annotated[str, Field(description="The id, such as EC-7.")]
    kind: ChangeKind
    state: ChangeState
    summary: Annotated[str, Field(description="What customers read.")]
    environments: list[EnvironmentId]
    impact: ImpactName
    planned_start: UtcInstant
    planned_end: UtcInstant
    actual_start: Annotated[UtcInstant | None, Field(description="When it really started, once it has.")]
    actual_end: Annotated[UtcInstant | None, Field(description="When it really ended, once it has.")]
    automatic: Annotated[bool, Field(description="Whether the clock starts and completes it.")]
    withdrawn: Annotated[bool, Field(description="Whether nothing that is public mentions it any more.")]
    reason: Annotated[str, Field(description="Why it can't wait; it may be empty.")]
    ticket: Annotated[str, Field(description="The address of a ticket; it may be empty.")]
    translations: Translations
    announced_at: UtcInstant
    notice_minutes: Annotated[int, Field(description="The shortest notice that customers had of its planned start.")]
    promised_notice_minutes: Annotated[int | None, Field(description="The notice that customers were promised.")]
    updates: list[UpdateDocument]


class StepOutcomeDocument(ChangeDocument):
    """A change after an announcement or a step, and what to know of it."""

    recorded: Annotated[bool, Field(description="Whether anything was recorded: not in a dry run, nor by a repeat.")]
    warnings: Annotated[list[str], Field(description="What to mind.")]
    event: Annotated[str | None, Field(description="The event as subscribers get it, in iCalendar.")]
    preview: Annotated[PreviewDocument, Field(description="In a dry run only.")] = LEFT_OUT


class ChangeList(PageModel):
    """Changes, the latest announced first."""

    items: list[ChangeDocument]
