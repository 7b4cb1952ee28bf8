"""Where the parts meet: the application that every WSGI server can run."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

from flask import Flask

from icsfeed.cli.service_log import service_log
from icsfeed.cli.truth import schedule_path
from icsfeed.domain.zones import zone
from icsfeed.publication.live import Clock, Live
from icsfeed.services.instants import parse_instant
from icsfeed.store.database import DEFAULT_DATABASE
from icsfeed.store.database.database import Database
from icsfeed.store.schedule_file import load_schedule
from icsfeed.web.application import make_application
from icsfeed.web.front import Front


def create_app(*, schedule: Path | None = None, database: str | None = None, clock: Clock | None = None) -> Flask:
    """The application that serves the schedule file and what is recorded in the database, both as they are now.

    Unset, ``schedule`` comes from ``ICSFEED_SCHEDULE`` (by default ``schedule.toml`` in the current folder or, where
    there is none, the packaged example), ``database`` from ``ICSFEED_DATABASE`` (by default ``sqlite:///icsfeed.db``),
    and ``clock`` stands still at ``ICSFEED_NOW`` or is the system's. A clock that stands still is a preview: nothing
    is recorded.

    Raises:
        IcsfeedError: where ``ICSFEED_NOW`` is no instant, or the database's URL is none. A schedule that is broken, or
            a database that does not answer, is no error: the application starts, has nothing to serve, says so, and
            heals when that is mended.
    """
    named = os.environ.get("ICSFEED_SCHEDULE")
    # The folder may change under a server; which file was meant does not.
    path = schedule_path(schedule or (Path(named) if named else None)).absolute()
    live = Live(
        path,
        clock=clock or _clock(path),
        load=load_schedule,
        records=Database(database or os.environ.get("ICSFEED_DATABASE") or DEFAULT_DATABASE),
        log=service_log(),
        preview=clock is None and bool(os.environ.get("ICSFEED_NOW")),
    )
    app = make_application(live)
    app.wsgi_app = Front(app.wsgi_app, live)  # type: ignore[method-assign] # Flask's documented way to wrap itself
    return app


def _clock(path: Path) -> Clock:
    preview = os.environ.get("ICSFEED_NOW")
    if not preview:
        return lambda: datetime.now(UTC)
    try:
        aware = datetime.fromisoformat(preview).tzinfo is not None
    except ValueError:
        aware = False
    # Only a local time needs the calendar's zone, and so a schedule that is whole.
    instant = parse_instant(preview, zone("UTC") if aware else load_schedule(path).schedule.calendar.zone)
    return lambda: instant
