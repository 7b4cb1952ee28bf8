"""The tables of the outbox and of customers who subscribed by mail."""

from __future__ import annotations

from typing import Final

from sqlalchemy import CheckConstraint, Column, Index, Integer, String, Table, text

from icsfeed.store.database.columns import METADATA, UtcDateTime, Words

_IS_LEASED: Final = text("lease_until IS NOT NULL")

deliveries = Table(
    "deliveries",
    METADATA,
    Column("number", Integer, primary_key=True),
    Column("receiver", Words, nullable=False),
    Column("subject", Words, nullable=False),
    Column("event", String(20), nullable=False),
    Column("update", Integer, nullable=True),
    Column("starts", UtcDateTime, nullable=True),
    Column("lead", Integer, nullable=True),
    Column("queued_at", UtcDateTime, nullable=False),
    Column("state", String(10), nullable=False),
    Column("due_at", UtcDateTime, nullable=False),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("first_attempt_at", UtcDateTime, nullable=True),
    Column("lease_owner", String(40), nullable=True),
    Column("lease_until", UtcDateTime, nullable=True),
    Column("ended_at", UtcDateTime, nullable=True),
    Column("problem", Words, nullable=True),
    Index("ix_deliveries_state_due_at", "state", "due_at"),
    Index("ix_deliveries_subject_receiver", "subject", "receiver"),
    Index("ix_deliveries_lease_until", "lease_until", sqlite_where=_IS_LEASED, postgresql_where=_IS_LEASED),
    Index("ix_deliveries_starts", "starts"),
)
"""The outbox. ``update`` is the number of a change's update; ``lead`` is a reminder's, in minutes.

While ``waiting``, a row is sent at ``due_at``, and by ``lease_owner`` alone until ``lease_until``. ``problem`` says why
it is not sent yet, was given up or dropped; it never has an address. The row with the highest number is never deleted:
numbers, which idempotency keys have, are not to be used again.
"""

mail_subscribers = Table(
    "mail_subscribers",
    METADATA,
    Column("subscriber", String(32), primary_key=True),
    Column("address", Words, nullable=False, unique=True),
    Column("language", String(20), nullable=False),
    Column("environments", Words, nullable=True),
    Column("kinds", Words, nullable=True),
    Column("reminders", Words, nullable=True),
    Column("requested_at", UtcDateTime, nullable=False),
    Column("confirmed_at", UtcDateTime, nullable=True),
    Column("refusals", Integer, nullable=False, server_default="0"),
    Column("paused_at", UtcDateTime, nullable=True),
)
"""Customers who subscribed by mail: the only place where their addresses are. Rows are deleted.

``subscriber`` is a random id. ``environments`` and ``kinds`` are ids, ``reminders`` minutes, each after a comma and
before one, such as ``,production,preview,``; NULL means all.
"""

mail_requests = Table(
    "mail_requests",
    METADATA,
    Column("number", Integer, primary_key=True),
    Column("at", UtcDateTime, nullable=False, index=True),
    Column("client", String(64), nullable=False),
    Column("address", String(64), nullable=False),
)
"""Requests for mail within the last hour, by keyed digests of the network address and of the mail address."""

outbox_state = Table(
    "outbox_state",
    METADATA,
    Column("place", Integer, primary_key=True, autoincrement=False),
    Column("secret", String(64), nullable=False),
    Column("scanned_until", UtcDateTime, nullable=True),
    CheckConstraint("place = 1", name="alone"),
)
"""One row: the random ``secret`` that signs the links in mails, and up to when it was seen what time makes due."""

OUTBOX_TABLES: Final = (deliveries, mail_subscribers, mail_requests, outbox_state)
