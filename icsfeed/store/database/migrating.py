"""Creates a database's tables, or brings those of an earlier icsfeed up to date."""

from __future__ import annotations

from enum import Enum
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, inspect, text

from icsfeed.domain.errors import UnavailableError
from icsfeed.store.database.engine import long_timeout
from icsfeed.store.database.unusable import foreign, incomplete_copy, without_tables
from icsfeed.store.database.urls import display_url

VERSIONS: Final = ("0001", "0002", "0003", "0004", "0005", "0006", "0007", "0008", "0009", "0010", "0011")
"""The migrations in order. Listed here, too, so that only a database that needs migrating imports Alembic (365 ms)."""

_MIGRATIONS: Final = Path(__file__).parent / "migrations"
_CURRENT: Final = "icsfeed_tables_are_current"

INCOMPLETE_COPY: Final = "icsfeed_incomplete_copy"
"""The table that a copy has until it is complete."""


class TablesVersion(Enum):
    """How old a database's tables are."""

    NONE = "none"
    OLDER = "older"
    CURRENT = "current"


def tables_version(connection: Connection, *, is_copying: bool = False) -> TablesVersion:
    """How old the tables are; looked up once for each database connection.

    Only while ``is_copying`` may they be those of an incomplete copy.

    Raises:
        UnusableDatabaseError: where the database is an incomplete copy, or another program's.
        UnavailableError: where a newer icsfeed made them.
    """
    if connection.info.get(_CURRENT):
        return TablesVersion.CURRENT
    name, tables = None, inspect(connection)
    if tables.has_table("alembic_version"):
        name = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    is_incomplete = tables.has_table(INCOMPLETE_COPY)
    if is_incomplete and not is_copying:
        raise incomplete_copy(connection.engine.url)
    is_file = connection.dialect.name == "sqlite"  # a server's database may have the tables of several programs
    if name is None:
        if is_file and not is_incomplete and tables.get_table_names():
            raise foreign(connection.engine.url)
        return TablesVersion.NONE
    if name not in VERSIONS:
        if not tables.has_table("audit_trail"):
            raise foreign(connection.engine.url)
        msg = (
            f'the database {display_url(connection.engine.url)} was made by a newer icsfeed (its tables are "{name}", '
            f'this version knows them up to "{VERSIONS[-1]}"); use the newer icsfeed'
        )
        raise UnavailableError(msg)
    if name != VERSIONS[-1]:
        return TablesVersion.OLDER
    connection.info[_CURRENT] = True
    return TablesVersion.CURRENT


def require_tables(connection: Connection) -> TablesVersion:
    """How old the tables are, of which there must be some.

    Raises:
        UnusableDatabaseError: where the database has none of icsfeed's.
        UnavailableError: where a newer icsfeed made them.
    """
    version = tables_version(connection)
    if version is TablesVersion.NONE:
        raise without_tables(connection.engine.url)
    return version


def migrate(connection: Connection, *, to: str = "head", is_copying: bool = False) -> bool:
    """Create the tables, or bring them up to date, in the connection's transaction.

    Gives whether there was anything to do.

    Raises:
        UnavailableError: where they are a newer icsfeed's, or another program's.
    """
    if tables_version(connection, is_copying=is_copying) is TablesVersion.CURRENT:
        return False
    from alembic import command  # noqa: PLC0415  (365 ms, and rarely needed)
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    with long_timeout(connection):
        command.upgrade(config, to)
    return True
