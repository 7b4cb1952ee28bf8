"""``icsfeed notify``."""

from __future__ import annotations

import os
import secrets
from contextlib import closing
from functools import partial
from typing import TYPE_CHECKING, Final

import click

from icsfeed.cli.inputs import Inputs, clock, open_inputs, say_if_created
from icsfeed.cli.operator_commands import Invocation, SigningInvocation, reading, signing
from icsfeed.cli.options import OrderedGroup, WholeNumber, example, option, own_option, with_settings
from icsfeed.cli.output import at_a_terminal, print_json, print_line
from icsfeed.domain.channels import Channel
from icsfeed.domain.errors import NotFoundError, RefusedError, UnavailableError
from icsfeed.domain.schedule import Schedule
from icsfeed.domain.times import instant_text
from icsfeed.settings import VARIABLE_PREFIX, Settings, is_variable

if TYPE_CHECKING:
    from icsfeed.store.database.database import Database

_ROWS: Final = 20


@click.group(cls=OrderedGroup)
def notify() -> None:
    """Send announcements to channels and mail subscribers, and show the results."""


@notify.command(
    short_help="Send what is due, until stopped or once.", epilog=example("notify run", "notify run --once")
)
@option("--once", is_flag=True, help="Send what is due now, then end: for cron.")
@with_settings
def run(settings: Settings, *, once: bool) -> None:
    """Send announcements, reminders and mail when they are due.

    `serve` does the same; this command is for calendars that are exported. Several senders on one database share the
    work. Ctrl-C or SIGTERM stops it. With --once, the exit status is 1 where an attempt failed; a later run repeats it.
    """
    from icsfeed.notify.assembly import assemble_sender, make_transports
    from icsfeed.notify.running import run as run_until_stopped
    from icsfeed.notify.running import run_once
    from icsfeed.service_log import service_log
    from icsfeed.stop_signals import wait_for_signal
    from icsfeed.store.schedule_file import load_watched_schedule

    if settings.now is not None:
        msg = "announcements are sent when they are due by the real clock; leave out --now and ICSFEED_NOW"
        raise RefusedError(msg)
    inputs = open_inputs(settings, load=load_watched_schedule)
    now, log = clock(settings, inputs.schedule), service_log(level="warning" if once else "info")
    if once:
        _require_receivers(inputs.schedule)
    with closing(_database(inputs)) as database:
        database.record()  # one that can't be used is refused here
        wait = wait_for_signal()
        sender = assemble_sender(
            inputs.path.absolute(),
            database,
            make_transports(os.environ, clock=now),
            owner=secrets.token_hex(8),
            new_secret=partial(secrets.token_hex, 32),
            clock=now,
            log=log,
        )
        if once:
            run_once(sender, clock=now, wait=wait)
            if not sender.had_deliveries and at_a_terminal():  # cron mails whatever is printed
                print_line(_nothing_due(database, inputs.schedule), err=True)
        else:
            log.info("sender started", path=str(inputs.path))
            run_until_stopped(sender, clock=now, wait=wait)
        say_if_created(database)
    if once and sender.failures:
        click.get_current_context().exit(1)


@notify.command(
    short_help="Show what waits and what failed.", epilog=example("notify status", "notify status --all --json")
)
@option("--all", "everything", is_flag=True, help="Show what was sent, replaced or dropped, too.")
@option("--limit", type=WholeNumber(1, 100_000), default=_ROWS, show_default=True, help="How many deliveries to show.")
@reading
def status(invocation: Invocation, *, everything: bool, limit: int) -> None:
    """Show how many deliveries wait, were sent and failed, and the latest that wait or failed.

    A delivery is an announcement to one receiver. Mail subscribers have random ids here; `mail show` names them.
    """
    from icsfeed.cli.notify_tables import print_report
    from icsfeed.services.delivery_reports import NO_DELIVERIES, delivery_report

    database = _database_of(invocation)
    database.record()  # brings older tables up to date
    report = NO_DELIVERIES
    if not database.is_missing():
        report = delivery_report(database.outbox, now=invocation.now, limit=limit, everything=everything)
    if invocation.as_json:
        print_json({**report.as_json(), **invocation.notes()})
    else:
        print_report(report, invocation.zone)


@notify.command(
    short_help="Have deliveries tried again now.",
    epilog=example("notify retry", "notify retry 41 42", "notify retry operations"),
)
@click.argument("names", metavar="[ID]...", nargs=-1)
@signing
def retry(invocation: SigningInvocation, names: tuple[str, ...]) -> None:
    """Have deliveries tried again now: what failed, for another day, and what waits after a failed attempt.

    ID is a delivery, or a channel, or `mail`, with all that it did not take. Without one, all receivers are tried.
    What a newer delivery about the same subject has overtaken is not sent any more. `notify status` shows the ids.
    """
    from icsfeed.services.delivery_retries import retry as retry_deliveries
    from icsfeed.services.delivery_retries import retry_selection

    selection = retry_selection(invocation.workspace.schedule, names)
    due = retry_deliveries(_database_of(invocation), selection, actor=invocation.actor)
    if invocation.as_json:
        print_json({"queued": list(due), **invocation.notes()})
    elif len(due) > _ROWS:
        print_line(f"{len(due):,} deliveries are tried again now")
    elif due:
        print_line(f"tried again now: {', '.join(map(str, due))}")
    else:
        print_line("nothing has failed, or waits after a failed attempt")


@notify.command(
    short_help="Send a test message.",
    epilog=example("notify test operations", "notify test mail --to operations@example.com"),
)
@click.argument("channel_id", metavar="CHANNEL")
@own_option("--to", "address", metavar="ADDRESS", help="With the channel mail: the address that gets the test message.")
@with_settings
def test(settings: Settings, channel_id: str, address: str | None) -> None:
    """Send a test message to CHANNEL, the id of a channel in the schedule, or by mail to an address (--to).

    It says that it is a test; a webhook gets the id TEST. Nothing is recorded, and it is not repeated where it fails.
    """
    from icsfeed.domain.deliveries import ALL_MAIL
    from icsfeed.domain.mail_subscribers import mail_address
    from icsfeed.notify.assembly import make_transports
    from icsfeed.notify.failures import SendingError
    from icsfeed.notify.trial import trial_channel, try_channel, try_mail

    inputs = open_inputs(settings)
    schedule, now, key = inputs.schedule, clock(settings, inputs.schedule), secrets.token_hex(16)
    transports = make_transports(os.environ, clock=now)
    if channel_id == ALL_MAIL:
        if schedule.mail is None:
            msg = "there is no table [mail] in the schedule; `icsfeed manual mail` describes it"
            raise NotFoundError(msg)
        if address is None:
            msg = "--to is missing: name the address that gets the test message"
            raise click.UsageError(msg)
        receiver = mail_address(address)
        try_mail(schedule, receiver, transports, secret=secrets.token_hex(32), key=key, now=now())
        print_line(f"the mail server took a test message for {receiver}")
        return
    if address is not None:
        msg = "--to is for the channel mail only"
        raise click.UsageError(msg)
    channel = trial_channel(schedule, channel_id)
    try:
        targets = try_channel(schedule, channel, transports, key=key, now=now())
    except SendingError as error:
        raise UnavailableError(_trial_failure(channel, error)) from None
    several = f" at all {targets} targets" if targets > 1 else ""
    print_line(f"the channel {channel_id} took a test message{several}")


def _trial_failure(channel: Channel, error: UnavailableError) -> str:
    """Why a channel took no test message, and what to look at; one that names its key says so itself."""
    if str(error).startswith("channels "):
        return str(error)
    address = channel.webhook or channel.url
    place = address.removeprefix(VARIABLE_PREFIX) if is_variable(address) else "the schedule"
    return f"channel {channel.id}: {error}; check the receiver, and its address in {place}, then try again"


def _nothing_due(database: Database, schedule: Schedule) -> str:
    """What to say where nothing was due, and when the next attempt is, if one waits."""
    next_due_at = database.outbox.next_due_at()
    if next_due_at is None:
        return "nothing is due, and nothing waits"
    at = instant_text(next_due_at, schedule.calendar.zone)
    return f"nothing is due before {at}; `icsfeed notify status` shows what waits"


def _require_receivers(schedule: Schedule) -> None:
    if not schedule.channels and schedule.mail is None:
        msg = "the schedule has neither [[channels]] nor [mail], so nobody is notified; see `icsfeed manual channels`"
        raise RefusedError(msg)


def _database(inputs: Inputs) -> Database:
    return _as_database(inputs.repository())


def _database_of(invocation: Invocation) -> Database:
    return _as_database(invocation.workspace.repository)


def _as_database(repository: object) -> Database:
    from icsfeed.store.database.database import Database

    if not isinstance(repository, Database):  # pragma: no cover  (only the packaged example has none)
        raise TypeError
    return repository
