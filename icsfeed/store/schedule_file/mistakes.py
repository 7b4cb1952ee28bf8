"""What is wrong with a schedule file, for the person who has to mend it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from typing import Final, NamedTuple

from icsfeed.domain.errors import IcsfeedError
from icsfeed.store.schedule_file.notation import KeyPath


@dataclass(frozen=True, kw_only=True, slots=True)
class Mistake:
    """What is wrong, and what would be right, at a key path and a line (from 1).

    ``path`` is empty where a mistake is the whole file's, ``line`` is ``None`` where it has none.
    """

    path: str
    line: int | None
    message: str

    def __str__(self) -> str:
        return f"{f'line {self.line}: ' if self.line is not None else ''}{self.described}"

    @property
    def described(self) -> str:
        """The mistake without its line."""
        return f"{self.path}: {self.message}" if self.path else self.message


class ScheduleFileError(IcsfeedError):
    """A schedule file that says no schedule: all its mistakes at once, by line."""

    def __init__(self, source: str, mistakes: Iterable[Mistake]) -> None:
        self.source = source
        self.mistakes = tuple(sorted(mistakes, key=lambda mistake: mistake.line or 0))
        super().__init__(source, self.mistakes)

    def __str__(self) -> str:
        return "\n".join(
            f"{self.source}{f':{mistake.line}' if mistake.line is not None else ''}: {mistake.described}"
            for mistake in self.mistakes
        )


class Finding(NamedTuple):
    """A mistake by the keys that lead to it; ``line`` where it is known already."""

    keys: KeyPath
    message: str
    line: int | None = None


class _SetAside(Enum):
    VALUE = "…"

    def __str__(self) -> str:
        return self.value


SET_ASIDE: Final = _SetAside.VALUE
"""What stands in the data for a value that is no TOML: what is wrong with it has been found."""
