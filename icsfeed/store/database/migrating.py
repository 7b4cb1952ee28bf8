"""Brings a database's tables up to date, from none or from those of an earlier icsfeed."""

from __future__ import annotations

from enum import Enum
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, Engine, inspect, text

from icsfeed.store.database.engine import writing
from icsfeed.store.database.refusals import DatabaseError, shown

VERSIONS: Final = ("0001",)
"""The names of the migrations, in order. Here, too, so that nobody pays for Alembic who has nothing to migrate."""

_MIGRATIONS: Final = Path(__file__).parent / "migrations"


class Version(Enum):
    """What a database's tables are to this icsfeed."""

    NONE = "none"
    OLDER = "older"
    CURRENT = "current"


def version_of(connection: Connection) -> Version:
    """How old the tables are.

    Raises:
        DatabaseError: where a newer icsfeed made them.
    """
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
    return Version.CURRENT if name == VERSIONS[-1] else Version.OLDER


def migrate(engine: Engine) -> bool:
    """Bring the tables up to date, in one transaction; gives whether there was anything to do.

    Raises:
        DatabaseError: where that can't be done; nothing has changed then.
    """
    with writing(engine) as connection:
        if version_of(connection) is Version.CURRENT:
            return False
        from alembic import command  # noqa: PLC0415  (slow to import, and rarely needed)
        from alembic.config import Config  # noqa: PLC0415

        config = Config()
        config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        return True
