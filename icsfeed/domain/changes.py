"""Changes: one-off work on the platform, emergency or planned, with its history."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from datetime import datetime
from enum import StrEnum
from typing import Final

from icsfeed.domain.errors import BadInputError
from icsfeed.domain.feeds import Kind
from icsfeed.domain.spans import END_OF_TIME, Span
from icsfeed.domain.windows import Impact

PREFIXES: Final = {Kind.EMERGENCY: "EC", Kind.PLANNED: "PC"}
"""The prefixes of recorded ids: ``EC-7`` is the seventh emergency change."""

CHANGE_NAMES: Final = {Kind.EMERGENCY: "emergency change", Kind.PLANNED: "planned change"}


def recorded_id(kind: Kind, number: int) -> str:
    """The id of the recorded change of that kind and number."""
    return f"{PREFIXES[kind]}-{number}"


def is_recorded(kind: Kind, change_id: str) -> bool:
    """Whether the id belongs to a recorded change of that kind; ids in the schedule file have no capital letters."""
    return change_id.startswith(f"{PREFIXES[kind]}-")


def kind_of(recorded: str) -> Kind:
    """The kind of the recorded change of that id."""
    prefix = recorded.partition("-")[0]
    return next(kind for kind, each in PREFIXES.items() if each == prefix)


def number_of(recorded: str) -> int:
    return int(recorded.rpartition("-")[2])


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


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """The details of a change that are announced, and can be amended.

    ``reason`` says why an emergency change can't wait for a window, or why a planned one falls in a freeze. ``ticket``
    is a URL. Either may be empty.
    """

    summary: str
    environments: frozenset[str]
    impact: Impact
    span: Span
    reason: str = ""
    ticket: str = ""

    def __post_init__(self) -> None:
        if not self.summary.strip():
            msg = "a change needs a summary: the text that subscribers read"
            raise BadInputError(msg)
        if not self.environments:
            msg = "a change needs at least one environment that it touches"
            raise BadInputError(msg)


@dataclass(frozen=True, kw_only=True, slots=True)
class Update:
    """One step of a change, never rewritten: who took it and when (UTC), and the state and plan after it."""

    number: int
    at: datetime
    by: str
    message: str
    state: State
    plan: Plan


@dataclass(frozen=True, kw_only=True, slots=True)
class Alteration:
    """One difference that an update makes: ``what`` is a field of the plan, or ``state``."""

    what: str
    before: object
    after: object


@dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    """A one-off change with all its updates, the announcement first.

    ``id`` is ``EC-7`` for a recorded change, and a name for one in the schedule file.
    """

    kind: Kind
    id: str
    updates: tuple[Update, ...]

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
    def state(self) -> State:
        return self.latest.state

    @property
    def plan(self) -> Plan:
        return self.latest.plan

    def is_over(self, at: datetime) -> bool:
        """Whether it is over at that instant (aware), by its state or, unless it is in progress, by its planned end."""
        return self.state.is_final or (self.plan.span.end <= at and self.state is not State.IN_PROGRESS)

    @property
    def announced_at(self) -> datetime:
        """When it was announced (UTC)."""
        return self.updates[0].at

    def entered(self, *states: State) -> datetime | None:
        """When it first entered one of those states (UTC), if it did."""
        return next((update.at for update in self.updates if update.state in states), None)

    @property
    def extent(self) -> Span:
        """The hull of its planned and its actual time; while it is in progress, it has no end."""
        span, started = self.plan.span, self.entered(State.IN_PROGRESS)
        if started is None:
            return span
        ended = self.entered(State.COMPLETED, State.CANCELLED) or END_OF_TIME
        return Span(start=min(span.start, started), end=max(span.end, ended))

    def with_update(self, update: Update) -> Change:
        return replace(self, updates=(*self.updates, update))

    def alterations(self, number: int) -> tuple[Alteration, ...]:
        """The differences that the update of that number made; none for the announcement."""
        return tuple(alterations(self.updates[number - 2], self.updates[number - 1])) if number > 1 else ()


def alterations(before: Update, after: Update) -> Iterator[Alteration]:
    """How the state and the plan of two updates differ."""
    if before.state is not after.state:
        yield Alteration(what="state", before=before.state, after=after.state)
    for field in fields(Plan):
        old, new = getattr(before.plan, field.name), getattr(after.plan, field.name)
        if old != new:
            yield Alteration(what=field.name, before=old, after=new)
