"""A simple model of changes, which tests of the outbox compare with what receivers are told."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime

from icsfeed.domain.changes import State, Step

_STATES = {Step.START: State.IN_PROGRESS, Step.COMPLETE: State.COMPLETED, Step.CANCEL: State.CANCELLED}


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What can be taken back: each step makes one of these from the one before."""

    state: State
    start: datetime
    environments: frozenset[str]
    is_withdrawn: bool = False


@dataclass
class ModelChange:
    """A change: the facts after the announcement, and after each step that stands."""

    history: list[Facts]
    is_redacted: bool = False
    steps: list[str] = field(default_factory=list)
    """For messages of failing tests."""

    @property
    def facts(self) -> Facts:
        return self.history[-1]

    def take(self, step: Step, *, silent: bool = False) -> None:
        """Take a step that the program has accepted."""
        self.steps.append(f"{step}{' silently' if silent else ''}")
        if step is Step.UNDO:
            self.history.pop()
        elif step is Step.REDACT:
            self.is_redacted = True
        else:
            self.alter(state=_STATES[step], is_withdrawn=self.facts.is_withdrawn or silent)

    def alter(self, **facts: object) -> None:
        """Give it other facts, if they are others."""
        after = replace(self.facts, **facts)  # type: ignore[arg-type]  # fields of Facts
        if after != self.facts:
            self.history.append(after)
