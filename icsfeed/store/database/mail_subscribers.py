"""The rows of mail subscribers, and of the requests that are counted to limit them. Both are deleted again."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, Row, delete, func, insert, select, update

from icsfeed.domain.channels import ChannelEvent
from icsfeed.domain.deliveries import DeliveryState, mail_receiver
from icsfeed.domain.feeds import Kind
from icsfeed.domain.mail_subscribers import SUBSCRIPTION_SUBJECT, MailChoice, MailSubscriber
from icsfeed.domain.news import News
from icsfeed.domain.outbox_rows import OutboxRow
from icsfeed.store.database import outbox_lists, queueing
from icsfeed.store.database.outbox_tables import deliveries, mail_requests, mail_subscribers, outbox_state

_SEPARATOR: Final = ","
_MINUTE: Final = timedelta(minutes=1)
_table: Final = mail_subscribers


@dataclass(frozen=True, kw_only=True, slots=True)
class CountedChoice:
    """How many subscribers have the same language, environments and kinds; ``None`` stands for all of them."""

    language: str
    environments: frozenset[str] | None
    kinds: frozenset[str] | None
    number: int


class MailSubscriberRows:
    """The mail subscribers, within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def secret(self) -> str:
        """The secret that signs the links in mails; empty where there is none yet, and so no link either."""
        return self._connection.execute(select(outbox_state.c.secret)).scalar() or ""

    def secret_or(self, new_secret: Callable[[], str]) -> str:
        """The secret, which is a new one where there is none yet."""
        secret = self.secret()
        if not secret:
            secret = new_secret()
            self._connection.execute(insert(outbox_state).values(place=1, secret=secret))
        return secret

    def with_id(self, subscriber_id: str) -> MailSubscriber | None:
        return self.with_ids((subscriber_id,)).get(subscriber_id)

    def with_ids(self, ids: Collection[str]) -> Mapping[str, MailSubscriber]:
        """Those of these ids who exist, by id."""
        rows = self._connection.execute(select(_table).where(_table.c.subscriber.in_(ids)))
        return {row.subscriber: _subscriber(row) for row in rows}

    def with_address(self, address: str) -> MailSubscriber | None:
        """The subscriber of an address in the form that ``mail_address`` gives."""
        row = self._connection.execute(select(_table).where(_table.c.address == address)).first()
        return _subscriber(row) if row is not None else None

    def put(self, subscriber: MailSubscriber) -> None:
        """Add the subscriber, or replace what is stored of one with that id."""
        values = _values(subscriber)
        row = _table.c.subscriber == subscriber.id
        if self._connection.execute(update(_table).where(row).values(values)).rowcount == 0:
            self._connection.execute(insert(_table).values(subscriber=subscriber.id, **values))

    def delete(self, ids: Collection[str], *, now: datetime, problem: str) -> None:
        """Delete the subscribers of these ids; what still waits for them is dropped because of that ``problem``."""
        is_theirs = deliveries.c.receiver.in_([mail_receiver(each) for each in ids])
        queueing.end(
            self._connection, is_theirs, queueing.IS_WAITING, state=DeliveryState.DROPPED, problem=problem, now=now
        )
        self._connection.execute(delete(_table).where(_table.c.subscriber.in_(ids)))

    def delete_unsent(self, ids: Collection[str]) -> None:
        """Delete the deliveries to these ids that ended without being sent, except the one with the highest number."""
        table = deliveries
        last = select(func.max(table.c.number)).scalar_subquery()
        is_theirs = table.c.receiver.in_([mail_receiver(each) for each in ids])
        has_ended = table.c.state.not_in([DeliveryState.WAITING.value, DeliveryState.SENT.value])
        self._connection.execute(delete(table).where(is_theirs, has_ended, table.c.number < last))

    def queue_confirmation(self, subscriber_id: str, *, now: datetime) -> None:
        """Queue the mail with the link that confirms the address, in place of one that waits."""
        news = News(subject=SUBSCRIPTION_SUBJECT, event=ChannelEvent.CONFIRMATION)
        receiver = mail_receiver(subscriber_id)
        queueing.queue_for(self._connection, receiver, news, now=now)
        is_theirs = deliveries.c.receiver == receiver
        queueing.replace_overtaken(self._connection, queueing.is_free(self._connection, now), is_theirs, now=now)

    def deliveries(self, subscriber_id: str) -> tuple[OutboxRow, ...]:
        """What was, or is to be, sent to the subscriber, the newest first."""
        return outbox_lists.rows(self._connection, receiver=mail_receiver(subscriber_id))

    def unconfirmed(self, *, until: datetime) -> tuple[str, ...]:
        """The ids of those who asked up to that instant (aware) and have not confirmed."""
        is_unconfirmed = _table.c.confirmed_at.is_(None) & (_table.c.requested_at <= until)
        return tuple(self._connection.execute(select(_table.c.subscriber).where(is_unconfirmed)).scalars())

    def accept(self, ids: Collection[str]) -> None:
        """Note that the mailboxes of these ids were not refused."""
        were_refused = _table.c.subscriber.in_(ids) & (_table.c.refusals > 0)
        self._connection.execute(update(_table).where(were_refused).values(refusals=0))

    def counts(self) -> Mapping[str, int]:
        """How many there are: ``active``, ``paused`` and ``unconfirmed``."""
        is_confirmed, is_paused = _table.c.confirmed_at.is_not(None), _table.c.paused_at.is_not(None)
        every, confirmed, paused = self._connection.execute(
            select(
                func.count(),
                func.count().filter(is_confirmed),
                func.count().filter(is_confirmed & is_paused),
            ).select_from(_table)
        ).one()
        return {"active": confirmed - paused, "paused": paused, "unconfirmed": every - confirmed}

    def choices(self) -> Iterator[CountedChoice]:
        """How many confirmed subscribers made each choice, in no order."""
        columns = _table.c.language, _table.c.environments, _table.c.kinds
        query = select(*columns, func.count().label("number")).where(_table.c.confirmed_at.is_not(None))
        for row in self._connection.execute(query.group_by(*columns)):
            yield CountedChoice(
                language=row.language,
                environments=_parts(row.environments),
                kinds=_parts(row.kinds),
                number=row.number,
            )

    def requests(self, *, client: str, address: str, since: datetime) -> tuple[tuple[datetime, ...], ...]:
        """When requests came from that client, and when for that address, after an instant (aware), oldest first.

        Both are digests.
        """
        return tuple(self._request_times(column == digest, since) for column, digest in _columns(client, address))

    def _request_times(self, is_counted: Any, since: datetime) -> tuple[datetime, ...]:  # noqa: ANN401  (a condition)
        table = mail_requests
        query = select(table.c.at).where(is_counted, table.c.at > since).order_by(table.c.at)
        return tuple(self._connection.execute(query).scalars())

    def add_request(self, *, client: str, address: str, at: datetime) -> None:
        """Count a request at that instant (aware); both values are digests."""
        self._connection.execute(insert(mail_requests).values(client=client, address=address, at=at))

    def forget_requests(self, *, until: datetime) -> None:
        """Delete the requests up to that instant (aware)."""
        self._connection.execute(delete(mail_requests).where(mail_requests.c.at <= until))


def _columns(client: str, address: str) -> Iterable[tuple[Any, str]]:
    return (mail_requests.c.client, client), (mail_requests.c.address, address)


def _values(subscriber: MailSubscriber) -> dict[str, object]:
    choice = subscriber.choice
    minutes = sorted(lead // _MINUTE for lead in choice.reminders) if choice.reminders is not None else None
    return {
        "address": subscriber.address,
        "language": choice.language,
        "environments": _joined(sorted(choice.environments)) if choice.environments is not None else None,
        "kinds": _joined(sorted(kind.value for kind in choice.kinds)) if choice.kinds is not None else None,
        "reminders": _joined(map(str, minutes)) if minutes is not None else None,
        "requested_at": subscriber.requested_at,
        "confirmed_at": subscriber.confirmed_at,
        "refusals": subscriber.refusals,
        "paused_at": subscriber.paused_at,
    }


def _subscriber(row: Row[Any]) -> MailSubscriber:
    environments, kinds, reminders = (_parts(text) for text in (row.environments, row.kinds, row.reminders))
    return MailSubscriber(
        id=row.subscriber,
        address=row.address,
        choice=MailChoice(
            language=row.language,
            environments=environments,
            kinds=frozenset(map(Kind, kinds)) if kinds is not None else None,
            reminders=frozenset(int(each) * _MINUTE for each in reminders) if reminders is not None else None,
        ),
        requested_at=row.requested_at,
        confirmed_at=row.confirmed_at,
        refusals=row.refusals,
        paused_at=row.paused_at,
    )


def _joined(parts: Iterable[str]) -> str:
    """The parts, each after a separator and before one: SQL can look for one with LIKE."""
    return _SEPARATOR + "".join(f"{part}{_SEPARATOR}" for part in parts)


def _parts(text: str | None) -> frozenset[str] | None:
    return frozenset(filter(None, text.split(_SEPARATOR))) if text is not None else None
