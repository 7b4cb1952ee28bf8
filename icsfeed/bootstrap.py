"""The application for every WSGI server, put together from its parts."""

from __future__ import annotations

import atexit
import os
from datetime import UTC, datetime, timedelta
from functools import partial
from secrets import token_hex
from time import monotonic

from flask import Flask
from structlog.typing import FilteringBoundLogger

from icsfeed.domain.errors import IcsfeedError
from icsfeed.domain.subscribers import Subscriber, key_of
from icsfeed.publication.live import Clock, Live, unpaced
from icsfeed.publication.publisher import Publisher
from icsfeed.publication.sources import ScheduleFile, Sources
from icsfeed.release import release_name
from icsfeed.service_log import service_log
from icsfeed.services.fetches import Fetches
from icsfeed.settings import DEFAULT_SCHEDULE, Settings
from icsfeed.store.database.database import Database
from icsfeed.store.schedule_file import example_path, load_schedule
from icsfeed.web.application import make_application
from icsfeed.web.front import Front, OnFetch
from icsfeed.web.metrics import Metrics, add_metrics
from icsfeed.web.proxies import behind_proxies
from icsfeed.web.request_log import AccessLog, RequestLog, log_failures

PATIENCE = timedelta(seconds=1)
"""How long a request waits for a new publication."""


def create_app(
    settings: Settings | None = None,
    *,
    repository: Database | None = None,
    clock: Clock | None = None,
    on_fetch: OnFetch | None = None,
    patience: timedelta = PATIENCE,
) -> Flask:
    """The application that serves the current schedule file and the current record of the database.

    Unset, ``settings`` come from the environment, the ``repository`` is a database that they name, and ``clock`` stands
    still at the instant that they pin or is the system's. A pinned clock means a preview: nothing is recorded.
    ``on_fetch`` is called when somebody fetches a private feed; unset, the database records it.

    Raises:
        IcsfeedError: where a setting can't be what it says. A broken schedule, or a database that does not answer, is
            no error: the application starts, reports that it has nothing to serve, and recovers by itself.
    """
    settings = settings or Settings.from_environment(os.environ)
    log = service_log()
    # The current folder may change under a server; the file that was meant does not.
    path = (settings.schedule_file() or example_path()).absolute()
    repository = repository or Database(settings.database)
    is_example = path == example_path()
    if is_example and _has_kept_schedule(repository):
        path, is_example = DEFAULT_SCHEDULE.absolute(), False  # it is gone; no customer is to see the example instead
    if is_example and settings.schedule is None:
        log.warning("no schedule.toml in this folder: the packaged example is served")
    pinned = settings.pinned_instant(lambda: load_schedule(path).schedule.calendar.zone) if clock is None else None
    time = clock or (partial(datetime.now, UTC) if pinned is None else lambda: pinned)
    sources = Sources(ScheduleFile(path=path), repository, log=log)
    live = Live(
        Publisher(sources, records=pinned is None, keeps_schedule=not is_example, release=release_name()),
        clock=time,
        patience=patience,
        seconds=monotonic if clock is None else unpaced,
    )
    metrics, requests = Metrics(live, time), RequestLog(log, partial(token_hex, 8))
    app = make_application(live)
    add_metrics(app, metrics)
    log_failures(app, requests)
    on_fetch = on_fetch or (_ignore_fetch if pinned is not None else _record_fetches(repository, time, log))
    # The bound method: Python calls it faster than an object with __call__.
    front = Front(app.wsgi_app, live, on_fetch=on_fetch, tally=metrics.tally, requests=requests).__call__
    served = behind_proxies(
        AccessLog(front, requests) if settings.access_log else front,
        hops=settings.trusted_hops,
        prefix=settings.prefix,
    )
    app.wsgi_app = served  # type: ignore[method-assign,assignment] # Flask's documented way to wrap itself
    return app


def _has_kept_schedule(repository: Database) -> bool:
    """Whether another schedule than the example was public before; no where the database does not answer."""
    try:
        return repository.kept_schedule() is not None
    except IcsfeedError:
        return False


def _record_fetches(repository: Database, clock: Clock, log: FilteringBoundLogger) -> OnFetch:
    """Have the database learn, a minute later at most, who fetched their private feeds."""
    fetches = Fetches(repository, failed=lambda error: log.warning("fetches not noted", reason=str(error)))
    atexit.register(fetches.note)
    return lambda subscriber, client: fetches.add(key_of(subscriber.name), client, clock())


def _ignore_fetch(subscriber: Subscriber, client: str) -> None:
    """A preview records nothing."""
    del subscriber, client
