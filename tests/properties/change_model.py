"""A simple model of changes: a stack of stages, of which each step adds one and undo removes the last."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final

from icsfeed.domain.changes import State, Step
from icsfeed.domain.feeds import Kind
from icsfeed.domain.spans import Span

MINUTE: Final = timedelta(minutes=1)
PREFIXES: Final = {
    State.TENTATIVE: ("Tentative: ", "TENTATIVE"),
    State.CONFIRMED: ("", "CONFIRMED"),
    State.IN_PROGRESS: ("In progress: ", "CONFIRMED"),
    State.COMPLETED: ("Completed: ", "CONFIRMED"),
    State.CANCELLED: ("Cancelled: ", "CANCELLED"),
}
NEXT: Final = {
    (State.TENTATIVE, Step.CONFIRM): State.CONFIRMED,
    (State.CONFIRMED, Step.START): State.IN_PROGRESS,
    (State.CONFIRMED, Step.COMPLETE): State.COMPLETED,
    (State.IN_PROGRESS, Step.COMPLETE): State.COMPLETED,
    **{(state, Step.CANCEL): State.CANCELLED for state in (State.TENTATIVE, State.CONFIRMED, State.IN_PROGRESS)},
}


@dataclass(frozen=True, kw_only=True)
class Stage:
    """What a change is between two steps; ``expected_end`` is when one that started late is to end."""

    state: State
    at: Span
    reason: str
    withdrawn: bool = False
    started: datetime | None = None
    expected_end: datetime | None = None
    ended: datetime | None = None

    @property
    def shown(self) -> Span:
        """The span that customers see."""
        start, end = self.started or self.at.start, self.at.end
        if self.ended is not None:
            end = self.ended
        elif self.expected_end is not None:
            end = self.expected_end
        return Span(start=start, end=max(end, start + MINUTE))


@dataclass
class ModelChange:
    """A change; ``last`` is when it was updated last."""

    kind: Kind
    summary: str
    stages: list[Stage]
    last: datetime
    automatic: bool = False
    clock_steps: int = field(default=0, kw_only=True)
    messages: list[str] = field(default_factory=list, kw_only=True)
    undone_reasons: list[str] = field(default_factory=list, kw_only=True)

    @property
    def now(self) -> Stage:
        return self.stages[-1]

    def event(self) -> tuple[datetime, datetime, str, str]:
        """The change's event as subscribers see it."""
        prefix, status = PREFIXES[self.now.state]
        shown = self.now.shown
        return shown.start, shown.end, f"{prefix}{self.kind.capitalize()} change: {self.summary}", status

    def is_visible(self, now: datetime) -> bool:
        is_gone = self.now.state is State.CANCELLED and self.now.started is None and self.now.at.end <= now
        return not self.now.withdrawn and not is_gone

    def can_take(self, step: Step, *, silent: bool) -> bool:
        stage = self.now
        withdraws = silent and stage.state is State.CANCELLED and not stage.withdrawn
        return (stage.state, step) in NEXT or (step is Step.CANCEL and withdraws)

    def take(self, step: Step, at: datetime, *, silent: bool = False) -> None:
        """Take a step that leads to another state."""
        stage = self.now
        state = NEXT.get((stage.state, step), State.CANCELLED)
        after = replace(stage, state=state, withdrawn=stage.withdrawn or silent)
        if step is Step.START:
            after = replace(after, started=at, expected_end=at + stage.at.length if at > stage.at.start else None)
        if step is Step.COMPLETE and stage.started is None:
            after = replace(after, started=min(stage.at.start, at))
        if state in {State.COMPLETED, State.CANCELLED} and after.started is not None and stage.ended is None:
            after = replace(after, ended=at)
        self.stages.append(after)
        self.last = at

    def undo(self, at: datetime) -> None:
        """Take the latest step back; a step that the clock would take again at once ends ``automatic``."""
        self.undone_reasons.append(self.stages.pop().reason)
        self.last = at
        due = self.next_clock_step()
        if due is not None and due[1] <= at:
            self.automatic = False

    @property
    def has_texts(self) -> bool:
        """Whether there is a text left to withdraw."""
        texts = {self.summary, *self.messages, *self.undone_reasons, *(each.reason for each in self.stages)}
        return not texts <= {"", "[withdrawn]"}

    def redact(self, at: datetime) -> None:
        """Withdraw all texts so far."""
        self.summary = "[withdrawn]"
        self.messages, self.undone_reasons = [], []
        self.stages = [replace(each, reason="[withdrawn]" if each.reason else "") for each in self.stages]
        self.last = at

    def next_clock_step(self) -> tuple[Step, datetime] | None:
        if self.automatic and self.now.state is State.CONFIRMED:
            return Step.START, max(self.now.at.start, self.last)
        if self.automatic and self.now.state is State.IN_PROGRESS:
            return Step.COMPLETE, max(self.now.shown.end, self.last)
        return None

    def let_the_clock_act(self, now: datetime) -> None:
        """Take the steps that are due and that nobody took."""
        while (due := self.next_clock_step()) is not None and due[1] <= now:
            self.take(*due)
            self.clock_steps += 1
