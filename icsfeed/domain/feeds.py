"""Feeds: named selections of a calendar's events, by kind and environment."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Kind(StrEnum):
    """The kind of a calendar event."""

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
    """A selection with its own URL: events of one of the ``kinds`` that touch one of the ``environments``."""

    slug: str
    name: str
    environments: frozenset[str]
    kinds: frozenset[Kind]
    description: str = ""

    def selects(self, kind: Kind, environments: Collection[str]) -> bool:
        """Whether the feed contains such an event; one without ``environments`` touches all of them."""
        return kind in self.kinds and (not environments or not self.environments.isdisjoint(environments))


@dataclass(frozen=True, kw_only=True, slots=True)
class Environment:
    """A part of the platform that windows and changes touch."""

    id: str
    name: str


def automatic_feeds(calendar_name: str, environments: Collection[Environment]) -> tuple[Feed, ...]:
    """One feed for each environment and each kind: those of a schedule that names no feeds."""
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
