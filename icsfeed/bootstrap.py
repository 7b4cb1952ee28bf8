"""Where the parts meet: the application that every WSGI server can run."""

from __future__ import annotations

import atexit
import os
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from secrets import token_hex
from time import monotonic

from flask import Flask
from structlog.typing import FilteringBoundLogger

from icsfeed.cli.inputs import DEFAULT_SCHEDULE, schedule_path
from icsfeed.cli.options import prefix_of, trusted_hops_of
from icsfeed.cli.service_log import service_log
from icsfeed.domain.errors import IcsfeedError
from icsfeed.domain.instants import parse_instant
from icsfeed.domain.subscribers import Subscriber, key_of
from icsfeed.domain.zones import zone
from icsfeed.publication.live import Clock, Live, unpaced
from icsfeed.publication.publisher import Publisher
from icsfeed.publication.sources import ScheduleFile, Sources
from icsfeed.services.fetches import Fetches
from icsfeed.store.database import DEFAULT_DATABASE
from icsfeed.store.database.database import Database
from icsfeed.store.schedule_file import example_path, load_schedule
from icsfeed.web.application import make_application
from icsfeed.web.front import Front, OnFetch
from icsfeed.web.metrics import Metrics, add_metrics
from icsfeed.web.proxies import behind_proxies
from icsfeed.web.request_log import AccessLog, RequestLog, log_failures

PATIENCE = timedelta(seconds=1)
"""So long a request may take that finds something new, and makes it public."""


def create_app(
    *,
    schedule: Path | None = None,
    database: Database | str | None = None,
    clock: Clock | None = None,
    fetched: OnFetch | None = None,
) -> Flask:
    """The application that serves the schedule file and what is recorded in the database, both as they are now.

    Unset, ``schedule`` comes from ``ICSFEED_SCHEDULE`` (by default ``schedule.toml`` in the current folder or, where
    there is none, the packaged example), ``database`` (its URL, or an open one) from ``ICSFEED_DATABASE`` (by default
    ``sqlite:///icsfeed.db``), and ``clock`` stands still at ``ICSFEED_NOW`` or is the system's. A clock that stands
    still is a preview: nothing is recorded. ``fetched`` hears who fetches a private feed; unset, the database does.
    ``ICSFEED_TRUSTED_HOPS`` and ``ICSFEED_PREFIX`` say what proxies it is behind, and below which path;
    ``ICSFEED_ACCESS_LOG`` whether every request is logged.

    Raises:
        IcsfeedError: where one of these is not what it should be. A schedule that is broken, or a database that does
            not answer, is no error: the application starts, has nothing to serve, says so, and heals when that is
            mended.
    """
    named = os.environ.get("ICSFEED_SCHEDULE")
    # The folder may change under a server; which file was meant does not.
    path = schedule_path(schedule or (Path(named) if named else None)).absolute()
    url = database or os.environ.get("ICSFEED_DATABASE") or DEFAULT_DATABASE
    repository = Database(url) if isinstance(url, str) else url
    is_example = path == example_path()
    if is_example and _has_kept(repository):
        path, is_example = DEFAULT_SCHEDULE.absolute(), False  # it is gone; nobody's customers are to see the example
    time, log = clock or _clock(path), service_log()
    preview = clock is None and bool(os.environ.get("ICSFEED_NOW"))
    sources = Sources(ScheduleFile(path=path), repository, log=log)
    live = Live(
        Publisher(sources, records=not preview, keeps_schedule=not is_example),
        clock=time,
        patience=PATIENCE,
        seconds=monotonic if clock is None else unpaced,
    )
    metrics, requests = Metrics(live, time), RequestLog(log, partial(token_hex, 8))
    app = make_application(live)
    add_metrics(app, metrics)
    log_failures(app, requests)
    hears = fetched or (_forget if preview else _note(repository, time, log))
    # Its method: Python calls one faster than an object.
    front = Front(app.wsgi_app, live, on_fetch=hears, tally=metrics.tally, requests=requests).__call__
    served = behind_proxies(
        AccessLog(front, requests) if _is_set("ICSFEED_ACCESS_LOG") else front,
        hops=trusted_hops_of(os.environ.get("ICSFEED_TRUSTED_HOPS") or "0"),
        prefix=prefix_of(os.environ.get("ICSFEED_PREFIX") or ""),
    )
    app.wsgi_app = served  # type: ignore[method-assign,assignment] # Flask's documented way to wrap itself
    return app


def _has_kept(repository: Database) -> bool:
    """Whether another schedule than the example was public before; not known where the database does not answer."""
    try:
        return repository.kept_schedule() is not None
    except IcsfeedError:
        return False


def _is_set(variable: str) -> bool:
    return os.environ.get(variable, "").casefold() in {"1", "true", "t", "yes", "y", "on"}  # as click has it


def _note(repository: Database, clock: Clock, log: FilteringBoundLogger) -> OnFetch:
    """Has the database learn, sooner or later, who fetched their private feeds."""
    fetches = Fetches(repository, failed=lambda error: log.warning("fetches not noted", reason=str(error)))
    atexit.register(fetches.note)
    return lambda subscriber, client: fetches.add(key_of(subscriber.name), client, clock())


def _forget(subscriber: Subscriber, client: str) -> None:
    """In a preview nothing is recorded."""
    del subscriber, client


def _clock(path: Path) -> Clock:
    preview = os.environ.get("ICSFEED_NOW")
    if not preview:
        return partial(datetime.now, UTC)
    try:
        aware = datetime.fromisoformat(preview).tzinfo is not None
    except ValueError:
        aware = False
    # Only a local time needs the calendar's zone, and so a schedule that is whole.
    instant = parse_instant(preview, zone("UTC") if aware else load_schedule(path).schedule.calendar.zone)
    return lambda: instant
