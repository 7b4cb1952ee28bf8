"""Calendar events, from which feeds are joined. Each knows its source and the facts that it states."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property, partial
from zoneinfo import ZoneInfo

from icsfeed.domain.changes import Change, State
from icsfeed.domain.departures import Departure, departures
from icsfeed.domain.event_facts import CancelledInstance, EventFacts, RepetitionRule
from icsfeed.domain.fates import Skipped
from icsfeed.domain.feeds import Feed, Kind
from icsfeed.domain.freezes import FrozenSpan
from icsfeed.domain.item_facts import environments_of, facts_of
from icsfeed.domain.occurrences import Occurrence
from icsfeed.domain.page_addresses import announcement_address, first_page_address
from icsfeed.domain.recorded_freezes import RecordedFreeze
from icsfeed.domain.revisions import Revision
from icsfeed.domain.schedule import Schedule, start_of_year
from icsfeed.domain.spans import Span
from icsfeed.ical.outlines import EventOutline
from icsfeed.ical.series import Series, Single
from icsfeed.ical.translations import Source, source_in_language, translated_facts
from icsfeed.ical.uids import change_uid
from icsfeed.ical.vevents import Presentation, vevents
from icsfeed.words.languages import language_named


@dataclass(frozen=True, kw_only=True)  # no slots: the content is cached
class CalendarEvent:
    """A published event: ``content`` is its VEVENT, with any overrides, at ``revision``.

    ``write`` writes it when it is first needed: a large policy has many more events than feeds hold.

    ``span`` is from its first to its last instant, ``zone`` the one whose VTIMEZONE it needs. It belongs to the feeds
    of its ``environments`` (none: to all); that of a departure only to those with all of them and nothing of
    ``elsewhere``. From ``lapses`` on it is no longer shown. ``first`` is its revision where
    none is recorded; ``digest`` stands for its facts in all languages, of which ``translations`` are those beside the
    calendar's first, as far as they differ; ``scope`` and ``is_private`` are what its key in the ledger depends on.
    Events that state the same are equal, whatever their source.
    """

    source: Source = field(compare=False)
    uid: str
    facts: EventFacts
    environments: frozenset[str]
    span: Span
    zone: ZoneInfo | None
    lapses: datetime | None
    first: Revision
    revision: Revision
    digest: str
    write: Callable[[], bytes] = field(compare=False, repr=False)
    elsewhere: frozenset[str] = frozenset()
    scope: str = ""
    is_private: bool = False
    translations: Mapping[str, EventFacts] = field(compare=False)

    @cached_property
    def content(self) -> bytes:
        return self.write()

    @property
    def kind(self) -> Kind:
        return self.facts.kind

    def belongs_to(self, feed: Feed) -> bool:
        if isinstance(self.source, Change) and not self.environments:
            return False  # it has left all that can be seen here
        if not self.elsewhere:
            return feed.selects(self.kind, self.environments)
        return (
            self.kind in feed.kinds
            and self.environments <= feed.environments
            and self.elsewhere.isdisjoint(feed.environments)
        )

    def in_language(self, schedule: Schedule) -> CalendarEvent:
        """The same event, at the same revision, in the language of the schedule; made once."""
        code = schedule.language
        if code not in self._in_languages:
            facts = self.translations.get(code, self.facts)
            presentation = _presentation(schedule, self.source, is_private=self.is_private)
            write = partial(vevents, self.uid, facts, self.revision, presentation)
            source = source_in_language(self.source, schedule)
            self._in_languages[code] = replace(self, source=source, facts=facts, write=write)
        return self._in_languages[code]

    @cached_property
    def _in_languages(self) -> dict[str, CalendarEvent]:
        return {}

    def revised(self, revision: Revision) -> CalendarEvent:
        """The event at another revision: those lines differ, and no other (text can't hold a line of its own)."""
        if revision == self.revision:
            return self
        return replace(self, revision=revision, write=partial(_revised_content, self, revision))


def _revised_content(event: CalendarEvent, revision: Revision) -> bytes:
    content = event.content
    for old, new in zip(_revision_lines(event.revision), _revision_lines(revision), strict=True):
        content = content.replace(old, new)
    return content


def _revision_lines(revision: Revision) -> tuple[bytes, bytes, bytes]:
    at = f"{revision.at:%Y%m%dT%H%M%SZ}"
    lines = (f"DTSTAMP:{at}", f"LAST-MODIFIED:{at}", f"SEQUENCE:{revision.sequence}")
    first, second, third = (f"\r\n{line}\r\n".encode() for line in lines)
    return first, second, third


def policy_event(outline: EventOutline) -> CalendarEvent:
    """The event of a window or freeze, at its first revision."""
    schedule, source = outline.schedule, outline.source
    match source:
        case Series():
            facts, year = _facts_of_series(schedule, source), source.year
        case Single(occurrence=occurrence):
            facts, year = facts_of(schedule, occurrence), source.year
        case FrozenSpan(days=days):
            facts, year = facts_of(schedule, source), days.first.year
    first = _first_of_year(schedule, year)
    if isinstance(source, FrozenSpan) and isinstance(source.freeze, RecordedFreeze):
        first = Revision(sequence=0, at=source.freeze.start)
    return _event(
        schedule,
        source,
        uid=outline.uid,
        facts=facts,
        environments=outline.environments,
        is_private=schedule.shows_private(outline.policy_environments),
        span=outline.span,
        first=first,
        zone=outline.zone,
    )


def _facts_of_series(schedule: Schedule, series: Series) -> EventFacts:
    """The facts of one recurring event, with overrides for the occurrences that are shown as cancelled."""
    window = series.window
    start, end = window.on(series.first.original_start.date())
    several = series.first is not series.last
    return EventFacts(
        kind=Kind.MAINTENANCE,
        name=window.name,
        start=start,
        end=end,
        zone=window.zone.key,
        rule=RepetitionRule(recurrence=series.recurrence, until=series.last.policy_start) if several else None,
        excluded=tuple(each.original_start for each in series.excluded) if several else (),
        cancelled=tuple(_cancelled_instance(each) for each in series.cancelled),
        environments=environments_of(schedule, window.environments),
        impact=window.impact,
        description=window.description,
        organizer=schedule.calendar.organizer,
    )


def change_event(schedule: Schedule, change: Change) -> CalendarEvent:
    """A change as one event, in UTC. One that was cancelled before it began lapses when its time has passed.

    The first revision of one in the schedule file counts its updates, for nothing may be recorded of it.
    """
    plan = change.plan
    return _event(
        schedule,
        change,
        uid=change_uid(change, schedule.calendar.uid_domain),
        facts=facts_of(schedule, change),
        environments=plan.environments,
        is_private=schedule.shows_private(change.every_environment()),
        span=change.shown_span,
        first=_first_of_change(change),
        lapses=plan.span.end if change.state is State.CANCELLED and change.actual_start is None else None,
    )


def departure_events(schedule: Schedule, own: CalendarEvent) -> Iterator[CalendarEvent]:
    """What feeds show whose environments a change has left, given its ``own`` event.

    They have its UID and, through its digest, always its revision: no feed has both.
    """
    if not isinstance(own.source, Change):
        return
    for departure in departures(own.source, schedule.feeds):
        span = departure.span
        event = _event(
            schedule,
            departure,
            uid=own.uid,
            facts=departure.facts(schedule),
            environments=departure.environments,
            is_private=own.is_private,
            span=span,
            first=own.first,
            lapses=span.end,
        )
        yield replace(event, elsewhere=departure.elsewhere, digest=own.digest).revised(own.revision)


def _first_of_change(change: Change) -> Revision:
    """The revision after all updates of a change in the schedule file, as if each had been public before the next."""
    if change.is_recorded:
        return Revision(sequence=0, at=change.announced_at.replace(microsecond=0))
    return Revision(sequence=len(change.updates) - 1, at=change.latest.at.replace(microsecond=0))


def _event(
    schedule: Schedule,
    source: Source,
    *,
    uid: str,
    facts: EventFacts,
    environments: frozenset[str],
    is_private: bool,
    span: Span,
    first: Revision,
    zone: ZoneInfo | None = None,
    lapses: datetime | None = None,
) -> CalendarEvent:
    translations = translated_facts(schedule, source, facts)
    presentation = _presentation(schedule, source, is_private=is_private)
    return CalendarEvent(
        source=source,
        uid=uid,
        facts=facts,
        environments=environments,
        span=span,
        zone=zone,
        lapses=lapses,
        first=first,
        revision=first,
        digest=facts.digest(schedule.language, translations),
        write=partial(vevents, uid, facts, first, presentation),
        translations=translations,
        scope=schedule.private_feed,
        is_private=is_private,
    )


def _presentation(schedule: Schedule, source: Source, *, is_private: bool) -> Presentation:
    """How the event is written; what only the subscribers of private feeds see has no announcement on the page."""
    home, window_zone, page = first_page_address(schedule), None, ""
    match source:
        case Single(occurrence=occurrence):
            window_zone = occurrence.window.zone
        case Change() if home and not is_private:
            page = announcement_address(home, source)
        case Departure(change=change) if home and not is_private:
            page = announcement_address(home, change)
    return Presentation(
        language=language_named(schedule.language), zone=schedule.calendar.zone, window_zone=window_zone, page=page
    )


def _first_of_year(schedule: Schedule, year: int) -> Revision:
    """The first revision of the policy's events in ``year``, dated to when the year entered the published span."""
    return Revision(sequence=0, at=start_of_year(year - 1, schedule.calendar.zone))


def _cancelled_instance(occurrence: Occurrence) -> CancelledInstance:
    start, end = occurrence.window.on(occurrence.original_start.date())
    reason = occurrence.excluded.reason if isinstance(occurrence.excluded, Skipped) else ""
    return CancelledInstance(start=start, end=end, reason=reason)
