"""The updates of a maintenance, as a status page tells them: announced, moved, begun, over."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import partial
from typing import Final

from icsfeed.domain.changes import CLOCK, Change, State, Update
from icsfeed.domain.occurrences import Occurrence
from icsfeed.domain.spans import Span
from icsfeed.domain.windows import Impact
from icsfeed.publication.editions import Edition
from icsfeed.services.upcoming import lapse_of
from icsfeed.words.adjustments import adjustment_news
from icsfeed.words.events import IMPACTS, label_line
from icsfeed.words.phrases import phrase
from icsfeed.words.times import span_in_words
from icsfeed.words.updates import alteration_texts, update_title

_BEGUN: Final = phrase("The maintenance window has begun.")
_OVER: Final = phrase("The maintenance window is over.")
_LAPSED: Final = phrase("The planned time is over; nobody announced that it had begun.")


class MaintenanceStatus(StrEnum):
    """A maintenance's place in Statuspage's lifecycle, of which icsfeed knows no ``verifying``."""

    SCHEDULED = "scheduled"
    IN_PROGRESS = "in_progress"
    COMPLETED = "completed"


_STATUSES: Final = {
    State.TENTATIVE: MaintenanceStatus.SCHEDULED,
    State.CONFIRMED: MaintenanceStatus.SCHEDULED,
    State.IN_PROGRESS: MaintenanceStatus.IN_PROGRESS,
    State.COMPLETED: MaintenanceStatus.COMPLETED,
    State.CANCELLED: MaintenanceStatus.COMPLETED,
}
"""Statuspage has no cancelled maintenance: those who cancel one complete it, and say so in an update."""


@dataclass(frozen=True, kw_only=True, slots=True)
class MaintenanceUpdate:
    """An update in words; its identifier comes from the ``key``, which is unique within its maintenance."""

    key: str
    at: datetime
    status: MaintenanceStatus
    body: str


def window_updates(
    occurrence: Occurrence, span: Span, edition: Edition, *, published: datetime, revised: datetime
) -> Iterator[MaintenanceUpdate]:
    """The updates of an occurrence with that ``span``, in order.

    It was ``published`` at that instant, and last ``revised`` at that other one.
    """
    situation, window, say = edition.situation, occurrence.window, edition.language.say
    original = occurrence.policy.span or span
    yield MaintenanceUpdate(
        key="scheduled",
        at=published,
        status=MaintenanceStatus.SCHEDULED,
        body="\n".join(
            (
                *_plan_lines(original, occurrence.environments, window.impact, edition),
                *filter(None, [window.description]),
            )
        ),
    )
    news = adjustment_news(occurrence, edition.language, situation.zone)
    if news is not None:
        yield MaintenanceUpdate(
            key="cancelled" if occurrence.is_cancelled else "moved",
            at=revised if occurrence.is_cancelled else min(revised, span.start),
            status=MaintenanceStatus.COMPLETED if occurrence.is_cancelled else MaintenanceStatus.SCHEDULED,
            body="\n".join((news.text, *filter(None, [news.reason]))),
        )
    if occurrence.is_cancelled:
        return
    is_over = span.end <= situation.now
    # A static site may be read when the window is long over: until it is, it does not say that it has begun.
    if is_over or (edition.is_live and span.start <= situation.now):
        yield MaintenanceUpdate(
            key="in_progress", at=span.start, status=MaintenanceStatus.IN_PROGRESS, body=say(_BEGUN)
        )
    if is_over:
        yield MaintenanceUpdate(key="completed", at=span.end, status=MaintenanceStatus.COMPLETED, body=say(_OVER))


def change_updates(change: Change, edition: Edition) -> Iterator[MaintenanceUpdate]:
    """The updates of a change, in order; who made one is not published."""
    is_started_by_clock = _is_started_by_clock(change) and not edition.is_live
    for update in change.updates:
        if is_started_by_clock and update.by == CLOCK:
            continue
        status = _STATUSES[update.state]
        if is_started_by_clock and status is MaintenanceStatus.IN_PROGRESS:
            status = MaintenanceStatus.SCHEDULED
        yield MaintenanceUpdate(
            key=str(update.number), at=update.at, status=status, body="\n".join(_lines_of(change, update, edition))
        )
    if change.state in {State.TENTATIVE, State.CONFIRMED}:
        lapse = lapse_of(change, edition.situation.zone)
        if lapse <= edition.situation.now:
            body = edition.language.say(_LAPSED)
            yield MaintenanceUpdate(key="over", at=lapse, status=MaintenanceStatus.COMPLETED, body=body)


def _is_started_by_clock(change: Change) -> bool:
    """Whether it is in progress only because its time has come."""
    begun = next((update for update in change.standing if update.state is State.IN_PROGRESS), None)
    return change.is_in_progress and begun is not None and begun.by == CLOCK


def _lines_of(change: Change, update: Update, edition: Edition) -> Iterator[str]:
    """The message, or what the update did; then the details, without texts that no longer hold."""
    language, schedule = edition.language, edition.situation.schedule
    yield update.message or update_title(change, update, language)
    if update.number == 1:
        plan = update.plan
        yield from _plan_lines(plan.span, plan.environments, plan.impact, edition)
        if plan.reason and plan.reason == change.plan.reason:
            yield label_line(language.say("Reason"), plan.reason, language)
    yield from alteration_texts(
        change,
        update.number,
        language,
        write_span=partial(span_in_words, zone=edition.situation.zone, language=language),
        environment_names=schedule.environment_names,
    )


def _plan_lines(span: Span, environments: frozenset[str], impact: Impact, edition: Edition) -> Iterator[str]:
    language, names = edition.language, edition.situation.schedule.environment_names
    touched = ", ".join(name for each, name in names.items() if each in environments)
    yield label_line(language.say("When"), span_in_words(span, edition.situation.zone, language), language)
    if touched:
        yield label_line(language.say("Environments"), touched, language)
    yield label_line(language.say("Impact"), language.say(IMPACTS[impact]), language)
