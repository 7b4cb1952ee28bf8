"""The whole site to one destination, its revisions gone on from the export before."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import replace
from datetime import datetime

from icsfeed.domain.record import Record
from icsfeed.domain.revisions import with_lines
from icsfeed.domain.schedule import Schedule
from icsfeed.export.exporting import Progress, Report, export, read_manifest
from icsfeed.export.files import packed_files, site_files
from icsfeed.export.folder import Folder
from icsfeed.export.hosts import host_files
from icsfeed.export.manifest import joined, last_lines
from icsfeed.export.targets import Target
from icsfeed.publication.publishing import publish
from icsfeed.services.events import PublishedEvents, publish_events


def export_site(
    schedule: Schedule,
    record: Record,
    target: Target,
    *,
    changed_at: datetime,
    now: datetime,
    base_url: str = "",
    before: PublishedEvents | None = None,
    dry_run: bool = False,
    progress: Progress | None = None,
) -> Report:
    """Have ``target`` show what is public at ``now`` (aware), as a server would; ``changed_at`` is the schedule's date.

    Where the record's ledger of revisions knows less than the destination's own (a new, empty database), the events
    go on from there: what has not changed keeps its SEQUENCE, what has rises. ``before`` are events of earlier, to be
    taken over from.

    Raises:
        IcsfeedError: where the destination can't be written; each file there is whole.
    """
    with nullcontext() if dry_run else target.locked():
        manifest = read_manifest(target)
        record = replace(record, ledger=joined(record.ledger, manifest.ledger))
        events = publish_events(schedule, record, now=now, before=before)
        ledger = with_lines(record.ledger, events.lacking(now=now))
        publication = publish(
            schedule,
            record=replace(record, ledger=ledger),
            changed_at=changed_at,
            now=now,
            before=events,
            base_url=base_url,
        )
        files = tuple(site_files(publication))
        if isinstance(target, Folder):
            files = (*files, *packed_files(publication), *host_files(files))
        return export(files, target, before=manifest, ledger=last_lines(ledger), dry_run=dry_run, progress=progress)
