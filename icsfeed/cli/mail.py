"""``icsfeed mail``."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import cast
from zoneinfo import ZoneInfo

import click

from icsfeed.cli.notify_tables import print_deliveries
from icsfeed.cli.operator_commands import ANSWER_CHARS, Invocation, SigningInvocation, reading, signing
from icsfeed.cli.options import OrderedGroup, example, own_option
from icsfeed.cli.output import at_a_terminal, fitted, print_json, print_line
from icsfeed.domain.lengths import length_text
from icsfeed.domain.times import instant_text
from icsfeed.services import mail_subscribing
from icsfeed.services.mail_json import MailAccount, mail_account
from icsfeed.services.repository import MailRepository

_address_argument = click.argument("address", metavar="ADDRESS")


@click.group(cls=OrderedGroup)
def mail() -> None:
    """Look up customers' mail subscriptions, and erase them."""


@mail.command("list")
@reading
def list_command(invocation: Invocation) -> None:
    """Count the mail subscribers, without naming any."""
    counts = mail_subscribing.subscriber_counts(_repository(invocation))
    if invocation.as_json:
        print_json({**counts, **invocation.notes()})
    else:
        print_line(", ".join(f"{number:,} {state}" for state, number in counts.items()))


@mail.command(
    short_help="Show all that is known of one subscriber.", epilog=example("mail show customer@example.com --json")
)
@_address_argument
@reading
def show(invocation: Invocation, address: str) -> None:
    """Show all that is known of the subscriber with that ADDRESS: their choice, and what was sent to them."""
    account = mail_account(_repository(invocation), address)
    if invocation.as_json:
        print_json(account.as_json())
        return
    for name, value in _facts(account, invocation.zone):
        print_line(f"{name + ':':14}{value}")
    if account.deliveries:
        print_line("")
        print_deliveries(account.deliveries, invocation.zone, has_receivers=False)


@mail.command(short_help="Erase one subscriber.", epilog=example("mail remove customer@example.com"))
@_address_argument
@own_option("--yes", is_flag=True, help="Don't ask for confirmation on a terminal.")
@signing
def remove(invocation: SigningInvocation, address: str, *, yes: bool) -> None:
    """Erase the subscriber with that ADDRESS, and drop what waits to be sent to them.

    The audit trail and the deliveries that were sent name them by a random id, which leads to nobody then.
    """
    if not yes and at_a_terminal():
        subscriber = mail_subscribing.subscriber_at(_repository(invocation), address)
        question = f"Erase {subscriber.address}? This can't be undone."
        click.confirm(fitted(question, err=True, room=ANSWER_CHARS), abort=True, err=True)
    erased = mail_subscribing.remove(_repository(invocation), address, actor=invocation.actor)
    if invocation.as_json:
        print_json({"removed": erased.id, **invocation.notes()})
    else:
        print_line(f"erased; the audit trail calls this subscriber mail:{erased.id}")


def _repository(invocation: Invocation) -> MailRepository:
    # These commands never take the packaged example, whose repository has no subscribers.
    return cast("MailRepository", invocation.workspace.repository)


def _facts(account: MailAccount, zone: ZoneInfo) -> Iterator[tuple[str, str]]:
    one, choice = account.subscriber, account.subscriber.choice
    reminders = sorted(choice.reminders, reverse=True) if choice.reminders is not None else None
    yield "Address", one.address
    yield "Id", one.id
    yield "State", account.state
    yield "Requested", instant_text(one.requested_at, zone)
    yield from _instant("Confirmed", one.confirmed_at, zone)
    yield from _instant("Paused", one.paused_at, zone)
    yield "Refusals", str(one.refusals)
    yield "Language", choice.language
    yield "Environments", _listed(sorted(choice.environments) if choice.environments is not None else None)
    yield "Kinds", _listed(sorted(choice.kinds) if choice.kinds is not None else None)
    yield "Reminders", _listed(map(length_text, reminders) if reminders is not None else None)


def _instant(name: str, instant: datetime | None, zone: ZoneInfo) -> Iterator[tuple[str, str]]:
    if instant is not None:
        yield name, instant_text(instant, zone)


def _listed(values: Iterable[str] | None) -> str:
    return "all" if values is None else ", ".join(values) or "none"
