"""The form that announces a change, and the request that its fields make."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from werkzeug.datastructures import MultiDict

from icsfeed.domain.changes import State
from icsfeed.domain.feeds import Kind
from icsfeed.domain.spans import Span
from icsfeed.domain.windows import Impact
from icsfeed.services.announcing import AnnouncementRequest
from icsfeed.services.requests.announcements import announcement_request
from icsfeed.services.requests.errors import FieldError, FieldFault, InvalidRequestError
from icsfeed.services.upcoming import utc_text
from icsfeed.web.operators.console.layout import Visit
from icsfeed.web.operators.console.local_times import EMPTY_TIME, LocalTimeField, local_field, read_local_field
from icsfeed.web.operators.console.plan_forms import (
    USUAL_LENGTH,
    MessageText,
    message_fields,
    message_texts,
    texts_given,
)

_OPTIONAL_TEXTS: Final = ("impact", "reason", "ticket")


@dataclass(frozen=True, kw_only=True, slots=True)
class AnnouncementForm:
    """What somebody typed. An empty start is now; an end counts, and not the ``duration``, where both are given.

    ``start_at`` is what "now" was in the preview: that is what is announced. A second form with the same ``key``
    announces nothing.
    """

    kind: Kind
    key: str
    environments: tuple[str, ...]
    messages: tuple[MessageText, ...]
    summary: str = ""
    impact: str = Impact.OUTAGE.value
    start: LocalTimeField = EMPTY_TIME
    end: LocalTimeField = EMPTY_TIME
    duration: str = USUAL_LENGTH
    reason: str = ""
    ticket: str = ""
    start_at: str = ""
    tentative: bool = False
    automatic: bool = False

    def fields(self) -> dict[str, object]:
        """The fields of the request, without empty ones: its reader then reports them as missing."""
        texts = {name: text for name in _OPTIONAL_TEXTS if (text := getattr(self, name))}
        start = self.start.value or self.start_at
        length = {"end": self.end.value} if self.end.text else {"duration": self.duration} if self.duration else {}
        return {
            "kind": self.kind.value,
            **({"summary": self.summary} if self.summary else {}),
            **({"environments": self.environments} if self.environments else {}),
            **texts,
            **({"start": start} if start else {}),
            **length,
            **({"tentative": True} if self.tentative else {}),
            **({"automatic": True} if self.automatic else {}),
            **message_fields(self.messages),
            "key": self.key,
        }

    def request(self, visit: Visit) -> AnnouncementRequest:
        """The request.

        Raises:
            InvalidRequestError: with the errors of all fields.
        """
        missing = self._missing_start()
        try:
            request = announcement_request(self.fields(), schedule=visit.workspace.schedule, now=visit.now)
        except InvalidRequestError as error:
            raise InvalidRequestError((*error.errors, *missing)) from None
        if missing:
            raise InvalidRequestError(missing)
        return request

    def at(self, span: Span, visit: Visit) -> AnnouncementForm:
        """The form with that time."""
        return replace(
            self, start=local_field(span.start, visit.zone), end=local_field(span.end, visit.zone), start_at=""
        )

    def with_start(self, start: datetime) -> AnnouncementForm:
        """The form as its preview has it: what "now" is stays as it is."""
        return self if self.start.text else replace(self, start_at=utc_text(start))

    def _missing_start(self) -> tuple[FieldError, ...]:
        """Only an emergency starts now where nobody says when."""
        if self.kind is Kind.EMERGENCY or self.start.text:
            return ()
        message, remedy = "the start is missing", "say when the planned change starts"
        return (FieldError(field="start", fault=FieldFault.MISSING, message=message, remedy=remedy),)


def blank_form(kind: Kind, visit: Visit, new_key: Callable[[], str]) -> AnnouncementForm:
    """The form to begin with: for an emergency, everything but the summary has its likeliest value."""
    schedule = visit.workspace.schedule
    is_chosen = kind is Kind.EMERGENCY or len(schedule.environments) == 1
    public = [each for each in schedule.environment_order if each in schedule.public_environments]
    return AnnouncementForm(
        kind=kind,
        key=new_key(),
        environments=tuple(public[:1]) if is_chosen else (),
        messages=message_texts({}, schedule),
    )


def read_form(kind: Kind, form: MultiDict[str, str], visit: Visit, new_key: Callable[[], str]) -> AnnouncementForm:
    return AnnouncementForm(
        kind=kind,
        key=form.get("key", "").strip() or new_key(),
        environments=tuple(form.getlist("environments")),
        messages=message_texts(form, visit.workspace.schedule),
        start=read_local_field(form, "start", visit.zone),
        end=read_local_field(form, "end", visit.zone),
        start_at=form.get("start_at", ""),
        tentative=form.get("state") == State.TENTATIVE,
        automatic="automatic" in form,
        **texts_given(form, "summary", "impact", "duration", "reason", "ticket"),
    )
