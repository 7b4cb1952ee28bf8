"""The record: everything that operators recorded, as one value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Final

from icsfeed.domain.adjustments import Adjustment
from icsfeed.domain.changes import Change, number_of
from icsfeed.domain.errors import NotFoundError
from icsfeed.domain.feeds import Kind
from icsfeed.domain.recorded_freezes import RecordedFreeze
from icsfeed.domain.revisions import Ledger
from icsfeed.domain.subscribers import NOBODY, Subscribers
from icsfeed.domain.texts import quoted

BEFORE_ANY_ENTRY: Final = datetime(1970, 1, 1, tzinfo=UTC)

PUBLISH: Final = "publish"
"""The action, in the audit trail, of a server that makes an edited schedule or another release public."""

RELEASE_PREFIX: Final = "icsfeed "
"""What the subject of that action begins with where a release becomes public."""

RESERVE_NUMBERS: Final = "reserve numbers"
"""The action, in the audit trail, that keeps the numbers up to its subject, such as EC-41, from new ones."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Record:
    """Everything up to the ``entry``-th entry of the audit trail, which was made ``at``.

    ``changes`` are by id in the order of their announcement, ``adjustments`` by window and original local date, and
    ``freezes`` by id in the order in which they started.
    ``changed_at`` is when anything was last recorded that feeds show, or another ``release`` published them, which was
    at ``released_at``.
    ``reserved_numbers`` are, by kind, the numbers up to which no new change or freeze gets one.
    """

    entry: int = 0
    at: datetime = BEFORE_ANY_ENTRY
    changed_at: datetime = BEFORE_ANY_ENTRY
    release: str = ""
    released_at: datetime = BEFORE_ANY_ENTRY
    changes: Mapping[str, Change] = field(default_factory=dict)
    adjustments: Mapping[tuple[str, date], Adjustment] = field(default_factory=dict)
    freezes: Mapping[str, RecordedFreeze] = field(default_factory=dict)
    ledger: Ledger = field(default_factory=dict)
    subscribers: Subscribers = NOBODY
    reserved_numbers: Mapping[Kind, int] = field(default_factory=dict)

    def next_number(self, kind: Kind) -> int:
        """The number of the next new change, or freeze, of that kind."""
        ids = self.freezes if kind is Kind.FREEZE else (each.id for each in self.changes.values() if each.kind is kind)
        numbers = map(number_of, ids)
        return max(self.reserved_numbers.get(kind, 0), max(numbers, default=0)) + 1

    def shows_same_as(self, other: Record) -> bool:
        """Whether feeds show the same of this record and of ``other``, an earlier or later state of it."""
        return (
            self.changes is other.changes
            and self.adjustments is other.adjustments
            and self.freezes is other.freezes
            and self.ledger is other.ledger
        )

    def change(self, change_id: str) -> Change:
        """The change of that id, whatever the case.

        Raises:
            NotFoundError: where there is none.
        """
        change = self.changes.get(change_id.upper())
        if change is None:
            prefix = change_id.upper().partition("-")[0]
            alike = [other for other in self.changes if other.partition("-")[0] == prefix] or list(self.changes)
            hint = f"write an id such as {alike[-1]}, which is the latest" if alike else "none has been announced"
            msg = f"there is no change {quoted(change_id)}; {hint}"
            raise NotFoundError(msg)
        return change

    def freeze(self, freeze_id: str) -> RecordedFreeze:
        """The recorded freeze of that id, whatever the case.

        Raises:
            NotFoundError: where there is none.
        """
        freeze = self.freezes.get(freeze_id.upper())
        if freeze is None:
            latest = [*self.freezes][-1:]
            hint = f"write an id such as {latest[0]}, which is the latest" if latest else "none has been started"
            msg = f"there is no freeze {quoted(freeze_id)} that `freeze start` recorded; {hint}"
            raise NotFoundError(msg)
        return freeze


NOTHING: Final = Record()
"""The record before the first entry."""
