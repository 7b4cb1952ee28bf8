"""The live publication: what a server shows now, kept true while the schedule's file and the record change under it."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from math import inf
from pathlib import Path
from threading import Lock, Thread
from typing import Final, TypeAlias

from structlog.typing import FilteringBoundLogger

from icsfeed.domain.errors import IcsfeedError
from icsfeed.domain.subscribers import NOBODY, Subscriber, Subscribers
from icsfeed.publication.problems import Problem, ProblemLog, Source
from icsfeed.publication.publishing import Publication, publish
from icsfeed.publication.snapshot import Snapshot, last_modified
from icsfeed.services.events import publish_events
from icsfeed.services.ledger import record_revisions
from icsfeed.services.repository import ScheduleRepository
from icsfeed.store.schedule_file import FileSignature, LoadedSchedule

Clock: TypeAlias = Callable[[], datetime]
"""Tells the instant that is taken for now: aware, in UTC."""

LOOK_AGAIN: Final = timedelta(minutes=1)
"""A mended file is seen at once; what was never the file's fault (a full table of open files) is tried this often."""

TRY_AGAIN: Final = timedelta(seconds=1)
"""How often a database that does not answer is asked again."""

_NEVER: Final = datetime.max.replace(tzinfo=UTC)


def unpaced() -> float:
    """For ``seconds`` that are always over."""
    return inf


def file_signature(path: str) -> FileSignature | None:
    """The signature of the file there, from one look at its folder; ``None`` where there is no such file."""
    try:
        return FileSignature.of(os.stat(path))  # noqa: PTH116  (on every request, and a Path costs as much again)
    except OSError:
        return None


class Live:
    """The publication of the schedule at ``path`` and of what ``records`` hold, as it is at the moment of asking.

    An edit, and what an operator repository, are taken up by the next request that comes ``look_every`` after the last
    look. A file that is broken, or gone, and a database that does not answer leave public what was good last; ``log``
    hears of it once, with every mistake, and when it is over. Where it ``keeps``, the ``records`` have the schedule
    that is public, for a start while the file is broken. ``base_url`` is where customers reach it, if the schedule does
    not say. In a ``preview`` nothing is recorded. Whoever asks waits for what is new no longer than ``patience``, and a
    tenth of that while the database is in trouble; ``None`` is as long as it takes. Threads may share it.
    """

    def __init__(
        self,
        path: Path,
        *,
        clock: Clock,
        load: Callable[[Path], LoadedSchedule],
        repository: ScheduleRepository,
        log: FilteringBoundLogger,
        signature: Callable[[str], FileSignature | None] = file_signature,
        base_url: str = "",
        preview: bool = False,
        keeps: bool = True,
        patience: timedelta | None = None,
        seconds: Callable[[], float] = unpaced,
    ) -> None:
        self._path = path
        self._name = str(path)
        self._clock = clock
        self._load = load
        self._repository = repository
        self._log = log.bind(path=self._name)
        self._problem_log = ProblemLog(self._log)
        self._signature = signature
        self._base_url = base_url
        self._preview = preview
        self._keeps = keeps
        self._patience = patience
        self._lock = Lock()
        self._limits: dict[str, int] = {}
        self.seconds = seconds
        self.rests_until = -inf
        """Until these ``seconds`` nobody looks."""
        now = clock()
        self.state = self._looked_into(Snapshot(due=now), now)
        """What was found at the last look; another object whenever anything was looked into."""

    @property
    def problems(self) -> Mapping[Source, Problem]:
        """What was wrong at the last look, if anything was."""
        return self.state.problems

    def now(self) -> datetime:
        """The instant that is taken for now."""
        return self._clock()

    def found(self) -> Snapshot:
        """What is public now and what is wrong: the same object until anything was looked into."""
        if self.seconds() >= self.rests_until:
            self._look()
        return self.state

    def current(self) -> Publication | None:
        """What is public now; ``None`` where the file or the database was never good while this process lives."""
        return self.found().publication

    @property
    def subscribers(self) -> Subscribers:
        """Whoever has a private feed, as of the last look."""
        record = self.state.record
        return record.subscribers if record is not None else NOBODY

    def holder(self, token: str) -> Subscriber | None:
        """Whose feed the token opens now, as of the last look."""
        return self.subscribers.holder(token, now=self._clock())

    def say_limit(self, path: str, left_out: int) -> None:
        """Have the log say how many events find no place in what is at ``path``: when any do, and twice as many."""
        if not left_out:
            self._limits.pop(path, None)
        elif left_out >= 2 * self._limits.get(path, 0):
            self._limits[path] = left_out
            self._log.warning("feed limited", feed=path, left_out=left_out)

    def _look(self) -> None:
        """See whether anything is new; until it is worth looking again, nobody else does."""
        state, now = self.state, self._clock()
        self.rests_until = self.seconds() + self._repository.look_every.total_seconds()
        if self._lock.locked():
            return  # somebody is at it
        in_trouble = Source.DATABASE in state.problems  # then it is asked again when that is due
        try:
            is_news = (
                self._signature(self._name) != state.signature
                or now >= state.due
                or (not in_trouble and self._repository.entry() != state.entry)
            )
        except Exception:  # noqa: BLE001  (whatever it is, it is looked into)
            is_news = in_trouble = True
        if is_news:
            self._renew(in_trouble=in_trouble)
        due_in = (self.state.due - now).total_seconds()
        self.rests_until = min(self.rests_until, self.seconds() + due_in)

    def _renew(self, *, in_trouble: bool) -> None:
        # Whoever comes second has an answer already, the present one: nobody waits for the publication to be made.
        if not self._lock.acquire(blocking=False):
            return
        if self._patience is None:
            self._make()
            return
        # A database may take seconds to fall silent, and a server may have no thread but this one.
        making = Thread(target=self._make, daemon=True)
        try:
            making.start()
        except RuntimeError:  # the system gives no more threads
            self._make()
            return
        making.join((self._patience / 10 if in_trouble else self._patience).total_seconds())

    def _make(self) -> None:
        """Look into all that may be new, by whoever took the lock."""
        try:
            self.state = self._looked_into(self.state, self._clock())
        finally:
            self._lock.release()

    def _looked_into(self, state: Snapshot, now: datetime) -> Snapshot:
        # The signature is taken before the reading, so that an edit during the reading is seen the next time.
        signature = self._signature(self._name)
        fresh = replace(state, due=_NEVER)
        if signature != state.signature or state.loaded is None or Source.SCHEDULE in state.problems:
            fresh = self._with_schedule(fresh, signature, now)
        fresh = self._with_record(fresh, now)
        try:
            return self._published(state, fresh, now)
        except Exception as error:  # noqa: BLE001  (last year's calendar is better than none)
            return self._broken(replace(fresh, loaded=state.loaded), Source.SCHEDULE, error, now)

    def _with_schedule(self, state: Snapshot, signature: FileSignature | None, now: datetime) -> Snapshot:
        try:
            loaded = self._load(self._path)
        except Exception as error:  # noqa: BLE001  (whatever it is, what was good before stays public)
            good = state if state.loaded is not None else self._with_kept_schedule(state)
            return self._broken(replace(good, signature=signature), Source.SCHEDULE, error, now)
        if signature != state.signature:
            self._log.info("schedule published", changed_at=loaded.changed_at.isoformat())
        elif state.loaded is not None and loaded.content == state.loaded.content:
            loaded = state.loaded
        problems = self._problem_log.over(state.problems, Source.SCHEDULE)
        edited_at = state.edited_at if loaded is state.loaded else min(loaded.changed_at, now)
        return replace(state, signature=signature, loaded=loaded, edited_at=edited_at, problems=problems)

    def _with_kept_schedule(self, state: Snapshot) -> Snapshot:
        """With the schedule that another process, or this one before a restart, had public last, if it can be had."""
        try:
            kept = self._repository.kept_schedule()
            loaded = LoadedSchedule.kept(*kept, source="the schedule kept") if kept is not None else None
        except Exception as error:  # noqa: BLE001  (whatever it is, the file may be mended)
            self._log.warning("no schedule kept", reason=str(error))
            return state
        return replace(state, loaded=loaded, edited_at=loaded.changed_at) if loaded is not None else state

    def _with_record(self, state: Snapshot, now: datetime) -> Snapshot:
        try:
            record = self._repository.record()
        except Exception as error:  # noqa: BLE001  (whatever it is, what was good before stays public)
            return self._broken(state, Source.DATABASE, error, now)
        problems = self._problem_log.over(state.problems, Source.DATABASE)
        return replace(state, record=record, entry=record.entry, problems=problems)

    def _broken(self, state: Snapshot, source: Source, error: Exception, now: datetime) -> Snapshot:
        good = state.publication or (state.loaded if source is Source.SCHEDULE else None)
        public = "what was good last" if good else "nothing"
        problems = self._problem_log.told(state.problems, source, error, now=now, public=public)
        wait = TRY_AGAIN if source is Source.DATABASE else LOOK_AGAIN
        return replace(state, problems=problems, due=min(state.due, now + wait))

    def _published(self, before: Snapshot, fresh: Snapshot, now: datetime) -> Snapshot:
        loaded, shown = fresh.loaded, before.publication
        if loaded is None or fresh.record is None:
            return fresh
        edited = loaded is not before.loaded
        if edited or (fresh.overlay and not self._preview):
            fresh = self._with_ledger(fresh, loaded, now)
        elif shown is not None and fresh.shows_what(before) and now < shown.fresh_until:
            return fresh.dated(shown, now)
        record = fresh.overlaid
        events = shown.events if shown is not None else None
        made = publish(
            loaded.schedule,
            record=record,
            changed_at=fresh.edited_at,
            now=now,
            before=events,
            base_url=self._base_url,
        )
        said = last_modified(made, before, now, is_news=edited or not fresh.shows_what(before))
        return replace(fresh, last_modified=said).dated(made, now)

    def _with_ledger(self, fresh: Snapshot, loaded: LoadedSchedule, now: datetime) -> Snapshot:
        """Record the revisions that are new, or keep them here where that can't be done."""
        before = fresh.publication.events if fresh.publication is not None else None
        events = publish_events(loaded.schedule, fresh.overlaid, now=now, before=before)
        if not self._preview:
            try:
                record = record_revisions(events, self._repository, now=now, unrecorded=fresh.overlay)
            except IcsfeedError as error:
                if not fresh.overlay:
                    self._log.warning("revisions not recorded", reason=str(error))
            else:
                if Source.SCHEDULE not in fresh.problems:  # else it is the one that is kept
                    self._keep(loaded, fresh.edited_at)
                return replace(fresh, record=record, entry=record.entry, overlay=())
        return replace(fresh, overlay=(*fresh.overlay, *events.lacking(now=now)))

    def _keep(self, loaded: LoadedSchedule, changed_at: datetime) -> None:
        """Keep the schedule for whoever starts while the file is broken."""
        if not self._keeps:
            return
        try:
            self._repository.keep_schedule(loaded.content, changed_at)
        except IcsfeedError as error:
            self._log.warning("schedule not kept", reason=str(error))
