"""The database: changes, adjustments, revisions and the audit trail, in SQLite or PostgreSQL.

What is recorded is never rewritten. Each transaction makes one entry in the audit trail, and every row names the entry
that it belongs to. So the number of the last entry says whether anything is new, and the rows with higher entries what.
"""

from __future__ import annotations

import os
import re
from datetime import datetime
from typing import Final

from icsfeed.domain.record import NOTHING, Record

_PLAIN_FILE: Final = re.compile("sqlite:///([^?%:]+)")


def recorded(url: str) -> Record:
    """The record in the database at ``url``, without creating the database; empty where there is none.

    Raises:
        IcsfeedError: where the URL is malformed, or the database can't be read.
    """
    # Importing SQLAlchemy takes longer than everything else that a command needs, so it waits until there is a file.
    if (plain := _PLAIN_FILE.fullmatch(url)) and not os.path.exists(plain[1]):  # noqa: PTH110  (pathlib is slow to import)
        return NOTHING
    from icsfeed.store.database.database import Database  # noqa: PLC0415  (see above)

    database = Database(url)
    try:
        return database.record()
    finally:
        database.close()


def schedule_kept_in(url: str) -> tuple[bytes, datetime] | None:
    """The bytes of the schedule that was public last, and when they were changed (aware), if one was kept.

    Raises:
        UnavailableError: where it can't be read.
    """
    from icsfeed.store.database.database import Database  # noqa: PLC0415  (SQLAlchemy is slow to import)

    database = Database(url)
    try:
        return database.kept_schedule()
    finally:
        database.close()
