"""Lengths of time in the schedule file, and the message where one is refused."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import Final

from icsfeed.domain.errors import BadInputError
from icsfeed.domain.lengths import parse_length
from icsfeed.store.schedule_file.notation import as_toml
from icsfeed.store.schedule_file.values import text_value

MAX_WINDOW_DAYS: Final = 7
MAX_FREEZE_DAYS: Final = 366
MAX_LEAD_DAYS: Final = 90
_NO_NOTICE: Final = frozenset({"0d", "0h", "0m", "0min"})


def _length(max_days: int, subject: str, text: str) -> str:
    try:
        length = parse_length(text)
    except BadInputError as error:
        raise ValueError(str(error)) from None
    if length > timedelta(days=max_days):
        msg = f'{as_toml(text)} is longer than {subject}; write at most "{max_days}d"'
        raise ValueError(msg)
    return text


WINDOW_LENGTH: Final = text_value(partial(_length, MAX_WINDOW_DAYS, "any window may be"))
FREEZE_LENGTH: Final = text_value(partial(_length, MAX_FREEZE_DAYS, "a year"))
LEAD: Final = text_value(partial(_length, MAX_LEAD_DAYS, "any lead may be"))


def notice_period(text: str) -> timedelta:
    """The length of a notice period, which may be zero.

    Raises:
        BadInputError: where the text says no length.
    """
    return timedelta() if _is_no_notice(text) else parse_length(text)


def _notice(text: str) -> str:
    return text if _is_no_notice(text) else _length(MAX_FREEZE_DAYS, "a year", text)


def _is_no_notice(text: str) -> bool:
    return text.replace(" ", "").lower() in _NO_NOTICE


NOTICE: Final = text_value(_notice)
