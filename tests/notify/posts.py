"""A vendor that announces emergency changes to webhooks, the senders of a test, and the clock that it advances."""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import Generator
from dataclasses import dataclass, field
from functools import cached_property
from itertools import count
from pathlib import Path
from typing import Any, Final, cast

import structlog
from structlog.testing import LogCapture

from icsfeed.domain.changes import Step
from icsfeed.domain.deliveries import DeliveryState
from icsfeed.domain.outbox_rows import RetrySelection
from icsfeed.domain.plans import Amendment
from icsfeed.notify.assembly import assemble_sender, make_transports
from icsfeed.notify.sender import Sender
from icsfeed.services.changes import Workspace
from icsfeed.services.delivery_retries import retry
from icsfeed.store.database.database import Database
from icsfeed.store.schedule_file import load_schedule
from tests.actors import operator
from tests.cli.running import SCHEDULE
from tests.notify.receivers import Received, Receiver
from tests.publication.fakes import Clock
from tests.services.workspace import NIGHT, a_plan, advance_change, announce_plan

PATIENCE: Final = 60.0
"""Seconds; far more than anything here takes."""

NEW_SECRET: Final = "s" * 64
"""What signs links, and makes keys."""

_SECRET: Final = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


def webhook(channel_id: str, url: str, *lines: str) -> str:
    """The table of a channel that posts to the URL."""
    head = (f'id = "{channel_id}"', f'webhook = "{url}"', f'secret = "{_SECRET}"')
    return "\n".join(("", "[[channels]]", *head, "allow_private_addresses = true", *lines, ""))


def write_schedule(folder: Path, *tables: str) -> Path:
    """A schedule file with these tables after its policy."""
    path = folder / "schedule.toml"
    path.write_text("".join((SCHEDULE, *tables)), encoding="utf-8")
    return path


@dataclass(frozen=True, kw_only=True, slots=True)
class Arrival:
    """What a webhook got: the key of the delivery, its event, the change and its summary."""

    key: str
    event: str
    change: str
    summary: str


def arrivals(receiver: Receiver) -> list[Arrival]:
    """What the receiver got so far, in order, but for bodies that a killed sender has not sent to their end."""
    whole = (each for each in list(receiver.received) if len(each.body) == int(each.headers["content-length"]))
    return [_arrival(each) for each in whole]


def _arrival(received: Received) -> Arrival:
    body: dict[str, Any] = json.loads(received.body)
    data = body["data"]
    return Arrival(key=received.headers["webhook-id"], event=body["type"], change=data["id"], summary=data["name"])


@dataclass(kw_only=True)
class Post:
    """The schedule file, the database, and senders that share it."""

    path: Path
    url: str
    clock: Any = field(default_factory=lambda: Clock(now=NIGHT))
    """One that a test advances, or another function."""
    log: LogCapture = field(default_factory=LogCapture)
    _resources: contextlib.ExitStack = field(default_factory=contextlib.ExitStack)
    _owners: count[int] = field(default_factory=count)

    @cached_property
    def database(self) -> Database:
        """The operators' database."""
        return self._open_database()

    def _open_database(self) -> Database:
        """Its leases go by the clock that a test advances, if it does."""
        database = Database(self.url, has_callers_clock=isinstance(self.clock, Clock))
        return self._resources.enter_context(contextlib.closing(database))

    @contextlib.contextmanager
    def sender(self) -> Generator[Sender]:
        """A sender, stopped at the end."""
        database = self._open_database()
        sender = assemble_sender(
            self.path,
            database,
            make_transports({}, clock=self.clock),
            owner=f"sender {next(self._owners)}",
            new_secret=lambda: NEW_SECRET,
            clock=self.clock,
            log=structlog.wrap_logger(None, processors=[self.log]),
        )
        try:
            yield sender
        finally:
            sender.stop()

    def send(self, sender: Sender) -> None:
        """Have the sender send all that is due."""
        sender.tick(self.clock())
        until(lambda: sender.is_idle)

    @property
    def workspace(self) -> Workspace:
        return Workspace(schedule=load_schedule(self.path).schedule, repository=self.database)

    def announce(self, summary: str, *, workspace: Workspace | None = None) -> str:
        """Announce an emergency change; gives its id."""
        plan = a_plan(summary=summary)
        return announce_plan(workspace or self.workspace, plan, now=self.clock(), uid_part="ab12").change.id

    def update(self, change: str, summary: str) -> None:
        """Give the change another summary."""
        amendment = Amendment(summary=summary)
        advance_change(self.workspace, Step.UPDATE, change, amendment=amendment, now=self.clock())

    def retry(self) -> tuple[int, ...]:
        """Have what failed tried again."""
        return retry(self.database, RetrySelection(), actor=operator("ann", self.clock()))

    def states(self) -> list[DeliveryState]:
        """The state of each delivery, the first queued first."""
        return [row.state for row in reversed(self.database.outbox.rows())]

    @property
    def logged(self) -> list[str]:
        return [cast("str", entry["event"]) for entry in self.log.entries]


@contextlib.contextmanager
def a_post(folder: Path, url: str, *tables: str) -> Generator[Post]:
    """A vendor with these tables in the schedule file."""
    post = Post(path=write_schedule(folder, *tables), url=url)
    with post._resources:  # noqa: SLF001  (its own)
        post.database.upgrade()
        yield post


def until(condition: Any) -> None:  # noqa: ANN401  (a function)
    """Wait until the condition is true."""
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.01)
