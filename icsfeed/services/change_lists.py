"""The changes that operators see in a list."""

from __future__ import annotations

from icsfeed.domain.changes import Change
from icsfeed.domain.feeds import Kind
from icsfeed.domain.situation import Situation


def changes_of_kind(situation: Situation, kind: Kind, *, open_only: bool) -> tuple[Change, ...]:
    """The changes of a kind, the latest announced first; open ones are neither completed nor cancelled."""
    return tuple(change for change in listed_changes(situation, open_only=open_only) if change.kind is kind)


def listed_changes(situation: Situation, *, open_only: bool) -> tuple[Change, ...]:
    """The changes of both kinds, the latest announced first."""
    chosen = (change for change in situation.changes.values() if not (open_only and change.state.is_final))
    return tuple(sorted(chosen, key=lambda change: change.announced_at))[::-1]
