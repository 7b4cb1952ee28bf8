"""``icsfeed subscriber``."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from icsfeed.cli.inputs import current_instant, open_schedule, operator_name
from icsfeed.cli.options import json_option, operator_option, option, token_key_option, with_settings
from icsfeed.cli.output import print_json
from icsfeed.domain.actors import Actor, ActorKind

if TYPE_CHECKING:
    from icsfeed.domain.schedule import Schedule
    from icsfeed.domain.subscribers import Subscriber
    from icsfeed.settings import Settings
    from icsfeed.store.database.database import Database

_SALT_BYTES = 16

_name = click.argument("name", metavar="NAME")


@click.group()
def subscriber() -> None:
    """Give customers feeds of their own, at addresses that only they know."""


@subscriber.command()
@_name
@option("--feed", metavar="SLUG", default="all", show_default=True, help="The feed that they get.")
@option(
    "--alarm",
    "alarms",
    metavar="LENGTH",
    multiple=True,
    help="Ring that long before each event, such as 30m or 1d; can be repeated.",
)
@token_key_option
@with_settings
@operator_option
@json_option
def add(
    name: str,
    feed: str,
    alarms: tuple[str, ...],
    token_key_file: Path | None,
    settings: Settings,
    operator: str | None,
    *,
    as_json: bool,
) -> None:
    """Add the subscriber NAME, and print the path of the private feed. It is shown this once: only a digest is kept.

    With a token key, `export --private` can write the feed, too.
    """
    from icsfeed.domain.lengths import parse_length
    from icsfeed.services.subscribing import add as add_subscriber

    token, salt = _token(token_key_file)
    rings = tuple(parse_length(alarm) for alarm in alarms)
    with _opened(settings) as (policy, repository):
        actor = _actor(operator, settings, policy)
        added = add_subscriber(policy, repository, name, feed=feed, alarms=rings, token=token, salt=salt, actor=actor)
        _hand_over(added, token, policy, as_json=as_json)


@subscriber.command()
@_name
@option("--overlap", metavar="LENGTH", default="14d", show_default=True, help="How long the old address stays valid.")
@token_key_option
@with_settings
@operator_option
@json_option
def rotate(
    name: str,
    overlap: str,
    token_key_file: Path | None,
    settings: Settings,
    operator: str | None,
    *,
    as_json: bool,
) -> None:
    """Give the subscriber NAME a new address, and print its path; the old one stays valid for a while.

    With a token key, `export --private` can write the feed, too.
    """
    from icsfeed.domain.lengths import parse_length
    from icsfeed.services.subscribing import rotate as rotate_token

    token, salt = _token(token_key_file)
    length = parse_length(overlap)
    with _opened(settings) as (policy, repository):
        actor = _actor(operator, settings, policy)
        rotated = rotate_token(policy, repository, name, token=token, salt=salt, overlap=length, actor=actor)
        _hand_over(rotated, token, policy, as_json=as_json)


@subscriber.command()
@_name
@with_settings
@operator_option
@json_option
def revoke(name: str, settings: Settings, operator: str | None, *, as_json: bool) -> None:
    """Take the private feed of the subscriber NAME away, at once."""
    from icsfeed.services.subscribing import revoke as revoke_subscriber
    from icsfeed.services.subscribing import subscribers_as_json

    with _opened(settings) as (policy, repository):
        actor = _actor(operator, settings, policy)
        revoked = revoke_subscriber(repository, name, actor=actor)
        if as_json:
            known = subscribers_as_json(policy, repository, now=actor.at)
            print_json(next(each for each in known if each["name"] == revoked.name))
        else:
            click.echo(f"{revoked.name} is revoked")


@subscriber.command("list")
@with_settings
@json_option
def list_them(settings: Settings, *, as_json: bool) -> None:
    """List the subscribers, and whether their calendars have come for the feed."""
    from icsfeed.services.subscribing import subscribers_as_json

    with _opened(settings) as (policy, repository):
        found = subscribers_as_json(policy, repository, now=current_instant(settings, policy))
        if as_json:
            print_json(found)
        elif found:
            from icsfeed.cli.subscriber_pages import print_subscribers

            print_subscribers(found, policy.calendar.zone)
        else:
            click.echo("there is no subscriber")


@contextmanager
def _opened(settings: Settings) -> Generator[tuple[Schedule, Database]]:
    from icsfeed.store.database.database import Database

    policy = open_schedule(settings).schedule
    repository = Database(settings.database)
    try:
        yield policy, repository
    finally:
        repository.close()


def _actor(operator: str | None, settings: Settings, schedule: Schedule) -> Actor:
    return Actor(name=operator_name(operator), kind=ActorKind.COMMAND, at=current_instant(settings, schedule))


def _token(key_file: Path | None) -> tuple[str, str]:
    """A new token, and the salt that it is derived from, if there is a key; else a random one, and none."""
    from secrets import token_hex, token_urlsafe

    from icsfeed.domain.tokens import TOKEN_BYTES

    if key_file is None:
        return token_urlsafe(TOKEN_BYTES), ""
    from icsfeed.store.token_key import read_token_key

    salt = token_hex(_SALT_BYTES)
    return read_token_key(key_file).token(salt), salt


def _hand_over(subscriber: Subscriber, token: str, schedule: Schedule, *, as_json: bool) -> None:
    """Print the path of the feed, the only time that anybody sees it."""
    from icsfeed.publication.private import private_path

    path = private_path(token, subscriber.feed)
    if not as_json:
        click.echo(path)
        return
    site = schedule.calendar.url
    url = {"url": site.rstrip("/") + path} if site else {}
    print_json({"name": subscriber.name, "feed": subscriber.feed, "path": path, **url})
