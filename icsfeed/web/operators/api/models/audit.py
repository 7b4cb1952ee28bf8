"""The audit trail."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from icsfeed.web.operators.api.models.shapes import LEFT_OUT, Document, GivenInstant, PageModel, PageQuery, UtcInstant


class AuditQuery(PageQuery):
    """Which lines of the audit trail are listed."""

    since: Annotated[GivenInstant, Field(description="Only what was done since.")] = LEFT_OUT
    change: Annotated[str, Field(description="The id of a change, freeze or draft: only what was done with it.")] = (
        LEFT_OUT
    )


class AuditLineDocument(Document):
    """What somebody did."""

    entry: Annotated[int | None, Field(description="The number of the entry; null for a sign-in.")]
    sign_in: Annotated[int | None, Field(description="The number of the sign-in; null for an entry.")]
    at: UtcInstant
    by: Annotated[str, Field(description="Who it was; empty where nobody was recognized.")]
    kind: Annotated[str | None, Field(description="person, token, agent, command, clock, customer or service.")]
    address: Annotated[str, Field(description="The network address of the request; it may be empty.")]
    action: str
    subject: Annotated[str, Field(description="What it was done with, such as EC-7.")]
    before: Annotated[dict[str, Any] | None, Field(description="What is different, as it was before.")]
    after: Annotated[dict[str, Any] | None, Field(description="What is different, as it was afterwards.")]


class AuditList(PageModel):
    """Lines of the audit trail, the latest first."""

    items: list[AuditLineDocument]
