"""Databases that hold no record of icsfeed: missing, empty, another program's, or an incomplete copy.

They are refused wherever they were named: an empty record in their place would open the gate, and empty the feeds.
"""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import URL

from icsfeed.domain.errors import UnavailableError
from icsfeed.store.database.urls import command_url, display_url


class UnusableDatabaseError(UnavailableError):
    """A database that was named, and is none of icsfeed's."""


def missing_file(url: URL) -> UnusableDatabaseError:
    return UnusableDatabaseError(
        f"there is no database {display_url(url)}; check its name, or make it with: "
        f"icsfeed database upgrade --database {command_url(url)}"
    )


def require_absence(file: Path) -> None:
    """Make sure that the file does not exist, rather than that it can't be seen.

    Raises:
        UnavailableError: where it is a link to a missing file, or its folder can't be searched.
    """
    try:
        file.lstat()
    except FileNotFoundError:
        return
    except OSError as error:
        msg = f"the database {file} can't be read: {(error.strerror or str(error)).lower()}"
        raise UnavailableError(msg) from error
    reason = f": it is a link to {file.readlink()}, where there is no file" if file.is_symlink() else ""
    msg = f"the database {file} can't be read{reason}"
    raise UnusableDatabaseError(msg)


def empty_file(file: Path) -> UnusableDatabaseError:
    return UnusableDatabaseError(
        f"the database {file} is an empty file; restore it from a backup or, if there never was a record, "
        "delete it and make it with icsfeed database upgrade"
    )


def without_tables(url: URL) -> UnusableDatabaseError:
    return UnusableDatabaseError(
        f"the database {display_url(url)} has no tables of icsfeed; check its name, or make them with: "
        f"icsfeed database upgrade --database {command_url(url)}"
    )


def foreign(url: URL) -> UnusableDatabaseError:
    return UnusableDatabaseError(
        f"the database {display_url(url)} belongs to another program; check its name, or name another with --database"
    )


def older_tables(url: URL) -> UnavailableError:
    return UnavailableError(
        f"the database {display_url(url)} has tables of an earlier icsfeed; bring them up to date with: "
        f"icsfeed database upgrade --database {command_url(url)}"
    )


def incomplete_copy(url: URL) -> UnusableDatabaseError:
    return UnusableDatabaseError(
        f"the database {display_url(url)} is an incomplete copy, because icsfeed database copy was interrupted; "
        "repeat that command with the same databases"
    )
