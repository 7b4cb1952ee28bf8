"""The tables of a schedule file as TOML gives them, with the paths in which a mistake was found."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from icsfeed.store.schedule_file.notation import KeyPath
from icsfeed.store.schedule_file.value_checks import intended_keys


def id_key(tables: str) -> str:
    """The key that holds the id of each table in that array."""
    return "slug" if tables == "feeds" else "id"


def public_environment_ids(file: RawTable) -> frozenset[str]:
    """The ids of the public environments, as far as they are sound."""
    tables = (table.sound for table in file.tables("environments"))
    return frozenset(table["id"] for table in tables if "id" in table and table.get("public", True))


@dataclass(frozen=True, kw_only=True, slots=True)
class RawTable:
    """A table at a key path; ``mistaken`` holds every path of the file at or below which there is a mistake."""

    keys: KeyPath
    raw: Mapping[str, Any]
    mistaken: frozenset[KeyPath]

    @classmethod
    def of_file(cls, data: Mapping[str, Any], mistakes: Iterable[KeyPath]) -> RawTable:
        """The table that is the whole file."""
        mistaken = frozenset(keys[:end] for keys in mistakes for end in range(1, len(keys) + 1))
        return cls(keys=(), raw=data, mistaken=mistaken)

    @property
    def is_sound(self) -> bool:
        """Whether it is free of mistakes."""
        return self.keys not in self.mistaken

    @property
    def sound(self) -> dict[str, Any]:
        """Its values without mistakes."""
        return {key: value for key, value in self.raw.items() if (*self.keys, key) not in self.mistaken}

    @property
    def intended(self) -> set[str]:
        """Its keys, and those that its misspelt ones were meant to be."""
        return intended_keys(self.keys, self.raw)

    def table(self, name: str) -> RawTable | None:
        """The table of that name within it, if any."""
        return self._at((*self.keys, name), self.raw.get(name))

    def tables(self, name: str) -> Iterator[RawTable]:
        """The tables in the array of that name within it."""
        tables = (self._at(keys, value) for keys, value in self._elements(name))
        return (table for table in tables if table is not None)

    def sound_items(self, key: str) -> Iterator[tuple[KeyPath, Any]]:
        """The elements without mistakes of an array within it, each with its path."""
        return ((keys, value) for keys, value in self._elements(key) if keys not in self.mistaken)

    def _elements(self, key: str) -> Iterator[tuple[KeyPath, Any]]:
        elements = self.raw.get(key)
        for index, value in enumerate(elements if isinstance(elements, list) else []):
            yield (*self.keys, key, index), value

    def _at(self, keys: KeyPath, value: object) -> RawTable | None:
        return RawTable(keys=keys, raw=value, mistaken=self.mistaken) if isinstance(value, dict) else None
