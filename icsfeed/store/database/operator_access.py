"""What a database keeps of operators' access: tokens, sign-ins and sessions, most of them without audit entries."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Generator
from typing import Final

from sqlalchemy import Connection, select

from icsfeed.domain.errors import UnavailableError
from icsfeed.store.database.access import DatabaseAccess
from icsfeed.store.database.engine import read_transaction, write_transaction
from icsfeed.store.database.migrating import TablesVersion, require_tables
from icsfeed.store.database.operator_tables import drafts
from icsfeed.store.database.session_rows import SessionRows
from icsfeed.store.database.sign_in_rows import SignInRows
from icsfeed.store.database.token_rows import TokenRows

_NOTING_SECONDS: Final = 0.005
"""How long a note waits for a writer; it can be lost."""


class OperatorRows:
    """Operators' tokens, sign-ins and sessions, within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self.tokens = TokenRows(connection)
        self.sign_ins = SignInRows(connection)
        self.sessions = SessionRows(connection)
        self._connection = connection

    def entry_of_draft(self, number: int) -> int:
        """The number of the audit entry with which a draft was recorded."""
        entry: int = self._connection.execute(select(drafts.c.entry).where(drafts.c.number == number)).scalar_one()
        return entry


class OperatorAccess(DatabaseAccess):
    """The part of a database that says who may act. The record, which can be large, is not read for that."""

    @contextlib.contextmanager
    def operator_rows(self) -> Generator[OperatorRows | None]:
        """Operators' rows, for reading; ``None`` while there is no database yet.

        Raises:
            UnavailableError: where they can't be read.
        """
        if self.is_missing():
            yield None
            return
        with read_transaction(self._engine) as connection:
            if require_tables(connection) is TablesVersion.CURRENT:
                yield OperatorRows(connection)
                return
        self.upgrade()
        with read_transaction(self._engine) as connection:
            yield OperatorRows(connection)

    @contextlib.contextmanager
    def writing_operator_rows(self) -> Generator[OperatorRows]:
        """Operators' rows, for writing, while nobody else writes. This makes no audit entry.

        Raises:
            UnavailableError: where they can't be written; nothing has changed then.
        """
        with self._writing() as connection:
            yield OperatorRows(connection)

    def note_operator_use(self, note: Callable[[OperatorRows], None]) -> bool:
        """Write what can be lost, without waiting for other writers; gives whether it was written."""
        try:
            with write_transaction(self._engine, locks_out_writers=False, lock_seconds=_NOTING_SECONDS) as connection:
                require_tables(connection)
                note(OperatorRows(connection))
        except UnavailableError:
            return False
        return True
