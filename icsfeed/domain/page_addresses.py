"""Where the pages show an announcement, for everything that links to it."""

from __future__ import annotations

from icsfeed.domain.changes import Change, is_recorded
from icsfeed.domain.feeds import Kind
from icsfeed.domain.schedule import Schedule


def change_anchor(kind: Kind, change_id: str) -> str:
    """The id of a change within a page; one from the schedule file gets a prefix that keeps it apart from others."""
    return change_id.lower() if is_recorded(kind, change_id) else f"{kind}.{change_id}"


def announcement_address(home: str, change: Change) -> str:
    """The address of a change's announcement, given that of the first page, with the final slash."""
    return f"{home}#{change_anchor(change.kind, change.id)}"


def first_page_address(schedule: Schedule) -> str:
    """The address of the first page in the schedule's language; empty where that of the site is unknown."""
    calendar = schedule.calendar
    folder = "" if schedule.language == calendar.languages[0] else f"{schedule.language}/"
    return f"{calendar.url.rstrip('/')}/{folder}" if calendar.url else ""
