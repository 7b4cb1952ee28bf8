"""Change freezes: those of now and of the schedule, one that starts now, and the end of one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from flask import Blueprint, Response, request
from werkzeug.exceptions import NotFound

from icsfeed.domain.errors import IcsfeedError
from icsfeed.domain.recorded_freezes import RecordedFreeze
from icsfeed.domain.texts import plain_line, plain_paragraphs
from icsfeed.services.changes import random_uid_part
from icsfeed.services.freeze_lists import listed_freezes
from icsfeed.services.freezing import end_freeze, start_freeze
from icsfeed.services.policy_rows import environments_text
from icsfeed.services.requests.freezes import freeze_request
from icsfeed.web.errors import status_of
from icsfeed.web.operators.console.action_pages import (
    YES,
    Confirmation,
    actor_of,
    confirmation_page,
    form_fields,
    form_time,
    hidden_fields,
    is_confirmation,
    outbox_of,
    wants_to_edit,
    writing_visit,
)
from icsfeed.web.operators.console.calendar_entries import PRIVATE, CalendarEntry, day_path, entry_of, freeze_path
from icsfeed.web.operators.console.freeze_preview import freeze_preview, freeze_when
from icsfeed.web.operators.console.layout import CONSOLE_PATH, Section, Visit, field_errors, go_to, open_visit
from icsfeed.web.operators.console.plan_forms import environment_boxes
from icsfeed.web.operators.context import OperatorsContext

_FOLDER: Final = f"{CONSOLE_PATH}/freezes/"
_START_PATH: Final = "freezes/start"


@dataclass(frozen=True, kw_only=True, slots=True)
class FreezeCard:
    """A recorded freeze in words."""

    id: str
    path: str
    reason: str
    when: str
    environments: str
    started_by: str
    started_at: str
    ended_by: str
    ended_at: str
    is_active: bool
    is_over: bool
    is_internal: bool
    is_private: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class ScheduleFreeze:
    """The present or next stretch of a freeze of the schedule; ``path`` is that of its first day's page."""

    entry: CalendarEntry
    path: str
    is_active: bool


def freeze_routes(context: OperatorsContext) -> Blueprint:
    """The pages of freezes."""
    routes = Blueprint("console_freezes", __name__)

    @routes.get(_FOLDER)
    def show_freezes() -> Response:
        return _list_page(open_visit(context))

    @routes.get(f"{_FOLDER}start")
    def show_form() -> Response:
        return _form_page(writing_visit(context))

    @routes.post(f"{_FOLDER}start")
    def start() -> Response:
        visit = writing_visit(context)
        if wants_to_edit():
            return _form_page(visit)
        try:
            return _start(visit)
        except IcsfeedError as error:
            return _form_page(visit, error)

    @routes.get(f"{_FOLDER}<freeze_id>/")
    def show_freeze(freeze_id: str) -> Response:
        return _freeze_page(open_visit(context), freeze_id)

    @routes.post(f"{_FOLDER}<freeze_id>/end")
    def end(freeze_id: str) -> Response:
        visit = writing_visit(context)
        try:
            return _end(visit, freeze_id)
        except IcsfeedError as error:
            return _freeze_page(visit, freeze_id, error)

    return routes


def _list_page(visit: Visit) -> Response:
    everything = "all" in request.args
    freezes = listed_freezes(visit.situation, everything=everything)
    situation, dates = visit.situation, visit.dates
    return visit.page(
        "freezes.html",
        title=visit.say("Change freezes"),
        section=Section.FREEZES,
        everything=everything,
        has_more=len(freezes.recorded) < len(visit.situation.record.freezes),
        recorded=tuple(_card(visit, each) for each in reversed(freezes.recorded)),
        schedule=tuple(
            ScheduleFreeze(
                entry=entry, path=day_path(dates.local(each.span.start).date()), is_active=visit.now in each.span
            )
            for each in freezes.schedule
            if (entry := entry_of(each, situation, dates)) is not None
        ),
        start_path=_START_PATH,
    )


def _card(visit: Visit, freeze: RecordedFreeze) -> FreezeCard:
    schedule, dates = visit.situation.schedule, visit.dates
    return FreezeCard(
        id=freeze.id,
        path=freeze_path(freeze.id),
        reason=plain_paragraphs(freeze.reason),
        when=freeze_when(freeze, dates),
        environments=environments_text(schedule, freeze.environments),
        started_by=plain_line(freeze.started_by),
        started_at=dates.moment(freeze.started_at),
        ended_by=plain_line(freeze.ended_by),
        ended_at=dates.moment(freeze.ended_at) if freeze.ended_at is not None else "",
        is_active=freeze.is_active(visit.now),
        is_over=freeze.is_over(visit.now),
        is_internal=freeze.is_internal,
        is_private=schedule.public_environments.isdisjoint(freeze.environments),
    )


def _recorded(visit: Visit, freeze_id: str) -> RecordedFreeze:
    freeze = visit.situation.record.freezes.get(freeze_id)
    if freeze is None:
        raise NotFound
    return freeze


def _freeze_page(visit: Visit, freeze_id: str, error: IcsfeedError | None = None) -> Response:
    card = _card(visit, _recorded(visit, freeze_id))
    return visit.page(
        "freeze.html",
        title=visit.say("Change freeze {id}", id=card.id),
        section=Section.FREEZES,
        errors=field_errors(error) if error is not None else (),
        status=status_of(error) if error is not None else 200,
        freeze=card,
        private=visit.say(PRIVATE),
    )


def _form_page(visit: Visit, error: IcsfeedError | None = None) -> Response:
    public = visit.situation.schedule.public_environments
    chosen = frozenset(request.form.getlist("environments")) if request.form else public
    return visit.page(
        "freeze_now.html",
        title=visit.say("Freeze now"),
        section=Section.FREEZES,
        errors=field_errors(error) if error is not None else (),
        status=status_of(error) if error is not None else 200,
        path=_START_PATH,
        reason=request.form.get("reason", ""),
        until=form_time(visit, "until"),
        environments=environment_boxes(visit.situation.schedule, chosen, visit),
        is_internal=request.form.get("internal") == YES,
    )


def _start(visit: Visit) -> Response:
    """The preview or, where it was confirmed, the freeze that has started.

    Raises:
        IcsfeedError: where it can't start.
    """
    fields = form_fields(("reason",), flags=("internal",))
    fields["environments"] = request.form.getlist("environments")
    if until := form_time(visit, "until").value:
        fields["until"] = until
    schedule = visit.workspace.schedule
    freeze = freeze_request(fields, schedule=schedule)
    actor, uid_part = actor_of(visit), random_uid_part(visit.context.randomness.new_bytes)
    if is_confirmation():
        # One that was started with the same form is active already, and nothing happens twice.
        outcome = start_freeze(visit.workspace, freeze, uid_part=uid_part, actor=actor)
        return go_to(freeze_path(outcome.freeze.id), "freeze-repeated" if outcome.repeats else "freeze-started")
    preview = start_freeze(visit.workspace, freeze, uid_part=uid_part, actor=actor, dry_run=True)
    return confirmation_page(
        visit,
        Confirmation(
            title=visit.say("Freeze now?"),
            button=visit.say("Freeze now"),
            path=_START_PATH,
            back="freezes/",
            fields=hidden_fields(fields),
            is_editable=True,
            is_destructive=True,
        ),
        freeze_preview(preview, visit, outbox_of(visit)),
        section=Section.FREEZES,
    )


def _end(visit: Visit, freeze_id: str) -> Response:
    """The preview or, where it was confirmed, the freeze that has ended.

    Raises:
        IcsfeedError: where it can't end.
    """
    freeze, actor, path = _recorded(visit, freeze_id), actor_of(visit), freeze_path(freeze_id)
    if is_confirmation():
        if freeze.ended_at is None:  # else sent twice, or somebody else was faster; the page says who
            end_freeze(visit.workspace, freeze_id, actor=actor)
        return go_to(path, "freeze-ended")
    preview = end_freeze(visit.workspace, freeze_id, actor=actor, dry_run=True)
    return confirmation_page(
        visit,
        Confirmation(
            title=visit.say("End {id} now?", id=freeze_id), button=visit.say("End it now"), path=f"{path}end", back=path
        ),
        freeze_preview(preview, visit, outbox_of(visit)),
        section=Section.FREEZES,
    )
