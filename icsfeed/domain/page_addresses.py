"""Where the pages show an announcement, for everything that links to it."""

from __future__ import annotations

from icsfeed.domain.changes import Change, is_recorded
from icsfeed.domain.feeds import Kind


def change_anchor(kind: Kind, change_id: str) -> str:
    """The id of a change within a page; one from the schedule file gets a prefix that keeps it apart from others."""
    return change_id.lower() if is_recorded(kind, change_id) else f"{kind}.{change_id}"


def announcement_address(home: str, change: Change) -> str:
    """The address of the announcement, where ``home`` is that of the first page, with the final slash."""
    return f"{home}#{change_anchor(change.kind, change.id)}"
