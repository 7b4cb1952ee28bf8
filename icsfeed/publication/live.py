"""The live publication: what a server shows now, kept true while the schedule's file and the record change under it."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Lock
from typing import Final, TypeAlias

from structlog.typing import FilteringBoundLogger

from icsfeed.domain.errors import IcsfeedError
from icsfeed.domain.record import NEVER, NOTHING, Record
from icsfeed.domain.revisions import LedgerLine, with_lines
from icsfeed.domain.subscribers import NOBODY, Subscriber, Subscribers
from icsfeed.publication.problems import Problem, ProblemLog, Problems, Source
from icsfeed.publication.publishing import Publication, publish
from icsfeed.services.events import publish_events
from icsfeed.services.ledger import record_revisions
from icsfeed.services.records import Records
from icsfeed.store.schedule_file import FileSignature, LoadedSchedule

Clock: TypeAlias = Callable[[], datetime]
"""Tells the instant that is taken for now: aware, in UTC."""

LOOK_AGAIN: Final = timedelta(minutes=1)
"""A mended file is seen at once; what was never the file's fault (a full table of open files) is tried this often."""

TRY_AGAIN: Final = timedelta(seconds=1)
"""How often a database that does not answer is asked again."""

_ONE_SECOND: Final = timedelta(seconds=1)
_NEVER: Final = datetime.max.replace(tzinfo=UTC)


def file_signature(path: str) -> FileSignature | None:
    """The signature of the file there, from one look at its folder; ``None`` where there is no such file."""
    try:
        return FileSignature.of(os.stat(path))  # noqa: PTH116  (on every request, and a Path costs as much again)
    except OSError:
        return None


@dataclass(frozen=True, kw_only=True, slots=True)
class _State:
    """What was found at the last look: ``due`` is when to look again although nothing has changed.

    ``edited_at`` is when the schedule was changed, and not after it was found: a file may come from the future.
    ``overlay`` are lines that the ledger lacks and that could not be recorded.
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


class Live:
    """The publication of the schedule at ``path`` and of what ``records`` hold, as it is at the moment of asking.

    An edit, and what an operator records, are taken up by the next request that comes ``look_every`` after the last
    look. A file that is broken, or gone, and a
    database that does not answer leave public what was good last; ``log`` hears of it once, with every mistake, and
    when it is over. ``base_url`` is where customers reach it, if the schedule does not say. In a ``preview`` nothing is
    recorded. Threads may share it.
    """

    def __init__(
        self,
        path: Path,
        *,
        clock: Clock,
        load: Callable[[Path], LoadedSchedule],
        records: Records,
        log: FilteringBoundLogger,
        signature: Callable[[str], FileSignature | None] = file_signature,
        base_url: str = "",
        preview: bool = False,
    ) -> None:
        self._path = path
        self._name = str(path)
        self._clock = clock
        self._load = load
        self._records = records
        self._log = log.bind(path=self._name)
        self._problem_log = ProblemLog(self._log)
        self._signature = signature
        self._base_url = base_url
        self._preview = preview
        self._lock = Lock()
        self._limits: dict[str, int] = {}
        now = clock()
        self._quiet = (now, now)
        self._state = self._looked_into(_State(due=now), now)

    @property
    def problems(self) -> Mapping[Source, Problem]:
        """What was wrong at the last look, if anything was."""
        return self._state.problems

    def now(self) -> datetime:
        """The instant that is taken for now."""
        return self._clock()

    def current(self) -> Publication | None:
        """What is public now; ``None`` where the file or the database was never good while this process lives."""
        since, until = self._quiet
        now = self._clock()
        # A clock that stands still, or went back, is no reason not to look.
        if not since < now < until:
            self._look(now)
        return self._state.publication

    @property
    def subscribers(self) -> Subscribers:
        """Whoever has a private feed, as of the last look."""
        record = self._state.record
        return record.subscribers if record is not None else NOBODY

    def holder(self, token: str) -> Subscriber | None:
        """Whose feed the token opens now, as of the last look."""
        return self.subscribers.holder(token, now=self._clock())

    def say_limit(self, path: str, left_out: int) -> None:
        """Have the log say, when it is new, how many events found no place in what is at ``path``."""
        if self._limits.get(path, 0) != left_out:
            self._limits[path] = left_out
            self._log.warning("feed limited", feed=path, left_out=left_out)

    def _look(self, now: datetime) -> None:
        """See whether anything is new; until it is worth looking again, nobody else does."""
        state, again = self._state, now + self._records.look_every
        self._quiet = (now, again)
        if self._signature(self._name) != state.signature or now >= state.due or self._is_news(state):
            self._renew()
        self._quiet = (now, min(again, self._state.due))

    def _is_news(self, state: _State) -> bool:
        """Whether there are entries in the database that were not looked into."""
        if Source.DATABASE in state.problems:
            return False  # it is asked again when that is due
        try:
            return self._records.entry() != state.entry
        except Exception:  # noqa: BLE001  (whatever it is, it is looked into)
            return True

    def _renew(self) -> None:
        # Whoever comes second has an answer already, the present one: nobody waits for the publication to be made.
        if not self._lock.acquire(blocking=False):
            return
        try:
            self._state = self._looked_into(self._state, self._clock())
        finally:
            self._lock.release()

    def _looked_into(self, state: _State, now: datetime) -> _State:
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

    def _with_schedule(self, state: _State, signature: FileSignature | None, now: datetime) -> _State:
        try:
            loaded = self._load(self._path)
        except Exception as error:  # noqa: BLE001  (whatever it is, what was good before stays public)
            return self._broken(replace(state, signature=signature), Source.SCHEDULE, error, now)
        if signature != state.signature:
            self._log.info("schedule published", changed_at=loaded.changed_at.isoformat())
        elif state.loaded is not None and loaded.content == state.loaded.content:
            loaded = state.loaded
        problems = self._problem_log.over(state.problems, Source.SCHEDULE)
        edited_at = state.edited_at if loaded is state.loaded else min(loaded.changed_at, now)
        return replace(state, signature=signature, loaded=loaded, edited_at=edited_at, problems=problems)

    def _with_record(self, state: _State, now: datetime) -> _State:
        try:
            record = self._records.record()
        except Exception as error:  # noqa: BLE001  (whatever it is, what was good before stays public)
            return self._broken(state, Source.DATABASE, error, now)
        problems = self._problem_log.over(state.problems, Source.DATABASE)
        return replace(state, record=record, entry=record.entry, problems=problems)

    def _broken(self, state: _State, source: Source, error: Exception, now: datetime) -> _State:
        public = "what was good last" if state.publication else "nothing"
        problems = self._problem_log.told(state.problems, source, error, now=now, public=public)
        wait = TRY_AGAIN if source is Source.DATABASE else LOOK_AGAIN
        return replace(state, problems=problems, due=min(state.due, now + wait))

    def _published(self, before: _State, fresh: _State, now: datetime) -> _State:
        loaded, shown = fresh.loaded, before.publication
        if loaded is None or fresh.record is None:
            return fresh
        edited = loaded is not before.loaded
        if edited or (fresh.overlay and not self._preview):
            fresh = self._with_ledger(fresh, loaded, now)
        elif shown is not None and _show_the_same(fresh, before) and now < shown.fresh_until:
            return self._dated(fresh, shown, now)
        record = self._overlaid(fresh)
        events = shown.events if shown is not None else None
        made = publish(
            loaded.schedule,
            record=record,
            changed_at=fresh.edited_at,
            now=now,
            before=events,
            base_url=self._base_url,
        )
        said = _last_modified(made, before, now, is_news=edited or not _show_the_same(fresh, before))
        return self._dated(replace(fresh, last_modified=said), made, now)

    def _with_ledger(self, fresh: _State, loaded: LoadedSchedule, now: datetime) -> _State:
        """Record the revisions that are new, or keep them here where that can't be done."""
        before = fresh.publication.events if fresh.publication is not None else None
        events = publish_events(loaded.schedule, self._overlaid(fresh), now=now, before=before)
        if not self._preview:
            try:
                record = record_revisions(events, self._records, now=now, unrecorded=fresh.overlay)
            except IcsfeedError as error:
                if not fresh.overlay:
                    self._log.warning("revisions not recorded", reason=str(error))
            else:
                return replace(fresh, record=record, entry=record.entry, overlay=())
        return replace(fresh, overlay=(*fresh.overlay, *events.lacking(now=now)))

    @staticmethod
    def _overlaid(state: _State) -> Record:
        record = state.record or NOTHING
        return replace(record, ledger=with_lines(record.ledger, state.overlay)) if state.overlay else record

    @staticmethod
    def _dated(state: _State, publication: Publication, now: datetime) -> _State:
        """The state with that publication, whose date is told only when its second is over.

        So no client that asks by date alone (RFC 9110, section 8.8.2) is stuck with the first of two states within a
        second.
        """
        said = state.last_modified
        told = replace(publication, last_modified=said if said is not None and said <= now else None)
        due = min(state.due, publication.fresh_until)
        return replace(
            state,
            publication=told if told != publication else publication,
            due=min(due, said) if said is not None and said > now else due,
        )


def _show_the_same(one: _State, other: _State) -> bool:
    """Whether what is recorded in both comes to the same feeds."""
    return one.record is not None and other.record is not None and one.record.shows_what(other.record)


def _last_modified(made: Publication, before: _State, now: datetime, *, is_news: bool) -> datetime:
    """From when on ``made`` is what it is: the second after its change, and for news later than what was said before.

    A file may say that it was changed in the future, or an older one be restored.
    """
    said = min(made.changed_at, now).replace(microsecond=0) + _ONE_SECOND
    if before.last_modified is None:
        return said
    later = is_news and before.last_modified <= now
    return max(said, before.last_modified + (_ONE_SECOND if later else timedelta()))
