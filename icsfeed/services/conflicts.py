"""Conflicts in words: what others did to a change since an operator looked at it."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from icsfeed.domain.changes import Change, Update
from icsfeed.domain.errors import ConflictError
from icsfeed.domain.texts import one_line, quoted
from icsfeed.words.languages import ENGLISH
from icsfeed.words.updates import difference_texts


class OutdatedChangeError(ConflictError):
    """The operator has seen another version of the ``change`` than the present one: its ``expected`` update."""

    def __init__(self, change: Change, expected: int, zone: ZoneInfo) -> None:
        super().__init__(conflict_text(change, expected, zone))
        self.change = change


def conflict_text(change: Change, expected: int, zone: ZoneInfo) -> str:
    """The updates after the ``expected`` one, which is the latest that the operator has seen."""
    since = [update for update in change.updates if update.number > expected]
    if not since:
        return f"{change.id} has no update {expected}; its latest is {change.latest.number}"
    updates = "; ".join(_update_text(change, update, zone) for update in since)
    return f"{change.id} has changed since update {expected}: {updates}. Nothing was changed now"


def _update_text(change: Change, update: Update, zone: ZoneInfo) -> str:
    parts = [*difference_texts(change, update.number, ENGLISH, zone)]
    if update.message:
        parts.append(quoted(one_line(update.message)))
    return f"update {update.number} by {update.by}: {', '.join(parts)}"
