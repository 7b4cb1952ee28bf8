"""Warnings about feeds that leave out events which are still ahead."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from icsfeed.domain.changes import Change
from icsfeed.domain.civil import local_date
from icsfeed.domain.freezes import Freeze
from icsfeed.domain.occurrences import Occurrence
from icsfeed.domain.schedule import Schedule
from icsfeed.domain.situation import Situation
from icsfeed.domain.windows import MaintenanceWindow
from icsfeed.ical.limits import MAX_BYTES, MAX_EVENTS

_MAX_EVENT_BYTES_WITHOUT_TEXT: Final = 950
"""The size of an event without names and texts, which escaping can double."""

_MAX_MAINTNOTE_BYTES_WITHOUT_TEXT: Final = 400
"""Of an event's MAINTNOTE properties, without the provider and the environments, whose ids also name an occurrence."""


def large_feeds(situation: Situation) -> Iterator[tuple[str, str]]:
    """The slug of each feed that leaves out events ahead, with a warning for each rendering."""
    if _surely_fits(situation):
        return  # the usual case, without an import of icalendar, which takes longer than everything else here
    from icsfeed.ical.omissions import omissions  # noqa: PLC0415
    from icsfeed.ical.series import Rendering  # noqa: PLC0415

    incomplete: set[tuple[str, Rendering]] = set()
    for each in omissions(situation):
        slug, rendering = each.feed.slug, each.rendering
        if rendering is not rendering.arrangement and (slug, rendering.arrangement) in incomplete:
            continue  # the warning of the expanded rendering says enough
        incomplete.add((slug, rendering))
        events = "1 event" if each.count == 1 else f"{each.count:,} events"
        message = (
            f'the feed "{each.feed.slug}" leaves out {events}, the farthest ahead, from '
            f"{local_date(each.start, situation.zone):%Y-%m} on, in the {each.rendering} rendering: it holds "
            f"{MAX_EVENTS:,} events, or 1 MB; offer customers feeds of fewer environments or kinds ([[feeds]])"
        )
        yield each.feed.slug, message


def _surely_fits(situation: Situation) -> bool:
    """Whether even a feed with every occurrence, freeze and change is within the limits."""
    sources: Iterable[MaintenanceWindow | Freeze] = (
        each.window if isinstance(each, Occurrence) else each.freeze for each in situation.published_policy
    )
    texts = [each.name + each.description for each in sources]
    texts += [_words(change) for change in situation.changes.values()]
    bytes_without_text = _MAX_EVENT_BYTES_WITHOUT_TEXT + _max_maintnote_bytes(situation.schedule)
    return len(texts) <= MAX_EVENTS and (
        sum(bytes_without_text + 2 * len(text.encode()) for text in texts) <= MAX_BYTES
    )


def _max_maintnote_bytes(schedule: Schedule) -> int:
    """The most that the MAINTNOTE rendering adds to an event."""
    # Folded and escaped, a text takes less than thrice its size; the names of the six properties and ids take the rest.
    names = (schedule.maintnote_provider, *(each.id for each in schedule.environments))
    return _MAX_MAINTNOTE_BYTES_WITHOUT_TEXT + sum(3 * len(name.encode()) + 30 for name in names)


def _words(change: Change) -> str:
    plan = change.plan
    return "".join([plan.summary, plan.reason, plan.ticket, *(update.message for update in change.updates)])
