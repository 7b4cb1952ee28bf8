"""A change's page, and the pages that take it a step further: each shows first what customers will see."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from flask import Blueprint, Response, request
from werkzeug.exceptions import NotFound

from icsfeed.domain.changes import Change, Step
from icsfeed.domain.errors import BadInputError, ConflictError, IcsfeedError, RefusedError
from icsfeed.domain.lengths import parse_length
from icsfeed.domain.lifecycle import possible_steps
from icsfeed.services.changes import Outcome, StepRequest, take_step
from icsfeed.services.requests.errors import FieldError
from icsfeed.web.operators.console.announcing import FRAGMENT_HEADER
from icsfeed.web.operators.console.change_preview import ChangePreview, change_preview, customer_dates, public_card
from icsfeed.web.operators.console.change_words import STEP_VERBS, change_row, update_rows
from icsfeed.web.operators.console.layout import CONSOLE_PATH, Section, Visit, field_errors, go_to, open_visit
from icsfeed.web.operators.console.plan_forms import environment_boxes, impact_options
from icsfeed.web.operators.console.step_forms import (
    EXTEND,
    STEP_NAMES,
    StepForm,
    as_seen,
    is_repetition,
    opened_form,
    read_step_form,
)
from icsfeed.web.operators.context import OperatorsContext
from icsfeed.words.phrases import phrase, phrase_in
from icsfeed.words.updates import update_title

EXTENSIONS: Final = ("15m", "30m", "60m")
_TITLES: Final = {
    Step.CONFIRM: phrase("Confirm {id}"),
    Step.START: phrase("Start {id}"),
    Step.UPDATE: phrase("Update or move {id}"),
    Step.COMPLETE: phrase("Complete {id}"),
    Step.CANCEL: phrase("Cancel {id}"),
    Step.UNDO: phrase("Undo the latest step of {id}"),
    Step.REDACT: phrase("Withdraw all texts of {id}"),
}
_WITHDRAW: Final = phrase("Withdraw {id} from everything public")
_REDACT_ONE: Final = phrase("Withdraw the message of update {number} of {id}")
_EXTEND: Final = phrase("Extend {id}")
_BUTTONS: Final = {
    **STEP_VERBS,
    Step.UPDATE: phrase_in("button", "Publish the update"),
}
_WITHDRAW_BUTTON: Final = phrase_in("button", "Withdraw it")
_REDACT_BUTTON: Final = phrase_in("button", "Withdraw the text")
_UNDO: Final = phrase_in("button", "Undo: {title}, {time} (update {number})")
_EXTEND_BUTTON: Final = phrase_in("button", "Extend by {length}")


def change_routes(context: OperatorsContext) -> Blueprint:
    """The pages of a change and of its steps."""
    routes = Blueprint("console_changes", __name__)

    @routes.get(f"{CONSOLE_PATH}/changes/<change_id>")
    def show_change(change_id: str) -> Response:
        visit = open_visit(context)
        return _change_page(visit, visit.situation.change(change_id))

    @routes.get(f"{CONSOLE_PATH}/changes/<change_id>/<step>")
    def show_step(change_id: str, step: str) -> Response:
        visit = open_visit(context)
        change = _change(visit, change_id, step)
        form = opened_form(step, request.args, change, visit)
        if step == Step.UPDATE or (step == EXTEND and not form.length):
            return _step_page(visit, form, change)
        return _with_preview(visit, form, change)

    @routes.post(f"{CONSOLE_PATH}/changes/<change_id>/<step>")
    def take_form(change_id: str, step: str) -> Response:
        visit = open_visit(context)
        change = _change(visit, change_id, step)
        form = read_step_form(step, request.form, change, visit)
        action = request.form.get("action", "preview")
        if action == "edit":
            return _step_page(visit, form, change)
        if action != "take" or (form.plan is not None and request.form.get("previewed") != form.digest):
            return _with_preview(visit, form, change)
        return _take(visit, form, change)

    return routes


def _change(visit: Visit, change_id: str, step: str) -> Change:
    """The change in the calendar's first language, in which its texts are edited."""
    if step not in STEP_NAMES:
        raise NotFound
    return visit.workspace.situation(now=visit.now).change(change_id)


def _change_page(visit: Visit, change: Change) -> Response:
    possible = possible_steps(change.state) if change.is_recorded else ()
    row = change_row(change, visit)
    return visit.page(
        "change.html",
        title=visit.label(change.id, change.plan.summary),
        section=Section.CHANGES,
        change=change,
        row=row,
        updates=update_rows(change, visit),
        card=public_card(visit.situation, change, customer_dates(visit)),
        planned=str(visit.dates.span(change.plan.span)) if change.plan.span != change.shown_span else "",
        can_cancel=Step.CANCEL in possible,
        can_withdraw=change.is_recorded and not change.is_withdrawn,
        undo=_undo_text(visit, change) if change.is_recorded else "",
        can_redact=change.is_recorded and _is_possible(visit, change, Step.REDACT),
        can_move=Step.UPDATE in possible,
        extensions=EXTENSIONS,
    )


def _is_possible(visit: Visit, change: Change, step: Step) -> bool:
    try:
        _outcome(visit, StepRequest(change_id=change.id, step=step), dry_run=True)
    except RefusedError:
        return False
    return True


def _undo_text(visit: Visit, change: Change) -> str:
    """The button that takes a step back, with that step, which is not a redaction; empty where there is none."""
    try:
        after = _outcome(visit, StepRequest(change_id=change.id, step=Step.UNDO), dry_run=True).change
    except RefusedError:
        return ""
    target = next(each for each in change.updates if each.number == after.latest.target)
    title, time = update_title(change, target, visit.language), visit.dates.moment(target.at)
    return visit.say(_UNDO, title=title, time=time, number=target.number)


def _with_preview(visit: Visit, form: StepForm, change: Change) -> Response:
    """The page with the preview of the step; without, where it is refused."""
    try:
        outcome = _outcome(visit, form.request(change, visit), dry_run=True)
    except IcsfeedError as error:
        return _refusal(visit, form, change, error)
    preview = change_preview(outcome, visit)
    if FRAGMENT_HEADER in request.headers:
        return visit.fragment("preview.html", preview=preview, slots=(), is_draft=False, previewed=form.digest)
    return _step_page(visit, form, change, preview=preview)


def _take(visit: Visit, form: StepForm, change: Change) -> Response:
    try:
        visit.operator.require_write()
        _outcome(visit, form.request(change, visit), dry_run=False)
    except ConflictError as error:
        current = visit.workspace.situation(now=visit.now).change(change.id)
        if not is_repetition(form, current, visit.operator.name):
            return _refusal(visit, form, current, error)
    except IcsfeedError as error:
        return _refusal(visit, form, change, error)
    return go_to(f"changes/{change.id}", form.done)


def _refusal(visit: Visit, form: StepForm, change: Change, error: IcsfeedError) -> Response:
    """The form again, with what was typed and what is wrong; after a conflict, for the change as it is now."""
    if FRAGMENT_HEADER in request.headers:
        return visit.fragment("preview_errors.html", errors=field_errors(error))
    if not isinstance(error, ConflictError):
        return _step_page(visit, form, change, errors=field_errors(error))
    form = form.after_conflict(change, visit)
    return _step_page(
        visit, form, change, errors=field_errors(error), preview=_preview_if_possible(visit, form, change)
    )


def _preview_if_possible(visit: Visit, form: StepForm, change: Change) -> ChangePreview | None:
    try:
        return change_preview(_outcome(visit, form.request(change, visit), dry_run=True), visit)
    except IcsfeedError:
        return None


def _outcome(visit: Visit, step: StepRequest, *, dry_run: bool) -> Outcome:
    return take_step(visit.workspace, step, actor=visit.operator.actor(visit.now), dry_run=dry_run)


def _step_page(
    visit: Visit,
    form: StepForm,
    change: Change,
    *,
    errors: Sequence[FieldError] = (),
    preview: ChangePreview | None = None,
) -> Response:
    plan = form.plan
    return visit.page(
        "step.html",
        title=_title(visit, form, change),
        section=Section.CHANGES,
        errors=errors,
        form=form,
        change=change,
        seen=as_seen(change, form.expected),
        row=change_row(change, visit),
        preview=preview,
        button=_button(visit, form),
        environments=environment_boxes(visit.situation.schedule, plan.environments, visit) if plan is not None else (),
        impacts=impact_options(visit.language),
    )


def _title(visit: Visit, form: StepForm, change: Change) -> str:
    if form.name == EXTEND:
        return visit.say(_EXTEND, id=change.id)
    if form.silent:
        return visit.say(_WITHDRAW, id=change.id)
    if form.target is not None:
        return visit.say(_REDACT_ONE, id=change.id, number=form.target)
    return visit.say(_TITLES[Step(form.name)], id=change.id)


def _length_text(visit: Visit, text: str) -> str:
    """The length in words; as it was typed, where it is none."""
    try:
        return visit.dates.length_in_days(parse_length(text))
    except BadInputError:
        return text


def _button(visit: Visit, form: StepForm) -> str:
    if form.name == EXTEND:
        return visit.say(_EXTEND_BUTTON, length=_length_text(visit, form.length))
    if form.silent:
        return visit.say(_WITHDRAW_BUTTON)
    return visit.say(_REDACT_BUTTON if form.target is not None else _BUTTONS[Step(form.name)])
