"""Drafts: announcements that wait for another operator, as they would be public, and the decision about them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from flask import Blueprint, Response, request
from werkzeug.exceptions import NotFound

from icsfeed.domain.drafts import Draft, DraftState, is_same_operator
from icsfeed.domain.errors import (
    BadInputError,
    ConflictError,
    IcsfeedError,
    NotFoundError,
    RefusedError,
    UnavailableError,
)
from icsfeed.domain.texts import plain_line
from icsfeed.services import drafts
from icsfeed.services.changes import random_uid_part
from icsfeed.services.four_eyes import require_another
from icsfeed.services.policy_rows import environments_text
from icsfeed.services.repository import NoRepository
from icsfeed.web.errors import status_of
from icsfeed.web.operators.console.action_pages import actor_of, writing_visit
from icsfeed.web.operators.console.calendar_entries import change_path
from icsfeed.web.operators.console.change_preview import ChangePreview, change_preview
from icsfeed.web.operators.console.layout import CONSOLE_PATH, Section, Visit, field_errors, go_to, open_visit
from icsfeed.web.operators.context import OperatorsContext
from icsfeed.words.phrases import phrase_in
from icsfeed.words.terms import KIND_NAMES

_FOLDER: Final = f"{CONSOLE_PATH}/drafts/"
_STATES: Final = {
    DraftState.DRAFT: phrase_in("state of a draft", "Waits for approval"),
    DraftState.APPROVED: phrase_in("state of a draft", "Approved"),
    DraftState.WITHDRAWN: phrase_in("state of a draft", "Withdrawn"),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class DraftCard:
    """A draft in words; ``change_path`` is that of the page of the change that it became, if it did."""

    id: str
    path: str
    kind: str
    summary: str
    when: str
    environments: str
    state: str
    is_waiting: bool
    is_own: bool
    by: str
    at: str
    decided_by: str
    decided_at: str
    change_id: str
    change_path: str


def draft_routes(context: OperatorsContext) -> Blueprint:
    """The pages of drafts."""
    routes = Blueprint("console_drafts", __name__)

    @routes.get(_FOLDER)
    def show_drafts() -> Response:
        return _list_page(open_visit(context))

    @routes.get(f"{_FOLDER}<draft_id>")
    def show_draft(draft_id: str) -> Response:
        visit = open_visit(context)
        return _page(visit, _draft(visit, draft_id))

    @routes.post(f"{_FOLDER}<draft_id>/approve")
    def approve_draft(draft_id: str) -> Response:
        visit = writing_visit(context)
        draft = _draft(visit, draft_id)
        try:
            uid_part = random_uid_part(context.randomness.new_bytes)
            outcome = drafts.approve(
                visit.workspace, draft.id, operator=visit.operator, uid_part=uid_part, now=visit.now
            )
        except ConflictError as error:
            return _after_decision(visit, draft, DraftState.APPROVED) or _page(visit, draft, error)
        except IcsfeedError as error:
            return _page(visit, draft, error)
        return go_to(change_path(outcome.change.id), "approved")

    @routes.post(f"{_FOLDER}<draft_id>/withdraw")
    def withdraw_draft(draft_id: str) -> Response:
        visit = writing_visit(context)
        draft = _draft(visit, draft_id)
        try:
            drafts.withdraw(visit.workspace, draft.id, actor=actor_of(visit))
        except ConflictError as error:
            return _after_decision(visit, draft, DraftState.WITHDRAWN) or _page(visit, draft, error)
        except IcsfeedError as error:
            return _page(visit, draft, error)
        return go_to(_path(draft), "draft-withdrawn")

    return routes


def _path(draft: Draft) -> str:
    return f"{Section.DRAFTS}{draft.id}"


def _draft(visit: Visit, draft_id: str) -> Draft:
    """The draft; there is no page of one that does not exist."""
    try:
        return drafts.draft_of(visit.workspace, draft_id)
    except (BadInputError, NotFoundError):
        raise NotFound from None


def _after_decision(visit: Visit, draft: Draft, state: DraftState) -> Response | None:
    """The answer to a form that was sent twice: what the operator decided before; ``None`` where it was another."""
    decision = draft.decision
    if decision is None or decision.state is not state or not is_same_operator(decision.by, visit.operator.name):
        return None
    if draft.change_id:
        return go_to(change_path(draft.change_id), "approved")
    return go_to(_path(draft), "draft-withdrawn")


def _list_page(visit: Visit) -> Response:
    everything = "all" in request.args
    has_none = isinstance(visit.workspace.repository, NoRepository)
    all_drafts = () if has_none else drafts.drafts(visit.workspace)
    rows = [each for each in all_drafts if everything or each.decision is None]
    settings = visit.workspace.schedule.operators
    return visit.page(
        "drafts.html",
        title=visit.say("Drafts"),
        section=Section.DRAFTS,
        everything=everything,
        has_more=len(rows) < len(all_drafts),
        drafts=[_card(visit, each) for each in rows],
        kinds=[visit.say(KIND_NAMES[kind]) for kind in sorted(settings.approval)] if settings is not None else [],
    )


def _page(visit: Visit, draft: Draft, error: IcsfeedError | None = None) -> Response:
    preview, why_not = None, ""
    if draft.decision is None:
        try:
            preview = _preview(visit, draft)
        except UnavailableError:
            raise
        except IcsfeedError as refusal:
            why_not = str(refusal)
    return visit.page(
        "draft.html",
        title=visit.say("Draft {id}", id=draft.id),
        section=Section.DRAFTS,
        errors=field_errors(error) if error is not None else (),
        status=status_of(error) if error is not None else 200,
        draft=_card(visit, draft),
        preview=preview,
        why_not=why_not,
        who_not=_who_not(visit, draft),
        slots=(),
        is_draft=False,
    )


def _who_not(visit: Visit, draft: Draft) -> str:
    """Why this operator may not approve the draft of another name; empty where they may."""
    if draft.decision is not None or is_same_operator(draft.by, visit.operator.name):
        return ""
    try:
        require_another(visit.workspace.repository, draft, visit.operator)
    except RefusedError as refusal:
        return str(refusal)
    return ""


def _preview(visit: Visit, draft: Draft) -> ChangePreview | None:
    """What would be public.

    Raises:
        IcsfeedError: where it can't be announced any more.
    """
    outcome = drafts.preview_draft(visit.workspace, draft, now=visit.now)
    if outcome.preview is None:
        return None
    return change_preview(outcome.preview, visit, is_draft=True)


def _card(visit: Visit, draft: Draft) -> DraftCard:
    dates, plan, decision = visit.dates, draft.plan, draft.decision
    return DraftCard(
        id=draft.id,
        path=_path(draft),
        kind=visit.say(KIND_NAMES[draft.kind]),
        summary=plain_line(plan.summary),
        when=str(dates.span(plan.span)),
        environments=environments_text(visit.situation.schedule, plan.environments),
        state=visit.say(_STATES[draft.state]),
        is_waiting=decision is None,
        is_own=is_same_operator(draft.by, visit.operator.name),
        by=plain_line(draft.by),
        at=dates.moment(draft.at),
        decided_by=plain_line(decision.by) if decision is not None else "",
        decided_at=dates.moment(decision.at) if decision is not None else "",
        change_id=draft.change_id,
        change_path=change_path(draft.change_id) if draft.change_id else "",
    )
