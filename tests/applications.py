"""Applications for tests: in this process, with settings from the environment where a test gives none."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Final

from flask import Flask

from icsfeed import bootstrap
from icsfeed.publication.live import Clock
from icsfeed.settings import Settings
from icsfeed.store.database.database import Database
from icsfeed.web.front import OnFetch

PATIENCE: Final = timedelta(minutes=1)
"""As long as a busy machine may take to make a publication."""


def create_app(
    *,
    schedule: Path | None = None,
    database: str | None = None,
    repository: Database | None = None,
    clock: Clock | None = None,
    on_fetch: OnFetch | None = None,
) -> Flask:
    """The application that serves a schedule and a database; unset, the environment names them."""
    settings = Settings.from_environment(os.environ)
    settings = replace(settings, schedule=schedule or settings.schedule, database=database or settings.database)
    return bootstrap.create_app(settings, repository=repository, clock=clock, on_fetch=on_fetch, patience=PATIENCE)
