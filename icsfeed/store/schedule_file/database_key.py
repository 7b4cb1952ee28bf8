"""The database that a schedule file names, also where the file is broken: a server must not take another one then."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Final

from icsfeed.store.schedule_file.mistakes import Mistake, ScheduleFileError
from icsfeed.store.schedule_file.reading import LoadedSchedule, load_watched_schedule
from icsfeed.store.schedule_file.syntax import parse

_LINE: Final = re.compile(r"""^\s*(?:calendar\.)?database\s*=\s*(["'])(?P<value>[^"'\n]+)\1""", re.MULTILINE)


def database_key(path: Path) -> str:
    """The text of calendar.database in the file at ``path``; empty where it has none, or can't be read."""
    try:
        return _key_in(path.read_bytes(), path)
    except (OSError, ValueError):
        return ""


def schedule_of_database(key: str) -> Callable[[Path], LoadedSchedule]:
    """A function that loads a schedule again and again, as long as calendar.database is that ``key``.

    A server that published an edited schedule with the record of the database before would show half of both.
    """

    def load(path: Path) -> LoadedSchedule:
        loaded = load_watched_schedule(path)
        if _key_in(loaded.content, path) != key:
            msg = "calendar.database names another database than at the start; restart to read that one"
            raise ScheduleFileError(str(path), [Mistake(path="calendar.database", line=None, message=msg)])
        return loaded

    return load


def _key_in(content: bytes, path: Path) -> str:
    try:
        calendar = parse(content, str(path)).get("calendar")
    except ScheduleFileError:
        match = _LINE.search(content.decode(errors="replace"))
        return match["value"] if match is not None else ""
    value = calendar.get("database") if isinstance(calendar, dict) else None
    return value if isinstance(value, str) else ""
