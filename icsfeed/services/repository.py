"""What the services need of a database; ``icsfeed.store.database.database.Database`` provides all of it."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Never, Protocol

from icsfeed.domain.actors import Actor
from icsfeed.domain.adjustments import Adjustment
from icsfeed.domain.audit import AuditEntry
from icsfeed.domain.changes import Change
from icsfeed.domain.drafts import Draft, DraftDecision
from icsfeed.domain.errors import RefusedError
from icsfeed.domain.news import Audience, News
from icsfeed.domain.public_holidays import PublishedHolidays
from icsfeed.domain.record import NOTHING, Record
from icsfeed.domain.recorded_freezes import RecordedFreeze
from icsfeed.domain.revisions import LedgerLine
from icsfeed.domain.subscribers import SubscriberStep

if TYPE_CHECKING:
    from icsfeed.store.database.audit import AuditRows
    from icsfeed.store.database.mail_subscribers import MailSubscriberRows  # nor SQLAlchemy, for most commands
    from icsfeed.store.database.operator_access import OperatorRows


class Queueing(Protocol):
    """Takes the news that an action makes."""

    def queue(self, news: News, audience: Audience) -> None:
        """Queue a delivery of the news for each receiver; it takes the place of what waits about the same subject."""

    def drop_waiting(self, subject: str, *, problem: str, only_uninformed: bool = False) -> None:
        """Drop what waits about the subject, except withdrawals; ``only_uninformed``: for those who had nothing yet."""


class DraftReading(Protocol):
    """Reads drafts."""

    def drafts(self, *, number: int | None = None, waiting: bool = False) -> tuple[Draft, ...]:
        """The drafts, the first first: the one of that number, or only those that wait for a decision."""

    def next_draft_number(self) -> int: ...


class Writing(Queueing, DraftReading, Protocol):
    """A transaction: everything recorded in it is committed together, or not at all."""

    @property
    def record(self) -> Record:
        """The record before this transaction."""

    def set_subject(self, subject: str) -> None:
        """Set the audit entry's subject, where it is known only within the transaction."""

    def leave_entry(self) -> None:
        """Make the entry in the audit trail also where nothing else is recorded."""

    def announced_with(self, key: str) -> str | None:
        """The id of the change that was announced with that key; ``None`` where none was."""

    def add_update(self, change: Change, *, key: str | None = None) -> None:
        """Record the updates of a change that are not recorded: the latest, and steps that the clock took before it."""

    def adjust(self, window_id: str, day: date, adjustment: Adjustment | None, *, reason: str) -> None:
        """Record that an occurrence is skipped, moved or, with ``None``, restored."""

    def add_draft(self, draft: Draft) -> None:
        """Record a new draft."""

    def decide_draft(self, number: int, decision: DraftDecision) -> None:
        """Record that a draft was approved or withdrawn."""

    def start_freeze(self, freeze: RecordedFreeze) -> None:
        """Record a freeze that starts now."""

    def end_freeze(self, freeze: RecordedFreeze) -> None:
        """Record that somebody has ended a freeze."""

    def add_revisions(self, lines: Iterable[LedgerLine]) -> None:
        """Record lines of the revision ledger."""

    def add_subscriber_step(self, step: SubscriberStep) -> None:
        """Record that a subscriber was added, rotated or revoked."""


class Repository(Protocol):
    """Reads and extends the record."""

    @property
    def look_every(self) -> timedelta:
        """The shortest interval at which ``entry`` costs next to nothing."""

    def entry(self) -> int:
        """The number of the last audit entry: when it changes, there is something new."""

    def record(self) -> Record:
        """Everything that is recorded."""

    def writing(self, *, actor: Actor, action: str, subject: str) -> AbstractContextManager[Writing]:
        """Begin a transaction; the audit trail says who did which ``action`` on which ``subject``."""

    def fetches(self) -> Mapping[tuple[str, str], datetime]:
        """When each family of clients last fetched each subscriber's feed."""


class AuditedRepository(Repository, DraftReading, Protocol):
    """A repository whose audit trail, drafts and operators can be read."""

    def entries(self, *, since: int = 0, subject: str | None = None) -> tuple[AuditEntry, ...]:
        """The audit entries after number ``since``, oldest first; with a ``subject``, only those about it."""

    def operator_rows(self) -> AbstractContextManager[OperatorRows | None]:
        """Tokens, sign-ins and sessions, for reading; ``None`` while there is no database yet."""


class AuditRepository(AuditedRepository, Protocol):
    """A repository that says what each entry of its audit trail changed."""

    def audit_rows(self) -> AbstractContextManager[AuditRows | None]:
        """The audit trail, for reading; ``None`` while there is no database yet."""


class ScheduleRepository(Repository, Protocol):
    """A repository that also stores the schedule file that was public last."""

    def kept_schedule(self) -> tuple[bytes, datetime] | None:
        """The bytes of the stored file and when they were changed; ``None`` where none is stored."""

    def kept_holidays(self) -> PublishedHolidays | None:
        """The public holidays that were public with that file; ``None`` where it has none."""

    def keep_schedule(self, content: bytes, changed_at: datetime, *, holidays: PublishedHolidays | None = None) -> None:
        """Store this file and its holidays instead."""


class MailWriting(Writing, Protocol):
    """A transaction that can change mail subscribers."""

    @property
    def mail_subscribers(self) -> MailSubscriberRows: ...


class MailRepository(Protocol):
    """A repository with mail subscribers."""

    def writing(self, *, actor: Actor, action: str, subject: str) -> AbstractContextManager[MailWriting]: ...

    def mail_subscribers(self) -> AbstractContextManager[MailSubscriberRows | None]:
        """The mail subscribers, for reading; ``None`` while there is no database yet."""


class OperatorWriting(Writing, Protocol):
    """A transaction that can record operators' tokens, and end their sessions."""

    @property
    def entry(self) -> int:
        """The number of its audit entry, which is made when it is first asked for."""

    @property
    def operators(self) -> OperatorRows: ...


class OperatorRepository(Protocol):
    """A repository that knows who may act."""

    def writing(self, *, actor: Actor, action: str, subject: str) -> AbstractContextManager[OperatorWriting]: ...

    def operator_rows(self) -> AbstractContextManager[OperatorRows | None]:
        """Tokens, sign-ins and sessions, for reading; ``None`` while there is no database yet."""

    def writing_operator_rows(self) -> AbstractContextManager[OperatorRows]:
        """The same for writing, without an audit entry."""

    def note_operator_use(self, note: Callable[[OperatorRows], None]) -> bool:
        """Write what can be lost, without waiting for other writers; gives whether it was written."""


class NoRepository:
    """The repository of the packaged example, with which nothing is recorded."""

    look_every = timedelta(seconds=1)
    file = None
    was_created = False

    def entry(self) -> int:
        return NOTHING.entry

    def record(self) -> Record:
        return NOTHING

    def writing(self, *, actor: Actor, action: str, subject: str) -> AbstractContextManager[Never]:
        """Refuse to record anything.

        Raises:
            RefusedError: always.
        """
        del actor, action, subject
        raise _not_recorded()

    @contextmanager
    def operator_rows(self) -> Generator[None]:
        """Give none: the example has no operators."""
        yield None

    def writing_operator_rows(self) -> AbstractContextManager[Never]:
        """Refuse to record anything, as ``writing``."""
        raise _not_recorded()

    def note_operator_use(self, note: Callable[[OperatorRows], None]) -> bool:
        """Do nothing."""
        del note
        return False

    def entries(self, *, since: int = 0, subject: str | None = None) -> tuple[AuditEntry, ...]:
        del since, subject
        return ()

    def drafts(self, *, number: int | None = None, waiting: bool = False) -> tuple[Draft, ...]:
        del number, waiting
        return ()

    def next_draft_number(self) -> int:
        return 1

    def audit_rows(self) -> AbstractContextManager[AuditRows | None]:
        return nullcontext()

    def fetches(self) -> Mapping[tuple[str, str], datetime]:
        return {}

    def note_fetches(self, fetches: Mapping[tuple[str, str], datetime]) -> None:
        """Do nothing: the example has no subscribers."""

    def kept_schedule(self) -> tuple[bytes, datetime] | None:
        return None

    def kept_holidays(self) -> PublishedHolidays | None:
        return None

    def keep_schedule(self, content: bytes, changed_at: datetime, *, holidays: PublishedHolidays | None = None) -> None:
        """Do nothing: the example is in the package."""

    def check(self) -> None:
        """Do nothing."""

    def upgrade(self) -> bool:
        """Do nothing."""
        return False

    def close(self) -> None:
        """Do nothing."""


def _not_recorded() -> RefusedError:
    return RefusedError("nothing is recorded with the packaged example; write your own schedule with `icsfeed init`")
