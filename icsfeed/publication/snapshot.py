"""The state of a server at one moment: its sources as they were last read, and the publication made from them."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final

from icsfeed.domain.record import BEFORE_ANY_ENTRY, NOTHING, Record
from icsfeed.domain.revisions import LedgerLine, with_lines
from icsfeed.publication.problems import Problems, Source
from icsfeed.publication.publishing import Publication
from icsfeed.store.schedule_file import FileSignature, LoadedSchedule, TemplateSignatures

_ONE_SECOND: Final = timedelta(seconds=1)

_CLOCK_TOLERANCE: Final = timedelta(seconds=10)
"""How far a clock may be set back without anything going back."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Snapshot:
    """The sources as they were last read, and what is public.

    They were read at ``read_at``; ``due`` is when to read them again although neither has changed.
    ``schedule_changed_at`` is never later than the moment when the file was read, even if the file is dated in the
    future. ``unrecorded`` are ledger lines that are public but could not be written to the database yet; nor could the
    schedule file, unless ``is_schedule_kept``. ``publication`` is ``None`` until both sources could be read.
    """

    due: datetime
    read_at: datetime = BEFORE_ANY_ENTRY
    file_signature: FileSignature | None = None
    template_signatures: TemplateSignatures = ()
    schedule_file: LoadedSchedule | None = None
    schedule_changed_at: datetime = BEFORE_ANY_ENTRY
    entry: int = 0
    record: Record | None = None
    unrecorded: tuple[LedgerLine, ...] = ()
    is_schedule_kept: bool = True
    publication: Publication | None = None
    last_modified: datetime | None = None
    problems: Problems = field(default_factory=dict)

    def must_be_read(self, now: datetime) -> bool:
        """Whether to read the sources although neither has changed: it is time, or the clock was ahead before."""
        return now >= self.due or now < self.read_at

    @property
    def is_database_in_trouble(self) -> bool:
        """Whether the database could not be read, or not be written."""
        return Source.DATABASE in self.problems or bool(self.unrecorded) or not self.is_schedule_kept

    @property
    def full_record(self) -> Record:
        """The record with the unrecorded ledger lines."""
        record = self.record or NOTHING
        return replace(record, ledger=with_lines(record.ledger, self.unrecorded)) if self.unrecorded else record

    def shows_same_as(self, other: Snapshot) -> bool:
        """Whether both have a record, and feeds show the same of either."""
        return self.record is not None and other.record is not None and self.record.shows_same_as(other.record)

    def with_publication(self, publication: Publication, now: datetime) -> Snapshot:
        """The snapshot with that publication, which gets its ``last_modified`` only once that second has begun.

        HTTP's dates have whole seconds (RFC 9110, section 8.8.2): a client that asks by date alone must not get stuck
        with the first of two publications made within one second.
        """
        date = self.last_modified
        dated = replace(publication, last_modified=date if date is not None and date <= now else None)
        due = min(self.due, publication.fresh_until)
        return replace(
            self,
            publication=dated if dated != publication else publication,
            due=min(due, date) if date is not None and date > now else due,
        )


def last_modified(publication: Publication, before: Snapshot, now: datetime, *, is_news: bool) -> datetime:
    """The date of a publication: the second after its change and, for news, later than the date given out before.

    A file may be dated in the future, or an older one be restored. A date that was given out while the clock was ahead
    counts no longer: HTTP allows none in the future.
    """
    date = min(publication.changed_at, now).replace(microsecond=0) + _ONE_SECOND
    if before.last_modified is None or before.last_modified > now + _CLOCK_TOLERANCE:
        return date
    must_advance = is_news and before.last_modified <= now
    return max(date, before.last_modified + (_ONE_SECOND if must_advance else timedelta()))
