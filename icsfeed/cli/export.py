"""``icsfeed export``."""

from __future__ import annotations

import os
import select
import signal
import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from icsfeed.cli.inputs import clock, open_schedule, schedule_path
from icsfeed.cli.options import example, json_option, option, token_key_option, with_settings
from icsfeed.cli.output import print_json
from icsfeed.domain.errors import BadInputError

if TYPE_CHECKING:
    from datetime import datetime

    from icsfeed.domain.schedule import Schedule
    from icsfeed.domain.situation import Situation
    from icsfeed.domain.subscribers import Subscribers
    from icsfeed.domain.tokens import TokenKey
    from icsfeed.export.exporting import Progress, Report
    from icsfeed.export.targets import Target
    from icsfeed.publication.publishing import Publication
    from icsfeed.settings import Settings


@click.command(epilog=example("export public", "export s3://calendar-bucket --watch"))
@click.argument("dest")
@option("--base-url", default="", metavar="URL", help="Where customers reach the site, if the schedule does not say.")
@option("--private", is_flag=True, help="The private feeds, too, of whoever was added with the token key.")
@token_key_option
@option("--watch", is_flag=True, help="Go on, and export again whenever something changes; Ctrl-C or SIGTERM ends it.")
@option("--dry-run", is_flag=True, help="Write nothing; tell what would be written.")
@with_settings
@json_option
def export(
    dest: str,
    base_url: str,
    token_key_file: Path | None,
    settings: Settings,
    *,
    private: bool,
    watch: bool,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Write the whole calendar to DEST, for any web host: a folder, or s3://, gs:// or az:// and a bucket.

    Only what has changed is written, and nothing is touched that no export wrote.
    """
    if watch and dry_run:
        msg = "--dry-run tells what one export would do; it does not go with --watch"
        raise click.UsageError(msg)
    if not dest.strip():
        msg = "DEST is empty; name a folder (. for this one) or a bucket, such as s3://NAME"
        raise click.UsageError(msg)
    base_url = _base_url(base_url)
    token_key = _token_key(token_key_file) if private else None
    telling = _Telling(dest=dest, as_json=as_json, dry_run=dry_run)
    if watch:
        _watch(telling, base_url, token_key, settings)
        return
    from icsfeed.export.site import export_site

    loaded = open_schedule(settings)
    if base_url and (url := loaded.schedule.calendar.url) not in {"", base_url}:
        click.echo(f"warning: --base-url {base_url} is not used: calendar.url in the schedule file is {url}", err=True)
    moment = clock(settings, loaded.schedule)()
    with _progress(shown=not as_json and not dry_run and sys.stderr.isatty()) as progress:
        report = export_site(
            _situation(settings.database, loaded.schedule, moment, recording=settings.now is None and not dry_run),
            _target(dest),
            changed_at=loaded.changed_at,
            base_url=base_url,
            token_key=token_key,
            dry_run=dry_run,
            progress=progress,
        )
    telling.tell(report)
    _warn(report, token_key_file)


def _base_url(text: str) -> str:
    if not text:
        return text
    from icsfeed.store.schedule_file.addresses import site_address

    try:
        return site_address(text)
    except ValueError as error:
        msg = f"--base-url: {error}"
        raise BadInputError(msg) from None


def _token_key(named: Path | None) -> TokenKey:
    if named is None:
        msg = "--private derives the addresses from the token key; name its file with --token-key-file"
        raise click.UsageError(msg)
    from icsfeed.store.token_key import read_token_key

    return read_token_key(named)


def _warn(report: Report, key_file: Path | None) -> None:
    """Say whose private feeds are not exported, and what helps."""
    if not report.private_left_out:
        return
    from icsfeed.services.subscribing import listed

    why = f"not exported, for their tokens were not made with the key in {key_file}"
    if report.without_feed:
        how = f"hand out new ones by: icsfeed subscriber rotate NAME --token-key-file {key_file}"
        click.echo(f"warning: private feeds {why}: {listed(report.without_feed)}; {how}", err=True)
    if report.without_old_address:
        click.echo(f"warning: old addresses {why}: {listed(report.without_old_address)}; the new ones hold", err=True)


@dataclass(frozen=True, kw_only=True)
class _Telling:
    """How an export tells what it did to ``dest``, or would do."""

    dest: str
    as_json: bool
    dry_run: bool

    def tell(self, report: Report) -> None:
        """In a line or, in a dry run, also in one for each file; or all of it in JSON."""
        if self.as_json:
            print_json(report.as_json())
            return
        for name in report.written if self.dry_run else ():
            click.echo(f"+ {name}")
        for name in report.removed if self.dry_run else ():
            click.echo(f"- {name}")
        would = "would be " if self.dry_run else ""
        counts = f"{len(report.written)} {would}written, {len(report.removed)} {would}removed"
        click.echo(f"{self.dest}: {counts}, {report.unchanged} unchanged")

    def tell_again(self, report: Report) -> None:
        """The same, in one line each time."""
        if self.as_json:
            print_json(report.as_json(), one_line=True)
        else:
            self.tell(report)
        sys.stdout.flush()


def _watch(telling: _Telling, base_url: str, token_key: TokenKey | None, settings: Settings) -> None:
    from icsfeed.export.site import export_site
    from icsfeed.export.watching import watch
    from icsfeed.publication.live import Live
    from icsfeed.publication.publisher import Publisher
    from icsfeed.publication.sources import ScheduleFile, Sources
    from icsfeed.service_log import service_log
    from icsfeed.store.database.database import Database
    from icsfeed.store.schedule_file import load_schedule

    path = schedule_path(settings)
    tell_time = clock(settings, load_schedule(path).schedule)
    target = _target(telling.dest)
    log = service_log().bind(dest=telling.dest)
    repository = Database(settings.database)

    def export_it(publication: Publication, subscribers: Subscribers) -> Report:
        situation = publication.events.situation
        return export_site(
            replace(situation, record=replace(situation.record, subscribers=subscribers), now=tell_time()),
            target,
            changed_at=publication.changed_at,
            base_url=base_url,
            before=publication.events,
            token_key=token_key,
        )

    try:
        sources = Sources(ScheduleFile(path=path), repository, log=log)
        live = Live(Publisher(sources, base_url=base_url, records=settings.now is None), clock=tell_time)
        watch(
            live,
            export_it,
            private=token_key is not None,
            wait=_until_told_to_end(),
            log=log,
            on_export=telling.tell_again,
        )
    finally:
        repository.close()


def _until_told_to_end() -> Callable[[float], bool]:
    """What waits so many seconds, and says whether Ctrl-C or SIGTERM came: an export under way is ended first."""
    told, tell = os.pipe()  # no lock that the one who waits may hold already

    def end(number: int, _frame: object) -> None:
        os.write(tell, b".")
        signal.signal(number, signal.SIG_DFL)  # who asks twice does not want to wait

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, end)
    return lambda seconds: bool(select.select([told], [], [], seconds)[0])


def _situation(database: str, schedule: Schedule, now: datetime, *, recording: bool) -> Situation:
    """The situation with the revisions of an edit that nobody has recorded yet, where there is a database."""
    from icsfeed.domain.situation import Situation
    from icsfeed.services.baselines import events_public_before
    from icsfeed.services.events import publish_events
    from icsfeed.services.ledger import record_revisions
    from icsfeed.store.database import recorded

    situation = Situation(schedule=schedule, record=recorded(database), now=now)
    if not recording or not situation.record.entry:
        return situation
    from icsfeed.store.database.database import Database

    repository = Database(database)
    try:
        events = publish_events(situation)
        before = events_public_before(events, repository.kept_schedule)
        return situation.with_record(record_revisions(events, repository, public_before=before))
    finally:
        repository.close()


def _target(dest: str) -> Target:
    if "://" in dest:
        from icsfeed.optional_packages import optional_package

        with optional_package("obstore", use="An export to a bucket"):
            from icsfeed.export.bucket import Bucket
        return Bucket(dest)
    from icsfeed.export.folder import Folder

    return Folder(Path(dest))


@contextmanager
def _progress(*, shown: bool) -> Generator[Progress | None]:
    """A bar on a terminal."""
    if not shown:
        yield None
        return
    from rich.console import Console
    from rich.progress import Progress as Bar

    with Bar(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("Exporting", total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)
