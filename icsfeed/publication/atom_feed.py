"""Feeds as Atom (RFC 4287): announcements, the latest first, without regular windows.

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

from feedgen.feed import FeedGenerator

from icsfeed.domain.changes import Change, Step, Update
from icsfeed.domain.departures import Departure
from icsfeed.domain.event_facts import EventFacts
from icsfeed.domain.freezes import FrozenSpan
from icsfeed.domain.page_addresses import announcement_address
from icsfeed.domain.recorded_freezes import RecordedFreeze
from icsfeed.domain.revisions import revision_of
from icsfeed.domain.schedule import Schedule, start_of_year
from icsfeed.ical.events import CalendarEvent
from icsfeed.ical.series import Rendering, Single
from icsfeed.publication.feeds import EventsInLanguage
from icsfeed.publication.representations import Maker, Representation
from icsfeed.services.events import PublishedEvents
from icsfeed.words.adjustments import adjustment_news
from icsfeed.words.events import departure_lines, event_title, freeze_news_lines, label_line, news_lines
from icsfeed.words.feeds import feed_in_words
from icsfeed.words.languages import Language, language_named, uncapitalized
from icsfeed.words.terms import STATE_NAMES
from icsfeed.words.times import instant_in_words, span_in_words
from icsfeed.words.updates import alteration_texts, update_title

CONTENT_TYPE: Final = "application/atom+xml; charset=utf-8"
MAX_ENTRIES: Final = 100
"""News readers show the latest entries; the calendar has them all."""

_NOT_IN_XML: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that XML 1.0 does not allow, even escaped (section 2.2)."""


def atom_path(slug: str, folder: str = "") -> str:
    """The path of a feed; the ``folder`` is that of its language."""
    return f"/{folder}feeds/{slug}.atom"


def atom_makers(
    events: EventsInLanguage, slugs: Iterable[str], folder: str, *, base_url: str
) -> Iterator[tuple[str, Maker]]:
    """The feeds of those slugs in one language, whose folder that is, by path."""
    for slug in slugs:
        yield atom_path(slug, folder), partial(_atom, events, slug, folder, base_url)


@dataclass(frozen=True, kw_only=True, slots=True)
class _News:
    """An announcement; ``content`` is HTML."""

    event: CalendarEvent
    title: str
    content: str
    updated: datetime
    published: datetime | None = None


def _atom(events_in_language: EventsInLanguage, slug: str, folder: str, base_url: str) -> Representation:
    events = events_in_language()
    schedule, language = events.schedule, language_named(events.schedule.language)
    feed = feed_in_words(schedule.feed(slug), schedule, language)
    news = [
        *_changes(events, language),
        *_departures(events, language),
        *_adjustments(events, language),
        *_freezes(events, language),
    ]
    selected = [each for each in news if each.event.belongs_to(feed)]
    selected.sort(key=lambda each: (-each.updated.timestamp(), each.event.uid))
    atom = FeedGenerator()
    atom.id(_urn(schedule, atom_path(slug, folder)))
    atom.title(_xml(feed.name))
    atom.subtitle(_xml(feed.description or schedule.calendar.description) or None)
    atom.author(name=_xml(schedule.calendar.organizer.name if schedule.calendar.organizer else schedule.calendar.name))
    atom.generator("icsfeed")
    atom.language(language.code)
    site = (schedule.calendar.url or base_url).rstrip("/")
    # Without the address of the site, links are relative to this feed (RFC 3986, section 4.2).
    home = f"{site}/{folder}" if site else "../"
    atom.link(href=f"{site}{atom_path(slug, folder)}" if site else f"{slug}.atom", rel="self")
    atom.link(href=home, rel="alternate", type="text/html")
    # Always set: otherwise feedgen reads the clock.
    first = start_of_year(events.situation.published_years[0], schedule.calendar.zone)
    atom.updated(selected[0].updated if selected else first)
    for each in selected[:MAX_ENTRIES]:
        _add(atom, schedule, each, home)
    return Representation(body=atom.atom_str(pretty=True), content_type=CONTENT_TYPE, language=language.code)


def _add(atom: FeedGenerator, schedule: Schedule, news: _News, home: str) -> None:
    entry = atom.add_entry(order="append")
    entry.id(_urn(schedule, news.event.uid))
    entry.title(_xml(news.title))
    entry.updated(news.updated)
    entry.published(news.published)
    entry.category(term=news.event.kind.value)
    source = news.event.source
    change = source.change if isinstance(source, Departure) else source
    address = announcement_address(home, change) if isinstance(change, Change) else home
    entry.link(href=address, rel="alternate", type="text/html")
    entry.content(_xml(news.content), type="html")


def _urn(schedule: Schedule, name: str) -> str:
    """A name-based identifier (RFC 9562, section 5.5) below the domain of the calendar's UIDs; it never changes."""
    return uuid5(uuid5(NAMESPACE_DNS, schedule.calendar.uid_domain), name).urn


def _xml(text: str) -> str:
    return _NOT_IN_XML.sub("\ufffd", text)


def _changes(events: PublishedEvents, language: Language) -> Iterator[_News]:
    for event in events.changes.values():
        if isinstance(change := event.source, Change):
            yield _News(
                event=event,
                title=event_title(event.facts, language),
                content=_content_of(events.schedule, change, event.facts, language),
                updated=change.latest.at.replace(microsecond=0),
                published=change.announced_at.replace(microsecond=0),
            )


def _departures(events: PublishedEvents, language: Language) -> Iterator[_News]:
    """The changes that have left a feed's environments: what is news of them elsewhere is none there."""
    for event in (each for departed in events.departures.values() for each in departed):
        if isinstance(departure := event.source, Departure):
            yield _News(
                event=event,
                title=event_title(event.facts, language),
                content=f"<p>{_lines(departure_lines(event.facts, language))}</p>",
                updated=departure.at.replace(microsecond=0),
                published=departure.change.announced_at.replace(microsecond=0),
            )


def _freezes(events: PublishedEvents, language: Language) -> Iterator[_News]:
    """The freezes that operators started; those of the schedule are no news."""
    for event in events.policy[Rendering.EXPANDED]:
        freeze = event.source.freeze if isinstance(event.source, FrozenSpan) else None
        if isinstance(freeze, RecordedFreeze):
            yield _News(
                event=event,
                title=event_title(event.facts, language)
                if freeze.ended_at is None
                else language.say("Change freeze ended"),
                content=f"<p>{_lines(freeze_news_lines(event.facts, language, events.situation.zone))}</p>",
                updated=(freeze.ended_at or freeze.started_at).replace(microsecond=0),
                published=freeze.started_at.replace(microsecond=0),
            )


def _content_of(schedule: Schedule, change: Change, facts: EventFacts, language: Language) -> str:
    """The current facts, then the updates, the latest first; who made an update is not published."""
    lines = news_lines(facts, language, schedule.calendar.zone)
    ticket = escape(facts.ticket)
    address = f'<a href="{ticket}">{ticket}</a>'
    label = escape(language.say("Ticket"))
    link = f"<p>{label_line(label, address, language)}</p>" if ticket else ""
    updates = [_update(schedule, change, update, language) for update in reversed(change.updates)]
    return f"<p>{_lines(lines)}</p>{link}{''.join(updates)}"


def _update(schedule: Schedule, change: Change, update: Update, language: Language) -> str:
    zone = schedule.calendar.zone
    alterations = alteration_texts(
        change,
        update.number,
        language,
        write_span=partial(span_in_words, zone=zone, language=language),
        environment_names=schedule.environment_names,
    )
    title = f"{instant_in_words(update.at, zone, language)}, {_step(change, update, language)}"
    heading = f"<strong>{escape(title)}</strong>"
    return f"<p>{'<br/>'.join([heading, *map(_html, filter(None, [update.message, *alterations]))])}</p>"


def _step(change: Change, update: Update, language: Language) -> str:
    """The state after the update, or what it took back."""
    if update.step in {Step.UNDO, Step.REDACT}:
        return uncapitalized(update_title(change, update, language))
    return uncapitalized(language.say(STATE_NAMES[update.state]))


def _lines(texts: Iterable[str]) -> str:
    return "<br/>".join(_html(text) for text in texts)


def _html(text: str) -> str:
    return escape(text).replace("\n", "<br/>")


def _adjustments(events: PublishedEvents, language: Language) -> Iterator[_News]:
    """The occurrences that were moved, or skipped visibly, as far as the calendar shows them."""
    zone, ledger = events.situation.zone, events.situation.record.ledger
    for event in events.policy[Rendering.EXPANDED]:
        news = adjustment_news(event.source.occurrence, language, zone) if isinstance(event.source, Single) else None
        if news is not None:
            yield _News(
                event=event,
                title=news.title,
                content=f"<p>{_lines([news.text, news.reason])}</p>",
                updated=revision_of(event, ledger).at,
            )
