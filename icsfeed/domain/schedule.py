"""The schedule: a vendor's maintenance policy as one value."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import cached_property
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from icsfeed.domain.channels import Channel, MailSettings, NoticePeriods
from icsfeed.domain.civil import instant_of, local_date, midnight
from icsfeed.domain.errors import BadInputError, NotFoundError
from icsfeed.domain.feeds import ALL, Environment, Feed, Kind, public_ids
from icsfeed.domain.freezes import ChangeFreeze
from icsfeed.domain.operator_settings import OperatorSettings
from icsfeed.domain.peak_hours import PeakHours
from icsfeed.domain.reminder_templates import NO_TEMPLATES, ReminderTemplates
from icsfeed.domain.spans import Span
from icsfeed.domain.texts import quoted
from icsfeed.domain.translated_texts import DEFAULT_LANGUAGES
from icsfeed.domain.translations import schedule_in_language
from icsfeed.domain.windows import MaintenanceWindow

if TYPE_CHECKING:
    from icsfeed.domain.changes import Change

SINGLE_TABLES: Final = ("calendar", "reminders", "notice", "mail", "operators")
"""The tables of the schedule file of which there is one, whose keys are named ``calendar.url``, say."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Organizer:
    """The contact for customers (RFC 5545, section 3.8.4.3)."""

    name: str
    email: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Calendar:
    """The settings of the whole calendar: its name, the vendor's zone, the right-hand side of every UID.

    ``languages`` are those of everything public (BCP 47), the default first. ``vendor`` and what follows say what
    customers' pages look like: ``logo`` and ``support_url`` are URLs, ``color`` is a CSS name or ``#rrggbb``,
    ``embed_in`` are the origins of the sites that may show them in a frame. ``database`` is the URL of the database, or
    ``env:`` and the variable that holds it; it may hold a password.
    """

    name: str
    zone: ZoneInfo
    uid_domain: str
    url: str = ""
    description: str = ""
    organizer: Organizer | None = None
    vendor: str = ""
    logo: str = ""
    color: str = ""
    support_url: str = ""
    embed_in: tuple[str, ...] = ()
    database: str = field(default="", repr=False)
    languages: tuple[str, ...] = DEFAULT_LANGUAGES


@dataclass(frozen=True, kw_only=True)
class Schedule:
    """A maintenance policy. Its parts are sorted by id, whatever the order in which they are given.

    Only people see windows and freezes in the given order, for which ``window_order`` and ``freeze_order`` are their
    ids; what is published for programs, and equality, does not depend on it.

    The first of the ``feeds`` is always `all`, which has everything public. ``changes`` are those that stand in the
    schedule file; others are recorded. ``private_feed`` is the slug of the private feed whose subscribers see no more
    than this (empty: it is the whole, or what the public sees). Its texts are in ``language`` (by default the
    calendar's first); ``translations`` are the same schedule in other languages, as far as any text differs.
    ``provider`` is what MAINTNOTE calls the vendor (empty: by the calendar's ``uid_domain``).
    ``channels`` and ``mail`` are where announcements are sent. A view has no channels, and of ``mail`` only what the
    form needs, nor ``operators``. ``notice`` is how long ahead customers were promised to hear of changes.
    """

    calendar: Calendar
    environments: tuple[Environment, ...]
    windows: tuple[MaintenanceWindow, ...] = ()
    freezes: tuple[ChangeFreeze, ...] = ()
    feeds: tuple[Feed, ...] = ()
    peak_hours: PeakHours | None = None
    provider: str = ""
    changes: tuple[Change, ...] = ()
    private_feed: str = ""
    reminders: ReminderTemplates = NO_TEMPLATES
    channels: tuple[Channel, ...] = ()
    mail: MailSettings | None = None
    notice: NoticePeriods | None = None
    operators: OperatorSettings | None = None
    language: str = ""
    translations: Mapping[str, Schedule] = field(default_factory=dict, repr=False)
    environment_order: tuple[str, ...] = field(default=(), compare=False, repr=False)
    window_order: tuple[str, ...] = field(default=(), compare=False, repr=False)
    freeze_order: tuple[str, ...] = field(default=(), compare=False, repr=False)

    def __post_init__(self) -> None:
        # A schedule that is made from another has its parts by id, and inherits the order.
        if not self.environment_order:
            object.__setattr__(self, "environment_order", tuple(each.id for each in self.environments))
        if not self.window_order:
            object.__setattr__(self, "window_order", tuple(window.id for window in self.windows))
        if not self.freeze_order:
            object.__setattr__(self, "freeze_order", tuple(freeze.id for freeze in self.freezes))
        object.__setattr__(self, "language", self.language or self.calendar.languages[0])
        for name in ("environments", "windows", "freezes", "changes", "channels"):
            parts = tuple(sorted(getattr(self, name), key=lambda part: part.id))
            object.__setattr__(self, name, parts)
            _require_distinct(name, (part.id for part in parts))
        every = Feed(
            slug=ALL,
            name=self.calendar.name,
            environments=self.public_environments,
            kinds=frozenset(Kind),
        )
        others = sorted((feed for feed in self.feeds if feed.slug != ALL), key=lambda feed: feed.slug)
        _require_distinct("feeds", (feed.slug for feed in others))
        object.__setattr__(self, "feeds", (every, *others))

    @property
    def maintnote_provider(self) -> str:
        return self.provider or self.calendar.uid_domain

    def feed(self, slug: str) -> Feed:
        """The feed of that slug.

        Raises:
            NotFoundError: where there is none; the message lists the feeds.
        """
        for feed in self.feeds:
            if feed.slug == slug:
                return feed
        slugs = ", ".join(feed.slug for feed in self.feeds)
        msg = f"there is no feed {quoted(slug)}; this schedule has {slugs}"
        raise NotFoundError(msg)

    def window(self, window_id: str) -> MaintenanceWindow:
        """The maintenance window of that id.

        Raises:
            NotFoundError: where there is none; the message lists the windows.
        """
        if window_id in self.windows_by_id:
            return self.windows_by_id[window_id]
        ids = ", ".join(window.id for window in self.windows) or "none"
        msg = f"there is no maintenance window {quoted(window_id)}; this schedule has {ids}"
        raise NotFoundError(msg)

    def environments_named(self, ids: Collection[str]) -> frozenset[str]:
        """Those environments or, where ``ids`` names none, all public ones.

        Raises:
            NotFoundError: where one is unknown; the message lists the environments.
        """
        names = self.environment_names
        for each in ids:
            if each not in names:
                msg = f"there is no environment {quoted(each)}; this schedule has {', '.join(names)}"
                raise NotFoundError(msg)
        return frozenset(ids) or self.public_environments

    @cached_property
    def public_environments(self) -> frozenset[str]:
        """The ids of the environments that are meant where none is named."""
        return public_ids(self.environments)

    def shows_private(self, environments: Collection[str]) -> bool:
        """Whether this is what the subscribers of a private feed see, and one of those environments is private."""
        return bool(self.private_feed) and not self.public_environments.issuperset(environments)

    @cached_property
    def placed_freezes(self) -> tuple[ChangeFreeze, ...]:
        """The change freezes with their environments: one that names none freezes all that are public."""
        public = self.public_environments
        return tuple(each if each.environments else replace(each, environments=public) for each in self.freezes)

    def in_language(self, language: str) -> Schedule:
        """The schedule with its texts in that language, as far as they are translated; and back again, itself."""
        if language == self.language:
            return self
        if language not in self._in_languages:
            translated = schedule_in_language(self, language)
            translated._in_languages[self.language] = self  # noqa: SLF001  (its own class)
            self._in_languages[language] = translated
        return self._in_languages[language]

    @cached_property
    def _in_languages(self) -> dict[str, Schedule]:
        return {}

    @cached_property
    def windows_by_id(self) -> dict[str, MaintenanceWindow]:
        return {window.id: window for window in self.windows}

    @cached_property
    def freezes_by_id(self) -> dict[str, ChangeFreeze]:
        return {freeze.id: freeze for freeze in self.freezes}

    @property
    def windows_as_given(self) -> tuple[MaintenanceWindow, ...]:
        """The windows in the order in which they were given."""
        return tuple(sorted(self.windows, key=lambda window: _place(window.id, self.window_order)))

    @property
    def freezes_as_given(self) -> tuple[ChangeFreeze, ...]:
        """The change freezes with their environments, in the order in which they were given."""
        return tuple(sorted(self.placed_freezes, key=lambda freeze: _place(freeze.id, self.freeze_order)))

    @cached_property
    def environment_names(self) -> dict[str, str]:
        return {environment.id: environment.name for environment in self.environments}


def _place(part_id: str, order: tuple[str, ...]) -> int:
    return order.index(part_id) if part_id in order else len(order)


def _require_distinct(what: str, names: Iterable[str]) -> None:
    repeated = [name for name, count in Counter(names).items() if count > 1]
    if repeated:
        msg = f"two {what} are called {quoted(repeated[0])}"
        raise BadInputError(msg)


def start_of_year(year: int, zone: ZoneInfo) -> datetime:
    """The instant (UTC) at which that year begins in ``zone``."""
    return instant_of(midnight(date(year, 1, 1)), zone)


def published_years(now: datetime, zone: ZoneInfo) -> range:
    """The calendar years that feeds show: last year, this year and next year in ``zone``."""
    year = local_date(now, zone).year
    return range(year - 1, year + 2)


def published_span(now: datetime, zone: ZoneInfo) -> Span:
    """The time that feeds show: from 1 January of last year to 31 December of next year in ``zone``."""
    years = published_years(now, zone)
    return Span(start=start_of_year(years[0], zone), end=start_of_year(years[-1] + 1, zone))


def shows_change(published: Span, change: Change) -> bool:
    """Whether feeds of that published span show the change: whether it ends in the span, or is in progress."""
    return change.is_in_progress or published.start < change.shown_span.end <= published.end
