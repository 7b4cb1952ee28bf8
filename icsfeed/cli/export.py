"""``icsfeed export``."""

from __future__ import annotations

import sys
from collections.abc import Generator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Final

import click

from icsfeed.cli.inputs import Inputs, clock, open_inputs, say_if_created
from icsfeed.cli.options import example, json_option, option, own_option, token_key_option, with_settings
from icsfeed.cli.output import print_json, print_line
from icsfeed.domain.errors import BadInputError, UnavailableError
from icsfeed.domain.situation import Situation
from icsfeed.domain.subscribers import Subscribers
from icsfeed.domain.tokens import TokenKey
from icsfeed.export.exporting import Progress, Report
from icsfeed.export.folder import Folder
from icsfeed.export.site import export_site
from icsfeed.export.targets import Target
from icsfeed.optional_packages import optional_package
from icsfeed.publication.publishing import Publication
from icsfeed.services.ledger import record_edit
from icsfeed.services.subscribing import listed
from icsfeed.settings import Settings
from icsfeed.store.schedule_file import database_key, load_watched_schedule, schedule_of_database
from icsfeed.store.schedule_file.addresses import site_address
from icsfeed.store.token_key import read_token_key

_PATIENCE: Final = timedelta(seconds=1)
"""How long --watch waits for a look at its sources before it tends to its signals."""


@click.command(epilog=example("export public", "export s3://calendar-bucket --watch"))
@click.argument("dest")
@option("--base-url", default="", metavar="URL", help="The site's address for customers, if the schedule has none.")
@option("--private", is_flag=True, help="Also export the private feeds made with the token key.")
@token_key_option
@own_option(
    "--replace-calendar", is_flag=True, help="Replace another calendar (another uid_domain) that is published at DEST."
)
@option("--watch", is_flag=True, help="Keep running, and export again after each change.")
@option("--dry-run", is_flag=True, help="Only print what would be written.")
@with_settings
@json_option
def export(
    dest: str,
    base_url: str,
    token_key_file: Path | None,
    settings: Settings,
    *,
    private: bool,
    replace_calendar: bool,
    watch: bool,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Write the whole site to DEST, a folder or a bucket (s3://NAME, gs://NAME or az://NAME).

    Only changed files are written, and only files that an export wrote are ever replaced or removed. Ctrl-C or SIGTERM
    stops --watch, after the export in progress.
    """
    if watch and dry_run:
        msg = "--dry-run and --watch can't be combined"
        raise click.UsageError(msg)
    if not dest.strip():
        msg = "DEST is empty; name a folder (. for the current one) or a bucket, such as s3://NAME"
        raise click.UsageError(msg)
    base_url = _base_url(base_url)
    token_key = _token_key(token_key_file) if private else None
    printer = _ReportPrinter(dest=dest, as_json=as_json, dry_run=dry_run)
    if watch:
        _watch(printer, base_url, token_key, settings, replace_calendar=replace_calendar)
        return

    inputs = open_inputs(settings)
    loaded = inputs.loaded
    if base_url and (url := loaded.schedule.calendar.url) not in {"", base_url}:
        click.echo(f'warning: --base-url is ignored, since calendar.url in the schedule is "{url}"', err=True)
    now = clock(settings, loaded.schedule)()
    target = _target(dest)
    situation = Situation(schedule=loaded.schedule, record=inputs.record(), now=now)
    if situation.record.entry and settings.now is None and not dry_run:
        situation = _with_edit_recorded(situation, inputs, dest)
    with _progress_bar(is_shown=not as_json and not dry_run and sys.stderr.isatty()) as progress:
        report = export_site(
            situation,
            target,
            changed_at=loaded.changed_at,
            base_url=base_url,
            token_key=token_key,
            replace_calendar=replace_calendar,
            dry_run=dry_run,
            progress=progress,
        )
    printer.print(report, inputs.notes())
    for mistake in report.template_mistakes:
        print_line(f"warning: {mistake}; the built-in text is exported in its place", err=True)
    _warn_of_missing_feeds(report, token_key_file)


def _base_url(text: str) -> str:
    if not text:
        return text

    try:
        return site_address(text)
    except ValueError as error:
        msg = f"--base-url: {error}"
        raise BadInputError(msg) from None


def _token_key(path: Path | None) -> TokenKey:
    if path is None:
        msg = "--private derives the addresses from the token key; name the key's file with --token-key-file"
        raise click.UsageError(msg)

    return read_token_key(path)


def _warn_of_missing_feeds(report: Report, key_file: Path | None) -> None:
    if not report.private_left_out:
        return

    reason = f"were not exported, because their tokens were not made with the key in {key_file}"
    if report.without_feed:
        remedy = f"make new ones with: icsfeed subscriber rotate NAME --token-key-file {key_file}"
        click.echo(f"warning: private feeds {reason}: {listed(report.without_feed)}; {remedy}", err=True)
    if report.without_old_address:
        names = listed(report.without_old_address)
        click.echo(f"warning: previous addresses {reason}: {names}; their current addresses work", err=True)


@dataclass(frozen=True, kw_only=True)
class _ReportPrinter:
    """Prints reports of exports to ``dest``."""

    dest: str
    as_json: bool
    dry_run: bool

    def print(self, report: Report, notes: Mapping[str, str]) -> None:
        """Print the report in one line and, in a dry run, in one more for each file; or in JSON, with the notes."""
        if self.as_json:
            print_json({**report.as_json(), **notes})
            return
        for name in report.written if self.dry_run else ():
            click.echo(f"+ {name}")
        for name in report.removed if self.dry_run else ():
            click.echo(f"- {name}")
        would = "would be " if self.dry_run else ""
        counts = f"{len(report.written)} {would}written, {len(report.removed)} {would}removed"
        click.echo(f"{self.dest}: {counts}, {report.unchanged} unchanged")

    def print_line(self, report: Report, notes: Mapping[str, str]) -> None:
        """Print the report in a single line."""
        if self.as_json:
            print_json({**report.as_json(), **notes}, one_line=True)
        else:
            self.print(report, notes)
        sys.stdout.flush()


def _watch(
    printer: _ReportPrinter, base_url: str, token_key: TokenKey | None, settings: Settings, *, replace_calendar: bool
) -> None:
    # structlog and SQLAlchemy are slow to import, and a single export often needs neither.
    from icsfeed.export.watching import watch
    from icsfeed.publication.live import Live
    from icsfeed.publication.publisher import Publisher
    from icsfeed.publication.sources import ScheduleFile, Sources
    from icsfeed.service_log import service_log
    from icsfeed.stop_signals import wait_for_signal

    inputs = open_inputs(settings, load=load_watched_schedule)
    current_time = clock(settings, inputs.schedule)
    target = _target(printer.dest)
    log = service_log().bind(dest=printer.dest)
    replacements = iter([replace_calendar])  # only the first export may: later, the calendar there is this one

    def export_now(publication: Publication, subscribers: Subscribers) -> Report:
        situation = publication.events.whole
        return export_site(
            replace(situation, record=replace(situation.record, subscribers=subscribers), now=current_time()),
            target,
            changed_at=publication.changed_at,
            base_url=base_url,
            before=publication.events,
            token_key=token_key,
            replace_calendar=next(replacements, False),
            is_live=True,
        )

    with closing(inputs.repository()) as repository:
        repository.check()
        file = ScheduleFile(path=inputs.path, load=schedule_of_database(database_key(inputs.path)))
        sources = Sources(file, repository, log=log)
        publisher = Publisher(sources, base_url=base_url, records=settings.now is None)
        live = Live(publisher, clock=current_time, patience=_PATIENCE)
        say_if_created(repository)
        notes = inputs.notes(was_created=repository.was_created)
        watch(
            live,
            export_now,
            private=token_key is not None,
            wait=wait_for_signal(),
            log=log,
            on_export=lambda report: printer.print_line(report, notes),
        )


def _with_edit_recorded(situation: Situation, inputs: Inputs, dest: str) -> Situation:
    """The situation, after the database has recorded the edit that this export publishes; a warning if it can't."""

    def warn(error: UnavailableError) -> None:
        click.echo(f"warning: revisions are recorded only in the manifest of {dest}: {error}", err=True)

    with closing(inputs.repository()) as repository:
        return record_edit(situation, repository, unrecorded=warn)


def _target(dest: str) -> Target:
    if "://" in dest:
        with optional_package("obstore", use="An export to a bucket"):
            from icsfeed.export.bucket import Bucket
        return Bucket(dest)

    return Folder(Path(dest))


@contextmanager
def _progress_bar(*, is_shown: bool) -> Generator[Progress | None]:
    if not is_shown:
        yield None
        return
    from rich.console import Console
    from rich.progress import Progress as Bar

    with Bar(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("Exporting", total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)
