"""The publication: everything public, as a mapping from path to representation.

A pure function of the schedule, the record and the instant asked for. Whatever carries it (a server, a folder, one
command's output) only copies bytes, so no two carriers can differ.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache, partial

from icsfeed.domain.revisions import is_private_key
from icsfeed.domain.schedule import Schedule, start_of_year
from icsfeed.domain.situation import Situation
from icsfeed.domain.views import schedule_view
from icsfeed.ical.limits import may_exceed
from icsfeed.ical.series import Rendering
from icsfeed.publication.atom_feed import atom_makers
from icsfeed.publication.badges.images import badge_makers
from icsfeed.publication.change_calendars import change_calendar_makers, change_calendar_turns
from icsfeed.publication.editions import Edition, editions, turns_of_today
from icsfeed.publication.feeds import feed_makers
from icsfeed.publication.interop.formats import interop_makers
from icsfeed.publication.json_feed import json_makers
from icsfeed.publication.json_schemas import schema_makers
from icsfeed.publication.maintnote_feeds import maintnote_makers, maintnote_turns
from icsfeed.publication.pages.private_site import PrivatePage, private_page
from icsfeed.publication.pages.site import page_makers
from icsfeed.publication.reminders.makers import own_reminders, reminder_makers
from icsfeed.publication.representations import Maker, Representation, Representations
from icsfeed.publication.statuspage.documents import statuspage_makers
from icsfeed.services.events import PublishedEvents, publish_events
from icsfeed.words.languages import folder_of, languages_named


@dataclass(frozen=True, kw_only=True, slots=True)
class Publication:
    """The public paths of a schedule, true until ``fresh_until``: the next instant at which time alone changes them.

    ``private`` has, by its slug, each private feed at the paths that it would have if it were public; only its
    subscribers get it. ``private_page`` gives the page for the subscribers of a feed in the language of a folder.

    ``template_mistakes`` renders the reminders' own templates, and gives what is wrong with them.

    ``changed_at`` is when the schedule or the record last changed, ``last_modified`` the date that clients are told
    (whole seconds; ``None``: not yet).
    """

    events: PublishedEvents
    representations: Mapping[str, Representation]
    private: Mapping[str, Mapping[str, Representation]]
    private_page: Callable[[str, str], PrivatePage | None]
    changed_at: datetime
    fresh_until: datetime
    last_modified: datetime | None = None
    template_mistakes: Callable[[], tuple[str, ...]] = tuple

    @property
    def schedule(self) -> Schedule:
        """What is public of the schedule."""
        return self.events.schedule

    def paths_of(self, slug: str) -> Mapping[str, Representation]:
        """The representations among which those of that feed are; the public ones, unless it is private."""
        return self.private.get(slug, self.representations)

    def shows_same_as(self, earlier: Publication) -> bool:
        """Whether only what is private has changed in the schedule and the record."""
        has_private = any(each.events.whole is not each.events.situation for each in (self, earlier))
        return has_private and _public_state(self.events) == _public_state(earlier.events)

    def is_fresh(self, now: datetime) -> bool:
        """Whether it is true at that instant; it never is before its own, which the clock said when it was ahead."""
        return self.events.situation.now <= now < self.fresh_until


def _public_state(events: PublishedEvents) -> tuple[object, ...]:
    record = events.situation.record
    ledger = {key: lines for key, lines in record.ledger.items() if not is_private_key(key)}
    # The view is the same whether or not there is anything that it leaves out.
    schedule = schedule_view(events.whole.schedule, frozenset())
    return schedule, record.changes, record.adjustments, record.freezes, record.release, ledger


def publish(
    situation: Situation,
    *,
    changed_at: datetime,
    before: PublishedEvents | None = None,
    base_url: str = "",
    is_live: bool = True,
    template_patience: float | None = None,
) -> Publication:
    """Everything public; ``changed_at`` is when the schedule was last changed (aware).

    ``before`` are the events of an earlier publication: what is the same is not made again. ``base_url`` is where
    customers reach it, if the schedule does not say. A carrier that can't replace what time alone changes makes a
    publication that is not ``is_live``. One whose readers must not wait limits the time for reminders' own templates
    to ``template_patience`` (seconds).
    """
    base_url = situation.schedule.calendar.url or base_url.rstrip("/")
    events = publish_events(situation, before=before)
    situation = events.situation
    now, years = situation.now, situation.published_years
    start, end = (start_of_year(year, situation.zone) for year in (years[1], years[2]))
    turns = (*_turns(events), *change_calendar_turns(events), *maintnote_turns(events))
    of_private = [turn for view in events.private.values() for turn in (*_turns(view), *turns_of_today(view.situation))]
    public_editions = editions(situation, base_url=base_url, is_live=is_live)
    own = own_reminders(public_editions, patience=template_patience)
    makers: dict[str, Maker] = {
        **dict(every_feed(events, base_url)),
        **dict(schema_makers()),
        **dict(change_calendar_makers(events)),
        **dict(interop_makers(events)),
        **dict(_status_makers(events, public_editions)),
        **{path: maker for edition in public_editions for path, maker in reminder_makers(edition, own)},
    }
    # The pages link to nothing else than what is published.
    makers |= dict(page_makers(public_editions, makers))
    return Publication(
        events=events,
        template_mistakes=own.messages,
        representations=Representations(makers),
        private={slug: Representations(dict(every_feed(view, base_url))) for slug, view in events.private.items()},
        private_page=cache(partial(_private_page, events, base_url, is_live)),
        changed_at=max([changed_at, situation.record.changed_at, start, *(turn for turn in turns if turn <= now)]),
        fresh_until=min([end, *(turn for turn in (*turns, *turns_of_today(situation), *of_private) if turn > now)]),
    )


def every_feed(events: PublishedEvents, base_url: str = "") -> Iterator[tuple[str, Maker]]:
    """Every feed in every language of the calendar, by path."""
    languages = languages_named(events.schedule.calendar.languages)
    slugs = [feed.slug for feed in events.schedule.feeds]
    for language in languages:
        translated, folder = cache(partial(events.in_language, language.code)), folder_of(language, languages)
        yield from feed_makers(translated, slugs, folder)
        yield from maintnote_makers(events, translated, folder)
        yield from json_makers(translated, slugs, folder)
        yield from atom_makers(translated, slugs, folder, base_url=base_url)


def _status_makers(events: PublishedEvents, every_edition: Iterable[Edition]) -> Iterator[tuple[str, Maker]]:
    """What other programs and sites show of the calendar, in every language, by path."""
    for edition in every_edition:
        yield from statuspage_makers(edition, cache(partial(events.in_language, edition.language.code)))
        yield from badge_makers(edition)


def _private_page(
    events: PublishedEvents,
    base_url: str,
    is_live: bool,  # noqa: FBT001  (a partial function's)
    slug: str,
    folder: str,
) -> PrivatePage | None:
    view = events.private.get(slug, events)
    feed = next((feed for feed in view.schedule.feeds if feed.slug == slug), None)
    if feed is None:
        return None
    own = editions(view.situation.narrowed_to(feed), base_url=base_url, is_live=is_live)
    edition = next((each for each in own if each.folder == folder), None)
    return private_page(edition, edition.situation.schedule.feed(slug)) if edition is not None else None


def _turns(events: PublishedEvents) -> Iterator[datetime]:
    """The instants at which time alone changes the feeds."""
    for event in events.every():
        if event.lapses is not None:
            yield event.lapses
    yield from events.situation.clock_turns()
    # The expanded rendering has the most events, so that it mostly decides by their number.
    if any(may_exceed(events.of(rendering)) for rendering in (Rendering.EXPANDED, Rendering.SERIES)):
        yield from (event.span.end for event in events.every())
