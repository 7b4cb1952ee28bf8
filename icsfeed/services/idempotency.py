"""Requests with a key are carried out once, however often they are sent.

The answer is kept in the transaction of the action itself: either both are recorded, or neither is. So a request that
is sent again after a crash, at any point, or while the first one still goes on, gets the answer of the first.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final, Protocol

from icsfeed.domain.actors import Actor
from icsfeed.domain.audit import AuditEntry
from icsfeed.domain.drafts import Draft
from icsfeed.domain.errors import IcsfeedError, RefusedError
from icsfeed.domain.idempotency import KeptAnswer, RequestKey
from icsfeed.domain.record import Record
from icsfeed.domain.texts import quoted

if TYPE_CHECKING:
    from icsfeed.store.database.database import Database
    from icsfeed.store.database.mail_subscribers import MailSubscriberRows
    from icsfeed.store.database.operator_access import OperatorRows
    from icsfeed.store.database.writing import Transaction

KEPT: Final = timedelta(days=2)
"""How long answers are kept at least."""


class ReusedKeyError(RefusedError):
    """A key that belongs to another request of the same operator."""


class RepeatedRequestError(IcsfeedError):
    """A request that was carried out already; ``answer`` is what it got. No interface shows this as an error."""

    def __init__(self, answer: KeptAnswer) -> None:
        super().__init__("this request was carried out already")
        self.answer = answer


class KeyedRepository:
    """A repository for one request: its transaction is committed together with the answer, at the end of ``once``."""

    def __init__(
        self, database: Database, key: RequestKey, stack: ExitStack, check: Callable[[], None] = lambda: None
    ) -> None:
        self._database = database
        self._check = check
        self._key = key
        self._stack = stack
        self._transaction: Transaction | None = None

    @property
    def look_every(self) -> timedelta:
        return self._database.look_every

    def entry(self) -> int:
        return self._database.entry()

    def record(self) -> Record:
        return self._database.record()

    def entries(self, *, since: int = 0, subject: str | None = None) -> tuple[AuditEntry, ...]:
        return self._database.entries(since=since, subject=subject)

    def fetches(self) -> Mapping[tuple[str, str], datetime]:
        return self._database.fetches()

    def mail_subscribers(self) -> AbstractContextManager[MailSubscriberRows | None]:
        return self._database.mail_subscribers()

    def drafts(self, *, number: int | None = None, waiting: bool = False) -> tuple[Draft, ...]:
        return self._database.drafts(number=number, waiting=waiting)

    def next_draft_number(self) -> int:
        return self._database.next_draft_number()

    def operator_rows(self) -> AbstractContextManager[OperatorRows | None]:
        return self._database.operator_rows()

    def writing_operator_rows(self) -> AbstractContextManager[OperatorRows]:
        return self._database.writing_operator_rows()

    def note_operator_use(self, note: Callable[[OperatorRows], None]) -> bool:
        return self._database.note_operator_use(note)

    @contextmanager
    def writing(self, *, actor: Actor, action: str, subject: str) -> Generator[Transaction]:
        """Begin the request's only transaction, which goes on after the block.

        Raises:
            RepeatedRequestError: where the request was carried out meanwhile.
        """
        with ExitStack() as beginning:
            transaction = beginning.enter_context(self._database.writing(actor=actor, action=action, subject=subject))
            if (earlier := transaction.kept_answer(self._key)) is not None:
                raise RepeatedRequestError(earlier)
            self._check()
            yield transaction
            self._transaction = transaction
            self._stack.push(beginning.pop_all())

    def keep(self, answer: KeptAnswer, *, actor: Actor) -> None:
        """Keep the answer; in a transaction of its own where the request has recorded nothing."""
        if self._transaction is None:
            with self.writing(actor=actor, action="", subject=""):
                pass
        if self._transaction is not None:
            self._transaction.keep_answer(self._key, answer, oldest=actor.at - KEPT)


class AnsweredRepository(Protocol):
    """A repository that keeps answers."""

    def kept_answer(self, key: RequestKey) -> KeptAnswer | None:
        """The answer to the request with that key, if it was answered."""


def once(
    database: Database,
    key: RequestKey,
    act: Callable[[KeyedRepository], tuple[int, str]],
    *,
    actor: Actor,
    check: Callable[[], None] = lambda: None,
) -> tuple[KeptAnswer, bool]:
    """The answer, a status and a body, of what ``act`` does with the repository; and whether it is an earlier one.

    ``check`` raises where the request must not be carried out after all, once nobody else can write any more.

    Raises:
        ReusedKeyError: where the operator gave the key to another request.
        IcsfeedError: as ``act`` does; nothing has changed then, and the key is still free.
    """
    if (earlier := database.kept_answer(key)) is not None:
        return _same(earlier, key), True
    try:
        with ExitStack() as stack:
            repository = KeyedRepository(database, key, stack, check)
            status, body = act(repository)
            answer = KeptAnswer(digest=key.digest, status=status, body=body)
            repository.keep(answer, actor=actor)
    except RepeatedRequestError as repeated:
        return _same(repeated.answer, key), True
    except IcsfeedError:
        # What the same request has done in the meantime may be why it is refused now.
        if (earlier := database.kept_answer(key)) is not None:
            return _same(earlier, key), True
        raise
    return answer, False


def _same(answer: KeptAnswer, key: RequestKey) -> KeptAnswer:
    if answer.digest != key.digest:
        msg = f"the idempotency key {quoted(key.key)} belongs to another request; take a new key for each request"
        raise ReusedKeyError(msg)
    return answer
