"""Schedules of vendors with mail, and applications that serve them."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from flask import Flask

from icsfeed.bootstrap import create_app
from icsfeed.publication.live import Clock
from icsfeed.settings import Settings
from icsfeed.store.database.database import Database
from tests.applications import PATIENCE

SCHEDULE = """\
[calendar]
name = { en = "Seed-to-Sale <maintenance>", fr = "Maintenance de Seed-to-Sale" }
timezone = "America/Toronto"
uid_domain = "maintenance.example.com"
url = "https://status.example.com"
organizer = { name = "Customer Support", email = "support@example.com" }
vendor = "Seed & Sale"
color = "#7a1f5c"

[mail]
from = "Seed-to-Sale maintenance <maintenance@example.com>"
smtp = "smtp://mail.example.com"
server = "https://maintenance.example.com"
remind = ["72h", "24h", "90m"]

[[environments]]
id = "production"
name = { en = "Production <live>", fr = "Production" }

[[environments]]
id = "preview"
name = { en = "Preview", fr = "Préproduction" }

[[environments]]
id = "acme"
name = "Acme’s own"
public = false

[[feeds]]
slug = "acme"
name = "Acme"
environments = ["acme"]
public = false

[[maintenance_windows]]
id = "thursday"
name = "Scheduled maintenance"
days = ["Thursday"]
start = 02:00:00
end = 06:00:00
effective_from = 2020-01-01
environments = ["production"]
"""
WITHOUT_MAIL = SCHEDULE[: SCHEDULE.index("[mail]")] + SCHEDULE[SCHEDULE.index("[[environments]]") :]


def application(
    folder: Path,
    repository: Database,
    clock: Clock,
    text: str = SCHEDULE,
    *,
    patience: timedelta = PATIENCE,
    settings: Settings | None = None,
) -> Flask:
    """The application that serves that schedule."""
    path = folder / "schedule.toml"
    path.write_text(text, encoding="utf-8")
    settings = replace(settings or Settings(), schedule=path)
    return create_app(settings, repository=repository, clock=clock, patience=patience)
