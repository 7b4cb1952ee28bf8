"""One occurrence of a maintenance window: skipped, moved or restored, each after a preview."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Final

from flask import Blueprint, Response, request
from werkzeug.exceptions import NotFound

from icsfeed.domain.errors import ConflictError, IcsfeedError, NotFoundError, RefusedError
from icsfeed.domain.texts import plain_line
from icsfeed.services.adjusting import Adjusted, adjust
from icsfeed.services.requests.adjustments import AdjustmentAction, adjustment_request
from icsfeed.web.errors import status_of
from icsfeed.web.operators.console.action_pages import (
    YES,
    Confirmation,
    actor_of,
    confirmation_page,
    confirmed_as,
    fingerprint,
    form_fields,
    form_time,
    hidden_fields,
    is_confirmation,
    outbox_of,
    wants_to_edit,
    writing_visit,
)
from icsfeed.web.operators.console.calendar_entries import day_path, occurrence_path
from icsfeed.web.operators.console.layout import CONSOLE_PATH, Section, Visit, field_errors, go_to, open_visit
from icsfeed.web.operators.console.local_times import LocalTimeField
from icsfeed.web.operators.console.occurrence_facts import OccurrenceFacts, occurrence_facts
from icsfeed.web.operators.console.occurrence_preview import occurrence_preview
from icsfeed.web.operators.context import OperatorsContext
from icsfeed.words.phrases import phrase

_PATH: Final = f"{CONSOLE_PATH}/windows/<window_id>/<day>/"
_TIMES: Final = ("start", "end")
_FORM_TITLES: Final = {
    AdjustmentAction.SKIP: phrase("Skip an occurrence"),
    AdjustmentAction.MOVE: phrase("Move an occurrence"),
    AdjustmentAction.RESTORE: phrase("Restore an occurrence"),
}
_TITLES: Final = {
    AdjustmentAction.SKIP: phrase("Skip the maintenance of {when}?"),
    AdjustmentAction.MOVE: phrase("Move the maintenance of {when}?"),
    AdjustmentAction.RESTORE: phrase("Restore the maintenance of {when}?"),
}
_BUTTONS: Final = {
    AdjustmentAction.SKIP: phrase("Skip it"),
    AdjustmentAction.MOVE: phrase("Move it"),
    AdjustmentAction.RESTORE: phrase("Restore it"),
}
_CHANGED_MEANWHILE: Final = (
    "somebody else changed this occurrence in the meantime; look at the preview again, then confirm it"
)


def occurrence_routes(context: OperatorsContext) -> Blueprint:
    """An occurrence's page, and what can be done with it."""
    routes = Blueprint("console_occurrences", __name__)

    @routes.get(_PATH)
    def show_occurrence(window_id: str, day: str) -> Response:
        visit = open_visit(context)
        facts = _facts(visit, window_id, _date(day))
        return visit.page(
            "occurrence.html",
            title=plain_line(facts.title),
            section=Section.CALENDAR,
            facts=facts,
            path=occurrence_path(window_id, _date(day)),
            day_path=day_path(facts.local_day),
        )

    @routes.get(f"{_PATH}<step>")
    def show_form(window_id: str, day: str, step: str) -> Response:
        return _form_page(writing_visit(context), _action(step), window_id, _date(day))

    @routes.post(f"{_PATH}<step>")
    def adjust_occurrence(window_id: str, day: str, step: str) -> Response:
        visit, action = writing_visit(context), _action(step)
        if wants_to_edit():
            return _form_page(visit, action, window_id, _date(day))
        try:
            return _adjust(visit, action, window_id, _date(day))
        except IcsfeedError as error:
            return _form_page(visit, action, window_id, _date(day), error)

    return routes


def _action(text: str) -> AdjustmentAction:
    try:
        return AdjustmentAction(text)
    except ValueError:
        raise NotFound from None


def _date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise NotFound from None


def _facts(visit: Visit, window_id: str, day: date) -> OccurrenceFacts:
    """The occurrence's facts; there is no page of one that the policy does not have."""
    try:
        return occurrence_facts(visit.situation, window_id, day, visit.dates)
    except (NotFoundError, RefusedError):
        raise NotFound from None


def _form_page(
    visit: Visit, action: AdjustmentAction, window_id: str, day: date, error: IcsfeedError | None = None
) -> Response:
    """The form of an action, with what was written in it, or is in the address."""
    facts = _facts(visit, window_id, day)
    is_blank = not request.values
    return visit.page(
        "adjust.html",
        title=visit.say(_FORM_TITLES[action]),
        section=Section.CALENDAR,
        errors=field_errors(error) if error is not None else (),
        status=status_of(error) if error is not None else 200,
        facts=facts,
        step=action.value,
        path=occurrence_path(window_id, day),
        reason=request.form.get("reason", ""),
        is_silent=request.form.get("silent") == YES,
        start=LocalTimeField(text=facts.start) if is_blank else form_time(visit, "start"),
        end=form_time(visit, "end"),
    )


def _adjust(visit: Visit, action: AdjustmentAction, window_id: str, day: date) -> Response:
    """The preview or, where it was confirmed, the page of the occurrence after the action.

    Raises:
        IcsfeedError: where it can't be done.
    """
    fields = {**form_fields(("reason",)), "window": window_id, "date": day.isoformat()}
    if action is AdjustmentAction.SKIP:
        fields |= form_fields(flags=("silent",))
    if action is AdjustmentAction.MOVE:
        fields |= {name: text for name in _TIMES if (text := form_time(visit, name).value)}
    adjustment = adjustment_request(fields, action=action, schedule=visit.workspace.schedule)
    path = occurrence_path(window_id, day)
    current = visit.workspace.repository.record().adjustments.get((window_id, day))
    if is_confirmation() and current == adjustment.adjustment:  # sent twice: it is so already
        return go_to(path, action.value)
    preview = adjust(visit.workspace, adjustment, actor=actor_of(visit), dry_run=True)
    seen = fingerprint(preview.before)
    if confirmed_as(seen):
        adjust(visit.workspace, adjustment, actor=actor_of(visit), expected=preview)
        return go_to(path, action.value)
    is_stale = is_confirmation()
    errors = field_errors(ConflictError(_CHANGED_MEANWHILE)) if is_stale else ()
    return confirmation_page(
        visit,
        Confirmation(
            title=visit.say(_TITLES[action], when=_when(visit, preview)),
            button=visit.say(_BUTTONS[action]),
            path=f"{path}{action.value}",
            back=path,
            seen=seen,
            fields=hidden_fields(fields),
            is_editable=True,
        ),
        occurrence_preview(_in_language(visit, preview), adjustment, visit, outbox_of(visit)),
        section=Section.CALENDAR,
        errors=errors,
        status=409 if is_stale else 200,
    )


def _when(visit: Visit, preview: Adjusted) -> str:
    """The time by the policy, in words."""
    span = preview.occurrence.policy.span
    return str(visit.dates.span(span)) if span is not None else ""


def _in_language(visit: Visit, preview: Adjusted) -> Adjusted:
    """The result with the window's texts in the operator's language."""
    window = visit.situation.schedule.window(preview.occurrence.window.id)
    return replace(preview, occurrence=replace(preview.occurrence, window=window))
