"""What the pages list: windows, freezes and changes in words, with their instants for the browser."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from icsfeed.domain.changes import PREFIXES, State
from icsfeed.domain.civil import days_span, instant_of
from icsfeed.domain.feeds import Kind
from icsfeed.domain.page_addresses import change_anchor
from icsfeed.domain.situation import Situation
from icsfeed.domain.spans import DateRange, Span
from icsfeed.domain.windows import Impact
from icsfeed.publication.pages.moments import PLACE, Sentence, moment_of, time_from, with_times
from icsfeed.services.policy_rows import environments_text
from icsfeed.services.upcoming import UpcomingItem, item_of, upcoming, utc_text
from icsfeed.words.dates import Dates, When
from icsfeed.words.events import moved_note, skipped_note
from icsfeed.words.terms import CANCELLED_WINDOW, IMPACT_NAMES, KIND_NAMES, STATE_NAMES, name_in_words

_ZONE_MARGIN = timedelta(days=2)
"""More than the dates of any two zones differ by."""


@dataclass(frozen=True, kw_only=True, slots=True)
class PageItem:
    """A window, freeze or change in words, by the ``id`` of the policy or the change.

    ``days`` are a freeze's, where it covers whole days of the calendar's zone; ``anchor`` is the id of its announcement
    in the page; ``state`` is as recorded. A change that ``is_overdue`` is in progress, although it was to end before.
    ``where`` names its environments, or is empty where it concerns all of them. The span of a freeze that
    ``is_open_ended`` reaches to the end of what is published, which ``when`` does not name.
    """

    kind: Kind
    id: str
    name: str
    span: Span
    when: When
    days: DateRange | None
    state: State | None
    label: str
    environments: tuple[str, ...]
    where: str
    impact: Impact | None
    facts: str
    note: Sentence
    anchor: str
    is_overdue: bool
    is_as_planned: bool
    is_open_ended: bool

    @property
    def cancelled(self) -> bool:
        return self.state is State.CANCELLED

    @property
    def icon(self) -> str:
        """The symbol: maintenance without an outage has one of its own."""
        is_minor = self.kind is Kind.MAINTENANCE and self.impact is not Impact.OUTAGE
        return "minor" if is_minor else self.kind.value

    @property
    def ends(self) -> str:
        """In ISO 8601, for the browser."""
        return utc_text(self.span.end)

    @property
    def starts(self) -> str:
        """In ISO 8601, for the browser."""
        return utc_text(self.span.start)


def items_from(situation: Situation, dates: Dates, first: date, length: timedelta) -> tuple[PageItem, ...]:
    """What shares an instant with the ``length`` from the beginning of ``first`` in the calendar's zone."""
    start = span_of_day(first, dates).start
    return tuple(page_item(each, situation, dates) for each in upcoming(situation, start, length))


def items_around(
    situation: Situation, dates: Dates, days: DateRange
) -> tuple[tuple[PageItem, ...], tuple[PageItem, ...]]:
    """What shares an instant with those days in the calendar's zone; and all that does so in any zone."""
    whole = days_span(days, dates.zone)
    length = days.last - days.first + 2 * _ZONE_MARGIN
    around = items_from(situation, dates, days.first - _ZONE_MARGIN, length + _ZONE_MARGIN)
    return tuple(each for each in around if whole is not None and each.span.overlaps(whole)), around


def span_of_day(day: date, dates: Dates) -> Span:
    """That day in the calendar's zone, or the next one where the zone skips it."""
    return days_span(DateRange(first=day, last=day), dates.zone) or span_of_day(day + timedelta(days=1), dates)


def in_progress(situation: Situation, dates: Dates) -> Iterator[PageItem]:
    """The changes that are in progress, also after their planned end."""
    for change in situation.public_changes():
        if change.state is State.IN_PROGRESS:
            yield page_item(item_of(change), situation, dates)


def distinct(items: Iterable[PageItem]) -> tuple[PageItem, ...]:
    """Each item once, by start."""
    by_key = {(each.kind, each.id, each.environments, each.span.start): each for each in items}
    return tuple(sorted(by_key.values(), key=lambda each: (each.span.start, each.kind, each.name, each.id)))


def page_item(item: UpcomingItem, situation: Situation, dates: Dates) -> PageItem:
    """An upcoming item of that situation in words."""
    say, schedule = dates.language.say, situation.schedule
    names = environments_text(schedule, item.environments)
    where = names if len(item.environments) < len(schedule.environments) else ""
    kind = say(KIND_NAMES[item.kind])
    facts = [
        kind if item.name not in {"", kind} else "",
        names if item.kind is not Kind.FREEZE or where else "",
        say(IMPACT_NAMES[item.impact]) if item.impact is not None else "",
    ]
    days = _whole_days(item, dates)
    return PageItem(
        kind=item.kind,
        id=item.id,
        name=name_in_words(item.kind, item.name, dates.language),
        span=item.span,
        when=_when(item, days, dates),
        days=days,
        state=item.state,
        label=_label(item, dates),
        environments=item.environments,
        where=where,
        impact=item.impact,
        facts=" · ".join(filter(None, facts)),
        note=_note(item, situation, dates),
        anchor=change_anchor(item.kind, item.id) if item.kind in PREFIXES else "",
        is_overdue=item.state is State.IN_PROGRESS and item.span.end <= situation.now,
        is_as_planned=item.is_as_planned,
        is_open_ended=item.is_open_ended,
    )


def _whole_days(item: UpcomingItem, dates: Dates) -> DateRange | None:
    if item.days is None or item.is_open_ended or days_span(item.days, dates.zone) != item.span:
        return None
    return item.days


def _when(item: UpcomingItem, days: DateRange | None, dates: Dates) -> When:
    if item.is_open_ended:
        return time_from(item.span.start, dates)
    return dates.days(days) if days is not None else dates.span(item.span)


def _label(item: UpcomingItem, dates: Dates) -> str:
    if item.state is None or item.state is State.CONFIRMED:
        return ""
    return dates.language.say(STATE_NAMES[item.state] if item.kind in PREFIXES else CANCELLED_WINDOW)


def _note(item: UpcomingItem, situation: Situation, dates: Dates) -> Sentence:
    if item.kind is Kind.FREEZE:
        return (item.reason,) if item.reason else ()
    if item.kind is not Kind.MAINTENANCE:
        return ()
    if item.moved_from is not None:
        original = instant_of(item.moved_from, situation.schedule.window(item.id).zone)
        return with_times(moved_note(PLACE, item.reason, dates.language), [moment_of(original, dates)])
    return (skipped_note(item.reason, dates.language),) if item.reason else ()
