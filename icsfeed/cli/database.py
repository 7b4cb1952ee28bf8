"""``icsfeed database``."""

from __future__ import annotations

import click

from icsfeed.cli.options import database_option, example
from icsfeed.store.database.database import Database
from icsfeed.store.database.urls import display_url


@click.group()
def database() -> None:
    """Database maintenance."""


@database.command(epilog=example("database upgrade --database postgresql://icsfeed@db.example/icsfeed"))
@database_option
def upgrade(database: str) -> None:
    """Create the database's tables, or bring them up to date.

    The first command that records something does the same.
    """
    opened = Database(database)
    try:
        changed = opened.upgrade()
        click.echo(f"{display_url(opened.url)} {'is up to date now' if changed else 'was up to date already'}")
    finally:
        opened.close()
