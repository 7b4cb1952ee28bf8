"""Changes on a terminal: a table of several, or one with its history."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from icsfeed.cli.answers import message_texts
from icsfeed.cli.output import print_line
from icsfeed.cli.tables import print_table
from icsfeed.domain.changes import Change, State, Step, Update
from icsfeed.domain.lengths import length_text, rough_length_text
from icsfeed.domain.notice import shortest_notice
from icsfeed.domain.texts import one_line
from icsfeed.domain.times import instant_text, span_text
from icsfeed.words.languages import ENGLISH
from icsfeed.words.updates import difference_texts


def print_list(changes: Iterable[Change], zone: ZoneInfo, now: datetime) -> None:
    """A row for each change; one whose time has passed without a step says so."""
    rows = [
        (
            change.id,
            _state_text(change, now),
            span_text(change.shown_span, zone),
            change.plan.summary,
            ", ".join(sorted(change.plan.environments)),
            change.plan.impact.value,
        )
        for change in changes
    ]
    print_table(("Id", "State", zone.key, "Summary", "Environments", "Impact"), rows)


def _state_text(change: Change, now: datetime) -> str:
    end = change.shown_span.end
    if change.is_withdrawn:
        return f"{change.state}, withdrawn"
    if change.state.is_final or end > now:
        return f"{change.state}, automatic" if change.is_automatic and not change.state.is_final else change.state.value
    note = "should have ended" if change.state is State.IN_PROGRESS else "its time has passed"
    return f"{change.state}, {note}: {rough_length_text(now - end)} ago"


def _special_step(update: Update) -> Iterator[str]:
    """The steps that the differences they made don't tell."""
    if update.step is Step.UNDO:
        yield f"took back update {update.target}"
    if update.step is Step.REDACT:
        yield "withdrew all texts" if update.target is None else f"withdrew the message of update {update.target}"
    if update.step is Step.CANCEL and update.withdrawn:
        yield "withdrawn from everything public"


def _notice_text(change: Change) -> str:
    """The notice that customers were given, where less was given than promised."""
    notice = shortest_notice(change)
    if notice.promised is None or not notice.is_short:
        return ""
    given = rough_length_text(notice.length) if notice.length > timedelta() else "none"
    return f"{given}; customers were promised {length_text(notice.promised)}"


def print_history(change: Change, zone: ZoneInfo) -> None:
    """The change as it stands, and each of its updates."""
    plan = change.plan
    facts = {
        "State": f"{change.state}, withdrawn from everything public" if change.is_withdrawn else change.state,
        "When": span_text(change.shown_span, zone),
        "Planned": span_text(plan.span, zone) if plan.span != change.shown_span else "",
        "Automatic": "starts and completes by the clock" if change.is_automatic else "",
        "Environments": ", ".join(sorted(plan.environments)),
        "Impact": plan.impact,
        "Reason": plan.reason,
        "Ticket": plan.ticket,
        "Notice": _notice_text(change),
    }
    print_line(f"{change.id}: {plan.summary}")
    for name, value in facts.items():
        if value:
            print_line(f"  {name + ':':14}" + str(value).replace("\n", f"\n  {'':14}"))
    print_line("History:")
    for update in change.updates:
        differences = (one_line(each) for each in difference_texts(change, update.number, ENGLISH, zone))
        title = "announced" if update.number == 1 else "; ".join((*_special_step(update), *differences)) or "message"
        print_line(f"  {update.number}. {instant_text(update.at, zone)} by {update.by}: {title}")
        for text in message_texts(update):
            for line in text.splitlines():
                print_line(f"       {line}")
