"""Feeds: named selections of what the calendar holds, by kind and environment."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Kind(StrEnum):
    """What an entry of the calendar is."""

    MAINTENANCE = "maintenance"
    EMERGENCY = "emergency"
    PLANNED = "planned"
    FREEZE = "freeze"


KIND_NAMES: Final = {
    Kind.MAINTENANCE: "maintenance windows",
    Kind.EMERGENCY: "emergency changes",
    Kind.PLANNED: "planned changes",
    Kind.FREEZE: "change freezes",
}

ALL: Final = "all"
"""The slug of the feed that every calendar has."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Feed:
    """A selection with its own URL: what is of one of ``kinds`` and touches one of ``environments``."""

    slug: str
    name: str
    environments: frozenset[str]
    kinds: frozenset[Kind]
    description: str = ""

    def selects(self, kind: Kind, environments: Collection[str]) -> bool:
        """Whether an entry belongs; one that touches ``environments`` in general (none named) belongs to each."""
        return kind in self.kinds and (not environments or not self.environments.isdisjoint(environments))


@dataclass(frozen=True, kw_only=True, slots=True)
class Environment:
    """What a change touches."""

    id: str
    name: str


def automatic_feeds(calendar_name: str, environments: Collection[Environment]) -> tuple[Feed, ...]:
    """One feed for each environment and one for each kind: what a schedule has that names no feeds."""
    every = frozenset(environment.id for environment in environments)
    of_environments = [
        Feed(
            slug=environment.id,
            name=f"{calendar_name}: {environment.name}",
            environments=frozenset({environment.id}),
            kinds=frozenset(Kind),
        )
        for environment in environments
    ]
    of_kinds = [
        Feed(slug=kind.value, name=f"{calendar_name}: {words}", environments=every, kinds=frozenset({kind}))
        for kind, words in KIND_NAMES.items()
    ]
    return (*of_environments, *of_kinds)
