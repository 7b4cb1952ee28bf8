"""What each operator's action queues in the outbox, and for whom. Nothing here knows how anything is sent.

Everything is selected by what its receiver may see: mail subscribers the public view, a channel the private
environments, too, that it names.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from typing import Final

from icsfeed.domain.adjustments import Adjustment, Move, Skip
from icsfeed.domain.changes import Change, State, Step
from icsfeed.domain.channels import Channel, ChannelEvent
from icsfeed.domain.civil import stretch
from icsfeed.domain.deliveries import channel_receiver, occurrence_subject
from icsfeed.domain.feeds import Kind
from icsfeed.domain.history_views import visible_history
from icsfeed.domain.news import Audience, MailSelection, News, Reach
from icsfeed.domain.recorded_freezes import RecordedFreeze
from icsfeed.domain.schedule import Schedule
from icsfeed.domain.windows import MaintenanceWindow
from icsfeed.services.repository import Queueing

_EVENTS_OF_STEPS: Final = {
    Step.CONFIRM: ChannelEvent.CONFIRMED,
    Step.START: ChannelEvent.STARTED,
    Step.COMPLETE: ChannelEvent.COMPLETED,
    Step.CANCEL: ChannelEvent.CANCELLED,
}

CANCELLED_BEFORE: Final = "cancelled before it was sent"
WITHDRAWN_BEFORE: Final = "withdrawn before it was sent"
ENDED_BEFORE: Final = "the freeze ended before it was sent"
RESTORED_BEFORE: Final = "restored before it was sent"


def queue_announcement(writing: Queueing, schedule: Schedule, change: Change) -> None:
    """Queue the announcement of a new change."""
    _queue_change(writing, schedule, None, change, ChannelEvent.ANNOUNCED, touched=change.plan.environments)


def queue_change(writing: Queueing, schedule: Schedule, before: Change | None, after: Change) -> None:
    """Queue what a new change, or a step with one, makes different."""
    if before is None:
        queue_announcement(writing, schedule, after)
    else:
        queue_step(writing, schedule, before, after)


def event_of_change(before: Change | None, after: Change) -> ChannelEvent:
    """What those hear of a new change, or of a step with one, who see all of it."""
    if before is None:
        return ChannelEvent.ANNOUNCED
    if after.is_withdrawn or after.latest.step is Step.REDACT:
        return ChannelEvent.WITHDRAWN
    return ChannelEvent.ANNOUNCED if before.is_withdrawn else _event_of_step(before, after)


def event_of_adjustment(adjustment: Adjustment | None) -> ChannelEvent:
    """What those hear who see an occurrence that is skipped, moved or, with ``None``, restored."""
    if adjustment is None:
        return ChannelEvent.UPDATED
    if isinstance(adjustment, Skip):
        return ChannelEvent.WITHDRAWN if adjustment.silent else ChannelEvent.SKIPPED
    return ChannelEvent.MOVED


def queue_step(writing: Queueing, schedule: Schedule, before: Change, after: Change) -> None:
    """Queue what a step of an operator makes different; steps that the clock took before it are not told apart."""
    was_withdrawn, is_withdrawn = before.is_withdrawn, after.is_withdrawn
    if was_withdrawn and is_withdrawn:
        return
    if is_withdrawn or after.latest.step is Step.REDACT:
        _queue_withdrawal(writing, schedule, before, after)
        if is_withdrawn:
            writing.drop_waiting(after.id, problem=WITHDRAWN_BEFORE)
        return
    if was_withdrawn:
        queue_announcement(writing, schedule, after)
        _queue_correction(writing, schedule, before, after, ChannelEvent.ANNOUNCED)
        return
    event, touched = _event_of_step(before, after), before.plan.environments | after.plan.environments
    if event is ChannelEvent.CANCELLED:
        # Those who never heard of the change hear nothing of its cancellation.
        _queue_change(writing, schedule, before, after, event, touched=touched, reach=Reach.INFORMED)
        writing.drop_waiting(after.id, problem=CANCELLED_BEFORE, only_uninformed=True)
        return
    _queue_change(writing, schedule, before, after, event, touched=touched)
    _queue_correction(writing, schedule, before, after, event)
    added = after.plan.environments - before.plan.environments
    is_revived = before.state is State.CANCELLED and not after.state.is_final
    if added or is_revived:
        touched = after.plan.environments if is_revived else added
        announced = ChannelEvent.ANNOUNCED
        _queue_change(writing, schedule, before, after, announced, touched=touched, reach=Reach.UNINFORMED)


def _event_of_step(before: Change, after: Change) -> ChannelEvent:
    step = after.latest.step
    if step in _EVENTS_OF_STEPS:
        return _EVENTS_OF_STEPS[step]
    is_moved = after.plan.span != before.plan.span or after.shown_span != before.shown_span
    return ChannelEvent.MOVED if is_moved and after.state is before.state else ChannelEvent.UPDATED


def _queue_change(
    writing: Queueing,
    schedule: Schedule,
    before: Change | None,
    after: Change,
    event: ChannelEvent,
    *,
    touched: frozenset[str],
    reach: Reach = Reach.EVERYBODY,
) -> None:
    """Queue an event of a change for those who see it and selected it in one of the ``touched`` environments."""
    public = schedule.public_environments
    channels = [
        channel
        for channel in schedule.channels
        if channel.selects(event, after.kind, touched, public=public)
        and _is_visible(before, after, public | channel.environments)
    ]
    mail = None
    if _is_visible(before, after, public):
        mail = _mail_selection(schedule, after.kind, touched)
    starts = after.shown_span.start if event is ChannelEvent.MOVED else None
    news = News(subject=after.id, event=event, update=after.latest.number, starts=starts)
    _queue(writing, news, channels, mail, reach)


def _queue_correction(
    writing: Queueing, schedule: Schedule, before: Change, after: Change, event: ChannelEvent
) -> None:
    """Queue the event for channels that did not select it, where it makes untrue what they were told.

    Those are the ones that heard of the change after what an undo takes back, and those for which it begins or ceases
    to touch any of their environments. Mail subscribers select every event.
    """
    public, touched = schedule.public_environments, before.plan.environments | after.plan.environments
    others = [
        (channel, channel.visible_environments(public))
        for channel in schedule.channels
        if after.kind in channel.kinds
        and not channel.selects(event, after.kind, touched, public=public)
        and _is_visible(before, after, public | channel.environments)
    ]
    crossed = [
        channel
        for channel, mine in others
        if mine.isdisjoint(before.plan.environments) is not mine.isdisjoint(after.plan.environments)
    ]
    news = News(subject=after.id, event=event, update=after.latest.number)
    _queue(writing, news, crossed, None, Reach.INFORMED)
    if after.latest.step is Step.UNDO:
        undone = next(update for update in before.updates if update.number == after.latest.target)
        stay = [channel for channel, mine in others if channel not in crossed and not mine.isdisjoint(touched)]
        _queue(writing, news, stay, None, Reach.INFORMED, since=undone.at)


def _queue_withdrawal(writing: Queueing, schedule: Schedule, before: Change, after: Change) -> None:
    """Queue the withdrawal for those who had something of the change, whatever it touches and they select by now."""
    public = schedule.public_environments
    channels = [channel for channel in schedule.channels if _is_visible(before, after, public | channel.environments)]
    has_mail = schedule.mail is not None and _is_visible(before, after, public)
    news = News(subject=after.id, event=ChannelEvent.WITHDRAWN, update=after.latest.number)
    _queue(writing, news, channels, MailSelection() if has_mail else None, Reach.INFORMED)


def _is_visible(before: Change | None, after: Change, visible: frozenset[str]) -> bool:
    """Whether those who may see these environments see any difference."""
    seen = visible_history(after, visible)
    return seen is not None and (before is None or seen != visible_history(before, visible))


def queue_adjustment(
    writing: Queueing, schedule: Schedule, window: MaintenanceWindow, day: date, adjustment: Adjustment | None
) -> None:
    """Queue that an occurrence is skipped, moved or, with ``None``, restored."""
    subject = occurrence_subject(window.id, day.isoformat())
    if isinstance(adjustment, Skip) and adjustment.silent:
        news = News(subject=subject, event=ChannelEvent.WITHDRAWN)
        _queue_policy(writing, schedule, news, Kind.MAINTENANCE, window.environments, reach=Reach.INFORMED)
        writing.drop_waiting(subject, problem=WITHDRAWN_BEFORE)
    elif isinstance(adjustment, Skip):
        news = News(subject=subject, event=ChannelEvent.SKIPPED)
        _queue_policy(writing, schedule, news, Kind.MAINTENANCE, window.environments)
    elif isinstance(adjustment, Move):
        news = News(subject=subject, event=ChannelEvent.MOVED, starts=adjustment.to.start)
        _queue_policy(writing, schedule, news, Kind.MAINTENANCE, window.environments)
    else:
        # The policy holds again: that is news for those alone who heard otherwise.
        policy = stretch(*window.on(day), window.zone).span
        news = News(subject=subject, event=ChannelEvent.UPDATED, starts=policy.start if policy is not None else None)
        _queue_policy(writing, schedule, news, Kind.MAINTENANCE, window.environments, reach=Reach.INFORMED)
        writing.drop_waiting(subject, problem=RESTORED_BEFORE, only_uninformed=True)


def queue_freeze(writing: Queueing, schedule: Schedule, freeze: RecordedFreeze) -> None:
    """Queue that a freeze has started or ended. Nobody is told of an internal one."""
    if freeze.is_internal:
        return
    news = News(subject=freeze.id, event=ChannelEvent.FREEZE)
    if freeze.ended_at is None:
        _queue_policy(writing, schedule, news, Kind.FREEZE, freeze.environments)
    else:
        _queue_policy(writing, schedule, news, Kind.FREEZE, freeze.environments, reach=Reach.INFORMED)
        writing.drop_waiting(freeze.id, problem=ENDED_BEFORE, only_uninformed=True)


def _queue_policy(
    writing: Queueing,
    schedule: Schedule,
    news: News,
    kind: Kind,
    environments: frozenset[str],
    *,
    reach: Reach = Reach.EVERYBODY,
) -> None:
    """Queue an event of an occurrence or a freeze for those who selected it in one of these environments.

    Receivers that heard something else of the occurrence or the freeze are told so, whatever events they select.
    """
    public = schedule.public_environments
    concerned = [
        channel
        for channel in schedule.channels
        if kind in channel.kinds and not channel.visible_environments(public).isdisjoint(environments)
    ]
    channels = [channel for channel in concerned if news.event in channel.events]
    others = [channel for channel in concerned if news.event not in channel.events]
    _queue(writing, news, channels, _mail_selection(schedule, kind, environments), reach)
    _queue(writing, news, others, None, Reach.INFORMED)


def _mail_selection(schedule: Schedule, kind: Kind, environments: frozenset[str]) -> MailSelection | None:
    """The mail subscribers who selected the kind and one of these environments, as far as they are public."""
    public = environments & schedule.public_environments
    return MailSelection(kind=kind, environments=public) if schedule.mail is not None and public else None


def _queue(
    writing: Queueing,
    news: News,
    channels: Collection[Channel],
    mail: MailSelection | None,
    reach: Reach,
    *,
    since: datetime | None = None,
) -> None:
    if channels or mail is not None:
        receivers = tuple(channel_receiver(channel.id) for channel in channels)
        writing.queue(news, Audience(channels=receivers, mail=mail, reach=reach, since=since))
