"""Subscribers: customers with a private feed at an address that only they have."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from icsfeed.domain.errors import BadInputError, NotFoundError, RefusedError
from icsfeed.domain.maintnote import PUBLIC_ACCOUNT, Account
from icsfeed.domain.texts import quoted, without_direction_controls

if TYPE_CHECKING:
    from icsfeed.domain.tokens import TokenKey

MAX_NAME_CHARS: Final = 100
MAX_ALARMS: Final = 5
MAX_ALARM_LEAD: Final = timedelta(days=28)
_ONE_MINUTE: Final = timedelta(minutes=1)
_NOT_IN_A_NAME: Final = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")


def digest_of(token: str) -> str:
    """The digest of a token for the database; a random token can't be guessed from it."""
    import hashlib  # noqa: PLC0415  (OpenSSL takes its time; most commands meet no token)

    return hashlib.sha256(token.encode(errors="replace")).hexdigest()


def key_of(name: str) -> str:
    """The key of a name: the same for spellings that differ in case or spaces."""
    return " ".join(name.split()).casefold()


def subscriber_name(text: str) -> str:
    """A subscriber's name, without white space around it.

    Raises:
        BadInputError: where it can't be one.
    """
    if not text.strip() or len(text) > MAX_NAME_CHARS or _NOT_IN_A_NAME.search(text):
        msg = f"{quoted(text)} can't be a subscriber's name; write one line of at most {MAX_NAME_CHARS} characters"
        raise BadInputError(msg)
    return text.strip()


def new_subscriber_name(text: str) -> str:
    """The name of a new subscriber, without white space around it; earlier ones may break rules for new names.

    Raises:
        BadInputError: where it can't be one.
    """
    return subscriber_name(without_direction_controls(text, "the name"))


def check_alarms(alarms: Collection[timedelta]) -> None:
    """Check how long before each event a subscriber's calendar is to remind them.

    Raises:
        BadInputError: where there are too many, or one is out of range.
    """
    if len(alarms) > MAX_ALARMS:
        msg = f"{len(alarms)} alarms before each event are too many; {MAX_ALARMS} is the most"
        raise BadInputError(msg)
    for alarm in alarms:
        if not _ONE_MINUTE <= alarm <= MAX_ALARM_LEAD or alarm % _ONE_MINUTE:
            msg = f"an alarm rings whole minutes before an event, and at most {MAX_ALARM_LEAD.days} days, not {alarm}"
            raise BadInputError(msg)


class Action(StrEnum):
    """An operator's action on a subscriber."""

    ADD = "add"
    CHANGE = "change"
    ROTATE = "rotate"
    REVOKE = "revoke"


@dataclass(frozen=True, kw_only=True, slots=True)
class SubscriberStep:
    """One action on a subscriber, taken ``at`` an instant (aware).

    ``digest`` is that of the token that was handed out, ``salt`` what it was derived from (empty: it is random),
    ``until`` when those before it end; ``alarms`` are how long before an event's start one rings. ``account`` is the
    new one of a subscriber who is added or changed.
    """

    action: Action
    name: str
    at: datetime
    feed: str = ""
    alarms: tuple[timedelta, ...] = ()
    digest: str = ""
    salt: str = ""
    until: datetime | None = None
    account: Account = PUBLIC_ACCOUNT

    def __post_init__(self) -> None:
        subscriber_name(self.name)
        check_alarms(self.alarms)


@dataclass(frozen=True, kw_only=True, slots=True)
class Token:
    """A secret that opens a subscriber's feed, as far as it is kept; ``until`` is when it ends, if it does.

    With a ``salt``, it can be derived again from its key; without one, it is random.
    """

    digest: str
    since: datetime
    salt: str = ""
    until: datetime | None = None

    def opens(self, *, now: datetime) -> bool:
        return self.until is None or now < self.until

    def derived(self, key: TokenKey) -> str | None:
        """The secret itself, if it was derived from that key."""
        token = key.token(self.salt) if self.salt else ""
        return token if digest_of(token) == self.digest else None


@dataclass(frozen=True, kw_only=True, slots=True)
class Subscriber:
    """A customer who has the feed of slug ``feed``, with ``alarms`` (the longest first) if any.

    ``account`` is what the MAINTNOTE rendering says of it.
    """

    name: str
    feed: str
    alarms: tuple[timedelta, ...]
    since: datetime
    tokens: tuple[Token, ...]
    account: Account = PUBLIC_ACCOUNT
    revoked_at: datetime | None = None


def after(subscriber: Subscriber | None, step: SubscriberStep) -> Subscriber:
    """The subscriber after that step; ``None`` stands for one that does not exist yet.

    Raises:
        RefusedError: where the step can't be taken.
        NotFoundError: where there is no such subscriber.
    """
    token = Token(digest=step.digest, since=step.at, salt=step.salt)
    if step.action is Action.ADD:
        if subscriber is not None and subscriber.revoked_at is None:
            name = quoted(subscriber.name)
            msg = (
                f"there is a subscriber {name} already; use `icsfeed subscriber rotate {name}` for a new address, or "
                f"`icsfeed subscriber change {name}` for another account"
            )
            raise RefusedError(msg)
        alarms = tuple(sorted(set(step.alarms), reverse=True))
        return Subscriber(
            name=step.name, feed=step.feed, alarms=alarms, since=step.at, tokens=(token,), account=step.account
        )
    if subscriber is None:
        msg = f"there is no subscriber {quoted(step.name)}"
        raise NotFoundError(msg)
    if subscriber.revoked_at is not None:
        msg = f"the subscriber {quoted(subscriber.name)} was revoked on {subscriber.revoked_at:%Y-%m-%d}; add it again"
        raise RefusedError(msg)
    if step.action is Action.REVOKE:
        return replace(subscriber, revoked_at=step.at)
    if step.action is Action.CHANGE:
        return replace(subscriber, account=step.account)
    earlier = [
        replace(each, until=min(filter(None, (each.until, step.until)), default=None)) for each in subscriber.tokens
    ]
    return replace(subscriber, tokens=(*(each for each in earlier if each.opens(now=step.at)), token))


@dataclass(frozen=True, kw_only=True, slots=True)
class Subscribers:
    """All subscribers by key, in the order in which they were added."""

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
        return self.by_key.get(key_of(name))

    def holder(self, token: str, *, now: datetime) -> Subscriber | None:
        """The subscriber whose feed the token opens at ``now`` (aware); ``None`` if unknown, expired or revoked."""
        held = self._holders.get(digest_of(token))
        return held[0] if held is not None and held[1].opens(now=now) else None

    def valid(self, *, now: datetime) -> Iterator[tuple[Subscriber, Token]]:
        """Every token that opens a feed at ``now`` (aware), with its subscriber; older tokens come first."""
        return (held for held in self._holders.values() if held[1].opens(now=now))

    def knows(self, key: TokenKey) -> bool:
        """Whether any token, even a revoked or expired one, was derived from that key."""
        return any(token.derived(key) is not None for each in self.by_key.values() for token in each.tokens)

    def next_end(self, *, now: datetime) -> datetime | None:
        """The next instant after ``now`` (aware) at which a token expires, if any does."""
        return min((token.until for _, token in self.valid(now=now) if token.until is not None), default=None)

    def after(self, steps: Iterable[SubscriberStep]) -> Subscribers:
        """The subscribers after further steps, in order."""
        by_key = dict(self.by_key)
        for step in steps:
            key = key_of(step.name)
            by_key[key] = after(by_key.get(key), step)
        return Subscribers(by_key=by_key)


NOBODY: Final = Subscribers()
