"""Publishes what the sources say, and records the revisions and the schedule that become public."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Final

from icsfeed.domain.errors import IcsfeedError
from icsfeed.domain.situation import Situation
from icsfeed.domain.views import is_public, schedule_view
from icsfeed.publication.problems import Source, attempt
from icsfeed.publication.publishing import publish
from icsfeed.publication.snapshot import Snapshot, last_modified
from icsfeed.publication.sources import Sources
from icsfeed.services.baselines import events_public_before, lines_to_publish
from icsfeed.services.events import PublishedEvents, publish_events
from icsfeed.services.holidays import published_holidays
from icsfeed.services.ledger import record_revisions
from icsfeed.store.schedule_file import LoadedSchedule

_RECORD_RETRY: Final = timedelta(seconds=5)
"""How soon revisions that could not be recorded are recorded again."""

_TEMPLATE_PATIENCE_SECONDS: Final = 2.0
"""How long a request for a reminder, and so all requests behind it, waits for a vendor's own templates."""

_NEVER_DUE: Final = datetime.max.replace(tzinfo=UTC)


class Publisher:
    """Turns sources into snapshots with a publication.

    ``base_url`` is where customers reach it, if the schedule does not say. A preview ``records`` nothing. One that
    ``keeps_schedule`` stores each schedule that becomes public, so that a server can start while the file is broken.
    ``release`` is the name of the release that words it: what another one published has changed, whatever its facts.
    """

    def __init__(
        self,
        sources: Sources,
        *,
        base_url: str = "",
        records: bool = True,
        keeps_schedule: bool = True,
        release: str = "",
    ) -> None:
        self.sources = sources
        self._base_url = base_url
        self._records = records
        self._keeps_schedule = records and keeps_schedule
        self._release = release

    def first_snapshot(self, *, now: datetime) -> Snapshot:
        """The snapshot of a server that starts."""
        return self.next_snapshot(Snapshot(due=now), now=now)

    def next_snapshot(self, before: Snapshot, *, now: datetime) -> Snapshot:
        """Read the sources, and publish what they say now; what is good in ``before`` stays public if they fail."""
        read = self.sources.read(replace(before, due=_NEVER_DUE, read_at=now), now=now)
        snapshot = attempt(lambda: self._published(before, read, now))
        if isinstance(snapshot, Exception):  # a schedule that can't be published: last year's calendar is better
            good = replace(read, schedule_file=before.schedule_file)
            return self.sources.with_problem(good, Source.SCHEDULE, snapshot, now=now)
        return snapshot

    def _published(self, before: Snapshot, read: Snapshot, now: datetime) -> Snapshot:
        file, public = read.schedule_file, before.publication
        if file is None or read.record is None:
            return read
        is_edited = file is not before.schedule_file
        if is_edited:
            read = replace(read, schedule_changed_at=self._public_edit(read, before, now))
        if is_edited or (self._records and (read.unrecorded or not read.is_schedule_kept)):
            read = self._with_revisions(read, file, now)
        is_same = not is_edited and read.shows_same_as(before) and read.unrecorded == before.unrecorded
        if is_same and public is not None and public.is_fresh(now):
            return read.with_publication(public, now)
        situation = Situation(schedule=file.schedule, record=read.full_record, now=now)
        publication = publish(
            situation,
            changed_at=read.schedule_changed_at,
            before=public.events if public is not None else None,
            base_url=self._base_url,
            template_patience=_TEMPLATE_PATIENCE_SECONDS,
        )
        is_news = is_edited or not read.shows_same_as(before)
        if is_news and public is not None and publication.shows_same_as(public):
            is_news = False  # when something private has changed is private, too
        date = last_modified(publication, before, now, is_news=is_news)
        return replace(read, last_modified=date).with_publication(publication, now)

    def _public_edit(self, read: Snapshot, before: Snapshot, now: datetime) -> datetime:
        """When what is public of the schedule file was edited last, also before this server started."""
        file, earlier, edited_at = read.schedule_file, before.schedule_file, before.schedule_changed_at
        if file is None or all(is_public(each.schedule) for each in (file, earlier) if each is not None):
            return read.schedule_changed_at
        if earlier is None:
            kept = attempt(self.sources.kept_schedule)
            if kept is None or isinstance(kept, Exception):
                return read.schedule_changed_at
            earlier, edited_at = kept, min(kept.changed_at, now)
        views = [schedule_view(each.schedule, frozenset()) for each in (earlier, file)]
        return edited_at if views[0] == views[1] else read.schedule_changed_at

    def _with_revisions(self, snapshot: Snapshot, file: LoadedSchedule, now: datetime) -> Snapshot:
        """The snapshot with the ledger lines that its events lack: recorded or, where that fails, unrecorded."""
        before = snapshot.publication.events if snapshot.publication is not None else None
        situation = Situation(schedule=file.schedule, record=snapshot.full_record, now=now)
        events = publish_events(situation, before=before)
        public_before = self._public_before(events)
        if self._records:
            try:
                record = record_revisions(
                    events,
                    self.sources.repository,
                    public_before=public_before,
                    unrecorded=snapshot.unrecorded,
                    release=self._release,
                )
            except IcsfeedError as error:
                if not snapshot.unrecorded:
                    self.sources.log.warning("revisions not recorded", reason=str(error))
                snapshot = replace(snapshot, due=min(snapshot.due, now + _RECORD_RETRY))
            else:
                if self._keeps_schedule and Source.SCHEDULE not in snapshot.problems:  # else it came from there
                    snapshot = self._with_schedule_kept(snapshot, file, now)
                return replace(snapshot, record=record, entry=record.entry, unrecorded=())
        lines = (*snapshot.unrecorded, *lines_to_publish(events, public_before))
        if snapshot.publication is None and self._release not in {"", situation.record.release}:
            # Nobody else learns of the release: this server dates it on its own.
            return replace(snapshot, unrecorded=lines, schedule_changed_at=now)
        return replace(snapshot, unrecorded=lines)

    def _public_before(self, events: PublishedEvents) -> PublishedEvents | None:
        """The events that were public last; while the database does not answer, they count as these."""
        try:
            return events_public_before(events, self.sources.repository.kept_schedule)
        except IcsfeedError as error:
            self.sources.log.warning("no schedule kept", reason=str(error))
            return events

    def _with_schedule_kept(self, snapshot: Snapshot, file: LoadedSchedule, now: datetime) -> Snapshot:
        try:
            self.sources.repository.keep_schedule(
                file.content,
                snapshot.schedule_changed_at,
                holidays=published_holidays(Situation(schedule=file.schedule, now=now)),
            )
        except IcsfeedError as error:
            if snapshot.is_schedule_kept:
                self.sources.log.warning("schedule not kept", reason=str(error))
            return replace(snapshot, is_schedule_kept=False, due=min(snapshot.due, now + _RECORD_RETRY))
        return replace(snapshot, is_schedule_kept=True)
