"""What the pages list: windows, freezes and changes in words, with their instants for the browser."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from icsfeed.domain.changes import PREFIXES, State, is_recorded
from icsfeed.domain.civil import days_span
from icsfeed.domain.feeds import Kind
from icsfeed.domain.situation import Situation
from icsfeed.domain.spans import DateRange, Span
from icsfeed.publication.pages.policies import environments_text
from icsfeed.services.upcoming import UpcomingItem, item_of, upcoming, utc_text
from icsfeed.words.dates import Dates, When
from icsfeed.words.events import moved_note, skipped_note
from icsfeed.words.terms import CANCELLED_WINDOW, IMPACT_NAMES, KIND_NAMES, STATE_NAMES

_ZONE_MARGIN = timedelta(days=2)
"""More than the dates of any two zones differ by."""


@dataclass(frozen=True, kw_only=True, slots=True)
class PageItem:
    """A window, freeze or change in words.

    ``days`` are a freeze's; ``anchor`` is the id of its announcement in the page; ``state`` is as recorded. A change
    that ``is_overdue`` is in progress, although it was to end before.
    """

    kind: Kind
    name: str
    span: Span
    when: When
    days: DateRange | None
    state: State | None
    label: str
    facts: str
    note: str
    anchor: str
    is_overdue: bool

    @property
    def cancelled(self) -> bool:
        return self.state is State.CANCELLED

    @property
    def ends(self) -> str:
        """In ISO 8601, for the browser."""
        return utc_text(self.span.end)

    @property
    def starts(self) -> str:
        """In ISO 8601, for the browser."""
        return utc_text(self.span.start)

    def for_browser(self) -> dict[str, object]:
        """What the browser needs to show it in another zone, and to count down to it."""
        return {
            "kind": self.kind.value,
            "name": self.name,
            "start": self.starts,
            "end": self.ends,
            "state": self.state.value if self.state else "",
            "label": self.label,
            "day": self.when.day,
            "hours": self.when.hours,
            "anchor": self.anchor,
        }


def items_from(situation: Situation, dates: Dates, first: date, length: timedelta) -> tuple[PageItem, ...]:
    """What shares an instant with the ``length`` from the beginning of ``first`` in the calendar's zone."""
    start = span_of_day(first, dates).start
    return tuple(_page_item(each, situation, dates) for each in upcoming(situation, start, length))


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
            yield _page_item(item_of(change), situation, dates)


def anchor_of(kind: Kind, change_id: str) -> str:
    """The id of a change within a page; one from the schedule file gets a prefix that keeps it apart from others."""
    return change_id.lower() if is_recorded(kind, change_id) else f"{kind}.{change_id}"


def distinct(items: Iterable[PageItem]) -> tuple[PageItem, ...]:
    """Each item once, by start."""
    by_key = {(each.kind, each.anchor, each.name, each.span.start): each for each in items}
    return tuple(sorted(by_key.values(), key=lambda each: (each.span.start, each.kind, each.name)))


def _page_item(item: UpcomingItem, situation: Situation, dates: Dates) -> PageItem:
    say = dates.language.say
    kind = say(KIND_NAMES[item.kind])
    facts = [
        kind if kind != item.name else "",
        environments_text(situation.schedule, item.environments),
        say(IMPACT_NAMES[item.impact]) if item.impact is not None else "",
    ]
    return PageItem(
        kind=item.kind,
        name=item.name,
        span=item.span,
        when=dates.days(item.days) if item.days is not None else dates.span(item.span),
        days=item.days,
        state=item.state,
        label=_label(item, dates),
        facts=" · ".join(filter(None, facts)),
        note=_note(item, dates),
        anchor=anchor_of(item.kind, item.id) if item.kind in PREFIXES else "",
        is_overdue=item.state is State.IN_PROGRESS and item.span.end <= situation.now,
    )


def _label(item: UpcomingItem, dates: Dates) -> str:
    if item.state is None or item.state is State.CONFIRMED:
        return ""
    return dates.language.say(STATE_NAMES[item.state] if item.kind in PREFIXES else CANCELLED_WINDOW)


def _note(item: UpcomingItem, dates: Dates) -> str:
    if item.kind is not Kind.MAINTENANCE:
        return ""
    local = item.moved_from
    if local is not None:
        original = f"{dates.day(local.date())}, {dates.clock(local)}"
        return moved_note(original, item.reason, dates.language)
    return skipped_note(item.reason, dates.language) if item.reason else ""
