"""The gate: whether a planned change may run in an environment at an instant.

It may in a maintenance window of that environment that really happens, and while a planned change that was announced
for it is due; never in a change freeze, and never beside an emergency change. Asked about one change, it is open while
that change is due. The answer works like AWS Systems Manager's GetCalendarState: the state, the instant that it holds
for, and the next transition.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo

from icsfeed.domain.changes import Change, State
from icsfeed.domain.civil import local_date
from icsfeed.domain.errors import BadInputError, NotFoundError
from icsfeed.domain.feeds import Kind
from icsfeed.domain.lengths import length_text
from icsfeed.domain.situation import Situation
from icsfeed.domain.span_sets import SpanSet
from icsfeed.domain.spans import Span
from icsfeed.domain.texts import quoted
from icsfeed.services.gate_reasons import OPENING, GateQuestion, expected_end, reasons_within, spans_open
from icsfeed.services.gate_words import why_closed, why_open, why_too_short
from icsfeed.services.upcoming import utc_text
from icsfeed.words.statements import Statement, Statements

_USUAL_REACH: Final = timedelta(days=45)
"""Nearly every transition is nearer than that; a farther one is searched for only if there is none."""

_NO_RUNWAY: Final = timedelta()
_ONE_SECOND: Final = timedelta(seconds=1)


class Verdict(StrEnum):
    """Whether a planned change may run."""

    OPEN = "OPEN"
    CLOSED = "CLOSED"


@dataclass(frozen=True, kw_only=True, slots=True)
class GateAnswer:
    """The gate's verdict ``at`` an instant and its reason.

    The next transition is the next instant within the published span at which the verdict changes.
    With a ``runway``, the gate is open only where it stays open that long. With a ``change``, the answer is about that
    change alone.
    """

    environments: tuple[str, ...]
    verdict: Verdict
    at: datetime
    reason: Statements | Statement
    next_transition: datetime | None
    runway: timedelta = _NO_RUNWAY
    change: str | None = None

    @property
    def why(self) -> str:
        """The reason in English."""
        return str(self.reason)

    def as_json(self, zone: ZoneInfo) -> dict[str, object]:
        """The answer as JSON has it, in UTC and on the wall clock of ``zone``."""
        then = self.next_transition
        return {
            "environments": list(self.environments),
            "change": self.change,
            "runway_seconds": int(self.runway.total_seconds()) or None,
            "state": self.verdict.value,
            "why": self.why,
            "at_time": utc_text(self.at),
            "local_at_time": self.at.astimezone(zone).isoformat(timespec="seconds"),
            "next_transition_time": utc_text(then) if then else None,
            "local_next_transition_time": then.astimezone(zone).isoformat(timespec="seconds") if then else None,
        }


def gate(
    situation: Situation,
    environments: Collection[str],
    *,
    at: datetime,
    runway: timedelta = _NO_RUNWAY,
    change_id: str | None = None,
) -> GateAnswer:
    """Whether a planned change that touches all those environments may run at ``at`` (aware), and for the ``runway``.

    With a ``change_id``, whether that change may; an emergency change, too. Where ``environments`` names none, it
    touches all there are, or those of that change.

    Raises:
        NotFoundError: where the schedule has no such environment, or there is no such change.
        BadInputError: where ``at`` or the end of the runway is outside the published span, or the change does not touch
            one of the environments.
    """
    change = None if change_id is None else visible_change(situation, change_id)
    question = GateQuestion(
        situation=situation,
        environments=_touched(situation, environments, change),
        at=at.astimezone(UTC),
        runway=runway,
        change=change,
    )
    published = situation.published_span
    _check_reach(question, published)
    near = Span(start=question.at, end=min(question.at + runway + _USUAL_REACH, published.end))
    spans = question.spans(near)
    transition = _transition(question, spans, near.end)
    if transition is None:  # what opens or closes it beyond was not looked at
        far = Span(start=question.at, end=published.end)
        spans = question.spans(far)
        transition = _transition(question, spans, far.end)
    open_span = next((span for span in spans if question.at in span), None)
    is_open = open_span is not None and question.at + runway <= open_span.end
    if is_open:
        reason: Statements | Statement = why_open(question)
    else:
        reason = why_closed(question) if open_span is None else why_too_short(question, open_span)
    return GateAnswer(
        environments=tuple(sorted(question.environments)),
        verdict=Verdict.OPEN if is_open else Verdict.CLOSED,
        at=question.at,
        reason=reason,
        next_transition=transition,
        runway=runway,
        change=change.id if change is not None else None,
    )


def open_spans(
    situation: Situation, environments: frozenset[str], within: Span, *, opening: Collection[Kind] = OPENING
) -> SpanSet:
    """When a planned change that touches all those environments may run, as far as is known.

    The answer is right for the instants ``within``; spans that reach beyond are not cut. Only items of the ``opening``
    kinds open the gate.
    """
    reasons = (each for each in reasons_within(situation, within) if not each.opens or each.kind in opening)
    return spans_open(reasons, environments)


def overruns(situation: Situation) -> Iterator[datetime]:
    """The instants at which time alone changes the gate's answers: expected ends of emergency changes in progress."""
    for change in situation.changes.values():
        if change.state is State.IN_PROGRESS and change.kind is Kind.EMERGENCY:
            yield expected_end(change)


def visible_change(situation: Situation, change_id: str) -> Change:
    """The change of that id, whatever the case; one that was withdrawn is as if it had never been."""
    visible = {change.id: change for change in situation.visible_changes}
    change = visible.get(change_id.lower()) or visible.get(change_id.upper())
    if change is None:
        prefix = change_id.upper().partition("-")[0]
        alike = [other for other in visible if other.partition("-")[0] == prefix] or list(visible)
        hint = f"write an id such as {alike[-1]}, which is the latest" if alike else "none has been announced"
        msg = f"there is no change {quoted(change_id)}; {hint}"
        raise NotFoundError(msg)
    return change


def _touched(situation: Situation, environments: Collection[str], change: Change | None) -> frozenset[str]:
    if change is None:
        return situation.schedule.environments_named(environments)
    touched = change.plan.environments & situation.schedule.environment_names.keys()
    if not touched:
        msg = f"{change.id} touches no environment of this schedule"
        raise BadInputError(msg)
    named = situation.schedule.environments_named(environments or touched)
    if foreign := sorted(named - touched):
        msg = f"{change.id} does not touch {quoted(foreign[0])}; it touches {', '.join(sorted(touched))}"
        raise BadInputError(msg)
    return named


def _check_reach(question: GateQuestion, published: Span) -> None:
    at, zone = question.at, question.situation.zone
    ends = published.end - at
    if at in published and question.runway <= ends:
        return
    beyond = f"a runway of {length_text(question.runway)} from {utc_text(at)} on" if at in published else utc_text(at)
    first, last = local_date(published.start, zone), local_date(published.end - _ONE_SECOND, zone)
    msg = f"{beyond} is out of reach: the gate knows {first} through {last}"
    raise BadInputError(msg)


def _transition(question: GateQuestion, spans: SpanSet, horizon: datetime) -> datetime | None:
    """The first later instant at which the answer changes; ``None`` where that is not known before the horizon.

    With a runway, the gate is still open at the last instant from which the runway fits: it closes a second later.
    """
    at, runway = question.at, question.runway
    for span in spans:
        if at in span and at + runway <= span.end:
            if span.end >= horizon:
                return None
            return span.end if not runway else (span.end - runway).replace(microsecond=0) + _ONE_SECOND
        if span.start > at and span.length >= runway:
            return span.start if span.start < horizon and runway <= horizon - span.start else None
    return None
