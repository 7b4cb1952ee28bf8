"""The formats of other systems, by name, and their paths."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cache, partial
from typing import Final, TypeAlias

from icsfeed.domain.errors import RefusedError
from icsfeed.domain.feeds import ALL, Feed
from icsfeed.domain.situation import Situation
from icsfeed.domain.texts import quoted
from icsfeed.ical.series import Rendering
from icsfeed.publication.change_calendars import change_calendar_of, has_change_calendar
from icsfeed.publication.interop.alertmanager import alertmanager
from icsfeed.publication.interop.argocd import argocd
from icsfeed.publication.interop.documents import InteropDocument, apart_warning
from icsfeed.publication.interop.gke import gke
from icsfeed.publication.representations import Maker, Representation
from icsfeed.services.events import PublishedEvents, publish_events
from icsfeed.services.interop import Timetable
from icsfeed.words.languages import ENGLISH

_YamlFormat: TypeAlias = Callable[[Timetable, Feed], InteropDocument]

_YAML_FORMATS: Final[Mapping[str, _YamlFormat]] = {"alertmanager": alertmanager, "argocd": argocd, "gke": gke}

_CHANGE_CALENDAR: Final = "change-calendar"

FORMATS: Final = (*_YAML_FORMATS, _CHANGE_CALENDAR)


def interop_path(name: str, slug: str = ALL) -> str:
    """The path of a YAML format; that of the feed ``all`` is a shorter one beside its own."""
    return f"/interop/{name}.yml" if slug == ALL else f"/interop/{slug}/{name}.yml"


def interop_makers(events: PublishedEvents) -> Iterator[tuple[str, Maker]]:
    """Every feed in every YAML format, by path, whether or not the format can have it."""
    timetable = Timetable(situation=events.situation)
    for feed in events.schedule.feeds:
        for name, make in _YAML_FORMATS.items():
            represent = cache(partial(_representation, make, timetable, feed))
            yield f"/interop/{feed.slug}/{name}.yml", represent
            if feed.slug == ALL:
                yield interop_path(name), represent


def interop_document(situation: Situation, name: str, slug: str) -> InteropDocument:
    """One feed in the format of that name, as its path gives it.

    Raises:
        NotFoundError: where the schedule has no such feed.
        RefusedError: where a change calendar is asked for, and the feed selects nothing that opens it.
    """
    feed = situation.schedule.feed(slug)
    if name in _YAML_FORMATS:
        view = situation.visible_in(feed)
        return _YAML_FORMATS[name](Timetable(situation=view), view.schedule.feed(slug))
    if not has_change_calendar(feed):
        msg = f"the feed {quoted(slug)} selects neither windows nor planned changes, and has no change calendar"
        raise RefusedError(msg)
    events = publish_events(situation, renderings=[Rendering.EXPANDED])
    view_events = events.private.get(slug, events)
    view_feed = view_events.schedule.feed(slug)
    calendar = change_calendar_of(view_events, view_feed)
    warnings = apart_warning(Timetable(situation=view_events.situation).times_of(view_feed))
    return InteropDocument(body=calendar.body, content_type=calendar.content_type, warnings=tuple(warnings))


def _representation(make: _YamlFormat, timetable: Timetable, feed: Feed) -> Representation:
    document = make(timetable, feed)
    return Representation(body=document.body, content_type=document.content_type, dated=False, language=ENGLISH.code)
