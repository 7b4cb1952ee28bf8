"""What a look at the schedule's file and the record has found, and what is public because of it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final

from icsfeed.domain.record import NEVER, NOTHING, Record
from icsfeed.domain.revisions import LedgerLine, with_lines
from icsfeed.publication.problems import Problems
from icsfeed.publication.publishing import Publication
from icsfeed.store.schedule_file import FileSignature, LoadedSchedule

_ONE_SECOND: Final = timedelta(seconds=1)


@dataclass(frozen=True, kw_only=True, slots=True)
class Snapshot:
    """What was found at the last look: ``publication`` is what is public, ``problems`` what was wrong.

    ``due`` is when to look again although nothing has changed. ``edited_at`` is when the schedule was changed, and not
    after it was found: a file may come from the future. ``overlay`` are lines that the ledger lacks and that could not
    be recorded.
    """

    due: datetime
    signature: FileSignature | None = None
    entry: int = 0
    loaded: LoadedSchedule | None = None
    edited_at: datetime = NEVER
    record: Record | None = None
    overlay: tuple[LedgerLine, ...] = ()
    publication: Publication | None = None
    last_modified: datetime | None = None
    problems: Problems = field(default_factory=dict)

    @property
    def overlaid(self) -> Record:
        """The record with the lines that could not be recorded."""
        record = self.record or NOTHING
        return replace(record, ledger=with_lines(record.ledger, self.overlay)) if self.overlay else record

    def shows_what(self, other: Snapshot) -> bool:
        """Whether what is recorded in both comes to the same feeds."""
        return self.record is not None and other.record is not None and self.record.shows_what(other.record)

    def dated(self, publication: Publication, now: datetime) -> Snapshot:
        """With that publication, whose date is told only when its second is over.

        So no client that asks by date alone (RFC 9110, section 8.8.2) is stuck with the first of two states within a
        second.
        """
        said = self.last_modified
        told = replace(publication, last_modified=said if said is not None and said <= now else None)
        due = min(self.due, publication.fresh_until)
        return replace(
            self,
            publication=told if told != publication else publication,
            due=min(due, said) if said is not None and said > now else due,
        )


def last_modified(made: Publication, before: Snapshot, now: datetime, *, is_news: bool) -> datetime:
    """From when on ``made`` is what it is: the second after its change, and for news later than what was said before.

    A file may say that it was changed in the future, or an older one be restored.
    """
    said = min(made.changed_at, now).replace(microsecond=0) + _ONE_SECOND
    if before.last_modified is None:
        return said
    later = is_news and before.last_modified <= now
    return max(said, before.last_modified + (_ONE_SECOND if later else timedelta()))
