"""``icsfeed token``."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from secrets import token_hex
from typing import Final, cast
from zoneinfo import ZoneInfo

import click

from icsfeed.cli.operator_commands import Invocation, SigningInvocation, reading, signing
from icsfeed.cli.options import OrderedGroup, RequiringCommand, example, given, own_option
from icsfeed.cli.output import print_json, print_line
from icsfeed.cli.tables import print_table
from icsfeed.domain.operator_tokens import TOKEN_SECRET_BYTES, OperatorToken, TokenState
from icsfeed.domain.texts import quoted
from icsfeed.domain.times import instant_text
from icsfeed.services import operator_tokens
from icsfeed.services.operator_tokens import ID_BYTES, token_as_json
from icsfeed.services.repository import OperatorRepository
from icsfeed.services.requests.tokens import token_request

_HEADINGS: Final = ("Name", "Scope", "State", "Created", "By", "Expires", "Last use")
# Somebody's broken edit must not keep an operator from revoking a token.
_reading, _signing = partial(reading, or_kept=True), partial(signing, or_kept=True)
_name_argument = click.argument("name", metavar="NAME")


@click.group(cls=OrderedGroup)
def token() -> None:
    """Give operators and their programs tokens for the console, the API and agents' tools."""


@token.command(
    cls=RequiringCommand,
    short_help="Create a token, and print it.",
    epilog=example('token create "chat bot" --scope write --expires 180d', "token create alice --scope write"),
)
@_name_argument
@own_option(
    "--scope",
    metavar="SCOPE",
    required=True,
    help="What it allows: read, or write, with which everything can be read as well.",
)
@own_option(
    "--expires",
    metavar="WHEN",
    help="When it ends: a length such as 180d, the last date on which it is valid, an instant, or never. Default: 90d.",
)
@_signing
def create(invocation: SigningInvocation, **options: object) -> None:
    """Create the token NAME, and print it.

    The token is shown only this once: the database keeps a digest of it. Give each person and each program one of their
    own: its name is what the audit trail, updates and drafts show.
    """
    request = token_request(given(options), zone=invocation.zone, now=invocation.now)
    created = operator_tokens.create(
        _repository(invocation),
        request,
        new_id=lambda: token_hex(ID_BYTES),
        new_secret=lambda: token_hex(TOKEN_SECRET_BYTES),
        actor=invocation.actor,
    )
    if invocation.as_json:
        token_json = token_as_json(created.token, now=invocation.now)
        print_json({**token_json, "token": created.text, **invocation.notes()})
        return
    click.echo(created.text)
    print_line(_description(created.token, invocation.zone), err=True)


@token.command("list")
@_reading
def list_command(invocation: Invocation) -> None:
    """List the tokens, without their secrets, and when each was last used."""
    tokens = operator_tokens.tokens(_repository(invocation))
    if invocation.as_json:
        print_json([token_as_json(each, now=invocation.now) for each in tokens])
    elif tokens:
        rows = [_row(each, invocation) for each in tokens]
        styles = [None if each.is_valid(invocation.now) else "dim" for each in tokens]
        print_table(_HEADINGS, rows, styles)
    else:
        print_line("there is no token; create one with `icsfeed token create`")


@token.command(short_help="Revoke a token at once.", epilog=example('token revoke "chat bot"'))
@_name_argument
@_signing
def revoke(invocation: SigningInvocation, name: str) -> None:
    """Revoke the token NAME at once, and end the console's sessions that began with it.

    Nobody can bring it back; create another one instead, which may have the same name.
    """
    before = operator_tokens.revoke(_repository(invocation), name, actor=invocation.actor)
    if invocation.as_json:
        tokens = operator_tokens.tokens(_repository(invocation))
        revoked = next(each for each in tokens if each.id == before.id)
        print_json({**token_as_json(revoked, now=invocation.now), **invocation.notes()})
        return
    print_line(_result(before, invocation))
    tokens = operator_tokens.tokens(_repository(invocation))
    for each in operator_tokens.created_with(name, tokens, now=invocation.now):
        note = f"note: {quoted(each.name)}, which it created, is still valid; revoke that too if this one leaked"
        print_line(note, err=True)


def _repository(invocation: Invocation) -> OperatorRepository:
    # These commands never take the packaged example.
    return cast("OperatorRepository", invocation.workspace.repository)


def _description(created: OperatorToken, zone: ZoneInfo) -> str:
    """What the token is, and that this was the only time to see it."""
    scope = "read" if created.scope.value == "read" else "read and write"
    end = f"until {instant_text(created.expires_at, zone)}" if created.expires_at is not None else "until it is revoked"
    return f"{quoted(created.name)} may {scope} {end}. This token is not shown again: store it now, where it is needed."


def _result(before: OperatorToken, invocation: Invocation) -> str:
    name, state = quoted(before.name), before.state(invocation.now)
    if state is TokenState.VALID:
        return f"{name} is revoked"
    ended_at = before.revoked_at or before.expires_at
    when = f" since {instant_text(ended_at, invocation.zone)}" if ended_at is not None else ""
    return f"{name} is {state.value} already{when}; nothing was changed"


def _row(one: OperatorToken, invocation: Invocation) -> tuple[str, ...]:
    zone = invocation.zone
    return (
        one.name,
        one.scope.value,
        one.state(invocation.now).value,
        _local(one.created_at, zone),
        one.created_by,
        _local(one.expires_at, zone) or "never",
        _local(one.used_at, zone) or "never",
    )


def _local(instant: datetime | None, zone: ZoneInfo) -> str:
    return instant.astimezone(zone).strftime("%Y-%m-%d %H:%M") if instant is not None else ""
