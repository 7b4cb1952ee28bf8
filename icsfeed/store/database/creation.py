"""Creates SQLite databases in one step: nobody ever sees one without tables, however the program ends."""

from __future__ import annotations

import errno
import os
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Final

from sqlalchemy import URL, Connection

from icsfeed.domain.errors import UnavailableError
from icsfeed.store.database.engine import sqlite_engine, write_transaction
from icsfeed.store.database.urls import display_url

_WITHOUT_LINKS: Final = {errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK}


def create_database(url: URL, file: Path, fill: Callable[[Connection], object]) -> bool:
    """Create the database in ``file`` with what ``fill`` makes in it; false where somebody else was faster.

    Raises:
        UnavailableError: where it can't be created; there is no file then.
    """
    sibling = file.with_name(f".{file.name}.{os.getpid()}-{threading.get_ident()}.new")
    try:
        os.close(os.open(sibling, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o666))
        engine = sqlite_engine(url, sibling, may_be_empty=True)
        try:
            with write_transaction(engine) as connection:
                fill(connection)
        finally:
            engine.dispose()
        return _put_in_place(sibling, file)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        msg = f"the database {display_url(url)} can't be created: {reason}"
        raise UnavailableError(msg) from error
    finally:
        for suffix in ("", "-wal", "-shm", "-journal"):
            _remove(sibling.with_name(sibling.name + suffix))


def _put_in_place(sibling: Path, file: Path) -> bool:
    """Give the file its name, unless there is such a file by now."""
    try:
        os.link(sibling, file)
    except FileExistsError:
        return False
    except OSError as error:
        if error.errno not in _WITHOUT_LINKS:
            raise
        if os.path.lexists(file):
            return False
        sibling.rename(file)
    folder = os.open(file.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
    return True


def _remove(path: Path) -> None:
    try:
        path.unlink(missing_ok=True)
    except OSError:  # the folder became read-only: what is left over has a hidden name
        return
