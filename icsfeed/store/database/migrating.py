"""Brings a database's tables up to date, from none or from those of an earlier icsfeed."""

from __future__ import annotations

from enum import Enum
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, inspect, text

from icsfeed.store.database.engine import unhurried
from icsfeed.store.database.refusals import DatabaseError, shown

VERSIONS: Final = ("0001", "0002", "0003", "0004")
"""The names of the migrations, in order. Here, too, so that nobody pays for Alembic who has nothing to migrate."""

_MIGRATIONS: Final = Path(__file__).parent / "migrations"
_CURRENT: Final = "icsfeed_tables_are_current"


class Version(Enum):
    """What a database's tables are to this icsfeed."""

    NONE = "none"
    OLDER = "older"
    CURRENT = "current"


def version_of(connection: Connection) -> Version:
    """How old the tables are; looked up once for each connection to the database.

    Raises:
        DatabaseError: where a newer icsfeed made them.
    """
    if connection.info.get(_CURRENT):
        return Version.CURRENT
    name = None
    if inspect(connection).has_table("alembic_version"):
        name = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    if name is None:
        return Version.NONE
    if name not in VERSIONS:
        msg = (
            f"the database {shown(connection.engine.url)} was made by a newer icsfeed (its tables are {name!r}, known "
            f"here is {VERSIONS[-1]!r}); use that one"
        )
        raise DatabaseError(msg)
    if name != VERSIONS[-1]:
        return Version.OLDER
    connection.info[_CURRENT] = True
    return Version.CURRENT


def migrate(connection: Connection, *, to: str = "head") -> bool:
    """Bring the tables up to date, in the transaction of the connection; gives whether there was anything to do.

    Raises:
        DatabaseError: where a newer icsfeed made them.
    """
    if version_of(connection) is Version.CURRENT:
        return False
    from alembic import command  # noqa: PLC0415  (slow to import, and rarely needed)
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    with unhurried(connection):
        command.upgrade(config, to)
    return True
