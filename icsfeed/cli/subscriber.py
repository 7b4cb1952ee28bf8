"""``icsfeed subscriber``."""

from __future__ import annotations

import functools
from collections.abc import Callable
from pathlib import Path
from secrets import token_bytes

import click

from icsfeed.cli.operator_commands import Invocation, SigningInvocation, reading, signing
from icsfeed.cli.options import OrderedGroup, example, given, option, token_key_option
from icsfeed.cli.output import at_a_terminal, print_json
from icsfeed.cli.subscriber_tables import account_text, print_subscribers
from icsfeed.domain.errors import NotFoundError
from icsfeed.domain.maintnote import PUBLIC_ACCOUNT, require_maintnote
from icsfeed.domain.subscribers import Subscriber
from icsfeed.services import subscribing
from icsfeed.services.private_addresses import Secret, private_address
from icsfeed.services.requests.subscribers import account_request, rotation_request, subscriber_request
from icsfeed.services.subscribing import subscribers_as_json
from icsfeed.store.token_key import read_token_key

# Neither is read from the environment: a forgotten variable would give every customer the same account.
_account_option = click.option(
    "--account",
    metavar="ID",
    help='The account that MAINTNOTE events name, as the customer\'s systems know it. Default: "public".',
)
_objects_option = click.option(
    "--object",
    "objects",
    metavar="ID",
    multiple=True,
    help="What MAINTNOTE events touch of theirs, such as a circuit. Can be repeated. Default: the environments' ids.",
)
_name_argument = click.argument("name", metavar="NAME")


def _with_secret(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command that takes a ``secret`` one made with the token key, which is read before the database is."""

    @functools.wraps(command)
    def run(*, token_key_file: Path | None, **options: object) -> None:
        key = read_token_key(token_key_file, warn=_warn) if token_key_file is not None else None
        command(secret=Secret.new(key, token_bytes), **options)

    return run


def _warn(message: str) -> None:
    click.echo(f"warning: {message}", err=True)


@click.group(cls=OrderedGroup)
def subscriber() -> None:
    """Give customers private feeds, at addresses that only they know."""


@subscriber.command(
    short_help="Add a subscriber, and print the path of their feed.",
    epilog=example('subscriber add "Acme Inc." --feed production --alarm 1d --alarm 30m'),
)
@_name_argument
@option("--feed", metavar="SLUG", default="all", show_default=True, help="The feed that they get.")
@option(
    "--alarm",
    "alarms",
    metavar="LENGTH",
    multiple=True,
    help="Remind them this long before each event, such as 30m or 1d. Can be repeated.",
)
@_account_option
@_objects_option
@token_key_option
@_with_secret
@signing
def add(invocation: SigningInvocation, secret: Secret, **options: object) -> None:
    """Add subscriber NAME, and print the path of their private feed.

    The path is shown only this once: the database keeps a digest of it. With a token key, `export --private` can write
    the feed as well.
    """
    workspace = invocation.workspace
    request = subscriber_request(given(options), schedule=workspace.schedule)
    added = subscribing.add(
        workspace.schedule,
        workspace.repository,
        request.name,
        feed=request.feed,
        alarms=request.alarms,
        account=request.account,
        token=secret.token,
        salt=secret.salt,
        actor=invocation.actor,
    )
    _warn_without_maintnote(invocation, added)
    _hand_over(invocation, added, secret)


@subscriber.command(
    short_help="Give a subscriber another account, or other objects.",
    epilog=example('subscriber change "Acme Inc." --account 137.035 --object circuit-1'),
)
@_name_argument
@_account_option
@_objects_option
@signing
def change(invocation: SigningInvocation, **options: object) -> None:
    """Change what the MAINTNOTE events of subscriber NAME say, at the same address.

    What is given replaces what was there before; an empty text (--object "") brings back the default.
    """
    workspace = invocation.workspace
    request = account_request(given(options))
    changed = subscribing.change(
        workspace.repository,
        request.name,
        account=request.account,
        objects=request.objects,
        actor=invocation.actor,
    )
    _warn_without_maintnote(invocation, changed)
    if invocation.as_json:
        _print_subscriber(invocation, changed)
    else:
        click.echo(f"{changed.name}: {account_text(changed.account.id, changed.account.objects)}")


@subscriber.command(
    short_help="Give a subscriber a new address.", epilog=example('subscriber rotate "Acme Inc." --overlap 7d')
)
@_name_argument
@option("--overlap", metavar="LENGTH", default="14d", show_default=True, help="How long the old address stays valid.")
@token_key_option
@_with_secret
@signing
def rotate(invocation: SigningInvocation, secret: Secret, **options: object) -> None:
    """Give subscriber NAME a new address, and print its path.

    The old address stays valid for a while. With a token key, `export --private` can write the feed as well.
    """
    workspace = invocation.workspace
    request = rotation_request(given(options))
    rotated = subscribing.rotate(
        workspace.schedule,
        workspace.repository,
        request.name,
        token=secret.token,
        salt=secret.salt,
        overlap=request.overlap,
        actor=invocation.actor,
    )
    _hand_over(invocation, rotated, secret)


@subscriber.command(epilog=example('subscriber revoke "Acme Inc."'))
@_name_argument
@signing
def revoke(invocation: SigningInvocation, name: str) -> None:
    """Revoke the private feed of subscriber NAME at once."""
    workspace = invocation.workspace
    revoked = subscribing.revoke(workspace.repository, name, actor=invocation.actor)
    if invocation.as_json:
        _print_subscriber(invocation, revoked)
    else:
        click.echo(f"{revoked.name} is revoked")


@subscriber.command("list")
@reading
def list_command(invocation: Invocation) -> None:
    """List the subscribers, and when each feed was last fetched."""
    workspace = invocation.workspace
    subscribers = subscribers_as_json(workspace.schedule, workspace.repository, now=invocation.now)
    if invocation.as_json:
        print_json(subscribers)
    elif subscribers:
        print_subscribers(subscribers, invocation.zone)
    else:
        click.echo("there is no subscriber")


def _warn_without_maintnote(invocation: SigningInvocation, one: Subscriber) -> None:
    """Warn of an account that nobody will read."""
    if one.account == PUBLIC_ACCOUNT:
        return
    schedule = invocation.workspace.schedule
    try:
        require_maintnote(schedule, schedule.feed(one.feed))
    except NotFoundError as error:
        _warn(str(error))


def _print_subscriber(invocation: SigningInvocation, one: Subscriber) -> None:
    workspace = invocation.workspace
    subscribers = subscribers_as_json(workspace.schedule, workspace.repository, now=invocation.now)
    print_json({**next(each for each in subscribers if each["name"] == one.name), **invocation.notes()})


def _hand_over(invocation: SigningInvocation, receiver: Subscriber, secret: Secret) -> None:
    """Print the addresses of the feed and of its page, the only time that anybody sees them."""
    address = private_address(invocation.workspace.schedule, receiver, secret)
    if invocation.as_json:
        print_json({**address.as_json(), **invocation.notes()})
    else:
        click.echo(address.path)
        if at_a_terminal():  # not into the log of a script
            click.echo(f"the page to hand over, with buttons for it: {address.page_url or address.page_path}", err=True)
            if address.url:
                click.echo(f"the address to hand over: {address.url}", err=True)
