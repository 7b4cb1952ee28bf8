"""Steps of the clock: automatic changes that the time starts and completes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from icsfeed.domain.changes import CLOCK, Change, Step, Update
from icsfeed.domain.channels import ChannelEvent
from icsfeed.domain.lifecycle import next_clock_step
from icsfeed.domain.situation import Situation

_EVENTS: Final = {Step.START: ChannelEvent.STARTED, Step.COMPLETE: ChannelEvent.COMPLETED}


@dataclass(frozen=True, kw_only=True, slots=True)
class DueStep:
    """A step that the clock took with a change."""

    change: Change
    update: Update
    event: ChannelEvent


def due_steps(situation: Situation, *, after: datetime, until: datetime) -> Iterator[DueStep]:
    """The steps that the clock took after one instant until another, that one included, and nobody took back."""
    for change in situation.public_changes():
        for update in change.standing:
            if update.by == CLOCK and update.step in _EVENTS and after < update.at <= until:
                yield DueStep(change=change, update=update, event=_EVENTS[update.step])


def next_step_at(situation: Situation, *, until: datetime) -> datetime:
    """When the clock takes a step next; ``until`` where it takes none before."""
    steps = (next_clock_step(change) for change in situation.public_changes())
    return min((step[1] for step in steps if step is not None), default=until)
