"""The database: changes, adjustments, revisions and the audit trail, in SQLite or PostgreSQL.

Nothing here is ever rewritten. Whoever writes makes an entry in the audit trail, and every row says by which entry it
came: so the number of the last entry tells whether anything is new, and the rows since another entry what it is.
"""

from __future__ import annotations

import os
import re
from typing import Final

from icsfeed.domain.record import NOTHING, Record

DEFAULT_DATABASE: Final = "sqlite:///icsfeed.db"
_PLAIN_FILE: Final = re.compile("sqlite:///([^?%:]+)")


def recorded(url: str) -> Record:
    """What is recorded in the database at ``url``, for those who only read: it is not made, and nothing where it isn't.

    Raises:
        DatabaseError: where it can't be read.
    """
    # SQLAlchemy takes longer to import than all else that a command needs: it is asked where there may be something.
    if (plain := _PLAIN_FILE.fullmatch(url)) and not os.path.exists(plain[1]):  # noqa: PTH110  (pathlib takes its time)
        return NOTHING
    from icsfeed.store.database.database import Database  # noqa: PLC0415

    database = Database(url)
    try:
        return database.record()
    finally:
        database.close()
