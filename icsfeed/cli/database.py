"""``icsfeed database``."""

from __future__ import annotations

import os
from contextlib import closing
from pathlib import Path

import click

from icsfeed.cli.inputs import present, schedule_path
from icsfeed.cli.operator_commands import operator_name
from icsfeed.cli.options import OrderedGroup, database_option, example, operator_option, own_option, schedule_option
from icsfeed.domain.actors import Actor, ActorKind
from icsfeed.services.numbering import last_ids, reserve_numbers
from icsfeed.settings import Settings
from icsfeed.store.database.database import Database
from icsfeed.store.schedule_file import database_key


@click.group(cls=OrderedGroup)
def database() -> None:
    """Database maintenance."""


@database.command(
    short_help="Create the database, or bring its tables up to date.",
    epilog=example(
        "database upgrade --database postgresql://icsfeed@db.example/icsfeed", "database upgrade --after EC-41"
    ),
)
@own_option(
    "--after",
    "ids",
    metavar="ID",
    multiple=True,
    help="After a loss: number new changes from the one after ID, such as EC-41. Can be repeated.",
)
@schedule_option
@database_option
@operator_option
def upgrade(ids: tuple[str, ...], schedule: Path | None, database: str | None, operator: str | None) -> None:
    """Create the database with its tables, or bring those of an earlier icsfeed up to date.

    The first command that records something brings them up to date as well, and creates the default database. One that
    was named is created only here and by `database copy`.
    """
    latest = last_ids(ids)
    with closing(_named_database(Settings(schedule=schedule, database=database or None))) as opened:
        changed = opened.upgrade()
        click.echo(f"{opened.name} {'is up to date now' if changed else 'was up to date already'}")
        actor = Actor(name=operator_name(operator), kind=ActorKind.COMMAND, at=present())
        for change_id in latest.values():
            click.echo(f"the next one after {change_id} is {reserve_numbers(opened, change_id, actor=actor)}")


def _named_database(settings: Settings) -> Database:
    """The database that is named or, without a name, that of the schedule, which may have mistakes."""
    if settings.database is not None:
        return Database(settings.database)
    path = schedule_path(settings)
    location = settings.database_location(path, database_key(path), os.environ)
    return Database(location.url)
