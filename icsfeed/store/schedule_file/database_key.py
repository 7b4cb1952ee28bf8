"""The database that a schedule file names, also where the file is broken: a server must not take another one then."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from icsfeed.store.schedule_file.mistakes import ScheduleFileError
from icsfeed.store.schedule_file.syntax import parse

_LINE: Final = re.compile(r"""^\s*(?:calendar\.)?database\s*=\s*(["'])(?P<value>[^"'\n]+)\1""", re.MULTILINE)


def database_key(path: Path) -> str:
    """The text of calendar.database in the file at ``path``; empty where it has none, or can't be read."""
    try:
        content = path.read_bytes()
    except (OSError, ValueError):
        return ""
    try:
        calendar = parse(content, str(path)).get("calendar")
    except ScheduleFileError:
        match = _LINE.search(content.decode(errors="replace"))
        return match["value"] if match is not None else ""
    value = calendar.get("database") if isinstance(calendar, dict) else None
    return value if isinstance(value, str) else ""
