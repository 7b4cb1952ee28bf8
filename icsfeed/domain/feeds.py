"""Feeds: named selections of a calendar's events, by kind and environment."""

from __future__ import annotations

from collections.abc import Collection, Iterable
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
    """A selection with its own URL: events of one of the ``kinds`` that touch one of the ``environments``.

    Only one that is ``public`` has a public address; others are for subscribers alone.
    """

    slug: str
    name: str
    environments: frozenset[str]
    kinds: frozenset[Kind]
    description: str = ""
    public: bool = True

    def selects(self, kind: Kind, environments: Collection[str]) -> bool:
        """Whether the feed contains such an event; one without ``environments`` touches all of them."""
        return kind in self.kinds and (not environments or not self.environments.isdisjoint(environments))


@dataclass(frozen=True, kw_only=True, slots=True)
class Environment:
    """A part of the platform that windows and changes touch.

    One that is not ``public``, as a single customer's may be, appears in the private feeds that name it and nowhere
    else.
    """

    id: str
    name: str
    public: bool = True


def public_ids(environments: Iterable[Environment]) -> frozenset[str]:
    """The ids of the public environments: those that are meant where none is named."""
    return frozenset(environment.id for environment in environments if environment.public)


def automatic_feeds(calendar_name: str, environments: Collection[Environment]) -> tuple[Feed, ...]:
    """One feed for each public environment and each kind: those of a schedule that names no feeds."""
    every = public_ids(environments)
    of_environments = [
        Feed(
            slug=environment.id,
            name=f"{calendar_name}: {environment.name}",
            environments=frozenset({environment.id}),
            kinds=frozenset(Kind),
        )
        for environment in environments
        if environment.public
    ]
    of_kinds = [
        Feed(slug=kind.value, name=f"{calendar_name}: {words}", environments=every, kinds=frozenset({kind}))
        for kind, words in KIND_NAMES.items()
    ]
    return (*of_environments, *of_kinds)
