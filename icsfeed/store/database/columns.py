"""The types of columns beside SQLAlchemy's own, and the names of constraints."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Final

from sqlalchemy import DateTime, Dialect, MetaData, Text, TypeDecorator
from sqlalchemy.exc import DontWrapMixin

from icsfeed.domain.errors import BadInputError
from icsfeed.domain.texts import quoted

_UNRECORDABLE: Final = re.compile("[\x00\ud800-\udfff]")

METADATA: Final = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "ix": "ix_%(table_name)s_%(column_0_name)s",
    }
)


class UtcDateTime(TypeDecorator[datetime]):
    """An instant: aware and in UTC in the program, naive in the database, because SQLite stores no zone."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        del dialect
        if value is None:
            return None
        if value.tzinfo is None:
            msg = f"an instant needs a time zone: {value!r}"
            raise ValueError(msg)
        return value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        del dialect
        return value.replace(tzinfo=UTC) if value is not None else None


class UnrecordableTextError(BadInputError, DontWrapMixin):
    """A text that not every database can store. A class of its own, so that SQLAlchemy lets it through unwrapped."""


class Words(TypeDecorator[str]):
    """Text that people wrote. PostgreSQL can't store NUL, and no database a lone surrogate."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        del dialect
        if value is not None and (match := _UNRECORDABLE.search(value)):
            msg = f"{quoted(value)} can't be recorded: {quoted(match[0])} is not a character; nothing was changed"
            raise UnrecordableTextError(msg)
        return value
