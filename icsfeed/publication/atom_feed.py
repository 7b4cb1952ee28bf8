"""Feeds as Atom (RFC 4287): what was announced, the latest first. Regular windows are no news, and not in it.

Every date is from the record and none from a clock, so the same record is the same bytes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from html import escape
from typing import Final
from uuid import NAMESPACE_DNS, uuid5
from zoneinfo import ZoneInfo

from feedgen.feed import FeedGenerator

from icsfeed.domain.changes import Change, State, Update
from icsfeed.domain.feeds import Feed, Kind
from icsfeed.domain.occurrences import Occurrence, Skipped
from icsfeed.domain.revisions import revision_of
from icsfeed.domain.schedule import Schedule, start_of_year
from icsfeed.domain.spans import Span
from icsfeed.domain.times import instant_text, span_text
from icsfeed.ical.series import Rendering, Single
from icsfeed.ical.vevents import IMPACT_WORDS, SUMMARY_PREFIXES, summary
from icsfeed.publication.representations import Maker, Representation
from icsfeed.services.events import PublishedEvents

CONTENT_TYPE: Final = "application/atom+xml; charset=utf-8"
MOST_ENTRIES: Final = 100
"""Readers take a feed for its news; the calendar has all."""

_NOT_IN_XML: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What no XML 1.0 document can hold, however it is escaped (section 2.2)."""


def atom_path(slug: str) -> str:
    """Where a feed's announcements are published."""
    return f"/feeds/{slug}.atom"


def atom_makers(events: PublishedEvents, *, base_url: str) -> Iterator[tuple[str, Maker]]:
    """Every feed's announcements, by path."""
    for feed in events.schedule.feeds:
        yield atom_path(feed.slug), partial(_atom, events, feed, base_url)


@dataclass(frozen=True, kw_only=True, slots=True)
class _News:
    """An announcement: ``uid`` is its event's, ``content`` HTML."""

    uid: str
    kind: Kind
    environments: frozenset[str]
    title: str
    content: str
    updated: datetime
    published: datetime | None = None


def _atom(events: PublishedEvents, feed: Feed, base_url: str) -> Representation:
    schedule = events.schedule
    news = [*_changes(events), *_adjustments(events)]
    selected = [each for each in news if feed.selects(each.kind, each.environments)]
    selected.sort(key=lambda each: (-each.updated.timestamp(), each.uid))
    atom = FeedGenerator()
    atom.id(_urn(schedule, atom_path(feed.slug)))
    atom.title(_xml(feed.name))
    atom.subtitle(_xml(feed.description or schedule.calendar.description) or None)
    atom.author(name=_xml(schedule.calendar.organizer.name if schedule.calendar.organizer else schedule.calendar.name))
    atom.generator("icsfeed")
    atom.language("en")
    site = (schedule.calendar.url or base_url).rstrip("/")
    # Where nobody says where customers reach it, the links are relative to this feed (RFC 3986, section 4.2).
    home = f"{site}/" if site else "../"
    atom.link(href=f"{site}{atom_path(feed.slug)}" if site else f"{feed.slug}.atom", rel="self")
    atom.link(href=home, rel="alternate", type="text/html")
    # Always set: feedgen takes the clock's time otherwise.
    first = start_of_year(events.situation.published_years[0], schedule.calendar.zone)
    atom.updated(selected[0].updated if selected else first)
    for each in selected[:MOST_ENTRIES]:
        _add(atom, schedule, each, home)
    return Representation(body=atom.atom_str(pretty=True), content_type=CONTENT_TYPE)


def _add(atom: FeedGenerator, schedule: Schedule, news: _News, home: str) -> None:
    entry = atom.add_entry(order="append")
    entry.id(_urn(schedule, news.uid))
    entry.title(_xml(news.title))
    entry.updated(news.updated)
    entry.published(news.published)
    entry.category(term=news.kind.value)
    entry.link(href=home, rel="alternate", type="text/html")
    entry.content(_xml(news.content), type="html")


def _urn(schedule: Schedule, name: str) -> str:
    """A name-based identifier (RFC 9562, section 5.5) below the domain of the calendar's UIDs; it never changes."""
    return uuid5(uuid5(NAMESPACE_DNS, schedule.calendar.uid_domain), name).urn


def _xml(text: str) -> str:
    return _NOT_IN_XML.sub("\ufffd", text)


def _changes(events: PublishedEvents) -> Iterator[_News]:
    for event in events.changes.values():
        if isinstance(change := event.source, Change):
            yield _News(
                uid=event.uid,
                kind=change.kind,
                environments=change.plan.environments,
                title=summary(event.facts),
                content=_told_of(events.schedule, change),
                updated=change.latest.at.replace(microsecond=0),
                published=change.announced_at.replace(microsecond=0),
            )


def _told_of(schedule: Schedule, change: Change) -> str:
    """What holds now, then the updates, the latest first; who made them is nobody's business."""
    plan, zone = change.plan, schedule.calendar.zone
    names = schedule.environment_names
    facts = [
        f"When: {span_text(plan.span, zone)}",
        f"Environments: {', '.join(names.get(each, each) for each in sorted(plan.environments))}",
        f"Impact: {IMPACT_WORDS[plan.impact]}",
        f"State: {change.state}",
        f"Number: {change.id}",
    ]
    if plan.reason:
        facts.append(f"Reason: {plan.reason}")
    ticket = escape(plan.ticket)
    link = f'<p>Ticket: <a href="{ticket}">{ticket}</a></p>' if ticket else ""
    steps = [_step(schedule, change, update) for update in reversed(change.updates)]
    return f"<p>{_lines(facts)}</p>{link}{''.join(steps)}"


def _step(schedule: Schedule, change: Change, update: Update) -> str:
    zone = schedule.calendar.zone
    altered = []
    for each in change.alterations(update.number):
        if isinstance(each.after, Span):
            altered.append(f"Moved to {span_text(each.after, zone)}")
        elif each.what != "state":
            altered.append(f"New {each.what}: {_words(schedule, each.after)}")
    when = f"<strong>{escape(instant_text(update.at, zone))}, {update.state}</strong>"
    return f"<p>{'<br/>'.join([when, *map(_html, filter(None, [update.message, *altered]))])}</p>"


def _words(schedule: Schedule, value: object) -> str:
    if isinstance(value, frozenset):
        return ", ".join(schedule.environment_names.get(each, each) for each in sorted(value))
    return str(value) or "none"


def _lines(texts: Iterable[str]) -> str:
    return "<br/>".join(_html(text) for text in texts)


def _html(text: str) -> str:
    return escape(text).replace("\n", "<br/>")


def _adjustments(events: PublishedEvents) -> Iterator[_News]:
    """The occurrences that were moved, or skipped for subscribers to see, as far as the calendar shows them."""
    zone, ledger = events.situation.zone, events.situation.record.ledger
    for event in events.policy[Rendering.EXPANDED]:
        text = _told_of_occurrence(event.source.occurrence, zone) if isinstance(event.source, Single) else None
        if text is not None:
            title, content = text
            yield _News(
                uid=event.uid,
                kind=event.kind,
                environments=event.environments,
                title=title,
                content=content,
                updated=revision_of(event, ledger).at,
            )


def _told_of_occurrence(occurrence: Occurrence, zone: ZoneInfo) -> tuple[str, str] | None:
    window, span = occurrence.window, occurrence.policy.span
    if span is None:
        return None
    due = span_text(span, zone)
    if isinstance(occurrence.excluded, Skipped):
        text = [f"The maintenance of {due} does not take place.", occurrence.excluded.reason]
        return f"{SUMMARY_PREFIXES[State.CANCELLED]}{window.name}, {due}", f"<p>{_lines(text)}</p>"
    if occurrence.moved is not None and occurrence.excluded is None:
        to = span_text(occurrence.moved.to, zone)
        text = [f"The maintenance of {due} takes place {to} instead.", occurrence.moved.reason]
        return f"Moved: {window.name}, {to}", f"<p>{_lines(text)}</p>"
    return None
