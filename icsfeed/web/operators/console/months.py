"""The operators' calendar: a month with all that is in it, and a day with why it is frozen."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from flask import Blueprint, Response
from werkzeug.exceptions import NotFound

from icsfeed.domain.feeds import Kind
from icsfeed.domain.freezes import ChangeFreeze, FrozenSpan
from icsfeed.domain.recorded_freezes import RecordedFreeze
from icsfeed.domain.spans import ONE_DAY, YEARS
from icsfeed.domain.texts import plain_line, plain_paragraphs
from icsfeed.services.policy_rows import environments_text
from icsfeed.web.operators.console.calendar_entries import (
    INTERNAL,
    calendar_entries,
    day_path,
    freeze_path,
    frozen_text,
    month_path,
)
from icsfeed.web.operators.console.layout import CONSOLE_PATH, Section, Visit, go_to, open_visit
from icsfeed.web.operators.console.month_table import day_span, month_table
from icsfeed.web.operators.context import OperatorsContext
from icsfeed.words.rules import frozen_days_text
from icsfeed.words.terms import name_in_words


@dataclass(frozen=True, kw_only=True, slots=True)
class FreezeReason:
    """Why a day is frozen: the freeze, its rule or who started it, and when it is."""

    name: str
    path: str
    rule: str
    when: str
    environments: str
    text: str
    started_by: str
    is_internal: bool


def month_routes(context: OperatorsContext) -> Blueprint:
    """The calendar of the console."""
    routes = Blueprint("console_months", __name__)

    @routes.get(f"{CONSOLE_PATH}/calendar/")
    def show_current_month() -> Response:
        visit = open_visit(context)
        return go_to(month_path(visit.dates.local(visit.now).date()))

    @routes.get(f"{CONSOLE_PATH}/calendar/<year>/<month>/")
    def show_month(year: str, month: str) -> Response:
        first, visit = _day(year, month, "1"), open_visit(context)
        table = month_table(visit.situation, first, visit.dates)
        return visit.page(
            "month.html",
            title=visit.say("Calendar, {month}", month=table.title),
            section=Section.CALENDAR,
            table=table,
            before=_link(visit, table.before),
            after=_link(visit, table.after),
            internal=visit.say(INTERNAL),
        )

    @routes.get(f"{CONSOLE_PATH}/calendar/<year>/<month>/<day>/")
    def show_day(year: str, month: str, day: str) -> Response:
        that_day, visit = _day(year, month, day), open_visit(context)
        span = day_span(that_day, visit.dates)
        entries = calendar_entries(visit.situation, span, visit.dates) if span is not None else ()
        frozen = visit.situation.freezes(span) if span is not None else ()
        return visit.page(
            "day.html",
            title=visit.dates.long_day(that_day),
            section=Section.CALENDAR,
            entries=tuple(each for each in entries if each.kind is not Kind.FREEZE),
            reasons=tuple(_reason(visit, each) for each in frozen),
            month=_link(visit, that_day.replace(day=1)),
            before=day_path(that_day - ONE_DAY),
            after=day_path(that_day + ONE_DAY),
        )

    return routes


def _day(year: str, month: str, day: str) -> date:
    """The date; there is no page of one that does not exist, or that icsfeed does not know."""
    try:
        that_day = date(int(year), int(month), int(day))
    except (ValueError, OverflowError):
        raise NotFound from None
    if that_day.year not in YEARS[1:-1]:
        raise NotFound
    return that_day


def _link(visit: Visit, first: date) -> tuple[str, str]:
    """The path of a month's page, and its name."""
    return month_path(first), visit.dates.month(first)


def _reason(visit: Visit, frozen: FrozenSpan) -> FreezeReason:
    freeze = frozen.freeze
    is_recorded = isinstance(freeze, RecordedFreeze)
    name = name_in_words(Kind.FREEZE, plain_line(freeze.name), visit.language)
    return FreezeReason(
        name=f"{name} {freeze.id}" if is_recorded else name,
        path=freeze_path(freeze.id) if is_recorded else "",
        rule=frozen_days_text(freeze, visit.dates, visit.dates.local(visit.now).date())
        if isinstance(freeze, ChangeFreeze)
        else "",
        when=frozen_text(frozen, visit.dates),
        environments=environments_text(visit.situation.schedule, freeze.environments),
        text=plain_paragraphs(freeze.description),
        started_by=freeze.started_by if isinstance(freeze, RecordedFreeze) else "",
        is_internal=freeze.is_internal,
    )
