"""A schedule file, a repository and a clock that tests control."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any
from wsgiref.types import StartResponse, WSGIEnvironment

import structlog
from structlog.testing import LogCapture

from icsfeed.domain.actors import Actor
from icsfeed.domain.public_holidays import PublishedHolidays
from icsfeed.domain.record import NOTHING, Record
from icsfeed.domain.revisions import LedgerLine, with_lines
from icsfeed.domain.schedule import Schedule
from icsfeed.publication.live import SLOW_LOOK, Live, unpaced
from icsfeed.publication.publisher import Publisher
from icsfeed.publication.publishing import Publication
from icsfeed.publication.representations import Representation
from icsfeed.publication.sources import ScheduleFile, Sources
from icsfeed.store.schedule_file import FileSignature, LoadedSchedule, Mistake, ScheduleFileError
from icsfeed.web.front import Front
from icsfeed.web.request_log import RequestLog
from icsfeed.web.tally import Tally
from tests.examples import NOW, THURSDAY, a_schedule

BEFORE = a_schedule(THURSDAY)
AFTER = a_schedule(replace(THURSDAY, name="Maintenance of the new platform"))
PATH = "/feeds/all.ics"


def mistakes(*messages: str) -> ScheduleFileError:
    """The error of a broken file, with one mistake per line, from line 1."""
    in_lines = [Mistake(path="calendar", line=line, message=message) for line, message in enumerate(messages, start=1)]
    return ScheduleFileError("schedule.toml", in_lines)


@dataclass
class Clock:
    """A clock that a test advances."""

    now: datetime = NOW

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **time: float) -> None:
        """Let time pass, given as arguments of ``timedelta``."""
        self.now += timedelta(**time)


@dataclass
class Disk:
    """A schedule file with its schedule, or the error of reading it; counts reads and looks."""

    content: Schedule | Exception = BEFORE
    changed_at: datetime = NOW - timedelta(days=1)
    reads: int = 0
    looks: int = 0
    stamps: count[int] = field(default_factory=count)
    stamp: int | None = 0
    while_reading: Callable[[], None] = lambda: None
    while_looking: Callable[[], None] = lambda: None

    def write(self, content: Schedule | Exception, changed_at: datetime) -> None:
        self.content, self.changed_at, self.stamp = content, changed_at, next(self.stamps) + 1

    def vanish(self) -> None:
        self.content, self.stamp = mistakes("there is no such file"), None

    def load(self, _path: Path) -> LoadedSchedule:
        """Stands in for ``load_schedule``."""
        self.reads += 1
        self.while_reading()
        if isinstance(self.content, Exception):
            raise self.content
        content = self.content.windows[0].name.encode()
        return LoadedSchedule(schedule=self.content, content=content, signature=self._signature())

    def signature(self, _path: str) -> FileSignature | None:
        """Stands in for ``file_signature``."""
        self.looks += 1
        self.while_looking()
        return None if self.stamp is None else self._signature()

    def _signature(self) -> FileSignature:
        nanoseconds = int(self.changed_at.timestamp()) * 1_000_000_000
        return FileSignature(mtime_ns=nanoseconds, ctime_ns=nanoseconds, size=1, inode=self.stamp or 0)


@dataclass
class FakeRepository:
    """A repository in memory.

    ``fault`` is raised by reading and writing, ``read_only`` by writing, ``full`` by storing a schedule.
    """

    current: Record = NOTHING
    fault: Exception | None = None
    read_only: Exception | None = None
    look_every: timedelta = timedelta(milliseconds=10)
    schedule: tuple[bytes, datetime] | None = None
    holidays: PublishedHolidays | None = None
    full: Exception | None = None

    def entry(self) -> int:
        return self.record().entry

    def record(self) -> Record:
        if self.fault is not None:
            raise self.fault
        return self.current

    def add(self, at: datetime, **parts: Any) -> None:  # noqa: ANN401  (any part of a record)
        """Record those parts in another audit entry."""
        self.current = replace(self.current, entry=self.current.entry + 1, at=at, **{"changed_at": at, **parts})

    def kept_schedule(self) -> tuple[bytes, datetime] | None:
        return self.schedule if self.record() is not NOTHING else None

    def kept_holidays(self) -> PublishedHolidays | None:
        return self.holidays

    def keep_schedule(self, content: bytes, changed_at: datetime, *, holidays: PublishedHolidays | None = None) -> None:
        if self.full is not None:
            raise self.full
        self.schedule, self.holidays = (content, changed_at), holidays

    def fetches(self) -> dict[tuple[str, str], datetime]:
        return {}

    @contextmanager
    def writing(self, *, actor: Actor, action: str, subject: str) -> Generator[Any]:
        """Record the ledger of revisions."""
        assert (actor.name, action, subject) == ("icsfeed", "publish", "schedule")
        if self.read_only is not None:
            raise self.read_only
        transaction = FakeTransaction(record=self.record())
        yield transaction
        self.add(actor.at, ledger=with_lines(self.current.ledger, transaction.lines))


@dataclass
class FakeTransaction:
    """A transaction for ledger lines."""

    record: Record
    lines: list[LedgerLine] = field(default_factory=list)

    def add_revisions(self, lines: Iterable[LedgerLine]) -> None:
        self.lines += lines


@dataclass
class FakeServer:
    """A live publication with a fake disk, repository and clock, and a captured log.

    If ``paced``, the clock decides when to look for changes; otherwise every request looks.
    """

    disk: Disk = field(default_factory=Disk)
    repository: FakeRepository = field(default_factory=FakeRepository)
    clock: Clock = field(default_factory=Clock)
    capture: LogCapture = field(default_factory=LogCapture)
    preview: bool = False
    patience: timedelta | None = None
    slow_look: timedelta = SLOW_LOOK
    paced: bool = False

    def __post_init__(self) -> None:
        log = structlog.wrap_logger(
            None, processors=[self.capture], wrapper_class=structlog.make_filtering_bound_logger("info")
        )
        file = ScheduleFile(path=Path("schedule.toml"), load=self.disk.load, read_signature=self.disk.signature)
        self.live = Live(
            Publisher(Sources(file, self.repository, log=log), records=not self.preview),
            clock=self.clock,
            patience=self.patience,
            seconds=self._seconds if self.paced else unpaced,
            slow_look=self.slow_look,
        )

    def _seconds(self) -> float:
        return self.clock.now.timestamp()

    def publication(self) -> Publication:
        publication = self.live.current()
        assert publication is not None
        return publication

    def feed(self) -> Representation:
        """The representation at ``PATH``."""
        return self.publication().representations[PATH]

    def date(self) -> datetime | None:
        """The publication's Last-Modified."""
        return self.publication().last_modified

    def log_entries(self, event: str) -> list[dict[str, object]]:
        """The log entries of that event, without the keys "event" and "path"."""
        return [
            {key: value for key, value in entry.items() if key not in {"event", "path"}}
            for entry in self.capture.entries
            if entry["event"] == event
        ]


def not_found(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    """An application without pages."""
    del environ
    start_response("404 Not Found", [])
    return []


def front_of(live: Live, **parts: Any) -> Front:  # noqa: ANN401  (any part of a front)
    """A front whose parts do nothing, except the given ones."""
    silent = structlog.wrap_logger(None, processors=[LogCapture()])
    defaults = {
        "app": not_found,
        "on_fetch": lambda *_: None,
        "tally": Tally(lambda _: None),
        "requests": RequestLog(silent, lambda: "an-id"),
    }
    return Front(live=live, **{**defaults, **parts})
