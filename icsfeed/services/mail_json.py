"""Mail subscribers as JSON, for the commands."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from icsfeed.domain.deliveries import DeliveryState
from icsfeed.domain.errors import NotFoundError
from icsfeed.domain.mail_subscribers import MailSubscriber
from icsfeed.domain.outbox_rows import OutboxRow
from icsfeed.services.mail_subscribing import subscriber_at
from icsfeed.services.repository import MailRepository
from icsfeed.services.upcoming import utc_text

_ONE_MINUTE: Final = timedelta(minutes=1)


@dataclass(frozen=True, kw_only=True, slots=True)
class MailAccount:
    """All that is known of one mail subscriber; their ``deliveries`` are the newest first."""

    subscriber: MailSubscriber
    deliveries: tuple[OutboxRow, ...]

    @property
    def state(self) -> str:
        if self.subscriber.confirmed_at is None:
            return "unconfirmed"
        return "paused" if self.subscriber.paused_at is not None else "active"

    def as_json(self) -> dict[str, object]:
        """Instants in UTC, reminders in minutes before a start; ``null`` where all are chosen."""
        one, choice = self.subscriber, self.subscriber.choice
        reminders = choice.reminders
        return {
            "id": one.id,
            "address": one.address,
            "state": self.state,
            "language": choice.language,
            "environments": sorted(choice.environments) if choice.environments is not None else None,
            "kinds": sorted(kind.value for kind in choice.kinds) if choice.kinds is not None else None,
            "reminders": sorted(lead // _ONE_MINUTE for lead in reminders) if reminders is not None else None,
            "requested": utc_text(one.requested_at),
            "confirmed": _optional(one.confirmed_at),
            "paused": _optional(one.paused_at),
            "refusals": one.refusals,
            "deliveries": [_delivery_json(each) for each in self.deliveries],
        }


def mail_account(repository: MailRepository, address: str) -> MailAccount:
    """All that is known of the subscriber with that address, which a person wrote.

    Raises:
        BadInputError: where it is no mail address.
        NotFoundError: where nobody has subscribed with it.
    """
    subscriber = subscriber_at(repository, address)
    with repository.mail_subscribers() as rows:
        return MailAccount(subscriber=subscriber, deliveries=rows.deliveries(subscriber.id) if rows is not None else ())


def mail_account_with_id(repository: MailRepository, subscriber_id: str) -> MailAccount:
    """All that is known of the subscriber with that random id.

    Raises:
        NotFoundError: where there is none.
    """
    with repository.mail_subscribers() as rows:
        subscriber = rows.with_id(subscriber_id) if rows is not None else None
        if rows is None or subscriber is None:
            msg = "there is no mail subscriber with this id"
            raise NotFoundError(msg)
        return MailAccount(subscriber=subscriber, deliveries=rows.deliveries(subscriber.id))


def _delivery_json(row: OutboxRow) -> dict[str, object]:
    delivery = row.delivery
    return {
        "number": delivery.number,
        "subject": delivery.subject,
        "event": delivery.event.value,
        "state": row.state.value,
        "queued": utc_text(delivery.queued_at),
        "due": utc_text(row.due_at) if row.state is DeliveryState.WAITING else None,
        "ended": _optional(row.ended_at),
        "attempts": delivery.attempts,
        "problem": row.problem,
    }


def _optional(instant: datetime | None) -> str | None:
    return utc_text(instant) if instant is not None else None
