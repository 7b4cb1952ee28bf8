"""Customers subscribe to mail, confirm it, choose what they want to hear of, and unsubscribe.

A request for mail gets the same answer for every address, known or not. Only a link in a mail to the address
confirms it. The audit trail names subscribers by their random ids.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from icsfeed.domain.actors import Actor, ActorKind
from icsfeed.domain.deliveries import mail_receiver
from icsfeed.domain.errors import NotFoundError
from icsfeed.domain.mail_subscribers import MailChoice, MailSubscriber, mail_address
from icsfeed.services.mail_links import LinkPurpose, MailLinks
from icsfeed.services.repository import MailRepository
from icsfeed.store.database.mail_subscribers import MailSubscriberRows

_UNSUBSCRIBED: Final = "unsubscribed"


@dataclass(frozen=True, kw_only=True, slots=True)
class LinkHolder:
    """A mail subscriber who came by a link; ``links`` are theirs, as paths."""

    subscriber: MailSubscriber
    links: MailLinks

    def path(self, purpose: LinkPurpose) -> str:
        return self.links.url(purpose, self.subscriber.id)


@dataclass(frozen=True, kw_only=True, slots=True)
class Unsubscribed:
    """The end of a subscription, whose ``language`` is known where it ends now."""

    language: str = ""


CONFIRMING: Final = (LinkPurpose.CONFIRM, LinkPurpose.PREFERENCES)
"""What leads to the page for confirming and for preferences."""

UNSUBSCRIBING: Final = (LinkPurpose.UNSUBSCRIBE,)


def link_holder(
    repository: MailRepository, purposes: Collection[LinkPurpose], token: str, *, now: datetime
) -> LinkHolder | None:
    """Who has that link for one of the ``purposes``; ``None`` where it leads to nobody, or not any more.

    Raises:
        UnavailableError: where the database can't be read.
    """
    with repository.mail_subscribers() as rows:
        return _holder(rows, purposes, token, now) if rows is not None else None


def _holder(
    rows: MailSubscriberRows, purposes: Collection[LinkPurpose], token: str, now: datetime
) -> LinkHolder | None:
    links = MailLinks(secret=rows.secret(), server="")
    subscriber_id, purpose = _signed_id(links, purposes, token)
    subscriber = rows.with_id(subscriber_id) if subscriber_id else None
    if subscriber is None or subscriber.has_lapsed(now=now):
        return None
    if subscriber.confirmed_at is None and purpose is LinkPurpose.PREFERENCES:
        return None  # those who have not confirmed got no such link
    return LinkHolder(subscriber=subscriber, links=links)


def _signed_id(links: MailLinks, purposes: Collection[LinkPurpose], token: str) -> tuple[str, LinkPurpose | None]:
    """The id in a token and the purpose that it was made for; an empty id where it was made for none of these."""
    for purpose in purposes:
        if links.secret and (subscriber_id := links.subscriber_id(purpose, token)):
            return subscriber_id, purpose
    return "", None


def confirm(repository: MailRepository, token: str, *, now: datetime) -> LinkHolder | None:
    """The subscriber, who has confirmed with that link; ``None`` as with ``link_holder``.

    Raises:
        UnavailableError: where it can't be recorded; nothing has changed then.
    """
    return _change(repository, "mail confirm", token, now, lambda each: each.confirmed(now=now))


def choose(repository: MailRepository, token: str, choice: MailChoice, *, now: datetime) -> LinkHolder | None:
    """The subscriber with another choice, which confirms the address as well; ``None`` as with ``link_holder``.

    Raises:
        UnavailableError: where it can't be recorded; nothing has changed then.
    """

    def changed(subscriber: MailSubscriber) -> MailSubscriber:
        return replace(subscriber.confirmed(now=now), choice=choice)

    return _change(repository, "mail change", token, now, changed)


def _change(
    repository: MailRepository,
    action: str,
    token: str,
    now: datetime,
    changed: Callable[[MailSubscriber], MailSubscriber],
) -> LinkHolder | None:
    before = link_holder(repository, CONFIRMING, token, now=now)
    if before is None or changed(before.subscriber) == before.subscriber:
        return before
    receiver = mail_receiver(before.subscriber.id)
    with repository.writing(actor=_customer(receiver, now), action=action, subject=receiver) as writing:
        rows = writing.mail_subscribers
        holder = _holder(rows, CONFIRMING, token, now)
        if holder is None:  # unsubscribed in between
            return None
        after = replace(holder, subscriber=changed(holder.subscriber))
        rows.put(after.subscriber)
        writing.leave_entry()
        return after


def was_subscribed(repository: MailRepository, token: str) -> bool:
    """Whether that link for unsubscribing was made for somebody, perhaps long ago.

    Raises:
        UnavailableError: where the database can't be read.
    """
    with repository.mail_subscribers() as rows:
        return rows is not None and bool(_unsubscribing_id(rows, token))


def unsubscribe(repository: MailRepository, token: str, *, now: datetime) -> Unsubscribed | None:
    """End the subscription with that link, and forget the address; ``None`` where the link was never valid.

    Raises:
        UnavailableError: where it can't be recorded; nothing has changed then.
    """
    with repository.mail_subscribers() as rows:
        subscriber_id = _unsubscribing_id(rows, token) if rows is not None else ""
        subscriber = rows.with_id(subscriber_id) if rows is not None and subscriber_id else None
    if subscriber is None:
        return Unsubscribed() if subscriber_id else None
    _erase(repository, subscriber_id, _customer(mail_receiver(subscriber_id), now), "mail unsubscribe")
    return Unsubscribed(language=subscriber.choice.language)


def _unsubscribing_id(rows: MailSubscriberRows, token: str) -> str:
    """The id in a link for unsubscribing; empty where the link is none."""
    return _signed_id(MailLinks(secret=rows.secret(), server=""), UNSUBSCRIBING, token)[0]


def remove(repository: MailRepository, address: str, *, actor: Actor) -> MailSubscriber:
    """Erase the subscriber of that address, which a person wrote; gives who that was.

    Raises:
        BadInputError: where it is no mail address.
        NotFoundError: where nobody has subscribed with it.
        UnavailableError: where it can't be recorded; nothing has changed then.
    """
    subscriber = subscriber_at(repository, address)
    _erase(repository, subscriber.id, actor, "mail remove")
    return subscriber


def remove_with_id(repository: MailRepository, subscriber_id: str, *, actor: Actor) -> None:
    """Erase the subscriber of that id; one who is gone already stays so.

    Raises:
        UnavailableError: where it can't be recorded; nothing has changed then.
    """
    _erase(repository, subscriber_id, actor, "mail remove")


def subscriber_at(repository: MailRepository, address: str) -> MailSubscriber:
    """The subscriber of that address, which a person wrote.

    Raises:
        BadInputError: where it is no mail address.
        NotFoundError: where nobody has subscribed with it.
    """
    valid = mail_address(address)
    with repository.mail_subscribers() as rows:
        subscriber = rows.with_address(valid) if rows is not None else None
    if subscriber is None:
        msg = "there is no mail subscriber with this address"
        raise NotFoundError(msg)
    return subscriber


def _erase(repository: MailRepository, subscriber_id: str, actor: Actor, action: str) -> None:
    with repository.writing(actor=actor, action=action, subject=mail_receiver(subscriber_id)) as writing:
        rows = writing.mail_subscribers
        if rows.with_id(subscriber_id) is not None:  # else somebody else was faster
            rows.delete((subscriber_id,), now=actor.at, problem=_UNSUBSCRIBED)
            writing.leave_entry()


def subscriber_counts(repository: MailRepository) -> Mapping[str, int]:
    """How many mail subscribers there are: ``active``, ``paused`` and ``unconfirmed``."""
    with repository.mail_subscribers() as rows:
        return rows.counts() if rows is not None else {"active": 0, "paused": 0, "unconfirmed": 0}


def note_refusal(rows: MailSubscriberRows, subscriber_id: str, *, now: datetime) -> MailSubscriber | None:
    """Note that the subscriber's mailbox was refused: the third refusal in a row pauses the subscription.

    Gives the subscriber; ``None`` where they have unsubscribed.
    """
    subscriber = rows.with_id(subscriber_id)
    if subscriber is None:
        return None
    refused = subscriber.refused(now=now)
    rows.put(refused)
    return refused


def _customer(receiver: str, now: datetime) -> Actor:
    """The customer whose link it is, by their random id; anybody may ask for mail."""
    return Actor(name=receiver or "a visitor", kind=ActorKind.CUSTOMER, at=now)
