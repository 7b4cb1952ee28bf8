"""What operators do with subscribers, for every interface alike: add, change, rotate and revoke them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from icsfeed.domain.actors import Actor
from icsfeed.domain.errors import ConflictError, NotFoundError
from icsfeed.domain.maintnote import PUBLIC_ACCOUNT, Account
from icsfeed.domain.schedule import Schedule
from icsfeed.domain.subscribers import Action, Subscriber, Subscribers, SubscriberStep, after, digest_of, key_of
from icsfeed.domain.texts import quoted
from icsfeed.services.repository import Repository
from icsfeed.services.upcoming import utc_text

_MAX_NAMES: Final = 10


def add(
    schedule: Schedule,
    repository: Repository,
    name: str,
    *,
    feed: str,
    alarms: tuple[timedelta, ...] = (),
    account: Account = PUBLIC_ACCOUNT,
    token: str,
    salt: str = "",
    actor: Actor,
) -> Subscriber:
    """Add a subscriber, who opens the feed with ``token``; a derived token has the ``salt`` it was derived from.

    Raises:
        IcsfeedError: where there is no such feed, the name is taken, or it can't be recorded; nothing has changed then.
    """
    schedule.feed(feed)
    step = SubscriberStep(
        action=Action.ADD,
        name=name.strip(),
        at=actor.at,
        feed=feed,
        alarms=alarms,
        account=account,
        digest=digest_of(token),
        salt=salt,
    )
    return _take(repository, step, actor)


def change(
    repository: Repository,
    name: str,
    *,
    account: str | None = None,
    objects: tuple[str, ...] | None = None,
    actor: Actor,
) -> Subscriber:
    """Give a subscriber another MAINTNOTE account, or other objects; ``None`` leaves either. Addresses stay.

    Raises:
        IcsfeedError: where there is no such subscriber, or it can't be recorded; nothing has changed then.
    """
    step = SubscriberStep(action=Action.CHANGE, name=name.strip(), at=actor.at)

    def with_account(subscriber: Subscriber) -> SubscriberStep:
        before = subscriber.account
        new_id, new_objects = (
            (before.id if account is None else account),
            (before.objects if objects is None else objects),
        )
        return replace(step, account=Account(id=new_id, objects=new_objects))

    subscriber = repository.record().subscribers.named(name)
    if (
        subscriber is not None
        and subscriber.revoked_at is None
        and with_account(subscriber).account == subscriber.account
    ):
        return subscriber
    return _take(repository, step, actor, complete=with_account)


def rotate(
    schedule: Schedule,
    repository: Repository,
    name: str,
    *,
    token: str,
    salt: str = "",
    overlap: timedelta,
    actor: Actor,
    expected: datetime | None = None,
) -> Subscriber:
    """Give a subscriber a new token; earlier ones stay valid for the ``overlap`` only.

    ``expected`` is when the latest token that the operator has seen was made: there must be no later one.

    Raises:
        IcsfeedError: where there is no such subscriber or no such feed any more, somebody was faster, or it can't be
            recorded; nothing has changed then.
    """
    step = SubscriberStep(
        action=Action.ROTATE,
        name=name.strip(),
        at=actor.at,
        digest=digest_of(token),
        salt=salt,
        until=actor.at + overlap,
    )

    def unless_rotated(subscriber: Subscriber) -> SubscriberStep:
        latest = subscriber.tokens[-1].since
        if expected is not None and latest != expected:
            msg = f"{quoted(subscriber.name)} got a new address at {utc_text(latest)} already; nothing was changed now"
            raise ConflictError(msg)
        return step

    return _take(repository, step, actor, schedule, complete=unless_rotated)


def revoke(repository: Repository, name: str, *, actor: Actor) -> Subscriber:
    """Close a subscriber's feed for good; a second time changes nothing.

    Raises:
        IcsfeedError: where there is no such subscriber, or it can't be recorded; nothing has changed then.
    """
    subscriber = repository.record().subscribers.named(name)
    if subscriber is not None and subscriber.revoked_at is not None:
        return subscriber
    return _take(repository, SubscriberStep(action=Action.REVOKE, name=name.strip(), at=actor.at), actor)


def _take(
    repository: Repository,
    step: SubscriberStep,
    actor: Actor,
    schedule: Schedule | None = None,
    complete: Callable[[Subscriber], SubscriberStep] | None = None,
) -> Subscriber:
    """Record the step; with a ``schedule``, only if that has the subscriber's feed.

    ``complete`` gives the step where it depends on the subscriber as they are now.
    """
    action = f"subscriber {step.action}"
    with repository.writing(actor=actor, action=action, subject=step.name) as transaction:
        subscribers = transaction.record.subscribers
        before = subscribers.named(step.name)
        if complete is not None and before is not None:
            step = complete(before)
        try:
            subscriber = after(before, step)
        except NotFoundError:
            raise NotFoundError(_unknown(step.name, subscribers)) from None
        if schedule is not None:
            _check_feed(schedule, subscriber)
        transaction.add_subscriber_step(step)
    return subscriber


def _check_feed(schedule: Schedule, subscriber: Subscriber) -> None:
    try:
        schedule.feed(subscriber.feed)
    except NotFoundError as error:
        msg = f"{error}; revoke {quoted(subscriber.name)} and add it again with one of these"
        raise NotFoundError(msg) from None


def _unknown(name: str, subscribers: Subscribers) -> str:
    names = [each.name for each in subscribers.by_key.values() if each.revoked_at is None]
    has = f"there are {listed(names)}" if names else "there is none yet"
    return f"there is no subscriber {quoted(name)}; {has}"


def listed(names: Sequence[str]) -> str:
    """Subscribers' names for a message: the first ten, and the number of the others."""
    others = f" and {len(names) - _MAX_NAMES} more" if len(names) > _MAX_NAMES else ""
    return ", ".join(map(quoted, names[:_MAX_NAMES])) + others


def subscribers_as_json(schedule: Schedule, repository: Repository, *, now: datetime) -> tuple[dict[str, object], ...]:
    """Every subscriber as JSON: instants in UTC, alarms in minutes, and the clients that have fetched the feed.

    ``objects`` are those of the MAINTNOTE ``account``; none stand for the environments that an event touches.

    ``feed_exists`` says whether the schedule still has the feed.
    """
    fetches, subscribers = repository.fetches(), repository.record().subscribers.by_key.values()
    return tuple(_with_feed(schedule, subscriber, fetches, now) for subscriber in subscribers)


def subscriber_as_json(
    schedule: Schedule, repository: Repository, subscriber: Subscriber, *, now: datetime
) -> dict[str, object]:
    """One subscriber, as ``subscribers_as_json`` gives it."""
    return _with_feed(schedule, subscriber, repository.fetches(), now)


def _with_feed(
    schedule: Schedule, subscriber: Subscriber, fetches: Mapping[tuple[str, str], datetime], now: datetime
) -> dict[str, object]:
    slugs = {feed.slug for feed in schedule.feeds}
    return {**_as_json(subscriber, _clients(subscriber, fetches), now), "feed_exists": subscriber.feed in slugs}


def _clients(subscriber: Subscriber, fetches: Mapping[tuple[str, str], datetime]) -> dict[str, datetime]:
    """When each family of clients last fetched the feed since the subscriber was added, the latest first."""
    key = key_of(subscriber.name)
    clients = [(client, at) for (name, client), at in fetches.items() if name == key and at >= subscriber.since]
    return dict(sorted(clients, key=lambda each: each[1], reverse=True))


def _as_json(subscriber: Subscriber, clients: Mapping[str, datetime], now: datetime) -> dict[str, object]:
    return {
        "name": subscriber.name,
        "feed": subscriber.feed,
        "alarms": [alarm // timedelta(minutes=1) for alarm in subscriber.alarms],
        "account": subscriber.account.id,
        "objects": list(subscriber.account.objects),
        "since": utc_text(subscriber.since),
        "last_fetch": utc_text(max(clients.values())) if clients else None,
        "clients": {client: utc_text(at) for client, at in clients.items()},
        "old_token_until": _old_token_until(subscriber, now),
        "revoked": utc_text(subscriber.revoked_at) if subscriber.revoked_at is not None else None,
    }


def _old_token_until(subscriber: Subscriber, now: datetime) -> str | None:
    """When the last of the replaced tokens ends, if one still opens the feed."""
    if subscriber.revoked_at is not None:
        return None
    ends = [each.until for each in subscriber.tokens if each.until is not None and each.opens(now=now)]
    return utc_text(max(ends)) if ends else None
