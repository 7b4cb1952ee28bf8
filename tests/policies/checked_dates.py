"""Policies of real organisations: a schedule file each and, beside it, the dates of one year as checked by hand."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from icsfeed.domain.schedule import Schedule
from icsfeed.store.schedule_file import load_schedule

FOLDER: Final = Path(__file__).parent
NAMES: Final = tuple(sorted(path.stem for path in FOLDER.glob("*.toml")))

Instants = tuple[datetime, datetime]
"""From the first until just before the second, both in UTC."""


@dataclass(frozen=True, kw_only=True, slots=True)
class CheckedDates:
    """What a policy says of a ``year``, by window and by freeze.

    ``windows`` are the occurrences that start in the year and happen; ``dropped`` those that a freeze takes away;
    ``freezes`` the stretches that begin in it, neighbouring days joined.
    """

    year: int
    windows: dict[str, list[Instants]] = field(default_factory=dict)
    dropped: dict[str, list[Instants]] = field(default_factory=dict)
    freezes: dict[str, list[Instants]] = field(default_factory=dict)

    @property
    def now(self) -> datetime:
        """An instant at which feeds publish all of the year."""
        return datetime(self.year, 6, 15, 12, tzinfo=UTC)


def schedule_of(name: str) -> Schedule:
    return load_schedule(FOLDER / f"{name}.toml").schedule


def checked_dates(name: str) -> CheckedDates:
    """The dates in the file of that policy: a year, then sections of a window or a freeze with a line for each time."""
    lines = _lines(name)
    _, year = next(lines).split()
    checked = CheckedDates(year=int(year))
    section: list[Instants] = []
    dropped: list[Instants] = []
    for line in lines:
        kind, value, *mark = line.split()
        if kind == "window":
            section = checked.windows.setdefault(value, [])
            dropped = checked.dropped.setdefault(value, [])
        elif kind == "freeze":
            section = checked.freezes.setdefault(value, [])
        else:
            span = (_instant(kind), _instant(value))
            (dropped if mark == ["frozen"] else section).append(span)
    return checked


def _lines(name: str) -> Iterator[str]:
    text = (FOLDER / f"{name}.dates").read_text(encoding="utf-8")
    return (line for line in text.splitlines() if line and not line.startswith("#"))


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)
