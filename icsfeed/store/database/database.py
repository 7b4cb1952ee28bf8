"""One database: reads the record, says whether anything is new, and is the only way to record something."""

from __future__ import annotations

import contextlib
from collections.abc import Generator
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection

from icsfeed.domain.actors import Actor
from icsfeed.domain.audit import AuditEntry
from icsfeed.domain.drafts import Draft
from icsfeed.domain.idempotency import KeptAnswer, RequestKey
from icsfeed.domain.public_holidays import PublishedHolidays
from icsfeed.domain.record import NOTHING, Record
from icsfeed.store.database import LOCK_TIMEOUT_SECONDS
from icsfeed.store.database.audit import AuditRows, read_entries
from icsfeed.store.database.drafts import next_draft_number, read_drafts
from icsfeed.store.database.engine import read_transaction
from icsfeed.store.database.idempotency import read_answer
from icsfeed.store.database.kept_schedule import keep_schedule, read_kept_holidays, read_kept_schedule
from icsfeed.store.database.mail_subscribers import MailSubscriberRows
from icsfeed.store.database.migrating import TablesVersion, require_tables
from icsfeed.store.database.operator_access import OperatorAccess
from icsfeed.store.database.outbox import Outbox
from icsfeed.store.database.reading import other_database, read_record
from icsfeed.store.database.subscribers import FetchTimes, note_fetches, read_fetches
from icsfeed.store.database.writing import Transaction

OTHER_DATABASE: Final = -1
"""The number of the last entry where another database has replaced the one that the record was read from."""


class Database(OperatorAccess):
    """The database at a URL. The first use migrates the tables of an earlier icsfeed. Threads may share it.

    It must exist, unless it ``may_be_missing``: then the record is empty, and the first transaction creates it. Once a
    record was read, a database that lacks its last entry is refused: another one, or an older backup, has taken its
    place. A writer waits ``lock_seconds`` for the others. Leases go by the clock of a server, unless it
    ``has_callers_clock``.
    """

    def __init__(
        self,
        url: str,
        *,
        may_be_missing: bool = False,
        lock_seconds: float = LOCK_TIMEOUT_SECONDS,
        has_callers_clock: bool = False,
    ) -> None:
        super().__init__(
            url, may_be_missing=may_be_missing, lock_seconds=lock_seconds, has_callers_clock=has_callers_clock
        )
        self.outbox = Outbox(self._engine, self._write_lock, lock_seconds=lock_seconds)
        """Its outbox; the record is read first, which brings older tables up to date."""
        self._record = NOTHING

    @property
    def look_every(self) -> timedelta:
        """The shortest interval at which ``entry`` costs next to nothing: a file answers in microseconds."""
        return timedelta(milliseconds=50 if self.file is None else 10)

    def entry(self) -> int:
        """The number of the last entry in the audit trail, read as cheaply as possible.

        While another thread is asking, it is the number from the last ``record``. Where another database has replaced
        the one before, it is ``OTHER_DATABASE`` until the record is read again.

        Raises:
            UnavailableError: where it can't be read.
        """
        if self.is_missing():
            return NOTHING.entry
        record, last = self._record, self._probe.last_entry()
        if last is None:
            return record.entry
        # Entries never change: one with the same number and another instant belongs to another database.
        is_other = last.number == record.entry and last.at != record.at
        return OTHER_DATABASE if is_other else last.number

    def record(self) -> Record:
        """Everything that is recorded; the empty record where the database does not exist yet.

        Raises:
            UnavailableError: where it can't be read, or another database has taken its place.
        """
        if self.is_missing():
            return NOTHING
        with read_transaction(self._engine) as connection:
            if require_tables(connection) is TablesVersion.CURRENT:
                self._record = read_record(connection, self._record)
                self._was_read = True
                return self._record
            if self._record.entry:
                raise other_database(connection, self._record)
        self.upgrade()
        return self.record()

    def entries(self, *, since: int = 0, subject: str | None = None) -> tuple[AuditEntry, ...]:
        """The entries of the audit trail after number ``since``, oldest first; with a ``subject``, only those about it.

        Raises:
            UnavailableError: where it can't be read.
        """
        with self.reading() as connection:
            return read_entries(connection, since=since, subject=subject) if connection is not None else ()

    @contextlib.contextmanager
    def audit_rows(self) -> Generator[AuditRows | None]:
        """The audit trail, for reading; ``None`` where the database does not exist yet.

        Raises:
            UnavailableError: where it can't be read.
        """
        with self.reading() as connection:
            yield AuditRows(connection) if connection is not None else None

    def drafts(self, *, number: int | None = None, waiting: bool = False) -> tuple[Draft, ...]:
        """The drafts, the first first: the one of that number, or only those that wait for a decision.

        Raises:
            UnavailableError: where they can't be read.
        """
        with self.reading() as connection:
            return (
                read_drafts(connection, numbers=(number,) if number is not None else None, waiting=waiting)
                if connection is not None
                else ()
            )

    def next_draft_number(self) -> int:
        with self.reading() as connection:
            return next_draft_number(connection) if connection is not None else 1

    @contextlib.contextmanager
    def writing(self, *, actor: Actor, action: str, subject: str) -> Generator[Transaction]:
        """Record something, while nobody else does: whole when the block ends, not at all where it raises.

        The audit trail says who did which ``action`` on which ``subject``.

        Raises:
            UnavailableError: where it can't be written, and nothing has changed; or where it was lost during the
                commit: the message says which.
        """
        with self._writing() as connection:
            record = self._record = read_record(connection, self._record)
            self._was_read = True
            yield Transaction(connection, record, actor=actor, action=action, subject=subject)

    @contextlib.contextmanager
    def reading(self) -> Generator[Connection | None]:
        """A transaction that sees one state of the database; ``None`` where the database does not exist yet.

        Raises:
            UnavailableError: where it can't be read.
        """
        self.record()  # migrates older tables
        if self.is_missing():
            yield None
            return
        with read_transaction(self._engine) as connection:
            yield connection

    @contextlib.contextmanager
    def mail_subscribers(self) -> Generator[MailSubscriberRows | None]:
        """The mail subscribers, for reading; ``None`` where the database does not exist yet.

        Raises:
            UnavailableError: where they can't be read.
        """
        with self.reading() as connection:
            yield MailSubscriberRows(connection) if connection is not None else None

    def kept_answer(self, key: RequestKey) -> KeptAnswer | None:
        """The answer to the request with that key, if it was answered.

        Raises:
            UnavailableError: where it can't be read.
        """
        with self.reading() as connection:
            return read_answer(connection, key) if connection is not None else None

    def note_fetches(self, fetches: FetchTimes) -> None:
        """Store when subscribers' feeds were last fetched. This makes no audit entry.

        Raises:
            UnavailableError: where it can't be written; nothing has changed then.
        """
        if self.is_missing():
            return  # without a database there are no subscribers
        with self._writing() as connection:
            if self._record.entry:
                read_record(connection, self._record)  # refuses another database
            note_fetches(connection, fetches)

    def fetches(self) -> FetchTimes:
        """When each family of clients last fetched each subscriber's feed.

        Raises:
            UnavailableError: where it can't be read.
        """
        with self.reading() as connection:
            return read_fetches(connection) if connection is not None else {}

    def kept_schedule(self) -> tuple[bytes, datetime] | None:
        """The bytes of the schedule that was public last, and when they were changed (aware); ``None`` without one.

        Raises:
            UnavailableError: where it can't be read.
        """
        with self.reading() as connection:
            return read_kept_schedule(connection) if connection is not None else None

    def kept_holidays(self) -> PublishedHolidays | None:
        """The public holidays that were public last with that schedule; ``None`` where it has none.

        Raises:
            UnavailableError: where they can't be read.
        """
        with self.reading() as connection:
            has_schedule = connection is not None and read_kept_schedule(connection) is not None
            return read_kept_holidays(connection) if connection is not None and has_schedule else None

    def keep_schedule(self, content: bytes, changed_at: datetime, *, holidays: PublishedHolidays | None = None) -> None:
        """Store the schedule that is public now, when it was changed (aware), and its holidays, instead of the last.

        Raises:
            UnavailableError: where it can't be written; nothing has changed then.
        """
        if self.kept_schedule() == (content, changed_at) and self.kept_holidays() == holidays:
            return
        with self._writing() as connection:
            keep_schedule(connection, content, changed_at, holidays)
