"""Lengths of windows and freezes in the schedule file, and the message where one is refused."""

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
