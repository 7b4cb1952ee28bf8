"""The export of the whole site, with revisions that continue from the export before."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import replace
from datetime import datetime

from icsfeed.domain.errors import RefusedError
from icsfeed.domain.record import Record
from icsfeed.domain.revisions import with_lines
from icsfeed.domain.situation import Situation
from icsfeed.domain.texts import quoted
from icsfeed.domain.tokens import TokenKey
from icsfeed.export.exporting import Progress, Report, export, read_manifest
from icsfeed.export.files import SiteFile, packed_files, private_files, site_files
from icsfeed.export.folder import Folder
from icsfeed.export.hosts import host_files
from icsfeed.export.manifest import Manifest, continued, last_lines
from icsfeed.export.private_names import is_secret
from icsfeed.export.targets import Target
from icsfeed.publication.private import NO_PRIVATE_FEEDS, PrivateFeeds, private_feeds
from icsfeed.publication.publishing import Publication, publish
from icsfeed.services.baselines import lines_to_publish
from icsfeed.services.events import PublishedEvents, publish_events


def export_site(
    situation: Situation,
    target: Target,
    *,
    changed_at: datetime,
    base_url: str = "",
    before: PublishedEvents | None = None,
    token_key: TokenKey | None = None,
    replace_calendar: bool = False,
    is_live: bool = False,
    dry_run: bool = False,
    progress: Progress | None = None,
) -> Report:
    """Make ``target`` publish what a server would publish in this situation.

    ``changed_at`` is when the schedule file was changed. ``before`` are the events of an earlier export; unchanged ones
    are reused. With the ``token_key``, private feeds are exported, too. An export ``is_live`` if another one follows as
    soon as time changes a text. If the ledger knows less than the destination's manifest, as that of a new database
    does, the manifest's revisions are continued: an unchanged event keeps its SEQUENCE, a changed one raises it.

    Raises:
        IcsfeedError: if the destination can't be written, if it publishes another calendar (unless
            ``replace_calendar``), or if all of its private feeds would be removed because of a wrong key or database.
            Each file there is whole.
    """
    with nullcontext() if dry_run else target.locked():
        manifest = read_manifest(target)
        uid_domain = situation.schedule.calendar.uid_domain
        if not replace_calendar:
            _refuse_another_calendar(target, manifest, uid_domain)
        record = replace(situation.record, ledger=continued(situation.record.ledger, manifest.ledger))
        events = publish_events(situation.with_record(record), before=before)
        events = events.with_ledger(with_lines(record.ledger, lines_to_publish(events, None)))
        publication = publish(events.whole, changed_at=changed_at, before=events, base_url=base_url, is_live=is_live)
        private = None
        if token_key is not None:
            private = private_feeds(publication, record.subscribers, token_key, now=situation.now)
            _refuse_to_lose_all(target, manifest, record, token_key, private)
        files = all_files(publication, private or NO_PRIVATE_FEEDS, with_hosts=isinstance(target, Folder))
        ledger = last_lines(events.whole.record.ledger)
        report = export(
            files, target, before=manifest, ledger=ledger, uid_domain=uid_domain, dry_run=dry_run, progress=progress
        )
        report = replace(report, template_mistakes=publication.template_mistakes())
        return replace(report, private_left_out=private.left_out) if private is not None else report


def _refuse_another_calendar(target: Target, before: Manifest, uid_domain: str) -> None:
    published = before.uid_domains
    if published and uid_domain not in published:
        msg = (
            f"{target} publishes another calendar: its uid_domain is {' or '.join(map(quoted, sorted(published)))}, "
            f"and that of this schedule is {quoted(uid_domain)}; export to another destination, check --schedule, "
            "or replace that calendar with --replace-calendar"
        )
        raise RefusedError(msg)


def _refuse_to_lose_all(target: Target, before: Manifest, record: Record, key: TokenKey, private: PrivateFeeds) -> None:
    """Refuse to remove all private feeds because of a wrong key or database.

    If the last of them was revoked or has expired, they are removed.
    """
    if private.representations or not any(map(is_secret, before.names)):
        return
    if private.left_out and not record.subscribers.knows(key):
        msg = (
            f"{target} has private feeds, but no token was made with this key; check --token-key-file, "
            "or export without --private to remove them all"
        )
        raise RefusedError(msg)
    if not record.subscribers.by_key:
        msg = (
            f"{target} has private feeds, but this database has no subscriber; check --database, "
            "or export without --private to remove them all"
        )
        raise RefusedError(msg)


def all_files(publication: Publication, private: PrivateFeeds, *, with_hosts: bool) -> tuple[SiteFile, ...]:
    """The files of a site; ``with_hosts`` adds compressed copies, and the files in which web hosts look for rules."""
    files = (*site_files(publication), *private_files(private))
    if not with_hosts:
        return files
    return (*files, *packed_files(publication), *packed_files(private), *host_files(files))
