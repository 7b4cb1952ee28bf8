"""The live publication: what a server shows now, kept true while the schedule's file changes under it."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from threading import Lock
from types import MappingProxyType
from typing import Final, TypeAlias

from structlog.typing import FilteringBoundLogger

from icsfeed.domain.errors import IcsfeedError
from icsfeed.services.publication import Publication, Representation, publish
from icsfeed.store.schedule_file import FileSignature, LoadedSchedule, ScheduleFileError

Clock: TypeAlias = Callable[[], datetime]
"""Tells the instant that is taken for now: aware, in UTC."""

LOOK_AGAIN: Final = timedelta(minutes=1)
"""A mended file is seen at once; what was never the file's fault (a full table of open files) is tried this often."""

_ONE_SECOND: Final = timedelta(seconds=1)


def file_signature(path: str) -> FileSignature | None:
    """The signature of the file there, from one look at its folder; ``None`` where there is no such file."""
    try:
        return FileSignature.of(os.stat(path))  # noqa: PTH116  (on every request, and a Path costs as much again)
    except OSError:
        return None


@dataclass(frozen=True, kw_only=True, slots=True)
class Problem:
    """Why the file can't be published as it is, a line a mistake, and since when that has been so."""

    mistakes: tuple[str, ...]
    since: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class _State:
    """What was found when the file was last looked into.

    ``loaded`` is what ``publication`` was made from. ``due`` is when to look again although the file has not changed.
    ``shown`` is the latest representation of every path that ever was public, for its Last-Modified.
    """

    signature: FileSignature | None
    due: datetime
    loaded: LoadedSchedule | None = None
    publication: Publication | None = None
    problem: Problem | None = None
    shown: Mapping[str, Representation] = field(default_factory=dict)


class Live:
    """The publication of the schedule at ``path``, as it is at the moment of asking.

    An edit is taken up by the next request. One that is broken, and a file that is gone, leave public what was good
    last; ``log`` gets each problem once, with every mistake, and hears when it is over. Threads may share it.
    """

    def __init__(
        self,
        path: Path,
        *,
        clock: Clock,
        load: Callable[[Path], LoadedSchedule],
        log: FilteringBoundLogger,
        signature: Callable[[str], FileSignature | None] = file_signature,
    ) -> None:
        self._path = path
        self._name = str(path)
        self._clock = clock
        self._load = load
        self._log = log
        self._signature = signature
        self._lock = Lock()
        now = clock()
        self._state = self._looked_into(_State(signature=None, due=now), signature(self._name), now)

    @property
    def problem(self) -> Problem | None:
        """What was wrong when the file was last looked into, if anything was."""
        return self._state.problem

    def current(self) -> Publication | None:
        """What is public now; ``None`` where the file was never good while this process lives."""
        state = self._state
        if self._signature(self._name) != state.signature or self._clock() >= state.due:
            self._renew()
        return self._state.publication

    def _renew(self) -> None:
        # Whoever comes second has an answer already, the present one: nobody waits for the publication to be made.
        if not self._lock.acquire(blocking=False):
            return
        try:
            # The signature is taken before the reading, so that an edit during the reading is seen the next time.
            state, signature, now = self._state, self._signature(self._name), self._clock()
            if signature != state.signature or now >= state.due:
                self._state = self._looked_into(state, signature, now)
        finally:
            self._lock.release()

    def _looked_into(self, state: _State, signature: FileSignature | None, now: datetime) -> _State:
        try:
            loaded = self._load(self._path)
            fresh = self._published(state, loaded, now)
        except Exception as error:  # noqa: BLE001  (whatever it is, what was good before stays public)
            return self._kept(state, signature, now, error)
        if state.problem is not None:
            self._log.info("schedule mended", path=self._name, broken_since=state.problem.since.isoformat())
        if signature != state.signature:
            self._log.info("schedule published", path=self._name, changed_at=loaded.changed_at.isoformat())
        return replace(fresh, signature=signature)

    def _kept(self, state: _State, signature: FileSignature | None, now: datetime, error: Exception) -> _State:
        """What stays public in spite of ``error``; a new year comes all the same."""
        problem = Problem(
            mistakes=_mistakes(error),
            since=state.problem.since if state.problem else now,
        )
        if state.problem is None or state.problem.mistakes != problem.mistakes:
            self._log.error(
                "schedule broken",
                path=self._name,
                mistakes=problem.mistakes,
                public="what was good last" if state.publication else "nothing",
                # A refusal says all; anything else is a fault of the program's own.
                exc_info=None if isinstance(error, IcsfeedError) else error,
            )
        kept = replace(state, signature=signature, problem=problem, due=now + LOOK_AGAIN)
        if state.loaded is None or state.publication is None:
            return kept
        if now >= state.publication.fresh_until:
            try:
                kept = replace(self._published(state, state.loaded, now), signature=signature, problem=problem)
            except Exception:  # noqa: BLE001  (last year's calendar is better than none)
                self._log.exception("schedule can't be published for the new year", path=self._name)
                return kept
        until = kept.publication.fresh_until if kept.publication else kept.due
        return replace(kept, due=min(now + LOOK_AGAIN, until))

    def _published(self, state: _State, loaded: LoadedSchedule, now: datetime) -> _State:
        made = publish(loaded.schedule, changed_at=loaded.changed_at, now=now)
        public, shown, due = {}, dict(state.shown), made.fresh_until
        for path, fresh in made.representations.items():
            before = state.shown.get(path)
            public[path] = replace(fresh, last_modified=_last_modified(fresh, before, now))
            if before and before.body != fresh.body and before.last_modified == public[path].last_modified:
                # Two states within a second can't be told apart by date. ``shown`` stays, and when the second is over
                # the newer state gets a date of its own: no client that asks by date alone is stuck with the older.
                due = min(due, before.last_modified + _ONE_SECOND)
            else:
                shown[path] = public[path]
        publication = replace(made, representations=MappingProxyType(public))
        return replace(state, loaded=loaded, publication=publication, problem=None, shown=shown, due=due)


def _mistakes(error: Exception) -> tuple[str, ...]:
    if isinstance(error, ScheduleFileError):
        return tuple(str(mistake) for mistake in error.mistakes)
    return (str(error) or type(error).__name__,)


def _last_modified(fresh: Representation, before: Representation | None, now: datetime) -> datetime:
    """When ``fresh`` was last changed, in whole seconds, as HTTP says it (RFC 9110, section 8.8.2).

    Not after ``now``, though a file may say so; never before the date shown ``before`` at that path, though an older
    file was restored; and later than that where the bytes differ, as far as ``now`` allows.
    """
    this_second = now.replace(microsecond=0)
    if before is None:
        return min(fresh.last_modified, this_second)
    least = before.last_modified if before.body == fresh.body else before.last_modified + _ONE_SECOND
    return max(before.last_modified, min(max(fresh.last_modified, least), this_second))
