"""Versions of changes, which HTTP calls entity tags."""

from __future__ import annotations

from icsfeed.domain.changes import Change


def version_of(change: Change) -> str:
    """The version of a change: its id, and the number of its latest update."""
    return f"{change.id}.{change.latest.number}"
