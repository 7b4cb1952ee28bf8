"""Drafts, which wait for another operator's approval."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from icsfeed.web.operators.api.models.changes import ChangeKind, ImpactName
from icsfeed.web.operators.api.models.shapes import (
    LEFT_OUT,
    EnvironmentId,
    PageModel,
    PageQuery,
    PreviewDocument,
    RequestModel,
    SpanModel,
    Translations,
    UtcInstant,
)


class DraftsQuery(PageQuery):
    """Which drafts are listed."""

    all: Annotated[bool, Field(description="Approved and withdrawn ones as well.")] = False


class DecisionFields(RequestModel):
    """The decision on a draft, which has no fields."""


class DraftDocument(SpanModel):
    """A change that is to be announced, once another operator approves it."""

    id: Annotated[str, Field(description="The id, such as DR-3.")]
    kind: ChangeKind
    state: Literal["draft", "approved", "withdrawn"]
    summary: str
    environments: list[EnvironmentId]
    impact: ImpactName
    tentative: bool
    automatic: bool
    reason: str
    ticket: str
    message: str
    translations: Translations
    drafted_at: UtcInstant
    drafted_by: str
    drafted_by_kind: str
    decided_at: UtcInstant | None
    decided_by: str | None
    decided_by_kind: str | None
    change: Annotated[str | None, Field(description="The id of the change that it became.")]


class DraftPreviewDocument(DraftDocument):
    """A draft and, while it waits and can be approved, what its approval would make public."""

    warnings: Annotated[list[str], Field(description="What to mind; or why it can't be announced any more.")]
    event: Annotated[
        str | None, Field(description="The event as subscribers get it once it is approved; null when it is decided.")
    ]
    preview: Annotated[PreviewDocument, Field(description="Only while it can be approved.")] = LEFT_OUT


class DraftOutcomeDocument(DraftDocument):
    """A draft after it was written or withdrawn, and what to know of it."""

    recorded: Annotated[bool, Field(description="Whether anything was recorded: not in a dry run, nor by a repeat.")]
    warnings: Annotated[list[str], Field(description="What to mind.")]
    event: Annotated[str | None, Field(description="The event as subscribers get it once it is approved.")]
    preview: Annotated[PreviewDocument, Field(description="In a dry run only.")] = LEFT_OUT


class DraftList(PageModel):
    """Drafts, the latest first."""

    items: list[DraftDocument]
