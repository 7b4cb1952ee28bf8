"""The whole site to one destination, its revisions gone on from the export before."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from icsfeed.domain.record import Record
from icsfeed.domain.revisions import with_lines
from icsfeed.domain.schedule import Schedule
from icsfeed.export.exporting import Progress, Report, export, read_manifest
from icsfeed.export.files import site_files
from icsfeed.export.folder import Folder
from icsfeed.export.hosts import host_files, packed_files
from icsfeed.export.manifest import joined
from icsfeed.export.targets import Target
from icsfeed.publication.publishing import publish
from icsfeed.services.events import publish_events


def export_site(
    schedule: Schedule,
    record: Record,
    target: Target,
    *,
    changed_at: datetime,
    now: datetime,
    base_url: str = "",
    dry_run: bool = False,
    progress: Progress | None = None,
) -> Report:
    """Have ``target`` show what is public at ``now`` (aware), as a server would; ``changed_at`` is the schedule's date.

    Where the record's ledger of revisions knows less than the destination's own (a new, empty database), the events
    go on from there: what has not changed keeps its SEQUENCE, what has rises.

    Raises:
        IcsfeedError: where the destination can't be written; what it shows is whole.
    """
    if dry_run:
        return _exported(schedule, record, target, changed_at, now, base_url, dry_run=True)
    with target.locked():
        return _exported(schedule, record, target, changed_at, now, base_url, progress=progress)


def _exported(  # noqa: PLR0917  (see above)
    schedule: Schedule,
    record: Record,
    target: Target,
    changed_at: datetime,
    now: datetime,
    base_url: str,
    *,
    dry_run: bool = False,
    progress: Progress | None = None,
) -> Report:
    before = read_manifest(target)
    record = replace(record, ledger=joined(record.ledger, before.ledger))
    events = publish_events(schedule, record, now=now)
    record = replace(record, ledger=with_lines(record.ledger, events.lacking(now=now)))
    publication = publish(schedule, record=record, changed_at=changed_at, now=now, before=events, base_url=base_url)
    files = tuple(site_files(publication))
    if isinstance(target, Folder):
        files = (*files, *packed_files(files), *host_files(files))
    last_lines = {uid: lines[-1:] for uid, lines in record.ledger.items()}
    return export(files, target, before=before, ledger=last_lines, dry_run=dry_run, progress=progress)
