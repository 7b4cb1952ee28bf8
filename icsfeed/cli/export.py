"""``icsfeed export``."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from icsfeed.cli.options import database_option, json_option, now_option, option, schedule_option
from icsfeed.cli.truth import instant_now, open_schedule

if TYPE_CHECKING:
    from datetime import datetime

    from icsfeed.domain.record import Record
    from icsfeed.domain.schedule import Schedule
    from icsfeed.export.exporting import Progress
    from icsfeed.export.targets import Target


@click.command()
@click.argument("dest")
@option("--base-url", default="", metavar="URL", help="Where customers reach the site, if the schedule does not say.")
@option("--dry-run", is_flag=True, help="Write nothing; tell what would be written.")
@schedule_option
@database_option
@now_option
@json_option
def export(
    dest: str,
    base_url: str,
    schedule: Path | None,
    database: str,
    now: str | None,
    *,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Write the whole calendar to DEST, for any web host: a folder, or s3://, gs:// or az:// and a bucket.

    Only what has changed is written, and nothing is touched that no export wrote.
    """
    from icsfeed.export.site import export_site

    loaded = open_schedule(schedule)
    moment = instant_now(now, loaded.schedule)
    with _progress(shown=not as_json and not dry_run and sys.stderr.isatty()) as progress:
        report = export_site(
            loaded.schedule,
            _record(database, loaded.schedule, moment, recording=now is None and not dry_run),
            _target(dest),
            changed_at=loaded.changed_at,
            now=moment,
            base_url=base_url,
            dry_run=dry_run,
            progress=progress,
        )
    if as_json:
        click.echo(json.dumps(report.record(), indent=2))
        return
    would = "would be " if dry_run else ""
    for name in report.written if dry_run else ():
        click.echo(f"+ {name}")
    for name in report.removed if dry_run else ():
        click.echo(f"- {name}")
    counts = f"{len(report.written)} {would}written, {len(report.removed)} {would}removed"
    click.echo(f"{dest}: {counts}, {report.unchanged} unchanged")


def _record(database: str, schedule: Schedule, now: datetime, *, recording: bool) -> Record:
    """What is recorded, with the revisions of an edit that nobody has recorded yet, where there is a database."""
    from icsfeed.store.database import recorded

    record = recorded(database)
    if not recording or not record.entry:
        return record
    from icsfeed.services.events import publish_events
    from icsfeed.services.ledger import record_revisions
    from icsfeed.store.database.database import Database

    records = Database(database)
    try:
        return record_revisions(publish_events(schedule, records.record(), now=now), records, now=now)
    finally:
        records.close()


def _target(dest: str) -> Target:
    if "://" in dest:
        from icsfeed.export.bucket import Bucket

        return Bucket(dest)
    from icsfeed.export.folder import Folder

    return Folder(Path(dest))


@contextmanager
def _progress(*, shown: bool) -> Iterator[Progress | None]:
    """A bar on a terminal."""
    if not shown:
        yield None
        return
    from rich.console import Console
    from rich.progress import Progress as Bar

    with Bar(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("Exporting", total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)
