"""The schedule and the record that operators work with, as they are now."""

from __future__ import annotations

from pathlib import Path
from threading import Lock

from structlog.typing import FilteringBoundLogger

from icsfeed.domain.errors import IcsfeedError, UnavailableError
from icsfeed.domain.schedule import Schedule
from icsfeed.publication.sources import ScheduleFile
from icsfeed.services.changes import Workspace
from icsfeed.services.repository import NoRepository
from icsfeed.store.database.database import Database
from icsfeed.store.schedule_file import FileSignature, read_schedule


class Workspaces:
    """Reads the schedule file when it changes. While it can't be read, the last good schedule holds, as in public."""

    def __init__(self, file: ScheduleFile, repository: Database | NoRepository, *, log: FilteringBoundLogger) -> None:
        self._file = file
        self._repository = repository
        self._log = log.bind(path=str(file.path))
        self._lock = Lock()
        self._signature: FileSignature | None = None
        self._schedule: Schedule | None = None

    @property
    def path(self) -> Path:
        return self._file.path

    def current(self) -> Workspace:
        """The workspace with the current schedule; its repository reads the record.

        Raises:
            UnavailableError: where there was no good schedule yet.
        """
        return Workspace(schedule=self.schedule(), repository=self._repository)

    def schedule(self) -> Schedule:
        """The current schedule.

        Raises:
            UnavailableError: where there was no good one yet.
        """
        with self._lock:
            signature = self._file.signature()
            if self._schedule is None or signature != self._signature:
                self._schedule = self._read()
                self._signature = signature
            return self._schedule

    def _read(self) -> Schedule:
        try:
            return self._file.load(self._file.path).schedule
        except IcsfeedError as error:
            schedule = self._schedule or self._kept_schedule()
            if schedule is None:
                msg = "the schedule file can't be read, and there is no earlier one; see the log of the server"
                self._log.error("schedule broken", mistakes=str(error).splitlines(), operators="wait")
                raise UnavailableError(msg) from error
            self._log.error("schedule broken", mistakes=str(error).splitlines(), operators="use what was good last")
            return schedule

    def _kept_schedule(self) -> Schedule | None:
        """The schedule that was public last, if the database keeps one."""
        try:
            kept = self._repository.kept_schedule()
            return read_schedule(kept[0], "the schedule kept") if kept is not None else None
        except IcsfeedError:
            return None
