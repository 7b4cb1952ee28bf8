"""The console's first page: what is under way, what comes, and what waits for somebody."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from flask import Blueprint, Response, request

from icsfeed.domain.changes import PREFIXES, Change, State
from icsfeed.domain.deliveries import DeliveryState
from icsfeed.domain.errors import BadInputError
from icsfeed.domain.feeds import Kind
from icsfeed.domain.freezes import FrozenSpan
from icsfeed.domain.spans import Span
from icsfeed.publication.pages.page_items import PageItem, page_item
from icsfeed.services.drafts import drafts
from icsfeed.services.gate import Verdict, gate
from icsfeed.services.upcoming import UpcomingItem, upcoming
from icsfeed.web.operators.console.change_words import ChangeRow, change_row
from icsfeed.web.operators.console.deliveries import failing_channels
from icsfeed.web.operators.console.layout import CONSOLE_PATH, Section, Visit, open_visit
from icsfeed.web.operators.context import OperatorsContext
from icsfeed.words.terms import name_in_words

_AHEAD: Final = timedelta(days=7)
_MOST_LISTED: Final = 200
_INSTANT: Final = timedelta(seconds=1)


@dataclass(frozen=True, kw_only=True, slots=True)
class GateLine:
    """The gate of an environment now; ``until`` is when that changes, empty where that is not known."""

    environment: str
    verdict: Verdict
    why: str
    until: str


@dataclass(frozen=True, kw_only=True, slots=True)
class AheadLine:
    """Something in the next days; ``path`` leads to it below the console's path."""

    item: PageItem
    path: str


@dataclass(frozen=True, kw_only=True, slots=True)
class CurrentFreeze:
    name: str
    when: str
    can_be_ended: bool


def home_routes(context: OperatorsContext) -> Blueprint:
    """The first page, and the list of all changes."""
    routes = Blueprint("console_home", __name__)

    @routes.get(f"{CONSOLE_PATH}/")
    def show_home() -> Response:
        visit = open_visit(context)
        rows = [change_row(each, visit) for each in _open_changes(visit)]
        under_way = [each for each in rows if each.state is State.IN_PROGRESS or each.lateness]
        return visit.page(
            "home.html",
            title=visit.say("Under way"),
            section=Section.HOME,
            under_way=under_way,
            others=[each for each in rows if each not in under_way],
            gates=tuple(_gates(visit)),
            freezes=tuple(_freezes(visit)),
            ahead=tuple(_ahead(visit)),
            failed=_failed_deliveries(visit),
            failing=failing_channels(visit),
            drafts=drafts(visit.workspace, waiting=True),
        )

    @routes.get(f"{CONSOLE_PATH}/changes/")
    def show_changes() -> Response:
        visit = open_visit(context)
        changes = sorted(visit.situation.changes.values(), key=lambda each: each.announced_at, reverse=True)
        listed_changes = changes if "all" in request.args else changes[:_MOST_LISTED]
        rows: list[ChangeRow] = [change_row(each, visit) for each in listed_changes]
        return visit.page(
            "changes.html",
            title=visit.say("All changes"),
            section=Section.CHANGES,
            rows=rows,
            left_out=len(changes) - len(rows),
        )

    return routes


def _open_changes(visit: Visit) -> list[Change]:
    """The changes that are neither completed nor cancelled: those in progress first, then by start."""
    changes = [each for each in visit.situation.changes.values() if not each.state.is_final]
    return sorted(changes, key=lambda each: (each.state is not State.IN_PROGRESS, each.shown_span.start, each.id))


def _gates(visit: Visit) -> Iterator[GateLine]:
    for each in visit.situation.schedule.environments:
        try:
            answer = gate(visit.situation, (each.id,), at=visit.now)
        except BadInputError:  # Beyond what the gate knows.
            continue
        then = answer.next_transition
        until = visit.dates.moment(then) if then is not None else ""
        why = answer.reason.in_words(visit.dates)
        yield GateLine(environment=each.name, verdict=answer.verdict, why=why, until=until)


def _freezes(visit: Visit) -> Iterator[CurrentFreeze]:
    for frozen in visit.situation.freezes(Span(start=visit.now, end=visit.now + _INSTANT)):
        yield CurrentFreeze(
            name=name_in_words(Kind.FREEZE, frozen.freeze.name, visit.language),
            when=_freeze_time(frozen, visit),
            can_be_ended=frozen.freeze.is_recorded,
        )


def _freeze_time(frozen: FrozenSpan, visit: Visit) -> str:
    if frozen.freeze.is_open_ended:
        return visit.say("until further notice")
    return str(visit.dates.span(frozen.span) if frozen.is_timed else visit.dates.days(frozen.days))


def _ahead(visit: Visit) -> Iterator[AheadLine]:
    for each in upcoming(visit.situation, visit.now, _AHEAD):
        yield AheadLine(item=page_item(each, visit.situation, visit.dates), path=_path_of(each, visit))


def _path_of(item: UpcomingItem, visit: Visit) -> str:
    if item.kind in PREFIXES:
        return f"changes/{item.id}"
    if item.kind is Kind.FREEZE:
        return Section.FREEZES.value
    return f"{Section.CALENDAR}{item.span.start.astimezone(visit.zone):%Y/%m/}"


def _failed_deliveries(visit: Visit) -> int:
    outbox = visit.outbox
    return outbox.counts()[DeliveryState.FAILED] if outbox is not None else 0
