"""Corrections: a word to those who were told a start that no longer holds, whatever events they select.

Operators' actions queue their own. An edit of the schedule file and a recorded freeze announce no occurrence: whom they
concern shows in what receivers were told.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from icsfeed.domain.changes import State
from icsfeed.domain.channels import Channel, ChannelEvent
from icsfeed.domain.deliveries import CHANNEL_PREFIX
from icsfeed.domain.errors import NotFoundError
from icsfeed.domain.news import News
from icsfeed.domain.situation import Situation
from icsfeed.domain.starts import ExpectedStart, expected_start_of, is_whole_start
from icsfeed.services.due_queue import TimedOutbox
from icsfeed.services.due_reminders import channel_view

_HAVE_BEGUN: Final = frozenset({State.IN_PROGRESS, State.COMPLETED})


@dataclass(frozen=True, kw_only=True, slots=True)
class Correction:
    """What to tell those who expect something of a start, and select one of the ``environments`` or, else, none."""

    news: News
    environments: frozenset[str]
    is_for_selecting: bool

    def concerns(self, selected: frozenset[str]) -> bool:
        """Whether it is for a receiver that selects those environments."""
        return self.environments.isdisjoint(selected) is not self.is_for_selecting


def queue_corrections(queue: TimedOutbox, situation: Situation) -> int:
    """Queue a word for all who expect what no longer holds for them; gives for how many."""
    public = situation.visible_to()
    return sum(
        _correct_mail(queue, public, expected) + _correct_channels(queue, situation, expected)
        for expected in queue.expected_starts()
    )


def _correct_mail(queue: TimedOutbox, public: Situation, expected: ExpectedStart) -> int:
    start = expected_start_of(public, expected.subject)
    # Where it takes place in all environments, somebody who selects none of them has chosen so since the reminder.
    is_whole = start is not None and is_whole_start(public, start)
    return sum(
        queue.correct_mail(expected, each.news, environments=each.environments, is_for_selecting=each.is_for_selecting)
        for each in corrections_of(public, expected)
        if each.is_for_selecting or not is_whole
    )


def _correct_channels(queue: TimedOutbox, situation: Situation, expected: ExpectedStart) -> int:
    public = situation.schedule.public_environments
    return sum(
        queue.correct(each.news, (receiver,))
        for receiver, channel in _expecting(queue, situation, expected)
        for each in corrections_of(channel_view(situation, channel), expected)
        if each.concerns(channel.visible_environments(public))
    )


def _expecting(queue: TimedOutbox, situation: Situation, expected: ExpectedStart) -> Iterator[tuple[str, Channel]]:
    channels = {channel.id: channel for channel in situation.schedule.channels}
    for receiver in queue.channels_expecting(expected):
        channel_id = receiver.removeprefix(CHANNEL_PREFIX).partition("/")[0]
        if channel_id in channels:
            yield receiver, channels[channel_id]


def corrections_of(view: Situation, expected: ExpectedStart) -> Iterator[Correction]:
    """The corrections to those who see that view and expect that; each receiver is concerned by one at most."""
    subject, start = expected.subject, expected_start_of(view, expected.subject)
    environments = start.environments if start is not None else frozenset[str]()
    if start is not None and (start.at != expected.at or not expected.takes_place):
        event = ChannelEvent.MOVED if start.at != expected.at else ChannelEvent.UPDATED
        news = News(subject=subject, event=event, starts=start.at)
        yield Correction(news=news, environments=environments, is_for_selecting=True)
    if expected.takes_place and (event_of_end := _ending(view, subject)) is not None:
        news = News(subject=subject, event=event_of_end, starts=expected.at)
        yield Correction(news=news, environments=environments, is_for_selecting=False)


def _ending(view: Situation, subject: str) -> ChannelEvent | None:
    """What to call it that the subject has no start; ``None`` for a change that has begun: its own events tell that."""
    if "/" in subject:
        return ChannelEvent.SKIPPED
    try:
        change = view.change(subject)
    except NotFoundError:
        return ChannelEvent.WITHDRAWN
    if change.is_withdrawn:
        return ChannelEvent.WITHDRAWN
    return None if change.state in _HAVE_BEGUN else ChannelEvent.CANCELLED
