"""Queues what time makes due, and keeps up to when it was looked for. Within one write transaction."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Connection,
    FromClause,
    Select,
    and_,
    exists,
    false,
    func,
    insert,
    or_,
    select,
    update,
)

from icsfeed.domain.channels import ChannelEvent
from icsfeed.domain.deliveries import CHANNEL_PREFIX, MAIL_PREFIX, DeliveryState
from icsfeed.domain.news import Audience, News
from icsfeed.domain.starts import ExpectedStart
from icsfeed.store.database.outbox_tables import deliveries, mail_subscribers, outbox_state
from icsfeed.store.database.queueing import chose, has_begun, minutes, queue_for_all, receivers_of

_ENDED: Final = (ChannelEvent.CANCELLED.value, ChannelEvent.SKIPPED.value, ChannelEvent.WITHDRAWN.value)
"""The events that say that something does not start."""

_TELLING: Final = tuple(
    event.value for event in ChannelEvent if event not in {ChannelEvent.REMINDER, ChannelEvent.CONFIRMATION}
)
"""The events after which nobody goes by what was told before: each tells what holds then."""

_UNHEARD: Final = (DeliveryState.DROPPED.value, DeliveryState.REPLACED.value)


class DueOutbox:
    """The outbox at the instant ``now`` (aware), as far as time fills it. Of each method, see ``TimedOutbox``."""

    def __init__(self, connection: Connection, *, now: datetime) -> None:
        self._connection = connection
        self._now = now

    @property
    def scanned_until(self) -> datetime | None:
        at: datetime | None = self._connection.execute(select(outbox_state.c.scanned_until)).scalar()
        return at

    def mark_scanned(self, *, new_secret: Callable[[], str]) -> None:
        if self._connection.execute(update(outbox_state).values(scanned_until=self._now)).rowcount == 0:
            state = insert(outbox_state).values(place=1, secret=new_secret(), scanned_until=self._now)
            self._connection.execute(state)

    def remind(self, news: News, audience: Audience, *, dropped_for: str = "") -> int:
        receivers = receivers_of(news, audience)
        if receivers is None:
            return 0
        other, receiver = deliveries.alias("other"), receivers.c.receiver
        is_same = (
            other.c.subject == news.subject,
            other.c.event == news.event.value,
            # Keeps databases from the index of starts: for each receiver, they would read all that have this one.
            func.coalesce(other.c.starts, other.c.starts, type_=other.c.starts.type) == news.starts,
            other.c.lead == minutes(news.lead or timedelta()),
        )
        is_news = (
            other.c.subject == news.subject,
            other.c.event != news.event.value,
            other.c.state == DeliveryState.WAITING.value,
        )
        # Then the start is ahead: a clock that was wrong took it for past.
        was_too_late = (other.c.state == DeliveryState.DROPPED.value) & (other.c.ended_at >= other.c.starts)
        hindrances = [is_same] if dropped_for else [(*is_same, ~was_too_late), is_news]
        conditions = [
            ~exists().where(*each, other.c.receiver == receiver)
            for each in hindrances
            if self._has_any(*each, _may_be_of(audience, other))
        ]
        return queue_for_all(self._connection, news, receivers, *conditions, now=self._now, dropped_for=dropped_for)

    def take_step(self, news: News, audience: Audience) -> int:
        receivers = receivers_of(news, audience)
        if receivers is None:
            return 0
        other = deliveries.alias("other")
        is_later = (other.c.subject == news.subject, other.c.update >= news.update)
        conditions = [~exists().where(*is_later, other.c.receiver == receivers.c.receiver)]
        if not self._has_any(*is_later, _may_be_of(audience, other)):
            conditions = []
        return queue_for_all(self._connection, news, receivers, *conditions, now=self._now)

    def _has_any(self, *conditions: ColumnElement[bool]) -> bool:
        """Whether any delivery fulfils the conditions.

        Only then are they asked for each receiver: without statistics, PostgreSQL might look through all rows, those
        that it has just inserted included, for each one.
        """
        return bool(self._connection.execute(select(exists().where(*conditions))).scalar())

    def expected_starts(self) -> tuple[ExpectedStart, ...]:
        teller = deliveries.alias("teller")
        takes_place = teller.c.event.not_in(_ENDED)
        columns = (teller.c.subject, teller.c.starts, takes_place)
        rows = self._connection.execute(
            select(*columns).where(teller.c.starts > self._now, _is_heeded(teller)).distinct().order_by(*columns)
        )
        return tuple(ExpectedStart(subject=subject, at=at, takes_place=bool(place)) for subject, at, place in rows)

    def channels_expecting(self, start: ExpectedStart) -> tuple[str, ...]:
        return tuple(self._connection.execute(_expecting(start, CHANNEL_PREFIX)).scalars())

    def correct(self, news: News, channels: Collection[str]) -> int:
        receivers = receivers_of(news, Audience(channels=tuple(channels)))
        return queue_for_all(self._connection, news, receivers, now=self._now) if receivers is not None else 0

    def correct_mail(
        self, start: ExpectedStart, news: News, *, environments: Collection[str], is_for_selecting: bool
    ) -> int:
        expecting, table = _expecting(start, MAIL_PREFIX).subquery(), mail_subscribers
        selects = or_(false(), *(chose(table, "environments", each) for each in sorted(environments)))
        receivers = (
            select(expecting.c.receiver)
            .join(table, table.c.subscriber == func.substr(expecting.c.receiver, len(MAIL_PREFIX) + 1))
            .where(
                table.c.confirmed_at.is_not(None),
                table.c.paused_at.is_(None),
                selects if is_for_selecting else ~selects,
            )
        )
        return queue_for_all(self._connection, news, receivers.subquery("receivers"), now=self._now)


def _may_be_of(audience: Audience, delivery: FromClause) -> ColumnElement[bool]:
    """Whether the receiver of that delivery may be one of that audience."""
    is_mail = delivery.c.receiver.startswith(MAIL_PREFIX, autoescape=True)
    is_channel = delivery.c.receiver.in_(audience.channels)
    return or_(is_channel, is_mail) if audience.mail is not None else is_channel


def _expecting(start: ExpectedStart, prefix: str) -> Select[Any]:
    teller = deliveries.alias("teller")
    says_none = teller.c.event.in_(_ENDED)
    return (
        select(teller.c.receiver)
        .where(
            teller.c.subject == start.subject,
            teller.c.starts == start.at,
            ~says_none if start.takes_place else says_none,
            teller.c.receiver.startswith(prefix, autoescape=True),
            _is_heeded(teller),
        )
        .distinct()
    )


def _is_heeded(teller: FromClause) -> ColumnElement[bool]:
    """Whether the receiver had that delivery, perhaps, and nothing later that tells otherwise."""
    later = deliveries.alias("later")
    is_overtaken = exists().where(
        later.c.subject == teller.c.subject,
        later.c.receiver == teller.c.receiver,
        later.c.number > teller.c.number,
        or_(
            later.c.event.in_(_TELLING) & later.c.state.not_in(_UNHEARD),
            later.c.starts.is_not(None) & has_begun(later),
        ),
    )
    return and_(has_begun(teller), ~is_overtaken)
