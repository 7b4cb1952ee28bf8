"""What keeps a server from showing the current schedule and record: logged once, and once more when it is solved."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TypeVar

from structlog.typing import FilteringBoundLogger

from icsfeed.domain.errors import IcsfeedError
from icsfeed.store.schedule_file import ScheduleFileError

_Result = TypeVar("_Result")


class Source(StrEnum):
    """What a publication is made from."""

    SCHEDULE = "schedule"
    DATABASE = "database"


@dataclass(frozen=True, kw_only=True, slots=True)
class Problem:
    """Why a source can't be used, one line for each mistake, and since when."""

    mistakes: tuple[str, ...]
    since: datetime


Problems = Mapping[Source, Problem]


class ProblemLog:
    """Logs each problem once, with all its mistakes, and once more when it is solved."""

    def __init__(self, log: FilteringBoundLogger) -> None:
        self._log = log

    def add(self, problems: Problems, source: Source, error: Exception, *, now: datetime, public: str) -> Problems:
        """The problems including this one; ``public`` says what customers see in the meantime."""
        earlier = problems.get(source)
        problem = Problem(mistakes=_mistakes(error), since=earlier.since if earlier is not None else now)
        if problem != earlier:
            self._log.error(
                f"{source} broken",
                mistakes=problem.mistakes,
                public=public,
                # Only a bug needs a traceback: an error of icsfeed's own explains itself.
                exc_info=None if isinstance(error, IcsfeedError) else error,
            )
        return {**problems, source: problem}

    def remove(self, problems: Problems, source: Source) -> Problems:
        """The problems without the one of ``source``."""
        if source not in problems:
            return problems
        self._log.info(f"{source} mended", broken_since=problems[source].since.isoformat())
        return {other: problem for other, problem in problems.items() if other is not source}


class TemplateLog:
    """Logs what is wrong with own templates of reminders: once, and once more when all is mended."""

    def __init__(self, log: FilteringBoundLogger) -> None:
        self._log = log

    def next_problem(self, earlier: Problem | None, mistakes: tuple[str, ...], *, now: datetime) -> Problem | None:
        """The problem with those mistakes, if there are any."""
        if not mistakes:
            if earlier is not None:
                self._log.info("templates mended", broken_since=earlier.since.isoformat())
            return None
        problem = Problem(mistakes=mistakes, since=earlier.since if earlier is not None else now)
        if problem != earlier:
            self._log.error("templates broken", mistakes=mistakes, public="the built-in reminders")
        return problem


class LimitLog:
    """Logs how many events a feed leaves out: the first time, and each time the number has doubled."""

    def __init__(self, log: FilteringBoundLogger) -> None:
        self._log = log
        self._left_out: dict[str, int] = {}

    def report(self, path: str, left_out: int) -> None:
        """Take note that the feed at ``path`` leaves out that many events."""
        if not left_out:
            self._left_out.pop(path, None)
        elif left_out >= 2 * self._left_out.get(path, 0):
            self._left_out[path] = left_out
            self._log.warning("feed limited", feed=path, left_out=left_out)


def attempt(step: Callable[[], _Result]) -> _Result | Exception:
    """The step's result, or the exception that it raised.

    A server must keep showing the last good publication whatever goes wrong, a bug in icsfeed included. This is the one
    place where it catches everything; the caller logs the exception.
    """
    try:
        return step()
    except Exception as error:  # noqa: BLE001  (see above)
        return error


def _mistakes(error: Exception) -> tuple[str, ...]:
    if isinstance(error, ScheduleFileError):
        return tuple(str(mistake) for mistake in error.mistakes)
    return (str(error) or type(error).__name__,)
