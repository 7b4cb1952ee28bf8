"""The events of the feeds' series rendering that show the subject of an announcement, at the revisions of the feeds."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from icsfeed.domain.changes import Change
from icsfeed.domain.freezes import FrozenSpan
from icsfeed.domain.occurrences import Occurrence
from icsfeed.domain.revisions import Ledger, revision_of, with_lines
from icsfeed.domain.schedule import shows_change
from icsfeed.domain.situation import Situation
from icsfeed.ical.calendar import current_events
from icsfeed.ical.events import CalendarEvent, change_event, departure_events, policy_event
from icsfeed.ical.outlines import EventOutline
from icsfeed.ical.series import Rendering, Series, Single, arrange, published_year
from icsfeed.services.events import clock_lines
from icsfeed.services.yearly_lines import yearly_lines


def events_of_change(view: Situation, change: Change, left: frozenset[str] = frozenset()) -> tuple[CalendarEvent, ...]:
    """The event of a change or, to those for whose environments it has ``left``, what their feeds show of it."""
    original = _in_first_language(view)
    change = original.changes[change.id]
    if not shows_change(view.published_span, change):
        return ()
    own = change_event(original.schedule, change)
    ledger = with_lines(view.record.ledger, clock_lines(original, [change]))
    own = own.revised(revision_of(own, ledger))
    events = [own]
    if left:
        events = [each for each in departure_events(original.schedule, own) if each.environments == left]
    return _translated(current_events(events, now=view.now), view)


def events_of_occurrence(view: Situation, occurrence: Occurrence) -> tuple[CalendarEvent, ...]:
    """The series that the occurrence belongs to, and the event that it has of its own, which comes first."""
    original = _in_first_language(view)
    sources = sorted(_sources_of(original, occurrence), key=lambda each: isinstance(each, Series))
    outlines = (EventOutline(schedule=original.schedule, source=source) for source in sources)
    return _translated(_revised(map(policy_event, outlines), view.record.ledger), view)


def _in_first_language(view: Situation) -> Situation:
    """The view in the language in which events have their revisions."""
    return view.in_language(view.schedule.calendar.languages[0])


def _translated(events: Iterable[CalendarEvent], view: Situation) -> tuple[CalendarEvent, ...]:
    if view.schedule.language == view.schedule.calendar.languages[0]:
        return tuple(events)
    return tuple(event.in_language(view.schedule) for event in events)


def _sources_of(view: Situation, occurrence: Occurrence) -> list[Series | Single]:
    window_id, items = occurrence.window.id, view.published_policy
    of_window = (each for each in items if isinstance(each, Occurrence) and each.window.id == window_id)
    sources = list(arrange(of_window, Rendering.SERIES, view.zone, view.published_span))
    own = [each for each in sources if isinstance(each, Single) and _is_same(each.occurrence, occurrence)]
    of_year = [each for each in sources if isinstance(each, Series) and _may_hold(each, occurrence, view)]
    holding = [each for each in of_year if _reaches(each, occurrence)]
    # One that was the first or last of its series, and no longer takes place, has shortened it.
    return [*own, *(holding or ([] if own else of_year))]


def _is_same(one: Occurrence, other: Occurrence) -> bool:
    return one.original_start == other.original_start


def _may_hold(series: Series, occurrence: Occurrence, view: Situation) -> bool:
    is_of_rule = series.recurrence.may_include(occurrence.original_start.date())
    return is_of_rule and series.year == published_year(occurrence, view.zone)


def _reaches(series: Series, occurrence: Occurrence) -> bool:
    return series.first.original_start <= occurrence.original_start <= series.last.original_start


def events_of_freeze(view: Situation, freeze_id: str) -> tuple[CalendarEvent, ...]:
    """The event of a recorded freeze."""
    original = _in_first_language(view)
    ledger = with_lines(view.record.ledger, yearly_lines(original))
    outlines = (
        EventOutline(schedule=original.schedule, source=item)
        for item in original.published_policy
        if isinstance(item, FrozenSpan) and item.freeze.is_recorded and item.freeze.id == freeze_id
    )
    return _translated(_revised(map(policy_event, outlines), ledger), view)


def _revised(events: Iterable[CalendarEvent], ledger: Ledger) -> Iterator[CalendarEvent]:
    return (event.revised(revision_of(event, ledger)) for event in events)
