"""Actors for tests: operators at a command line."""

from __future__ import annotations

from datetime import datetime

from icsfeed.domain.actors import Actor, ActorKind


def operator(name: str, at: datetime) -> Actor:
    """An operator who acts at an instant."""
    return Actor(name=name, kind=ActorKind.COMMAND, at=at)
