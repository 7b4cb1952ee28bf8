"""Customers ask for mail: the same happens for every address, known or not, and not too often.

Requests are counted by keyed digests of the network address and of the mail address, which tell nobody either.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from icsfeed.domain.actors import Actor, ActorKind
from icsfeed.domain.errors import RefusedError
from icsfeed.domain.mail_subscribers import CONFIRMATION_PERIOD, MailChoice, MailSubscriber
from icsfeed.domain.networks import network_of
from icsfeed.services.repository import MailRepository
from icsfeed.store.database.mail_subscribers import MailSubscriberRows

MAX_REQUESTS: Final = 5
"""From one client, and for one address, within ``REQUEST_PERIOD``."""

REQUEST_PERIOD: Final = timedelta(hours=1)
_VISITOR: Final = "a visitor"
"""Anybody may ask. The audit trail does not name them: asking makes no entry."""

_NEVER_CONFIRMED: Final = "never confirmed"


class TooManyRequestsError(RefusedError):
    """A client, or clients together for one address, asked for mail too often."""

    def __init__(self, retry_after: timedelta) -> None:
        self.retry_after = retry_after
        super().__init__("mail was asked for too often; try again later")


@dataclass(frozen=True, kw_only=True, slots=True)
class MailRequest:
    """A customer who asks for mail to ``address`` (as ``mail_address`` gives it) in a language.

    ``client`` is the network address that the request comes from.
    """

    address: str
    language: str
    client: str


def request_mail(
    repository: MailRepository,
    request: MailRequest,
    *,
    now: datetime,
    new_id: Callable[[], str],
    new_secret: Callable[[], str],
) -> None:
    """Queue a mail to the address, with the link that confirms it or, if it is confirmed, that to its preferences.

    ``new_id`` and ``new_secret`` are sources of randomness.

    Raises:
        TooManyRequestsError: after too many requests; the message is the same for every address.
        UnavailableError: where it can't be recorded; nothing has changed then.
    """
    with repository.writing(
        actor=Actor(name=_VISITOR, kind=ActorKind.CUSTOMER, at=now), action="mail request", subject=""
    ) as writing:
        rows = writing.mail_subscribers
        _count_request(rows, request, rows.secret_or(new_secret), now)
        forget_unconfirmed(rows, now=now)
        subscriber = rows.with_address(request.address)
        if subscriber is None:
            choice = MailChoice(language=request.language)
            subscriber = MailSubscriber(id=new_id(), address=request.address, choice=choice, requested_at=now)
        elif subscriber.confirmed_at is None:
            choice = replace(subscriber.choice, language=request.language)
            subscriber = replace(subscriber, choice=choice, requested_at=now)
        rows.put(subscriber)
        rows.queue_confirmation(subscriber.id, now=now)


def _count_request(rows: MailSubscriberRows, request: MailRequest, secret: str, now: datetime) -> None:
    """Count the request by keyed digests, which tell nobody where it came from.

    Raises:
        TooManyRequestsError: where it is one too many.
    """
    since = now - REQUEST_PERIOD
    client, address = (
        hmac.digest(secret.encode(), f"icsfeed mail {what}\0{value}".encode(), "sha256").hex()
        for what, value in (("client", network_of(request.client)), ("address", request.address))
    )
    rows.forget_requests(until=since)
    times = [each for each in rows.requests(client=client, address=address, since=since) if len(each) >= MAX_REQUESTS]
    if times:
        raise TooManyRequestsError(max(each[-MAX_REQUESTS] for each in times) + REQUEST_PERIOD - now)
    rows.add_request(client=client, address=address, at=now)


def forget_unconfirmed(rows: MailSubscriberRows, *, now: datetime) -> None:
    """Erase those who have not confirmed in time, and what is left of the requests that no limit counts any more."""
    rows.forget_requests(until=now - REQUEST_PERIOD)
    if ids := rows.unconfirmed(until=now - CONFIRMATION_PERIOD):
        rows.delete(ids, now=now, problem=_NEVER_CONFIRMED)
        rows.delete_unsent(ids)
