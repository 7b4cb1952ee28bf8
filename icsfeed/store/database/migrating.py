"""Creates a database's tables, or brings those of an earlier icsfeed up to date."""

from __future__ import annotations

from enum import Enum
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, inspect, text

from icsfeed.domain.errors import UnavailableError
from icsfeed.store.database.engine import migration_timeout
from icsfeed.store.database.urls import display_url

VERSIONS: Final = ("0001", "0002", "0003", "0004", "0005")
"""The migrations in order. Listed here, too, so that only a database that needs migrating imports Alembic (365 ms)."""

_MIGRATIONS: Final = Path(__file__).parent / "migrations"
_CURRENT: Final = "icsfeed_tables_are_current"


class TablesVersion(Enum):
    """How old a database's tables are."""

    NONE = "none"
    OLDER = "older"
    CURRENT = "current"


def tables_version(connection: Connection) -> TablesVersion:
    """How old the tables are; looked up once for each database connection.

    Raises:
        UnavailableError: where a newer icsfeed made them.
    """
    if connection.info.get(_CURRENT):
        return TablesVersion.CURRENT
    name = None
    if inspect(connection).has_table("alembic_version"):
        name = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    if name is None:
        return TablesVersion.NONE
    if name not in VERSIONS:
        msg = (
            f'the database {display_url(connection.engine.url)} was made by a newer icsfeed (its tables are "{name}", '
            f'this version knows them up to "{VERSIONS[-1]}"); use the newer icsfeed'
        )
        raise UnavailableError(msg)
    if name != VERSIONS[-1]:
        return TablesVersion.OLDER
    connection.info[_CURRENT] = True
    return TablesVersion.CURRENT


def migrate(connection: Connection, *, to: str = "head") -> bool:
    """Bring the tables up to date, in the connection's transaction; gives whether there was anything to do.

    Raises:
        UnavailableError: where a newer icsfeed made them.
    """
    if tables_version(connection) is TablesVersion.CURRENT:
        return False
    from alembic import command  # noqa: PLC0415  (365 ms, and rarely needed)
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    with migration_timeout(connection):
        command.upgrade(config, to)
    return True
