"""Turns what is recorded into rows. Each transaction makes one audit entry, which its rows name."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date, datetime

from sqlalchemy import Connection, func, insert, select

from icsfeed.domain.actors import Actor
from icsfeed.domain.adjustments import Adjustment, Move, Skip
from icsfeed.domain.changes import Change, Update, number_of, recorded_id
from icsfeed.domain.drafts import Draft, DraftDecision
from icsfeed.domain.feeds import Kind
from icsfeed.domain.idempotency import KeptAnswer, RequestKey
from icsfeed.domain.lengths import whole_minutes
from icsfeed.domain.news import Audience, News
from icsfeed.domain.outbox_rows import OutboxRow, RetrySelection
from icsfeed.domain.record import Record
from icsfeed.domain.recorded_freezes import RecordedFreeze
from icsfeed.domain.revisions import LedgerLine
from icsfeed.domain.subscribers import SubscriberStep
from icsfeed.store.database import idempotency, outbox_lists, queueing
from icsfeed.store.database.drafts import add_decision, add_draft, next_draft_number, read_drafts
from icsfeed.store.database.due import DueOutbox
from icsfeed.store.database.freezes import add_freeze, add_freeze_end
from icsfeed.store.database.mail_subscribers import MailSubscriberRows
from icsfeed.store.database.operator_access import OperatorRows
from icsfeed.store.database.subscribers import add_step
from icsfeed.store.database.tables import adjustments, audit_trail, change_updates, event_revisions


class Transaction:
    """What one actor records in one database transaction; ``record`` is what was recorded before.

    The entry in the audit trail is made with the first row: a transaction without rows leaves no entry.
    """

    def __init__(self, connection: Connection, record: Record, *, actor: Actor, action: str, subject: str) -> None:
        self.record = record
        self._connection = connection
        self._actor = actor
        self._action = action
        self._subject = subject
        self._entry: int | None = None

    def set_subject(self, subject: str) -> None:
        """Set the subject, where it is known only within the transaction: the id of a new change."""
        self._subject = subject

    @property
    def entry(self) -> int:
        """The number of its entry in the audit trail, which is made when it is first asked for."""
        if self._entry is None:
            self._entry = self.record.entry + 1
            self._connection.execute(
                insert(audit_trail).values(
                    entry=self._entry,
                    at=self._actor.at,
                    by=self._actor.name,
                    action=self._action,
                    subject=self._subject,
                    kind=self._actor.kind.value,
                    address=self._actor.address or None,
                )
            )
        return self._entry

    @property
    def mail_subscribers(self) -> MailSubscriberRows:
        """The mail subscribers, who may change without an entry in the audit trail."""
        return MailSubscriberRows(self._connection)

    @property
    def operators(self) -> OperatorRows:
        """Operators' tokens and sessions; tokens name the ``entry`` of this transaction."""
        return OperatorRows(self._connection)

    def leave_entry(self) -> None:
        """Make the entry in the audit trail also where nothing else is recorded."""
        _ = self.entry

    def announced_with(self, key: str) -> str | None:
        """The id of the change that was announced with that key; ``None`` where none was."""
        table = change_updates
        row = self._connection.execute(select(table.c.kind, table.c.change).where(table.c.key == key)).first()
        return recorded_id(Kind(row.kind), row.change) if row is not None else None

    def add_update(self, change: Change, *, key: str | None = None) -> None:
        """Record the updates of a change that are not recorded: the latest, and steps that the clock took before it."""
        recorded = self.record.changes.get(change.id)
        for update in change.updates[len(recorded.updates) if recorded is not None else 0 :]:
            self._add_update(change, update, key)

    def _add_update(self, change: Change, update: Update, key: str | None) -> None:
        plan, promised = update.plan, update.promised_notice
        self._connection.execute(
            insert(change_updates).values(
                kind=change.kind.value,
                change=number_of(change.id),
                number=update.number,
                entry=self.entry,
                at=update.at,
                by=update.by,
                message=update.message,
                state=update.state.value,
                summary=plan.summary,
                environments=sorted(plan.environments),
                impact=plan.impact.value,
                starts=plan.span.start,
                ends=plan.span.end,
                reason=plan.reason,
                ticket=plan.ticket,
                key=key,
                step=update.step.value if update.step is not None else None,
                target=update.target,
                automatic=update.automatic,
                withdrawn=update.withdrawn,
                expected_end=update.expected_end,
                message_translations={each.language: each.text for each in update.message_translations} or None,
                promised_notice=whole_minutes(promised) if promised is not None else None,
                uid_part=change.uid_part or None if update.number == 1 else None,
            )
        )

    def adjust(self, window_id: str, day: date, adjustment: Adjustment | None, *, reason: str) -> None:
        """Record that an occurrence is skipped, moved or, with ``None``, restored."""
        table = adjustments
        is_same = (table.c.window == window_id) & (table.c.day == day)
        last = self._connection.execute(select(func.max(table.c.number)).where(is_same)).scalar()
        move = adjustment if isinstance(adjustment, Move) else None
        self._connection.execute(
            insert(table).values(
                entry=self.entry,
                window=window_id,
                day=day,
                number=(last or 0) + 1,
                action="restore" if adjustment is None else "move" if move else "skip",
                reason=reason,
                silent=isinstance(adjustment, Skip) and adjustment.silent,
                starts=move.to.start if move else None,
                ends=move.to.end if move else None,
            )
        )

    def drafts(self, *, number: int | None = None, waiting: bool = False) -> tuple[Draft, ...]:
        """The drafts, the first first: the one of that number, or only those that wait for a decision."""
        return read_drafts(self._connection, numbers=(number,) if number is not None else None, waiting=waiting)

    def next_draft_number(self) -> int:
        return next_draft_number(self._connection)

    def add_draft(self, draft: Draft) -> None:
        """Record a new draft."""
        add_draft(self._connection, draft, entry=self.entry)

    def decide_draft(self, number: int, decision: DraftDecision) -> None:
        """Record that a draft was approved or withdrawn."""
        add_decision(self._connection, number, decision, entry=self.entry)

    def start_freeze(self, freeze: RecordedFreeze) -> None:
        """Record a freeze that starts now."""
        add_freeze(self._connection, freeze, entry=self.entry)

    def end_freeze(self, freeze: RecordedFreeze) -> None:
        """Record that somebody has ended a freeze."""
        add_freeze_end(self._connection, freeze, entry=self.entry)

    def add_revisions(self, lines: Iterable[LedgerLine]) -> None:
        """Record lines of the revision ledger."""
        rows = [
            {
                "entry": self.entry,
                "uid": line.uid,
                "sequence": line.revision.sequence,
                "digest": line.digest,
                "at": line.revision.at,
            }
            for line in lines
        ]
        if rows:
            self._connection.execute(insert(event_revisions), rows)

    def queue(self, news: News, audience: Audience) -> None:
        """Queue a delivery of the news for each receiver; it takes the place of what waits about the same subject."""
        queueing.queue(self._connection, news, audience, now=self._actor.at)

    def drop_waiting(self, subject: str, *, problem: str, only_uninformed: bool = False) -> None:
        """Drop what waits about the subject, except withdrawals; ``only_uninformed``: for those who had nothing yet."""
        queueing.drop_waiting(
            self._connection, subject, problem=problem, only_uninformed=only_uninformed, now=self._actor.at
        )

    def retry_deliveries(self, selection: RetrySelection) -> tuple[int, ...]:
        """Make due now what failed, or waits after a failed attempt; gives the numbers."""
        return outbox_lists.retry(self._connection, selection, now=self._actor.at)

    def deliveries(self, numbers: Collection[int]) -> tuple[OutboxRow, ...]:
        """The deliveries with these numbers, as far as there are any."""
        return outbox_lists.rows(self._connection, numbers=numbers)

    def due(self, *, now: datetime) -> DueOutbox:
        """The outbox at that instant (aware), as far as time fills it."""
        return DueOutbox(self._connection, now=now)

    def kept_answer(self, key: RequestKey) -> KeptAnswer | None:
        """The answer to the request with that key, if it was answered."""
        return idempotency.read_answer(self._connection, key)

    def keep_answer(self, key: RequestKey, answer: KeptAnswer, *, oldest: datetime) -> None:
        """Keep the answer to the request with that key, and forget those from before ``oldest`` (aware)."""
        idempotency.add_answer(self._connection, key, answer, entry=self._entry, now=self._actor.at, oldest=oldest)

    def add_subscriber_step(self, step: SubscriberStep) -> None:
        """Record a step taken with a subscriber."""
        add_step(self._connection, step, entry=self.entry)
