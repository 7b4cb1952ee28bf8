"""Mistakes in a schedule file, as reported to its author."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from icsfeed.domain.errors import BadInputError
from icsfeed.store.schedule_file.notation import KeyPath


@dataclass(frozen=True, kw_only=True, slots=True)
class Mistake:
    """What is wrong and how to mend it, with its key path and its line (from 1).

    ``path`` is empty for a mistake of the whole file, and ``line`` is ``None`` where the file can't be read.
    ``subject`` is the path with the id of its table, as people know it. A syntax error has a ``column`` (from 1) and
    an ``excerpt``: the line, and below it a caret.
    """

    path: str
    line: int | None
    message: str
    subject: str = ""
    column: int | None = None
    excerpt: str = ""

    def __str__(self) -> str:
        column = f", column {self.column}" if self.column is not None else ""
        return f"{f'line {self.line}{column}: ' if self.line is not None else ''}{self.text}"

    @property
    def text(self) -> str:
        """The mistake without its position."""
        subject = self.subject or self.path
        return f"{subject}: {self.message}" if subject else self.message


class ScheduleFileError(BadInputError):
    """A schedule file with mistakes, sorted by line."""

    def __init__(self, source: str, mistakes: Iterable[Mistake]) -> None:
        self.source = source
        self.mistakes = tuple(sorted(mistakes, key=lambda mistake: mistake.line or 0))
        super().__init__(source, self.mistakes)

    def __str__(self) -> str:
        return "\n".join(self._paragraph(mistake) for mistake in self.mistakes)

    def _paragraph(self, mistake: Mistake) -> str:
        position = "".join(f":{number}" for number in (mistake.line, mistake.column) if number is not None)
        excerpt = "".join(f"\n    {line}" for line in mistake.excerpt.splitlines())
        return f"{self.source}{position}: {mistake.text}{excerpt}"


class Finding(NamedTuple):
    """A mistake at a key path, before its line is looked up."""

    keys: KeyPath
    message: str
