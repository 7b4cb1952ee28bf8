"""``icsfeed database``."""

from __future__ import annotations

import click

from icsfeed.cli.options import database_option


@click.group()
def database() -> None:
    """Look after the database."""


@database.command()
@database_option
def upgrade(database: str) -> None:
    """Make the database's tables, or bring those of an earlier icsfeed up to date.

    The first command that records something does the same.
    """
    from icsfeed.store.database.database import Database
    from icsfeed.store.database.urls import display_url

    opened = Database(database)
    try:
        changed = opened.upgrade()
        click.echo(f"{display_url(opened.url)} {'is up to date now' if changed else 'was up to date already'}")
    finally:
        opened.close()
