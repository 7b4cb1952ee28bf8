"""The tables of a schedule file as TOML gives them, and what of them is sound."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Any

from icsfeed.store.schedule_file.notation import KeyPath
from icsfeed.store.schedule_file.sentences import given_keys


@dataclass(frozen=True, kw_only=True, slots=True)
class RawTable:
    """One table: the keys that it has or means to have, its values, and those of them in which nothing is wrong."""

    keys: KeyPath
    given: AbstractSet[str]
    raw: Mapping[str, Any]
    sound: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class Soundness:
    """What can be relied on: all but ``mistaken`` paths, those within them and those around them."""

    mistaken: Collection[KeyPath]

    @classmethod
    def beside(cls, mistakes: Iterable[KeyPath]) -> Soundness:
        """All but what has one of ``mistakes`` in it."""
        return cls(mistaken=frozenset(keys[:end] for keys in mistakes for end in range(1, len(keys) + 1)))

    def tables(self, data: Mapping[str, Any], name: str, within: KeyPath = ()) -> Iterator[RawTable]:
        """The tables of the array of that name, as far as they are tables; ``within`` is where ``data`` stands."""
        elements = data.get(name)
        for index, raw in enumerate(elements if isinstance(elements, list) else []):
            if isinstance(raw, dict):
                yield self._table((*within, name, index), raw)

    def table(self, data: Mapping[str, Any], name: str) -> RawTable | None:
        """The one table of that name; ``None`` where there is none, or no table."""
        raw = data.get(name)
        return self._table((name,), raw) if isinstance(raw, dict) else None

    def _table(self, keys: KeyPath, raw: Mapping[str, Any]) -> RawTable:
        sound = {key: value for key, value in raw.items() if (*keys, key) not in self.mistaken}
        return RawTable(keys=keys, given=self.given(keys, raw), raw=raw, sound=sound)

    @staticmethod
    def given(keys: KeyPath, raw: Mapping[str, Any]) -> AbstractSet[str]:
        """The keys that a table has, and those that its misspelt ones were meant to be."""
        return given_keys(keys, raw)

    def items(self, table: RawTable, key: str) -> Iterator[tuple[KeyPath, Any]]:
        """The sound items of an array, each with its path."""
        items = table.raw.get(key)
        for index, value in enumerate(items if isinstance(items, list) else []):
            keys = (*table.keys, key, index)
            if keys not in self.mistaken:
                yield keys, value
