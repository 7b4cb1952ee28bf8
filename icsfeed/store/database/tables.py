"""The tables. ``migrations/`` creates them step by step; a test compares the two."""

from __future__ import annotations

from typing import Final

from sqlalchemy import (
    JSON,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Integer,
    String,
    Table,
    false,
)

from icsfeed.store.database.columns import METADATA, UtcDateTime, Words
from icsfeed.store.database.operator_tables import APPEND_ONLY_OPERATOR_TABLES, REWRITABLE_OPERATOR_TABLES
from icsfeed.store.database.outbox_tables import OUTBOX_TABLES


def _entry() -> Column[int]:
    """The entry in the audit trail that a row belongs to."""
    return Column("entry", Integer, ForeignKey("audit_trail.entry"), nullable=False, index=True)


audit_trail = Table(
    "audit_trail",
    METADATA,
    Column("entry", Integer, primary_key=True, autoincrement=False),
    Column("at", UtcDateTime, nullable=False),
    Column("by", Words, nullable=False),
    Column("action", Words, nullable=False),
    Column("subject", Words, nullable=False),
    Column("kind", String(10), nullable=True),
    Column("address", Words, nullable=True),
)
"""``kind`` is the actor's, ``address`` the network address of a request; icsfeed 0.1 recorded neither."""

change_updates = Table(
    "change_updates",
    METADATA,
    Column("kind", String(20), primary_key=True),
    Column("change", Integer, primary_key=True, autoincrement=False),
    Column("number", Integer, primary_key=True, autoincrement=False),
    _entry(),
    Column("at", UtcDateTime, nullable=False),
    Column("by", Words, nullable=False),
    Column("message", Words, nullable=False),
    Column("state", String(20), nullable=False),
    Column("summary", Words, nullable=False),
    Column("environments", JSON, nullable=False),
    Column("impact", String(20), nullable=False),
    Column("starts", UtcDateTime, nullable=False),
    Column("ends", UtcDateTime, nullable=False),
    Column("reason", Words, nullable=False),
    Column("ticket", Words, nullable=False),
    Column("key", Words, nullable=True, unique=True),
    Column("step", String(10), nullable=True),
    Column("target", Integer, nullable=True),
    Column("automatic", Boolean, nullable=False, server_default=false()),
    Column("withdrawn", Boolean, nullable=False, server_default=false()),
    Column("uid_part", String(20), nullable=True),
    Column("expected_end", UtcDateTime, nullable=True),
    Column("message_translations", JSON(none_as_null=True), nullable=True),
    Column("promised_notice", Integer, nullable=True),
    CheckConstraint("starts < ends", name="forward"),
)
"""``key`` identifies an announcement, so that sending it twice records it once; ``uid_part`` is an announcement's.

``message_translations`` has the message by language, if it is in several. ``promised_notice`` is in minutes: how long
ahead customers were promised to hear of what the update announces.
"""

adjustments = Table(
    "adjustments",
    METADATA,
    _entry(),
    Column("window", String(60), primary_key=True),
    Column("day", Date, primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("action", String(10), nullable=False),
    Column("reason", Words, nullable=False),
    Column("silent", Boolean, nullable=False),
    Column("starts", UtcDateTime, nullable=True),
    Column("ends", UtcDateTime, nullable=True),
    CheckConstraint("(starts IS NULL) = (action <> 'move')", name="moved"),
)
"""The row with the highest number of an occurrence counts."""

event_revisions = Table(
    "event_revisions",
    METADATA,
    Column("line", Integer, primary_key=True),
    _entry(),
    Column("uid", Words, nullable=False),
    Column("sequence", Integer, nullable=False),
    Column("digest", String(32), nullable=False),
    Column("at", UtcDateTime, nullable=False),
)

subscriber_steps = Table(
    "subscriber_steps",
    METADATA,
    Column("subscriber", Words, primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    _entry(),
    Column("at", UtcDateTime, nullable=False),
    Column("action", String(10), nullable=False),
    Column("name", Words, nullable=False),
    Column("feed", Words, nullable=False),
    Column("alarms", JSON, nullable=False),
    Column("digest", String(64), nullable=True, unique=True),
    Column("until", UtcDateTime, nullable=True),
    Column("salt", String(32), nullable=True),
    Column("account", Words, nullable=True),
    Column("objects", JSON(none_as_null=True), nullable=True),
)
"""Tokens are not stored, only their SHA-256 digest and, where one was derived from the token key, its salt.

``alarms`` are minutes; ``until`` is when the earlier tokens expire. ``account`` and its ``objects`` are MAINTNOTE's,
where they are not the default ones.
"""

subscriber_fetches = Table(
    "subscriber_fetches",
    METADATA,
    Column("subscriber", Words, primary_key=True),
    Column("client", String(20), primary_key=True),
    Column("at", UtcDateTime, nullable=False),
)
"""When each family of clients last fetched a subscriber's feed. Rows are updated, and have no audit entry."""

freezes = Table(
    "freezes",
    METADATA,
    Column("number", Integer, primary_key=True, autoincrement=False),
    _entry(),
    Column("at", UtcDateTime, nullable=False),
    Column("by", Words, nullable=False),
    Column("reason", Words, nullable=False),
    Column("environments", JSON, nullable=False),
    Column("until", UtcDateTime, nullable=True),
    Column("internal", Boolean, nullable=False),
    Column("uid_part", String(20), nullable=False),
)
"""The freezes that operators started; they last ``until`` that instant, unless ``freeze_ends`` has an earlier one."""

freeze_ends = Table(
    "freeze_ends",
    METADATA,
    Column("number", Integer, ForeignKey("freezes.number"), primary_key=True, autoincrement=False),
    _entry(),
    Column("at", UtcDateTime, nullable=False),
    Column("by", Words, nullable=False),
)

public_schedule = Table(
    "public_schedule",
    METADATA,
    Column("place", Integer, primary_key=True, autoincrement=False),
    Column("content", Words, nullable=False),
    Column("changed_at", UtcDateTime, nullable=False),
    Column("holidays", JSON(none_as_null=True), nullable=True),
    CheckConstraint("place = 1", name="alone"),
)
"""The schedule file that was public last, in one row; see ``kept_schedule``."""

APPEND_ONLY: Final = (
    audit_trail,
    change_updates,
    adjustments,
    event_revisions,
    subscriber_steps,
    freezes,
    freeze_ends,
    *APPEND_ONLY_OPERATOR_TABLES,
)
"""Triggers in the database refuse to change or delete rows of these tables."""

REWRITABLE: Final = (subscriber_fetches, public_schedule, *OUTBOX_TABLES, *REWRITABLE_OPERATOR_TABLES)
"""Tables whose rows change, or are deleted."""

TABLES: Final = tuple(METADATA.sorted_tables)
"""All tables, each after those that it refers to."""
