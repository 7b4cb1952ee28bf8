"""The revisions that a new year makes: freezes without an end are shown a year longer then."""

from __future__ import annotations

from collections.abc import Iterator

from icsfeed.domain.civil import local_date
from icsfeed.domain.recorded_freezes import RecordedFreeze
from icsfeed.domain.revisions import Ledger, LedgerLine, ledger_key, line_of, with_lines
from icsfeed.domain.schedule import published_span, start_of_year
from icsfeed.domain.situation import Situation
from icsfeed.ical.events import CalendarEvent, policy_event
from icsfeed.ical.outlines import EventOutline


def yearly_lines(situation: Situation) -> tuple[LedgerLine, ...]:
    """The lines that the ledger lacks of events that each new year prolongs, dated to its first instant.

    So every machine gives them the same revision, whether or not any of them has recorded it.
    """
    freezes = (each for each in situation.record.freezes.values() if each.is_open_ended and not each.is_internal)
    return tuple(line for freeze in freezes for line in _lines_of(freeze.in_zone(situation.zone), situation))


def _lines_of(freeze: RecordedFreeze, situation: Situation) -> Iterator[LedgerLine]:
    zone = situation.zone
    first, last = (local_date(each, zone).year for each in (freeze.start, situation.now))
    if last <= first:
        return
    events = [_event_in(year, freeze, situation) for year in range(first, last + 1)]
    key = ledger_key(events[0], situation.record.ledger)
    ledger: Ledger = {key: situation.record.ledger.get(key, ())}
    digests = [event.digest for event in events]
    stated = ledger[key][-1].digest if ledger[key] else None
    if stated not in digests:
        return  # the schedule was edited meanwhile: its revision is not one of the new year
    for number in range(digests.index(stated) + 1, len(events)):
        line = line_of(events[number], ledger, now=start_of_year(first + number, zone))
        yield line
        ledger = with_lines(ledger, [line])


def _event_in(year: int, freeze: RecordedFreeze, situation: Situation) -> CalendarEvent:
    """The event of the freeze as it is published in that year."""
    published = published_span(start_of_year(year, situation.zone), situation.zone)
    span = freeze.shown_span(published)
    if span is None:
        msg = f"{freeze.id} is not published in {year}, although it has no end"
        raise AssertionError(msg)
    return policy_event(EventOutline(schedule=situation.schedule, source=freeze.frozen(span, published.end)))
