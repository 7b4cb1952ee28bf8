"""Announcing a change: a form, a preview of what customers will see, and only then the announcement."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from flask import Blueprint, Response, request
from werkzeug.exceptions import NotFound

from icsfeed.domain.errors import IcsfeedError, RefusedError
from icsfeed.domain.feeds import Kind
from icsfeed.domain.instants import parse_instant
from icsfeed.domain.spans import Span
from icsfeed.services.announcing import AnnouncementRequest
from icsfeed.services.changes import Outcome, random_uid_part
from icsfeed.services.drafting import DraftOutcome, announce_or_draft
from icsfeed.services.requests.announcements import KINDS
from icsfeed.services.requests.errors import FieldError
from icsfeed.services.suggestions import START_STEP, SlotRequest, Suggestion, suggest
from icsfeed.services.upcoming import utc_text
from icsfeed.web.operators.console.announcement_forms import AnnouncementForm, blank_form, read_form
from icsfeed.web.operators.console.change_preview import change_preview
from icsfeed.web.operators.console.layout import CONSOLE_PATH, Section, Visit, field_errors, go_to, open_visit
from icsfeed.web.operators.console.plan_forms import environment_boxes, impact_options, length_options
from icsfeed.web.operators.context import OperatorsContext
from icsfeed.words.phrases import phrase
from icsfeed.words.terms import KIND_NAMES

FRAGMENT_HEADER: Final = "X-Fragment"
"""The script asks for the preview alone."""

_TITLES: Final = {
    Kind.EMERGENCY: phrase("Announce an emergency change"),
    Kind.PLANNED: phrase("Announce a planned change"),
}
_SLOTS_WITHIN: Final = {Kind.EMERGENCY: timedelta(hours=24), Kind.PLANNED: timedelta(days=14)}
"""How far from the start slots are looked for."""

_MOST_SLOTS: Final = 3


@dataclass(frozen=True, kw_only=True, slots=True)
class SlotButton:
    """A slot that can be taken: its ``value`` is its start and end."""

    value: str
    text: str
    reasons: str


def announcing_routes(context: OperatorsContext) -> Blueprint:
    """The pages that announce a change of either kind."""
    routes = Blueprint("console_announcing", __name__)

    @routes.get(f"{CONSOLE_PATH}/announce/<kind>")
    def show_form(kind: str) -> Response:
        visit, change_kind = open_visit(context), _kind(kind)
        return _form_page(visit, blank_form(change_kind, visit, context.randomness.new_id))

    @routes.post(f"{CONSOLE_PATH}/announce/<kind>")
    def take_form(kind: str) -> Response:
        visit = open_visit(context)
        form = read_form(_kind(kind), request.form, visit, context.randomness.new_id)
        action = request.form.get("action", "preview")
        try:
            if action == "edit":
                return _form_page(visit, form)
            if "slot" in request.form:
                form = form.at(_slot(request.form["slot"], visit), visit)
            if action == "publish":
                return _publish(visit, form)
            return _preview_page(visit, form)
        except IcsfeedError as error:
            return _refusal(visit, form, field_errors(error))

    return routes


def _kind(text: str) -> Kind:
    if text not in KINDS:
        raise NotFound
    return KINDS[text]


def _form_page(visit: Visit, form: AnnouncementForm, errors: Sequence[FieldError] = ()) -> Response:
    schedule = visit.situation.schedule
    return visit.page(
        "announce.html",
        title=visit.say(_TITLES[form.kind]),
        section=Section.ANNOUNCE,
        errors=errors,
        form=form,
        environments=environment_boxes(schedule, form.environments, visit),
        impacts=impact_options(visit.language),
        lengths=length_options(visit, form.duration),
        kinds={kind: visit.say(KIND_NAMES[kind]) for kind in _TITLES},
    )


def _preview_page(visit: Visit, form: AnnouncementForm) -> Response:
    announcement = form.request(visit)
    result = _announced(visit, announcement, dry_run=True)
    is_draft, slots = isinstance(result, DraftOutcome), _slots(visit, announcement)
    preview = change_preview(_outcome_of(result), visit, is_draft=is_draft)
    if FRAGMENT_HEADER in request.headers:
        return visit.fragment("preview.html", preview=preview, slots=slots, is_draft=is_draft, previewed="")
    return visit.page(
        "announce_preview.html",
        title=visit.say(_TITLES[form.kind]),
        section=Section.ANNOUNCE,
        form=form.with_start(announcement.plan.span.start),
        preview=preview,
        slots=slots,
        is_draft=is_draft,
        previewed="",
    )


def _refusal(visit: Visit, form: AnnouncementForm, errors: Sequence[FieldError]) -> Response:
    if FRAGMENT_HEADER in request.headers:
        return visit.fragment("preview_errors.html", errors=errors)
    return _form_page(visit, form, errors)


def _publish(visit: Visit, form: AnnouncementForm) -> Response:
    visit.operator.require_write()
    result = _announced(visit, form.request(visit), dry_run=False)
    if isinstance(result, DraftOutcome):
        return go_to(f"{Section.DRAFTS}{result.draft.id}", "repeated" if result.repeats else "draft")
    return go_to(f"{Section.CHANGES}{result.change.id}", "repeated" if result.repeats else "announced")


def _announced(visit: Visit, announcement: AnnouncementRequest, *, dry_run: bool) -> Outcome | DraftOutcome:
    return announce_or_draft(
        visit.workspace,
        announcement,
        uid_part=random_uid_part(visit.context.randomness.new_bytes),
        actor=visit.operator.actor(visit.now),
        dry_run=dry_run,
    )


def _outcome_of(result: Outcome | DraftOutcome) -> Outcome:
    """What becomes public, now or once the draft is approved."""
    if isinstance(result, Outcome):
        return result
    if result.preview is None:
        msg = "a draft that was just made has a preview"
        raise AssertionError(msg)
    return replace(result.preview, warnings=result.warnings, repeats=True) if result.repeats else result.preview


def _slots(visit: Visit, announcement: AnnouncementRequest) -> tuple[SlotButton, ...]:
    """Slots that suit better than the time of the announcement."""
    plan = announcement.plan
    slot_request = SlotRequest(
        duration=plan.span.length,
        by=max(plan.span.end, visit.now + plan.span.length) + _SLOTS_WITHIN[announcement.kind],
        environments=tuple(sorted(plan.environments)),
        impact=plan.impact,
    )
    try:
        suggestions = suggest(visit.situation, slot_request)
    except RefusedError:
        return ()
    better = [each for each in suggestions[:_MOST_SLOTS] if abs(each.span.start - plan.span.start) > START_STEP]
    return tuple(_slot_button(each, visit) for each in better)


def _slot_button(suggestion: Suggestion, visit: Visit) -> SlotButton:
    span = suggestion.span
    return SlotButton(
        value=f"{utc_text(span.start)}/{utc_text(span.end)}",
        text=str(visit.dates.span(span)),
        reasons=", ".join(suggestion.reasons),
    )


def _slot(text: str, visit: Visit) -> Span:
    start, _, end = text.partition("/")
    first: datetime = parse_instant(start, visit.zone)
    return Span(start=first, end=parse_instant(end, visit.zone))
