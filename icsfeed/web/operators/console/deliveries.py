"""Deliveries: what waits, what failed and why, the state of each channel, and another attempt."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from flask import Blueprint, Response, request

from icsfeed.domain.deliveries import ALL_MAIL, CHANNEL_PREFIX, MAIL_PREFIX, DeliveryState
from icsfeed.domain.errors import IcsfeedError
from icsfeed.domain.news import FailingChannel
from icsfeed.domain.outbox_rows import OutboxRow
from icsfeed.domain.texts import plain_line
from icsfeed.services.delivery_reports import NO_DELIVERIES, DeliveryReport, delivery_report
from icsfeed.services.delivery_retries import retry, retry_selection
from icsfeed.services.repository import NoRepository
from icsfeed.web.errors import status_of
from icsfeed.web.operators.console.action_pages import actor_of, writing_visit
from icsfeed.web.operators.console.calendar_entries import change_path, freeze_path
from icsfeed.web.operators.console.layout import CONSOLE_PATH, Section, Visit, field_errors, go_to, open_visit
from icsfeed.web.operators.console.recorded_words import EVENTS
from icsfeed.web.operators.context import OperatorsContext
from icsfeed.words.phrases import phrase, phrase_in

_FOLDER: Final = f"{CONSOLE_PATH}/deliveries/"
_MAX_ROWS: Final = 100
_STATES: Final = {
    DeliveryState.WAITING: phrase_in("state of a delivery", "Waiting"),
    DeliveryState.SENT: phrase_in("state of a delivery", "Sent"),
    DeliveryState.FAILED: phrase_in("state of a delivery", "Failed"),
    DeliveryState.REPLACED: phrase_in("state of a delivery", "Replaced by a newer one"),
    DeliveryState.DROPPED: phrase_in("state of a delivery", "Dropped"),
}
_MAIL: Final = phrase("Mail")
_MAIL_SUBSCRIBER: Final = phrase("Mail subscriber {id}")


@dataclass(frozen=True, kw_only=True, slots=True)
class ChannelState:
    """A receiver of announcements; ``failing_since`` is empty where it takes them."""

    id: str
    name: str
    failing_since: str = ""
    attempts: int = 0
    problem: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class DeliveryRow:
    """A delivery in words. Mail subscribers have random ids here."""

    number: int
    receiver: str
    subject: str
    path: str
    event: str
    state: str
    is_failed: bool
    can_retry: bool
    attempts: int
    problem: str
    at: str


def delivery_routes(context: OperatorsContext) -> Blueprint:
    """The page of deliveries."""
    routes = Blueprint("console_deliveries", __name__)

    @routes.get(_FOLDER)
    def show_deliveries() -> Response:
        return _page(open_visit(context))

    @routes.post(f"{_FOLDER}retry")
    def retry_deliveries() -> Response:
        visit = writing_visit(context)
        database = visit.context.database
        names = [name for name in request.form.getlist("delivery") if name]
        try:
            if isinstance(database, NoRepository) or database.is_missing():
                return go_to("deliveries/")
            retry(database, retry_selection(visit.workspace.schedule, names), actor=actor_of(visit))
        except IcsfeedError as error:
            return _page(visit, error)
        return go_to("deliveries/", "retry")

    return routes


def _page(visit: Visit, error: IcsfeedError | None = None) -> Response:
    everything = "all" in request.args
    report = _report(visit, everything=everything)
    return visit.page(
        "deliveries.html",
        title=visit.say("Deliveries"),
        section=Section.DELIVERIES,
        errors=field_errors(error) if error is not None else (),
        status=status_of(error) if error is not None else 200,
        everything=everything,
        counts=[(visit.say(_STATES[state]), number) for state, number in report.counts.items()],
        channels=tuple(_channel_states(visit, report)),
        rows=tuple(delivery_row(visit, each) for each in report.rows),
        is_limited=len(report.rows) == _MAX_ROWS,
        max_rows=_MAX_ROWS,
        has_failed=report.counts[DeliveryState.FAILED] > 0,
    )


def _report(visit: Visit, *, everything: bool) -> DeliveryReport:
    database = visit.context.database
    if isinstance(database, NoRepository) or database.is_missing():
        return NO_DELIVERIES
    return delivery_report(database.outbox, now=visit.now, limit=_MAX_ROWS, everything=everything)


def _channel_states(visit: Visit, report: DeliveryReport) -> Iterator[ChannelState]:
    """The channels of the schedule, mail, and others that fail, such as the second target of a channel."""
    schedule = visit.workspace.schedule
    failing = {each.channel: _failing_state(visit, each) for each in report.failing}
    receivers = [f"{CHANNEL_PREFIX}{each.id}" for each in schedule.channels]
    if schedule.mail is not None:
        receivers.append(ALL_MAIL)
    for receiver in dict.fromkeys((*receivers, *failing)):
        yield failing.get(receiver) or _channel_state(visit, receiver)


def failing_channels(visit: Visit) -> tuple[ChannelState, ...]:
    """The receivers that take no announcements now."""
    outbox = visit.outbox
    return tuple(_failing_state(visit, each) for each in outbox.failing_channels(now=visit.now)) if outbox else ()


def _failing_state(visit: Visit, failure: FailingChannel) -> ChannelState:
    return replace(
        _channel_state(visit, failure.channel),
        failing_since=visit.dates.moment(failure.since),
        attempts=failure.attempts,
        problem=plain_line(failure.problem),
    )


def _channel_state(visit: Visit, receiver: str) -> ChannelState:
    """The receiver as one that takes announcements."""
    return ChannelState(
        id=receiver.removeprefix(CHANNEL_PREFIX).partition("/")[0],
        name=visit.say(_MAIL) if receiver == ALL_MAIL else receiver.removeprefix(CHANNEL_PREFIX),
    )


def delivery_row(visit: Visit, row: OutboxRow) -> DeliveryRow:
    delivery, dates = row.delivery, visit.dates
    at = row.due_at if row.state is DeliveryState.WAITING else row.ended_at or delivery.queued_at
    return DeliveryRow(
        number=delivery.number,
        receiver=_receiver_text(visit, delivery.receiver),
        subject=plain_line(delivery.subject),
        path=_subject_path(visit, delivery.subject),
        event=visit.say(EVENTS[delivery.event]),
        state=visit.say(_STATES[row.state]),
        is_failed=row.state is DeliveryState.FAILED,
        can_retry=row.state is DeliveryState.FAILED or (row.state is DeliveryState.WAITING and delivery.attempts > 0),
        attempts=delivery.attempts,
        problem=plain_line(row.problem),
        at=dates.moment(at),
    )


def _receiver_text(visit: Visit, receiver: str) -> str:
    if receiver.startswith(MAIL_PREFIX):
        return visit.say(_MAIL_SUBSCRIBER, id=receiver.removeprefix(MAIL_PREFIX))
    return receiver.removeprefix(CHANNEL_PREFIX)


def _subject_path(visit: Visit, subject: str) -> str:
    """The path of the page of what a delivery is about; empty where there is none."""
    if subject in visit.situation.changes:
        return change_path(subject)
    if subject in visit.situation.record.freezes:
        return freeze_path(subject)
    window, separator, day = subject.partition("/")
    has_window = separator and any(each.id == window for each in visit.situation.schedule.windows)
    return f"windows/{window}/{day}/" if has_window else ""
