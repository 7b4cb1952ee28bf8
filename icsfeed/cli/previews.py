"""What is about to become public, in words, for the operator who is asked."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from icsfeed.cli.answers import adjustment_text, message_texts, step_texts
from icsfeed.cli.listener_preview import listener_preview
from icsfeed.cli.operator_commands import Invocation
from icsfeed.cli.output import preview_fact
from icsfeed.domain.changes import CHANGE_NAMES, Change, Plan, State, Step
from icsfeed.domain.feeds import Kind
from icsfeed.domain.lengths import length_text, rough_length_text
from icsfeed.domain.lifecycle import what_next
from icsfeed.domain.schedule import Schedule
from icsfeed.domain.situation import Situation
from icsfeed.domain.spans import Span
from icsfeed.domain.times import span_text
from icsfeed.services.adjusting import Adjusted
from icsfeed.services.adjustment_rules import AdjustmentRequest
from icsfeed.services.changes import Outcome
from icsfeed.services.outbox import queue_adjustment, queue_change
from icsfeed.services.previews import feeds_with

COPIES_REMAIN: Final = "fetched copies may remain; change a secret"
_ONE_MINUTE: Final = timedelta(minutes=1)


def change_preview(outcome: Outcome, invocation: Invocation) -> Iterator[str]:
    """The change as it is going to be, a line for each fact."""
    situation = invocation.situation
    change, schedule = outcome.change, situation.schedule
    yield f"{change.id}, {CHANGE_NAMES[change.kind]}: {change.plan.summary}"
    latest = change.latest_recorded
    for text in step_texts(change, situation.zone):
        yield preview_fact("Step", text)
    yield from _times(change.shown_span, situation, is_over=change.state.is_final)
    if change.state is State.TENTATIVE:
        yield preview_fact("State", "tentative")
    if change.is_automatic:
        yield preview_fact("Automatic", "starts and completes by the clock")
    yield from _plan_facts(change.plan, schedule)
    if latest.number == 1:
        for text in message_texts(latest):
            yield preview_fact("Message", text)
    yield from _audience(change, schedule, is_visible=outcome.event is not None)
    if not outcome.repeats:
        before = situation.changes.get(change.id)
        yield from listener_preview(invocation, lambda outbox: queue_change(outbox, schedule, before, change))
    if latest.step is Step.REDACT:
        yield preview_fact("Note", COPIES_REMAIN)


def adjustment_preview(adjusted: Adjusted, request: AdjustmentRequest, invocation: Invocation) -> Iterator[str]:
    """The occurrence as it is going to be, a line for each fact."""
    situation, reason = invocation.situation, request.reason
    occurrence, schedule = adjusted.occurrence, situation.schedule
    window, zone = occurrence.window, situation.zone
    yield f"{window.id}, maintenance window: {window.name}"
    yield preview_fact("Step", adjustment_text(adjusted, zone))
    if occurrence.span is not None:
        if window.zone.key != zone.key:
            yield preview_fact("There", f"{span_text(occurrence.span, window.zone)} ({window.zone.key})")
        yield from _times(occurrence.span, situation, is_over=occurrence.excluded is not None)
    if occurrence.excluded is not None:
        yield preview_fact("Shown", "as cancelled" if occurrence.is_cancelled else "not at all")
    yield preview_fact("Environments", names_of(occurrence.environments, schedule))
    yield preview_fact("Impact", window.impact.value)
    if reason:
        yield preview_fact("Reason", reason)
    yield preview_fact("Feeds", ", ".join(feeds_with(schedule, Kind.MAINTENANCE, occurrence.environments)))
    yield from listener_preview(
        invocation, lambda outbox: queue_adjustment(outbox, schedule, window, request.day, request.adjustment)
    )


def announcement_text(change: Change, situation: Situation) -> str:
    """The announcement in one line."""
    span = change.shown_span
    facts = (
        span_text(span, situation.zone),
        length_text(span.length),
        start_text(span, situation.now),
        change.plan.impact.value,
        names_of(change.plan.environments, situation.schedule),
    )
    verb = "tentatively announced" if change.state is State.TENTATIVE else "announced"
    return f"{change.id} {verb}: {change.plan.summary}; {'; '.join(facts)}"


def id_and_time(change: Change, zone: ZoneInfo) -> str:
    """The change and its time in the calendar's zone: what is most easily mistaken."""
    return f"{change.id}, {span_text(change.shown_span, zone)}"


def state_text(outcome: Outcome) -> str:
    """The state of the change, and what can be done next."""
    change = outcome.change
    if change.is_withdrawn:
        return f"{change.id} is {change.state} and withdrawn; undo takes that back"
    return f"{change.id} is {change.state}; {what_next(change.state)}"


def start_text(span: Span, now: datetime) -> str:
    """How far away the start is, to the minute, such as ``starts in 2 h 30 min``."""
    away = span.start - now
    if away > timedelta():
        return f"starts in {length_text(-(-away // _ONE_MINUTE) * _ONE_MINUTE)}"
    return "starts now" if -away < _ONE_MINUTE else f"began {rough_length_text(-away)} ago"


def _times(span: Span, situation: Situation, *, is_over: bool) -> Iterator[str]:
    yield preview_fact("When", span_text(span, situation.zone))
    yield preview_fact("Lasts", length_text(span.length))
    if not is_over:
        verb, _, distance = start_text(span, situation.now).partition(" ")
        yield preview_fact(verb.capitalize(), distance)


def _plan_facts(plan: Plan, schedule: Schedule) -> Iterator[str]:
    yield preview_fact("Environments", names_of(plan.environments, schedule))
    yield preview_fact("Impact", plan.impact.value)
    if plan.reason:
        yield preview_fact("Reason", plan.reason)
    if plan.ticket:
        yield preview_fact("Ticket", plan.ticket)


def _audience(change: Change, schedule: Schedule, *, is_visible: bool) -> Iterator[str]:
    """The feeds that show the change, and those where it is shown as cancelled because it no longer affects them."""
    feeds = feeds_with(schedule, change.kind, change.plan.environments)
    if change.is_withdrawn:
        yield preview_fact("Feeds", "none any more")
        return
    yield preview_fact("Feeds", ", ".join(feeds) if is_visible else "none yet")
    left = change.left_environments()
    gone = [slug for slug in feeds_with(schedule, change.kind, left) if slug not in feeds] if left else []
    if gone:
        yield preview_fact("Cancelled in", ", ".join(gone))


def names_of(environments: Collection[str], schedule: Schedule) -> str:
    names = schedule.environment_names
    return ", ".join(names.get(each, each) for each in sorted(environments))
