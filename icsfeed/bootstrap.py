"""The application for every WSGI server, put together from its parts."""

from __future__ import annotations

import atexit
import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from secrets import token_bytes, token_hex
from time import monotonic
from typing import TYPE_CHECKING, Final

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
from icsfeed.store.database import open_database
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
from icsfeed.web.mail import mail_routes
from icsfeed.web.metrics import Metrics, add_metrics
from icsfeed.web.operators.context import Randomness
from icsfeed.web.proxies import behind_proxies
from icsfeed.web.request_log import AccessLog, RequestLog, log_failures

if TYPE_CHECKING:
    from icsfeed.notify.sender import Sender

PATIENCE = timedelta(seconds=1)
"""How long a request waits for a new publication."""

MAIL_SHARE: Final = 0.25
"""What part of that time a mail subscription may take, while which a worker answers nothing else."""

_RANDOMNESS: Final = Randomness(new_id=partial(token_hex, 10), new_secret=partial(token_hex, 32), new_bytes=token_bytes)

LOCK_SECONDS: Final = 0.25
"""How long a server waits for other writers. An edit is public at once; what it would record can wait."""


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
    # The current folder may change under a server; the file that was meant does not.
    path = (settings.schedule_file() or example_path()).absolute()
    is_example = path == example_path()
    source: Database | NoRepository = repository or _repository(settings, path)
    if is_example and (kept := _kept_repository(settings, source)) is not None:
        # The schedule is gone; no customer is to see the example instead.
        path, source, is_example = DEFAULT_SCHEDULE.absolute(), kept, False
    if is_example and settings.schedule is None:
        log.warning("no schedule.toml in this folder: the packaged example is served")
    pinned = settings.pinned_instant(lambda: load_schedule(path).schedule.calendar.zone) if clock is None else None
    if pinned is not None:
        log.warning("the clock is pinned by --now or ICSFEED_NOW: nothing is recorded", at=pinned.isoformat())
    time = clock or (partial(datetime.now, UTC) if pinned is None else lambda: pinned)
    file = ScheduleFile(path=path, load=schedule_of_database(database_key(path)))
    sources = Sources(file, source, log=log)
    records = pinned is None and not is_example
    live = Live(
        Publisher(sources, records=records, release=release_name()),
        clock=time,
        patience=patience,
        seconds=monotonic if clock is None else unpaced,
    )
    if source.was_created:
        log.info("database created", database=str(source.file))
    figures = _figures(source, time, log)
    metrics, requests = Metrics(live, time, figures), RequestLog(log, partial(token_hex, 8))
    app = make_application(live, figures=figures)
    if records and isinstance(source, Database):
        app.register_blueprint(
            mail_routes(live, source, patience=patience * MAIL_SHARE, randomness=_RANDOMNESS, log=log)
        )
    add_metrics(app, metrics)
    log_failures(app, requests)
    on_fetch = on_fetch or (_record_fetches(source, time, log) if records else _ignore_fetch)
    # The bound method: Python calls it faster than an object with __call__.
    front = Front(app.wsgi_app, live, on_fetch=on_fetch, tally=metrics.tally, requests=requests).__call__
    served = behind_proxies(
        AccessLog(front, requests) if settings.access_log else front,
        hops=settings.trusted_hops,
        prefix=settings.prefix,
    )
    app.wsgi_app = served  # type: ignore[method-assign,assignment] # Flask's documented way to wrap itself
    return app


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


def _repository(settings: Settings, path: Path) -> Database | NoRepository:
    """The repository of the schedule in that file, which may be broken or missing; of the example, only a named one."""
    if path == example_path() and settings.database is None:
        return NoRepository()
    location = settings.database_location(path, database_key(path), os.environ)
    return open_database(location, lock_seconds=LOCK_SECONDS)


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
