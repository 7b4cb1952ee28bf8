"""The application for every WSGI server, put together from its parts."""

from __future__ import annotations

import atexit
import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from secrets import token_bytes, token_hex
from time import monotonic
from typing import TYPE_CHECKING, Final
from wsgiref.types import WSGIApplication

from flask import Flask
from structlog.typing import FilteringBoundLogger

from icsfeed.domain.errors import IcsfeedError
from icsfeed.domain.subscribers import Subscriber, key_of
from icsfeed.publication.live import Clock, Live, unpaced
from icsfeed.publication.publisher import Publisher
from icsfeed.publication.sources import ScheduleFile, Sources
from icsfeed.release import release_name
from icsfeed.service_log import service_log
from icsfeed.services.delivery_figures import DeliveryFigures, delivery_figures
from icsfeed.services.fetches import Fetches
from icsfeed.services.repository import NoRepository
from icsfeed.settings import DEFAULT_SCHEDULE, Settings
from icsfeed.stop_signals import wait_for_signal
from icsfeed.store.database import LOCK_TIMEOUT_SECONDS, open_database
from icsfeed.store.database.database import Database
from icsfeed.store.schedule_file import (
    database_key,
    example_path,
    load_schedule,
    schedule_of_database,
)
from icsfeed.web.application import make_application
from icsfeed.web.delivery_monitor import DeliveryMonitor
from icsfeed.web.front import Front, OnFetch
from icsfeed.web.metrics import Metrics, RequestCounter, add_metrics, count_responses
from icsfeed.web.operator_paths import DeferredApplication, PathSwitch
from icsfeed.web.operators.context import OperatorsContext, Randomness
from icsfeed.web.operators.workspaces import Workspaces
from icsfeed.web.proxies import behind_proxies
from icsfeed.web.relay import OPERATORS_SOCKET, THREADS, Relay, is_answering
from icsfeed.web.relay_bodies import RelayBodies
from icsfeed.web.relay_slots import RelaySlots
from icsfeed.web.request_log import AccessLog, RequestLog, log_failures
from icsfeed.web.tally import Tally

if TYPE_CHECKING:
    from icsfeed.notify.sender import Sender

PATIENCE = timedelta(seconds=1)
"""How long a request waits for a new publication."""

_RANDOMNESS: Final = Randomness(new_id=partial(token_hex, 10), new_secret=partial(token_hex, 32), new_bytes=token_bytes)

LOCK_SECONDS: Final = 0.25
"""How long a feed worker waits for other writers. An edit is public at once; what it would record can wait."""


def create_app(
    settings: Settings | None = None,
    *,
    repository: Database | None = None,
    clock: Clock | None = None,
    on_fetch: OnFetch | None = None,
    patience: timedelta = PATIENCE,
) -> Flask:
    """The application that serves the current schedule file and the current record of the database.

    Unset, ``settings`` come from the environment, the ``repository`` is the database that they or the schedule name,
    and ``clock`` stands still at the instant that they pin or is the system's. A pinned clock means a preview: nothing
    is recorded, nor is it with the packaged example. ``on_fetch`` is called when somebody fetches a private feed;
    unset, the database records it.

    Raises:
        IcsfeedError: where a setting can't be what it says, or the default database lies in the wrong folder. A broken
            schedule, or a database that does not answer or is none, is no error: the application starts, reports that
            it has nothing to serve, and recovers by itself.
    """
    settings = settings or Settings.from_environment(os.environ)
    log = service_log()
    origin = _origin(settings, repository, clock)
    source, time, records = origin.repository, origin.clock, origin.records
    if origin.is_example and settings.schedule is None:
        log.warning("no schedule.toml in this folder: the packaged example is served")
    if origin.pinned is not None:
        log.warning("the clock is pinned by --now or ICSFEED_NOW: nothing is recorded", at=origin.pinned.isoformat())
    sources = Sources(origin.file, source, log=log)
    live = Live(
        Publisher(sources, records=records, release=release_name()),
        clock=time,
        patience=patience,
        seconds=monotonic if clock is None else unpaced,
    )
    if source.was_created:
        log.info("database created", database=str(source.file))
    figures = _figures(source, time, log)
    socket_path = os.environ.get(OPERATORS_SOCKET)
    operators_answer = partial(is_answering, socket_path) if socket_path else None
    metrics = Metrics(live, time, figures, operators_answer)
    requests = RequestLog(log, partial(token_hex, 8))
    app = make_application(live, figures=figures)
    add_metrics(app, metrics)
    log_failures(app, requests)
    on_fetch = on_fetch or (_record_fetches(source, time, log) if records else _ignore_fetch)
    if socket_path:
        operators: WSGIApplication = Relay(
            app.wsgi_app,
            socket_path=socket_path,
            slots=RelaySlots(THREADS),
            bodies=RelayBodies(),
            requests=requests,
        )
    else:
        patient = origin if repository is not None else _with_patience(origin, settings)
        operators = DeferredApplication(lambda: _operators_app(patient, log, metrics.tally, requests).wsgi_app)
    inner = PathSwitch(app.wsgi_app, operators)
    # The bound method: Python calls it faster than an object with __call__.
    front = Front(inner, live, on_fetch=on_fetch, tally=metrics.tally, requests=requests).__call__
    served = behind_proxies(
        AccessLog(front, requests) if settings.access_log else front,
        hops=settings.trusted_hops,
        prefix=settings.prefix,
    )
    app.wsgi_app = served  # type: ignore[method-assign,assignment] # Flask's documented way to wrap itself
    return app


def create_operators_app(settings: Settings) -> Flask:
    """The operators' application alone, for the current schedule file and the current record of the database.

    Raises:
        IcsfeedError: as ``create_app``.
    """
    log = service_log().bind(process="operators")
    origin = _origin(settings, None, None, lock_seconds=LOCK_TIMEOUT_SECONDS)
    return _operators_app(origin, log, RequestCounter().tally, RequestLog(log, partial(token_hex, 8)))


def run_operators() -> None:
    """Answer what feed workers hand over, until a signal stops this process; the settings are in the environment."""
    from icsfeed.web.operators.admission import operator_check  # noqa: PLC0415  (a feed worker needs none of it)
    from icsfeed.web.operators.process import run_operators_server  # noqa: PLC0415

    wait = wait_for_signal()
    app = create_operators_app(Settings.from_environment(os.environ))
    context: OperatorsContext = app.extensions["icsfeed"]
    run_operators_server(
        app.wsgi_app,
        socket_path=os.environ[OPERATORS_SOCKET],
        operator_id=operator_check(context),
        log=context.log,
        wait=wait,
    )


def run_sender() -> None:
    """Send announcements until a signal stops this process; the settings come from the environment."""
    from icsfeed.notify.running import run  # noqa: PLC0415  (a web worker sends nothing)

    wait = wait_for_signal()
    sender = create_sender(Settings.from_environment(os.environ))
    run(sender, clock=partial(datetime.now, UTC), wait=wait)


def create_sender(settings: Settings, *, database: Database | None = None, clock: Clock | None = None) -> Sender:
    """The sender of announcements for the current schedule file and the current record of the database.

    Raises:
        IcsfeedError: where there is no schedule file or a setting can't be what it says. A broken schedule, or a
            database that does not answer, is no error: it waits for them.
    """
    from icsfeed.notify.assembly import assemble_sender, make_transports  # noqa: PLC0415  (as above)

    log, clock = service_log().bind(process="sender"), clock or partial(datetime.now, UTC)
    path = (settings.schedule_file() or DEFAULT_SCHEDULE).absolute()
    return assemble_sender(
        path,
        database or open_database(settings.database_location(path, database_key(path), os.environ)),
        make_transports(os.environ, clock=clock),
        owner=token_hex(8),
        new_secret=partial(token_hex, 32),
        clock=clock,
        log=log,
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class _Origin:
    """The schedule file, the repository and the clock that an application is to serve."""

    file: ScheduleFile
    repository: Database | NoRepository
    clock: Clock
    pinned: datetime | None
    is_example: bool

    @property
    def records(self) -> bool:
        """Whether anything is recorded: neither in a preview nor with the example."""
        return self.pinned is None and not self.is_example


def _origin(
    settings: Settings, repository: Database | None, clock: Clock | None, *, lock_seconds: float = LOCK_SECONDS
) -> _Origin:
    # The current folder may change under a server; the file that was meant does not.
    path = (settings.schedule_file() or example_path()).absolute()
    is_example = path == example_path()
    source: Database | NoRepository = repository or _repository(settings, path, lock_seconds)
    if is_example and (kept := _kept_repository(settings, source)) is not None:
        # The schedule is gone; no customer is to see the example instead.
        path, source, is_example = DEFAULT_SCHEDULE.absolute(), kept, False
    pinned = settings.pinned_instant(lambda: load_schedule(path).schedule.calendar.zone) if clock is None else None
    return _Origin(
        file=ScheduleFile(path=path, load=schedule_of_database(database_key(path))),
        repository=source,
        clock=clock or (partial(datetime.now, UTC) if pinned is None else lambda: pinned),
        pinned=pinned,
        is_example=is_example,
    )


def _with_patience(origin: _Origin, settings: Settings) -> _Origin:
    """For operators: a database of their own, whose writers wait for others as long as those of commands do."""
    if isinstance(origin.repository, NoRepository):
        return origin
    return replace(origin, repository=_repository(settings, origin.file.path, LOCK_TIMEOUT_SECONDS))


def _operators_app(origin: _Origin, log: FilteringBoundLogger, tally: Tally, requests: RequestLog) -> Flask:
    from icsfeed.web.operators.application import make_operators_application  # noqa: PLC0415  (feeds need none of it)

    context = OperatorsContext(
        workspaces=Workspaces(origin.file, origin.repository, log=log),
        database=origin.repository if origin.records else NoRepository(),
        clock=origin.clock,
        randomness=_RANDOMNESS,
        environment=os.environ,
        log=log,
    )
    app = make_operators_application(context)
    count_responses(app, tally)
    log_failures(app, requests)
    return app


def _repository(settings: Settings, path: Path, lock_seconds: float) -> Database | NoRepository:
    """The repository of the schedule in that file, which may be broken or missing; of the example, only a named one."""
    if path == example_path() and settings.database is None:
        return NoRepository()
    location = settings.database_location(path, database_key(path), os.environ)
    return open_database(location, lock_seconds=lock_seconds)


def _kept_repository(settings: Settings, repository: Database | NoRepository) -> Database | NoRepository | None:
    """The repository with another schedule than the example, which was public before; ``None`` without an answer."""
    try:
        if isinstance(repository, NoRepository):
            location = settings.database_location(DEFAULT_SCHEDULE, "", os.environ)
            repository = open_database(location, lock_seconds=LOCK_SECONDS)
        return repository if repository.kept_schedule() is not None else None
    except IcsfeedError:
        return None


def _record_fetches(repository: Database | NoRepository, clock: Clock, log: FilteringBoundLogger) -> OnFetch:
    """Have the database learn, a minute later at most, who fetched their private feeds."""
    fetches = Fetches(repository, failed=lambda error: log.warning("fetches not noted", reason=str(error)))
    atexit.register(fetches.note)
    return lambda subscriber, client: fetches.add(key_of(subscriber.name), client, clock())


def _figures(
    repository: Database | NoRepository, clock: Clock, log: FilteringBoundLogger
) -> Callable[[], DeliveryFigures]:
    """How sending goes, wherever the sender runs."""
    if isinstance(repository, NoRepository):
        return DeliveryFigures
    return DeliveryMonitor(lambda: delivery_figures(repository.outbox, now=clock()), log=log).figures


def _ignore_fetch(subscriber: Subscriber, client: str) -> None:
    """A preview records nothing."""
    del subscriber, client
