"""What keeps a server from showing the truth as it is now: told to the log once, and when it is over."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from structlog.typing import FilteringBoundLogger

from icsfeed.domain.errors import IcsfeedError
from icsfeed.store.schedule_file import ScheduleFileError


class Source(StrEnum):
    """What the truth is read from."""

    SCHEDULE = "schedule"
    DATABASE = "database"


@dataclass(frozen=True, kw_only=True, slots=True)
class Problem:
    """Why a source can't be taken as it is, a line a mistake, and since when that has been so."""

    mistakes: tuple[str, ...]
    since: datetime


Problems = Mapping[Source, Problem]


class ProblemLog:
    """Says each problem once, with every mistake, and that it is over."""

    def __init__(self, log: FilteringBoundLogger) -> None:
        self._log = log

    def told(self, problems: Problems, source: Source, error: Exception, *, now: datetime, public: str) -> Problems:
        """The problems with this one; ``public`` is what is shown in spite of it."""
        before = problems.get(source)
        problem = Problem(mistakes=_mistakes(error), since=now)
        if before is not None:
            problem = replace(problem, since=before.since)
        if before is None or before.mistakes != problem.mistakes:
            self._log.error(
                f"{source} broken",
                mistakes=problem.mistakes,
                public=public,
                # A refusal says all; anything else is a fault of the program's own.
                exc_info=None if isinstance(error, IcsfeedError) else error,
            )
        return {**problems, source: problem}

    def over(self, problems: Problems, source: Source) -> Problems:
        """The problems without that of ``source``."""
        if source not in problems:
            return problems
        self._log.info(f"{source} mended", broken_since=problems[source].since.isoformat())
        return {other: problem for other, problem in problems.items() if other is not source}


def _mistakes(error: Exception) -> tuple[str, ...]:
    if isinstance(error, ScheduleFileError):
        return tuple(str(mistake) for mistake in error.mistakes)
    return (str(error) or type(error).__name__,)
