"""Customers for tests: they ask for mail, and follow the links in it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from itertools import count

from sqlalchemy import Row, create_engine, text

from icsfeed.domain.mail_subscribers import MailSubscriber, mail_address
from icsfeed.services.mail_links import LinkPurpose, MailLinks
from icsfeed.services.mail_requests import MailRequest, request_mail
from icsfeed.store.database.database import Database
from icsfeed.store.database.mail_subscribers import MailSubscriberRows
from tests.examples import NOW

SECRET = "0123456789abcdef" * 4


def numbered_ids() -> Callable[[], str]:
    numbers = count(1)
    return lambda: f"{next(numbers):020x}"


def ask(
    repository: Database,
    address: str = "customer@example.com",
    *,
    now: datetime = NOW,
    language: str = "en",
    client: str = "192.0.2.1",
    new_id: Callable[[], str] | None = None,
) -> None:
    """Ask for mail, as the form does."""
    request = MailRequest(address=mail_address(address), language=language, client=client)
    ids = new_id or partial(mail_id, address)
    request_mail(repository, request, now=now, new_id=ids, new_secret=lambda: SECRET)


def mail_id(address: str) -> str:
    """An id that tests can tell beforehand."""
    return address.encode().hex()[:20].rjust(20, "0")


def link(repository: Database, purpose: LinkPurpose, address: str = "customer@example.com") -> str:
    """The token in the link that a mail to the address has."""
    with reading(repository) as rows:
        subscriber = rows.with_address(address)
        assert subscriber is not None
        return MailLinks(secret=rows.secret(), server="").token(purpose, subscriber.id)


def subscriber(repository: Database, address: str = "customer@example.com") -> MailSubscriber | None:
    with reading(repository) as rows:
        return rows.with_address(address)


@contextmanager
def reading(repository: Database) -> Iterator[MailSubscriberRows]:
    with repository.mail_subscribers() as rows:
        assert rows is not None
        yield rows


def rows_of(repository: Database, statement: str) -> list[Row[tuple[object, ...]]]:
    """What is stored, past everything that tidies it."""
    engine = create_engine(repository.url)
    with engine.connect() as connection:
        rows = list(connection.execute(text(statement)))
    engine.dispose()
    return rows
