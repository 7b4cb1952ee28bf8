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
    """What to tell those who expect something of a start, given the ``standing`` environments in which it holds."""

    news: News
    standing: frozenset[str]


def queue_corrections(queue: TimedOutbox, situation: Situation) -> int:
    """Queue a word for all who expect what no longer holds for them; gives for how many."""
    public = situation.visible_to()
    return sum(
        _correct_mail(queue, public, expected) + _correct_channels(queue, situation, expected)
        for expected in queue.expected_starts()
    )


def _correct_mail(queue: TimedOutbox, public: Situation, expected: ExpectedStart) -> int:
    correction = correction_of(public, expected)
    return queue.correct_mail(expected, correction.news, correction.standing) if correction is not None else 0


def _correct_channels(queue: TimedOutbox, situation: Situation, expected: ExpectedStart) -> int:
    public = situation.schedule.public_environments
    return sum(
        queue.correct(correction.news, (receiver,))
        for receiver, channel in _expecting(queue, situation, expected)
        if (correction := correction_of(channel_view(situation, channel), expected)) is not None
        and correction.standing.isdisjoint(channel.visible_environments(public)) is expected.takes_place
    )


def _expecting(queue: TimedOutbox, situation: Situation, expected: ExpectedStart) -> Iterator[tuple[str, Channel]]:
    channels = {channel.id: channel for channel in situation.schedule.channels}
    for receiver in queue.channels_expecting(expected):
        channel_id = receiver.removeprefix(CHANNEL_PREFIX).partition("/")[0]
        if channel_id in channels:
            yield receiver, channels[channel_id]


def correction_of(view: Situation, expected: ExpectedStart) -> Correction | None:
    """The correction to those who see that view, and whom it concerns; ``None`` where it can concern nobody."""
    start = expected_start_of(view, expected.subject)
    if start is None:
        event = _ending(view, expected.subject) if expected.takes_place else None
        news = News(subject=expected.subject, event=event, starts=expected.at) if event is not None else None
        return Correction(news=news, standing=frozenset()) if news is not None else None
    if not expected.takes_place:
        event = ChannelEvent.UPDATED if start.at == expected.at else ChannelEvent.MOVED
        news = News(subject=expected.subject, event=event, starts=start.at)
        return Correction(news=news, standing=start.environments)
    if start.at != expected.at:
        news = News(subject=expected.subject, event=ChannelEvent.MOVED, starts=start.at)
        return Correction(news=news, standing=frozenset())
    if is_whole_start(view, start):
        return None
    news = News(subject=expected.subject, event=ChannelEvent.SKIPPED, starts=expected.at)
    return Correction(news=news, standing=start.environments)


def _ending(view: Situation, subject: str) -> ChannelEvent | None:
    """Why the subject has no start; ``None`` for a change that has begun, of which its own events tell."""
    if "/" in subject:
        return ChannelEvent.SKIPPED
    try:
        change = view.change(subject)
    except NotFoundError:
        return ChannelEvent.WITHDRAWN
    if change.is_withdrawn:
        return ChannelEvent.WITHDRAWN
    return None if change.state in _HAVE_BEGUN else ChannelEvent.CANCELLED
