"""The forms that take a change a step further, and the requests that their fields make."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from werkzeug.datastructures import MultiDict

from icsfeed.domain.changes import Change, State, Step
from icsfeed.services.changes import StepRequest
from icsfeed.services.requests.steps import extension_request, step_request
from icsfeed.web.operators.console.layout import Visit
from icsfeed.web.operators.console.local_times import LocalTimeField, local_field, read_local_field
from icsfeed.web.operators.console.plan_forms import MessageText, message_fields, message_texts, texts_given

EXTEND: Final = "extend"
STEP_NAMES: Final = (*(each.value for each in Step), EXTEND)
"""The last parts of the addresses of a change's steps."""

_MAX_DIGITS: Final = 9
_PLAN_TEXTS: Final = ("summary", "impact", "reason", "ticket")


@dataclass(frozen=True, kw_only=True, slots=True)
class PlanFields:
    """The fields of an update that alter the plan."""

    summary: str
    environments: tuple[str, ...]
    impact: str
    start: LocalTimeField
    end: LocalTimeField
    reason: str
    ticket: str

    def differing(self, other: PlanFields) -> dict[str, object]:
        """The fields of a request that make this of the ``other``."""
        texts = {name: text for name in _PLAN_TEXTS if (text := getattr(self, name)) != getattr(other, name)}
        environments = {"environments": self.environments} if set(self.environments) != set(other.environments) else {}
        times = {
            name: field.value
            for name, field, old in (("start", self.start, other.start), ("end", self.end, other.end))
            if field.value != old.value and field.value
        }
        return {**texts, **environments, **times}

    def rebased(self, old: PlanFields, new: PlanFields) -> PlanFields:
        """What was typed, on top of what somebody else has changed meanwhile from ``old`` to ``new``."""
        names = ("summary", "environments", "impact", "start", "end", "reason", "ticket")
        untouched = {name: getattr(new, name) for name in names if getattr(self, name) == getattr(old, name)}
        return replace(self, **untouched)


@dataclass(frozen=True, kw_only=True, slots=True)
class StepForm:
    """What somebody typed. ``expected`` is the number of the latest update that they have seen.

    Only an update has a ``plan``, only an extension a ``length``, only a cancellation may be ``silent``, and only a
    redaction may have a ``target``: the number of the update whose message it withdraws.
    """

    name: str
    expected: int
    messages: tuple[MessageText, ...]
    length: str = ""
    silent: bool = False
    target: int | None = None
    plan: PlanFields | None = None

    @property
    def done(self) -> str:
        """The code of the notice after the step."""
        return "withdraw" if self.silent else self.name

    @property
    def digest(self) -> str:
        """A digest of all fields, by which publishing makes sure that the preview showed the same."""
        return hashlib.sha256(repr(self).encode()).hexdigest()[:16]

    def request(self, change: Change, visit: Visit) -> StepRequest:
        """The request for a step of the change, of which the operator has seen the ``expected`` update.

        Raises:
            InvalidRequestError: with the errors of all fields.
        """
        schedule = visit.workspace.schedule
        fields: dict[str, object] = {**message_fields(self.messages), "expect": self.expected}
        if self.name == EXTEND:
            length = {"length": self.length} if self.length else {}
            return extension_request({**fields, **length}, change_id=change.id, schedule=schedule)
        step = Step(self.name)
        if self.plan is not None:
            fields |= self.plan.differing(plan_fields(as_seen(change, self.expected), visit))
        if self.silent:
            fields["silent"] = True
        if self.target is not None:
            fields["update"] = self.target
        return step_request(fields, change_id=change.id, step=step, schedule=schedule, before=change)

    def after_conflict(self, change: Change, visit: Visit) -> StepForm:
        """The same form for the change as it is now."""
        old, new = plan_fields(as_seen(change, self.expected), visit), plan_fields(change, visit)
        plan = self.plan.rebased(old, new) if self.plan is not None else None
        return replace(self, plan=plan, expected=change.latest.number)


def as_seen(change: Change, number: int) -> Change:
    """The change as the update of that number left it; as it is now, where it has none such."""
    is_number = 0 < number <= len(change.updates)
    return replace(change, updates=change.updates[:number], unrecorded=0) if is_number else change


def plan_fields(change: Change, visit: Visit) -> PlanFields:
    """The fields as they are for the change; the end is the one that customers see."""
    plan = change.plan
    end = change.shown_span.end if change.state is State.IN_PROGRESS else plan.span.end
    return PlanFields(
        summary=plan.summary,
        environments=tuple(sorted(plan.environments)),
        impact=plan.impact.value,
        start=local_field(plan.span.start, visit.zone),
        end=local_field(end, visit.zone),
        reason=plan.reason,
        ticket=plan.ticket,
    )


def opened_form(name: str, query: Mapping[str, str], change: Change, visit: Visit) -> StepForm:
    """The form that a link opens; its query may say how long an extension is, and what is withdrawn."""
    return StepForm(
        name=name,
        expected=change.latest.number,
        messages=message_texts({}, visit.workspace.schedule),
        length=query.get("length", "").strip() if name == EXTEND else "",
        silent=name == Step.CANCEL and "silent" in query,
        target=_number(query.get("update", "")) or None if name == Step.REDACT else None,
        plan=plan_fields(change, visit) if name == Step.UPDATE else None,
    )


def read_step_form(name: str, form: MultiDict[str, str], change: Change, visit: Visit) -> StepForm:
    opened = opened_form(name, form, change, visit)
    return replace(
        opened,
        expected=_number(form.get("expect", "")),
        messages=message_texts(form, visit.workspace.schedule),
        plan=_read_plan(form, visit) if opened.plan is not None else None,
    )


def _number(text: str) -> int:
    """The number of an update; 0 where the text is none."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= _MAX_DIGITS else 0


def _read_plan(form: MultiDict[str, str], visit: Visit) -> PlanFields:
    texts = texts_given(form, *_PLAN_TEXTS)
    return PlanFields(
        **texts,
        environments=tuple(form.getlist("environments")),
        start=read_local_field(form, "start", visit.zone),
        end=read_local_field(form, "end", visit.zone),
    )


def is_repetition(form: StepForm, change: Change, by: str) -> bool:
    """Whether the operator has just taken this very step: a form that was sent twice."""
    latest = change.latest_recorded
    step = Step.UPDATE if form.name == EXTEND else Step(form.name)
    message = next((each.text for each in form.messages), "")
    is_next = latest.number == form.expected + 1
    return is_next and latest.step is step and latest.by == by and latest.message == message
