"""Changes: one-off work on the platform, emergency or planned, with its history."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cached_property
from typing import Final

from icsfeed.domain.alterations import Alteration, alterations
from icsfeed.domain.errors import BadInputError
from icsfeed.domain.feeds import Kind
from icsfeed.domain.redaction import redacted
from icsfeed.domain.spans import END_OF_TIME, Span
from icsfeed.domain.translated_texts import Translations
from icsfeed.domain.windows import Impact

PREFIXES: Final = {Kind.EMERGENCY: "EC", Kind.PLANNED: "PC"}
"""The prefixes of recorded changes' ids: ``EC-7`` is the seventh emergency change."""

ID_PREFIXES: Final = {**PREFIXES, Kind.FREEZE: "CF"}
"""The prefixes of everything that is recorded with a number; ``CF-2`` is the second recorded freeze."""

CHANGE_NAMES: Final = {Kind.EMERGENCY: "emergency change", Kind.PLANNED: "planned change"}


def recorded_id(kind: Kind, number: int) -> str:
    """The id of the recorded change, or freeze, of that kind and number."""
    return f"{ID_PREFIXES[kind]}-{number}"


def is_recorded(kind: Kind, change_id: str) -> bool:
    """Whether the id belongs to a recorded change of that kind; ids in the schedule file have no capital letters."""
    return change_id.startswith(f"{PREFIXES[kind]}-")


def kind_of(recorded: str) -> Kind:
    """The kind of the recorded change, or freeze, of that id."""
    prefix = recorded.partition("-")[0]
    return next(kind for kind, each in ID_PREFIXES.items() if each == prefix)


def number_of(recorded: str) -> int:
    return int(recorded.rpartition("-")[2])


CLOCK: Final = "clock"
"""The author of the steps of an automatic change that nobody took by hand."""

_ONE_MINUTE: Final = timedelta(minutes=1)


class State(StrEnum):
    """A change's place in its lifecycle (ITIL's, as far as customers see it)."""

    TENTATIVE = "tentative"
    CONFIRMED = "confirmed"
    IN_PROGRESS = "in progress"
    COMPLETED = "completed"
    CANCELLED = "cancelled"

    @property
    def is_final(self) -> bool:
        """Whether no other state can follow."""
        return self in {State.COMPLETED, State.CANCELLED}


class Step(StrEnum):
    """A step that is taken with an announced change."""

    CONFIRM = "confirm"
    START = "start"
    UPDATE = "update"
    COMPLETE = "complete"
    CANCEL = "cancel"
    UNDO = "undo"
    REDACT = "redact"


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """The details of a change that are announced, and can be amended.

    ``reason`` says why an emergency change can't wait for a window, or why a planned one falls in a freeze. ``ticket``
    is a URL. Either may be empty. Texts are in the calendar's default language; the ``…_translations`` hold the others.
    Only in a view has a plan no ``environments``: the change then touches nothing that the viewer may see.
    """

    summary: str
    environments: frozenset[str]
    impact: Impact
    span: Span
    reason: str = ""
    ticket: str = ""
    summary_translations: Translations = ()
    reason_translations: Translations = ()

    def __post_init__(self) -> None:
        if not self.summary.strip():
            msg = "a change needs a summary: the text that subscribers read"
            raise BadInputError(msg)


@dataclass(frozen=True, kw_only=True, slots=True)
class Update:
    """One update of a change: who made it and when (UTC), and the state and plan after it.

    ``step`` is ``None`` for the announcement, and for updates that icsfeed 0.1 recorded. ``target`` is the number of
    the update that an undo takes back, or whose message a redaction withdraws (``None``: all texts so far). After it,
    the clock takes the steps of an ``automatic`` change that nobody takes; nothing of a ``withdrawn`` one is public.
    ``expected_end`` (UTC) is when one that started late is to end, unless somebody has given it another end.
    ``promised_notice`` is the notice that customers were promised when it announced the change, see ``notice``.
    """

    number: int
    at: datetime
    by: str
    message: str
    state: State
    plan: Plan
    step: Step | None = None
    target: int | None = None
    automatic: bool = False
    withdrawn: bool = False
    expected_end: datetime | None = None
    message_translations: Translations = ()
    promised_notice: timedelta | None = None

    @property
    def expected_span(self) -> Span:
        """From the planned start to the expected end."""
        span = self.plan.span
        return span if self.expected_end is None else Span(start=span.start, end=self.expected_end)

    def alters(self, before: Update) -> bool:
        """Whether the change is another after it than after ``before``, apart from its messages."""
        own, other = ((each.state, each.plan, each.withdrawn, each.expected_end) for each in (self, before))
        return own != other


@dataclass(frozen=True, kw_only=True)  # no slots: a publication reads the cached properties of every change
class Change:
    """A one-off change with all its updates, the announcement first. Withdrawn texts are in none of them.

    ``id`` is ``EC-7`` for a recorded change, and a name for one in the schedule file. ``uid_part`` is the random part
    of a recorded change's UID; those of icsfeed 0.1 have none. The latest ``unrecorded`` updates are steps that the
    clock took and that are not in the database.
    """

    kind: Kind
    id: str
    updates: tuple[Update, ...]
    uid_part: str = ""
    unrecorded: int = 0

    def __post_init__(self) -> None:
        if self.kind not in PREFIXES:
            msg = f"a change is an emergency or a planned one, not of the kind {self.kind}"
            raise BadInputError(msg)
        if [update.number for update in self.updates] != list(range(1, len(self.updates) + 1)) or not self.updates:
            msg = f"the updates of {self.id} are numbered from 1 on without a gap"
            raise BadInputError(msg)

    @property
    def is_recorded(self) -> bool:
        """Whether it is recorded in the database, not written in the schedule file."""
        return is_recorded(self.kind, self.id)

    @property
    def latest(self) -> Update:
        return self.updates[-1]

    @property
    def latest_recorded(self) -> Update:
        """The latest update that the clock did not add by itself."""
        return self.updates[-1 - self.unrecorded]

    @property
    def state(self) -> State:
        return self.updates[-1].state

    @property
    def plan(self) -> Plan:
        return self.updates[-1].plan

    @property
    def is_withdrawn(self) -> bool:
        """Whether it was cancelled silently: nothing of it is public."""
        return self.updates[-1].withdrawn

    @property
    def is_automatic(self) -> bool:
        """Whether the clock takes the steps that nobody takes."""
        return self.updates[-1].automatic

    @property
    def is_in_progress(self) -> bool:
        return self.state is State.IN_PROGRESS

    def is_over(self, at: datetime) -> bool:
        """Whether it is over at that instant (aware), by its state or, unless it is in progress, by its planned end."""
        return self.state.is_final or (self.plan.span.end <= at and self.state is not State.IN_PROGRESS)

    def is_overdue(self, at: datetime) -> bool:
        """Whether it is still in progress at that instant (aware), although it was expected to end before."""
        return self.state is State.IN_PROGRESS and self.shown_span.end <= at

    @property
    def announced_at(self) -> datetime:
        """When it was announced (UTC)."""
        return self.updates[0].at

    @cached_property
    def standing(self) -> tuple[Update, ...]:
        """The updates that nobody took back, without those that take one back."""
        undone = {update.target for update in self.updates if update.step is Step.UNDO}
        return tuple(update for update in self.updates if update.step is not Step.UNDO and update.number not in undone)

    def entered(self, *states: State) -> datetime | None:
        """When it first entered one of those states (UTC), if it did and nobody took that back."""
        update = self._first_in(*states)
        return update.at if update is not None else None

    def _first_in(self, *states: State) -> Update | None:
        def enters(update: Update) -> bool:
            return update.state in states and (
                update.number == 1 or self.updates[update.number - 2].state not in states
            )

        return next(filter(enters, self.standing), None)

    @property
    def actual_start(self) -> datetime | None:
        """When it began, to the minute (UTC): at its planned start where it was completed without a start."""
        started, completed = self._first_in(State.IN_PROGRESS), self._first_in(State.COMPLETED)
        if started is not None:
            return _to_the_minute(started.at, self.plan.span.start) if started.step is not None else None
        if completed is None or completed.step is None:
            return None
        return min(self.plan.span.start, _to_the_minute(completed.at, self.plan.span.start))

    @property
    def actual_end(self) -> datetime | None:
        """When it was completed, or cancelled after it had begun, to the minute (UTC); at least one after it began."""
        ended, begun = self._first_in(State.COMPLETED, State.CANCELLED), self.actual_start
        if ended is None or ended.step is None or self.entered(State.IN_PROGRESS, State.COMPLETED) is None:
            return None
        end = _to_the_minute(ended.at, self.plan.span.end)
        return max(end, (begun or self.plan.span.start) + _ONE_MINUTE)

    @cached_property
    def shown_span(self) -> Span:
        """The span that its event shows: the planned one until it starts or completes at another time.

        One that started late keeps its planned length until it completes, or is given another end.
        """
        planned, start, end = self.plan.span, self.actual_start, self.actual_end
        if start is None:
            return planned if end is None else Span(start=planned.start, end=end)
        if end is None:
            end = self.latest.expected_span.end
        return Span(start=start, end=max(end, start + _ONE_MINUTE))

    @property
    def extent(self) -> Span:
        """The hull of its planned and its actual time; while it is in progress, it has no end."""
        plan, event, started = self.plan.span, self.shown_span, self.entered(State.IN_PROGRESS, State.COMPLETED)
        span = Span(start=min(plan.start, event.start), end=max(plan.end, event.end))
        if started is None:
            return span
        ended = self.entered(State.COMPLETED, State.CANCELLED) or END_OF_TIME
        return Span(start=min(span.start, started), end=max(span.end, ended))

    def every_environment(self) -> frozenset[str]:
        """The environments that it touches, or was announced for once."""
        return frozenset[str]().union(*(update.plan.environments for update in self.updates))

    def left_environments(self) -> frozenset[str]:
        """The environments that it was announced for once, and no longer touches."""
        return self.every_environment() - self.plan.environments

    def with_update(self, update: Update) -> Change:
        """The change with one more update, which is recorded, without the texts that a redaction withdraws."""
        is_redaction = update.step is Step.REDACT
        earlier = tuple(redacted(each, update.target) if is_redaction else each for each in self.updates)
        return replace(self, updates=(*earlier, update), unrecorded=0)

    def alterations(self, number: int) -> tuple[Alteration, ...]:
        """The differences that the update of that number made; none for the announcement."""
        return tuple(alterations(self.updates[number - 2], self.updates[number - 1])) if number > 1 else ()


def _to_the_minute(instant: datetime, planned: datetime) -> datetime:
    """The instant in whole minutes, or the ``planned`` one within whose minute it is."""
    return planned if planned <= instant < planned + _ONE_MINUTE else instant.replace(second=0, microsecond=0)
