"""Subscribers: customers with a feed of their own, at an address that only they know."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from icsfeed.domain.errors import BadInputError, NotFoundError, RefusedError
from icsfeed.domain.texts import quoted
from icsfeed.domain.tokens import TokenKey

LONGEST_NAME: Final = 100
MOST_ALARMS: Final = 5
LONGEST_ALARM: Final = timedelta(days=28)
_ONE_MINUTE: Final = timedelta(minutes=1)
_NOT_IN_A_NAME: Final = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")


def digest_of(token: str) -> str:
    """What is kept of a token. It is random, and so nobody can guess it from this."""
    return hashlib.sha256(token.encode(errors="replace")).hexdigest()


def key_of(name: str) -> str:
    """What two spellings of a name have in common."""
    return " ".join(name.split()).casefold()


def subscriber_name(text: str) -> str:
    """A subscriber's name, without white space around it.

    Raises:
        BadInputError: where it can't be one.
    """
    if not text.strip() or len(text) > LONGEST_NAME or _NOT_IN_A_NAME.search(text):
        msg = f"{quoted(text)} can't be a subscriber's name; write one line of at most {LONGEST_NAME} characters"
        raise BadInputError(msg)
    return text.strip()


def check_alarms(alarms: Collection[timedelta]) -> None:
    """Check how long before each event a subscriber's calendar is to remind them.

    Raises:
        BadInputError: where there are too many, or one is out of range.
    """
    if len(alarms) > MOST_ALARMS:
        msg = f"{len(alarms)} alarms before each event are too many; {MOST_ALARMS} is the most"
        raise BadInputError(msg)
    for alarm in alarms:
        if not _ONE_MINUTE <= alarm <= LONGEST_ALARM or alarm % _ONE_MINUTE:
            msg = f"an alarm rings whole minutes before an event, and at most {LONGEST_ALARM.days} days, not {alarm}"
            raise BadInputError(msg)


class Action(StrEnum):
    """What an operator does with a subscriber."""

    ADD = "add"
    ROTATE = "rotate"
    REVOKE = "revoke"


@dataclass(frozen=True, kw_only=True, slots=True)
class SubscriberStep:
    """What was done with a subscriber, ``at`` what instant (aware).

    ``digest`` is that of the token that was handed out, ``salt`` what it was derived from (empty: it is random),
    ``until`` when those before it end; ``alarms`` are how long before an event's start one rings.
    """

    action: Action
    name: str
    at: datetime
    feed: str = ""
    alarms: tuple[timedelta, ...] = ()
    digest: str = ""
    salt: str = ""
    until: datetime | None = None

    def __post_init__(self) -> None:
        subscriber_name(self.name)
        check_alarms(self.alarms)


@dataclass(frozen=True, kw_only=True, slots=True)
class Token:
    """A secret that opens a subscriber's feed, as far as it is kept; ``until`` is when it ends, if it does.

    With the ``salt``, whoever has the key that it was derived from can tell it again; empty, nobody can.
    """

    digest: str
    since: datetime
    salt: str = ""
    until: datetime | None = None

    def opens(self, *, now: datetime) -> bool:
        """Whether it is valid at ``now`` (aware)."""
        return self.until is None or now < self.until

    def derived(self, key: TokenKey) -> str | None:
        """The secret itself, if it was derived from that key."""
        token = key.token(self.salt) if self.salt else ""
        return token if digest_of(token) == self.digest else None


@dataclass(frozen=True, kw_only=True, slots=True)
class Subscriber:
    """A customer who has the feed of slug ``feed``, with ``alarms`` (the longest first) if any."""

    name: str
    feed: str
    alarms: tuple[timedelta, ...]
    since: datetime
    tokens: tuple[Token, ...]
    revoked_at: datetime | None = None


def after(subscriber: Subscriber | None, step: SubscriberStep) -> Subscriber:
    """The subscriber after that step; ``None`` is one that there was not before.

    Raises:
        SubscriberStateError: where the step can't be taken.
        UnknownSubscriberError: where there is none to take it with.
    """
    token = Token(digest=step.digest, since=step.at, salt=step.salt)
    if step.action is Action.ADD:
        if subscriber is not None and subscriber.revoked_at is None:
            name = quoted(subscriber.name)
            msg = f"there is a subscriber {name} already; for a new address: icsfeed subscriber rotate {name}"
            raise RefusedError(msg)
        alarms = tuple(sorted(set(step.alarms), reverse=True))
        return Subscriber(name=step.name, feed=step.feed, alarms=alarms, since=step.at, tokens=(token,))
    if subscriber is None:
        msg = f"there is no subscriber {quoted(step.name)}"
        raise NotFoundError(msg)
    if subscriber.revoked_at is not None:
        msg = f"the subscriber {quoted(subscriber.name)} was revoked on {subscriber.revoked_at:%Y-%m-%d}; add it again"
        raise RefusedError(msg)
    if step.action is Action.REVOKE:
        return replace(subscriber, revoked_at=step.at)
    earlier = [
        replace(each, until=min(filter(None, (each.until, step.until)), default=None)) for each in subscriber.tokens
    ]
    return replace(subscriber, tokens=(*(each for each in earlier if each.opens(now=step.at)), token))


@dataclass(frozen=True, kw_only=True, slots=True)
class Subscribers:
    """All subscribers, in the order in which they were added, by what their names have in common."""

    by_key: Mapping[str, Subscriber] = field(default_factory=dict)
    _holders: Mapping[str, tuple[Subscriber, Token]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        held = {
            token.digest: (subscriber, token)
            for subscriber in self.by_key.values()
            if subscriber.revoked_at is None
            for token in subscriber.tokens
        }
        object.__setattr__(self, "_holders", held)

    def named(self, name: str) -> Subscriber | None:
        """The one of that name, if there is one."""
        return self.by_key.get(key_of(name))

    def holder(self, token: str, *, now: datetime) -> Subscriber | None:
        """Whose feed the token opens at ``now`` (aware); none where it is unknown, over or revoked."""
        found = self._holders.get(digest_of(token))
        return found[0] if found is not None and found[1].opens(now=now) else None

    def valid(self, *, now: datetime) -> Iterator[tuple[Subscriber, Token]]:
        """Every token that opens a feed at ``now`` (aware), with whose it is; the earlier of two comes first."""
        return (held for held in self._holders.values() if held[1].opens(now=now))

    def knows(self, key: TokenKey) -> bool:
        """Whether any token, be it revoked or over, was derived from that key."""
        return any(token.derived(key) is not None for each in self.by_key.values() for token in each.tokens)

    def next_end(self, *, now: datetime) -> datetime | None:
        """The first instant after ``now`` (aware) at which time alone ends a token, if there is one."""
        return min((token.until for _, token in self.valid(now=now) if token.until is not None), default=None)

    def after(self, steps: Iterable[SubscriberStep]) -> Subscribers:
        """They after further steps, in order."""
        by_key = dict(self.by_key)
        for step in steps:
            key = key_of(step.name)
            by_key[key] = after(by_key.get(key), step)
        return Subscribers(by_key=by_key)


NOBODY: Final = Subscribers()
