"""Senders that get killed at random moments, while operators go on: nothing is lost, and order is kept.

Each sender runs in a process of its own, and its clock is ahead of the one before: so the leases of those that died
have ended, for which a test would else wait 20 seconds each time.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from multiprocessing import get_context
from multiprocessing.process import BaseProcess
from pathlib import Path
from random import Random
from typing import Final

from icsfeed.domain.deliveries import DeliveryState
from icsfeed.notify.keys import delivery_key
from tests.notify.posts import NEW_SECRET, PATIENCE, Post, arrivals
from tests.notify.receivers import Receiver
from tests.services.workspace import NIGHT

_CONTEXT: Final = get_context("forkserver")
_CONTEXT.set_forkserver_preload(["tests.notify.killed_senders"])

_STEP: Final = timedelta(seconds=25)
"""More than a lease."""

_MOMENT_SECONDS: Final = 0.02
"""About as long as it takes to post a message and to settle it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class RunningClock:
    """The real clock, ``ahead`` of the time."""

    ahead: timedelta

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead

    @classmethod
    def from_night(cls) -> RunningClock:
        """One that starts a day before the changes of ``Post``."""
        return cls(ahead=NIGHT - timedelta(days=1) - datetime.now(UTC))


@dataclass(kw_only=True)
class Tally:
    """What became of the messages: how many there were, how many of those are repeats, and what went wrong."""

    kills: int = 0
    messages: int = 0
    repeats: int = 0
    faults: list[str] = field(default_factory=list)


def run_sender(path: Path, url: str, clock: RunningClock) -> None:
    """Send until the process is killed."""
    with Post(path=path, url=url, clock=clock).sender() as sender:
        while True:
            sender.tick(clock())
            time.sleep(0.02)


def start_sender(post: Post, clock: RunningClock) -> BaseProcess:
    """Start a sender in a process of its own."""
    process = _CONTEXT.Process(target=run_sender, args=(post.path, post.url, clock), daemon=True)
    process.start()
    return process


def kill_many(post: Post, hooks: Sequence[Receiver], *, times: int, random: Random) -> Tally:
    """Kill a sender so many times; then let one finish, and check what every receiver got."""
    tally, acknowledged = Tally(kills=times), [Counter[str]() for _ in hooks]
    latest: dict[str, int] = {}
    clock = RunningClock.from_night()
    for _ in range(times):
        post.clock = clock = RunningClock(ahead=clock.ahead + _STEP)
        _operate(post, latest, random)
        _kill_one(post, clock, hooks, random)
        _note_acknowledged(post, hooks, acknowledged)
    with post.sender() as sender:
        while DeliveryState.WAITING in post.states():
            post.clock = RunningClock(ahead=post.clock.ahead + _STEP)
            post.send(sender)
    for hook, counts in zip(hooks, acknowledged, strict=True):
        _check(hook, counts, latest, tally)
    return tally


def _operate(post: Post, latest: dict[str, int], random: Random) -> None:
    """Announce or update some changes, whose summaries count up."""
    for _ in range(3):
        number = max(latest.values(), default=0) + 1
        if len(latest) < 3 or random.random() < 0.2:
            change = post.announce(str(number))
        else:
            change = random.choice(sorted(latest))
            post.update(change, str(number))
        latest[change] = number


def _kill_one(post: Post, clock: RunningClock, hooks: Sequence[Receiver], random: Random) -> None:
    """Start a sender, and kill it at any moment, or about when it has sent something."""
    before = _received(hooks)
    process = start_sender(post, clock)
    if random.random() < 0.25:
        time.sleep(random.uniform(0, 0.5))
    else:
        enough = before + random.randint(1, 2 * len(hooks))
        end = time.monotonic() + PATIENCE
        while _received(hooks) < enough and time.monotonic() < end and DeliveryState.WAITING in post.states():
            time.sleep(0.001)
        time.sleep(random.uniform(0, _MOMENT_SECONDS))
    process.kill()
    process.join()


def _received(hooks: Sequence[Receiver]) -> int:
    return sum(len(hook.received) for hook in hooks)


def _note_acknowledged(post: Post, hooks: Sequence[Receiver], acknowledged: Sequence[Counter[str]]) -> None:
    """Note how often each acknowledged message has arrived by now: it must not arrive again."""
    rows = post.database.outbox.rows(DeliveryState.SENT)
    keys = {delivery_key(NEW_SECRET, row.delivery) for row in rows}
    for hook, counts in zip(hooks, acknowledged, strict=True):
        so_far = Counter(each.key for each in arrivals(hook))
        counts.update({key: number for key, number in so_far.items() if key in keys and key not in counts})


def _check(hook: Receiver, acknowledged: Counter[str], latest: dict[str, int], tally: Tally) -> None:
    got = arrivals(hook)
    counts = Counter(each.key for each in got)
    tally.messages += len(got)
    tally.repeats += len(got) - len(counts)
    tally.faults += [f"{key} was sent again" for key, number in acknowledged.items() if counts[key] != number]
    for change, number in latest.items():
        summaries = [int(each.summary) for each in got if each.change == change]
        if summaries != sorted(summaries):
            tally.faults.append(f"{change} was told out of order: {summaries}")
        if summaries[-1:] != [number]:
            tally.faults.append(f"{change} ends with {summaries[-1:]}, not {number}")
