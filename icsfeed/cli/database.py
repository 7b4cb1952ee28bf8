"""``icsfeed database``."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Final

import click

from icsfeed.cli.actors import operator_name
from icsfeed.cli.inputs import present, schedule_path
from icsfeed.cli.options import (
    OrderedGroup,
    database_option,
    example,
    json_option,
    operator_option,
    own_option,
    schedule_option,
)
from icsfeed.cli.output import print_json, print_line
from icsfeed.domain.actors import Actor, ActorKind
from icsfeed.domain.errors import BadInputError, UnavailableError
from icsfeed.domain.schedule import Schedule
from icsfeed.domain.texts import quoted
from icsfeed.publication.comparing import Comparison, compare
from icsfeed.services.numbering import last_ids, reserve_numbers
from icsfeed.settings import Settings
from icsfeed.store.database.copying import Contents, copy_database
from icsfeed.store.database.database import Database
from icsfeed.store.database.urls import display_url, parse_url
from icsfeed.store.schedule_file import database_key, load_schedule, read_schedule

_DATABASE_FILE: Final = re.compile(r"[\w./~-]+\.(?:db|sqlite3?)")


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
    help="After a loss: number new changes or freezes from the one after ID, such as EC-41. Can be repeated.",
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
        print_line(f"{opened.name} {'is up to date now' if changed else 'was up to date already'}")
        actor = Actor(name=operator_name(operator), kind=ActorKind.COMMAND, at=present())
        for change_id in latest.values():
            print_line(f"the next one after {change_id} is {reserve_numbers(opened, change_id, actor=actor)}")


@database.command(
    short_help="Copy everything to another database, and verify it.",
    epilog=example("database copy sqlite:///icsfeed.db postgresql://db.example/icsfeed"),
)
@click.argument("source", metavar="FROM")
@click.argument("target", metavar="TO")
@schedule_option
@json_option
def copy(source: str, target: str, schedule: Path | None, *, as_json: bool) -> None:
    """Copy everything in the database FROM to the database TO, which must be empty.

    TO is an SQLite file that is missing or empty, or an existing, empty PostgreSQL database (createdb icsfeed).

    FROM is only read, as it is at one moment, and may be in use. All rows are compared, and the bytes of everything
    public and of every private feed, with the schedule file or, without one, the schedule that was public last. TO can
    be used once that is done; an interrupted copy is refused as incomplete, until the command is repeated.
    """
    for text in (source, target):
        _refuse_path(text)
    comparisons: list[Comparison] = []

    def verify(original: Contents, copied: Contents) -> None:
        loaded = _schedule_to_publish(Settings(schedule=schedule), original)
        if original != copied:
            msg = "the record of the copy differs from that of its source"
            raise UnavailableError(msg)
        if loaded is None:
            return
        comparison = compare(loaded, original.record, copied.record, now=present())
        if comparison.differing:
            msg = f"the copy differs from its source in {', '.join(comparison.differing)}"
            raise UnavailableError(msg)
        comparisons.append(comparison)

    counts = copy_database(source, target, verify=verify)
    _print_copy(counts, next(iter(comparisons), None), names=(_name(source), _name(target)), as_json=as_json)


def _schedule_to_publish(settings: Settings, contents: Contents) -> Schedule | None:
    """The schedule file or, without one, the schedule that was public last; ``None`` without either."""
    if (path := settings.schedule_file()) is not None:
        return load_schedule(path).schedule
    kept = contents.kept_schedule
    return read_schedule(kept[0], "the schedule that was public last") if kept is not None else None


def _refuse_path(text: str) -> None:
    """Say how a path is written as a URL; other malformed ones are not repeated, since they may hold a password."""
    if _DATABASE_FILE.fullmatch(text):
        msg = f"{quoted(text)} is a path, not the URL of a database; write sqlite:///{text}"
        raise BadInputError(msg)


def _name(url: str) -> str:
    return display_url(parse_url(url))


def _print_copy(
    counts: Mapping[str, int], comparison: Comparison | None, *, names: tuple[str, str], as_json: bool
) -> None:
    source, target = names
    if as_json:
        paths = comparison.paths if comparison is not None else None
        private = comparison.private_feeds if comparison is not None else None
        print_json({"from": source, "to": target, "rows": dict(counts), "paths": paths, "private_feeds": private})
        return
    print_line(f"copied {sum(counts.values()):,} rows in {len(counts)} tables from {source} to {target}")
    if comparison is None:
        print_line("every row is equal; without a schedule, no feed could be compared")
    else:
        print_line(
            f"every row is equal, and so are the bytes of {comparison.paths} public files "
            f"and {comparison.private_feeds} private feeds"
        )


def _named_database(settings: Settings) -> Database:
    """The database that is named or, without a name, that of the schedule, which may have mistakes."""
    if settings.database is not None:
        return Database(settings.database)
    path = schedule_path(settings)
    location = settings.database_location(path, database_key(path), os.environ)
    return Database(location.url)
