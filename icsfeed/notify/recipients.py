"""The mail subscribers of a database, as far as the sender needs them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import datetime

from icsfeed.domain.actors import Actor, ActorKind
from icsfeed.domain.deliveries import mail_receiver
from icsfeed.domain.mail_subscribers import MailSubscriber
from icsfeed.services.derived_keys import database_secret
from icsfeed.services.ledger import THE_SERVICE
from icsfeed.services.mail_subscribing import note_refusal
from icsfeed.services.repository import MailRepository


class MailRecipients:
    """Reads the subscribers when they are about to get mail, and notes what their mailboxes did."""

    def __init__(self, repository: MailRepository, *, new_secret: Callable[[], str]) -> None:
        self._repository = repository
        self._new_secret = new_secret

    def secret(self, *, now: datetime) -> str:
        """The database's secret, which is made where there is none yet."""
        return database_secret(self._repository, new_secret=self._new_secret, now=now)

    def with_ids(self, ids: Collection[str]) -> Mapping[str, MailSubscriber]:
        """Those of these ids who exist, by id."""
        with self._repository.mail_subscribers() as rows:
            return rows.with_ids(ids) if rows is not None else {}

    def note_refusal(self, subscriber_id: str, *, is_refused: bool, now: datetime) -> None:
        """Count a refusal of a subscriber's mailbox or, where it was not refused, forget the earlier ones.

        The refusal that pauses a subscription is in the audit trail.
        """
        receiver = mail_receiver(subscriber_id)
        with self._repository.writing(actor=_service(now), action="mail pause", subject=receiver) as writing:
            rows = writing.mail_subscribers
            if is_refused:
                refused = note_refusal(rows, subscriber_id, now=now)
                if refused is not None and refused.paused_at == now:
                    writing.leave_entry()
            elif (subscriber := rows.with_id(subscriber_id)) is not None:
                rows.put(subscriber.accepted())


def _service(now: datetime) -> Actor:
    return Actor(name=THE_SERVICE, kind=ActorKind.SERVICE, at=now)
