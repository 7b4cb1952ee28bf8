"""Reads the schedule file and the database. A source that can't be read keeps its last good state."""

from __future__ import annotations

import os
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from structlog.typing import FilteringBoundLogger

from icsfeed.publication.problems import ProblemLog, Source, attempt
from icsfeed.publication.snapshot import Snapshot
from icsfeed.services.repository import ScheduleRepository
from icsfeed.store.schedule_file import (
    FileSignature,
    LoadedSchedule,
    TemplateSignatures,
    load_watched_schedule,
    template_signatures,
)

FILE_RETRY: Final = timedelta(minutes=1)
"""How soon a schedule file that could not be read is read again, if it does not change before.

An edit is seen at once; this is for trouble that is not the file's own, such as a full table of open files.
"""

DATABASE_RETRY: Final = timedelta(seconds=1)
"""How soon a database that could not be read is asked again."""


def file_signature(path: str) -> FileSignature | None:
    """The signature of the file at ``path``; ``None`` where there is no such file."""
    try:
        return FileSignature.of(os.stat(path))  # noqa: PTH116  (many times a second, and a Path costs as much again)
    except OSError:
        return None


@dataclass(frozen=True, kw_only=True, slots=True)
class ScheduleFile:
    """The schedule file at ``path``, with the functions that read its content and its signature."""

    path: Path
    load: Callable[[Path], LoadedSchedule] = load_watched_schedule
    read_signature: Callable[[str], FileSignature | None] = file_signature

    def signature(self) -> FileSignature | None:
        """The file's signature now."""
        return self.read_signature(str(self.path))

    def template_signatures(self, loaded: LoadedSchedule | None) -> TemplateSignatures:
        """The signatures now of the files in the folder of the schedule's own templates."""
        return template_signatures(self.path.parent, loaded.template_folder) if loaded is not None else ()


def _is_same(file: LoadedSchedule, other: LoadedSchedule) -> bool:
    return file.content == other.content and file.schedule.reminders == other.schedule.reminders


class Sources:
    """The schedule file and the repository that a server publishes. Problems go to ``log`` and into the snapshot.

    ``edit_entry`` is what the log says of each edit of the file that counts from then on.
    """

    def __init__(
        self,
        file: ScheduleFile,
        repository: ScheduleRepository,
        *,
        log: FilteringBoundLogger,
        edit_entry: str = "schedule published",
    ) -> None:
        self.log = log.bind(path=str(file.path))
        self._edit_entry = edit_entry
        self.repository = repository
        self._file = file
        self._problem_log = ProblemLog(self.log)
        self.source_being_read: Source | None = None
        """The source whose answer somebody waits for."""

    def have_changed_since(self, snapshot: Snapshot) -> bool:
        """Whether there is anything new to read; a database in trouble is asked again only when that is due."""
        with self._reading(Source.SCHEDULE):
            if self._file.signature() != snapshot.file_signature:
                return True
            if self._file.template_signatures(snapshot.schedule_file) != snapshot.template_signatures:
                return True
        with self._reading(Source.DATABASE):
            return Source.DATABASE not in snapshot.problems and self.repository.entry() != snapshot.entry

    def read(self, before: Snapshot, *, now: datetime) -> Snapshot:
        """The snapshot before with its sources as they are now, and the publication of before."""
        # The signature is taken before the content, so that an edit while it is read is noticed the next time.
        with self._reading(Source.SCHEDULE):
            snapshot = self._with_latest_schedule(before, now)
        with self._reading(Source.DATABASE):
            return self._with_record(snapshot, now)

    def _with_latest_schedule(self, snapshot: Snapshot, now: datetime) -> Snapshot:
        signature, templates = self._file.signature(), self._file.template_signatures(snapshot.schedule_file)
        is_same = (signature, templates) == (snapshot.file_signature, snapshot.template_signatures)
        if is_same and snapshot.schedule_file is not None and Source.SCHEDULE not in snapshot.problems:
            return snapshot
        return replace(self._with_schedule(snapshot, signature, now), template_signatures=templates)

    @contextmanager
    def _reading(self, source: Source) -> Generator[None]:
        self.source_being_read = source
        try:
            yield
        finally:
            self.source_being_read = None

    def log_solution(self, snapshot: Snapshot, source: Source) -> None:
        """Log that the snapshot's problem with that source is solved."""
        self._problem_log.remove(snapshot.problems, source)

    def with_problem(self, snapshot: Snapshot, source: Source, error: Exception, *, now: datetime) -> Snapshot:
        """The snapshot with a problem of that source, to be read again soon."""
        good = snapshot.publication or (snapshot.schedule_file if source is Source.SCHEDULE else None)
        public = "what was good last" if good else "nothing"
        problems = self._problem_log.add(snapshot.problems, source, error, now=now, public=public)
        retry = DATABASE_RETRY if source is Source.DATABASE else FILE_RETRY
        return replace(snapshot, problems=problems, due=min(snapshot.due, now + retry))

    def _with_schedule(self, snapshot: Snapshot, signature: FileSignature | None, now: datetime) -> Snapshot:
        file = attempt(lambda: self._file.load(self._file.path))
        if isinstance(file, Exception):
            good = snapshot if snapshot.schedule_file is not None else self._with_kept_schedule(snapshot)
            return self.with_problem(replace(good, file_signature=signature), Source.SCHEDULE, file, now=now)
        if signature != snapshot.file_signature:
            self.log.info(self._edit_entry, changed_at=file.changed_at.isoformat())
        elif snapshot.schedule_file is not None and _is_same(file, snapshot.schedule_file):
            file = snapshot.schedule_file
        is_same = file is snapshot.schedule_file
        return replace(
            snapshot,
            file_signature=signature,
            schedule_file=file,
            schedule_changed_at=snapshot.schedule_changed_at if is_same else min(file.changed_at, now),
            problems=self._problem_log.remove(snapshot.problems, Source.SCHEDULE),
        )

    def _with_kept_schedule(self, snapshot: Snapshot) -> Snapshot:
        """The snapshot with the schedule that was public last, here or in another process, if one was kept."""
        file = attempt(self.kept_schedule)
        if isinstance(file, Exception):
            self.log.warning("no schedule kept", reason=str(file))
            return snapshot
        if file is None:
            return snapshot
        return replace(snapshot, schedule_file=file, schedule_changed_at=file.changed_at)

    def kept_schedule(self) -> LoadedSchedule | None:
        """The schedule that was public last.

        Raises:
            IcsfeedError: where it can't be read.
        """
        kept = self.repository.kept_schedule()
        return LoadedSchedule.from_bytes(*kept, source="the schedule kept") if kept is not None else None

    def _with_record(self, snapshot: Snapshot, now: datetime) -> Snapshot:
        record = attempt(self.repository.record)
        if isinstance(record, Exception):
            return self.with_problem(snapshot, Source.DATABASE, record, now=now)
        problems = self._problem_log.remove(snapshot.problems, Source.DATABASE)
        return replace(snapshot, record=record, entry=record.entry, problems=problems)
