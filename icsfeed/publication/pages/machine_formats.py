"""The formats that programs read: what each is, who reads it, and its addresses.

Of each, only what is published: not every feed has each format, and an export has less than a server.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator
from dataclasses import dataclass
from typing import Final, TypeAlias

from icsfeed.ical.series import Rendering
from icsfeed.publication.atom_feed import atom_path
from icsfeed.publication.change_calendars import change_calendar_path
from icsfeed.publication.feeds import feed_path
from icsfeed.publication.interop.formats import interop_path
from icsfeed.publication.json_feed import json_path
from icsfeed.publication.json_schemas import FEED_SCHEMA_PATH
from icsfeed.publication.pages.subscriptions import Subscription
from icsfeed.publication.reminders.channels import CHANNELS
from icsfeed.publication.reminders.makers import reminder_path
from icsfeed.words.languages import Language
from icsfeed.words.phrases import Phrase, phrase

_PathOf: TypeAlias = Callable[[str, str], str]
"""The path of a format, from a feed's slug and the folder of a language."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Address:
    """What is at a ``path`` below the site's root (without the first slash)."""

    name: str
    path: str


@dataclass(frozen=True, kw_only=True, slots=True)
class MachineFormat:
    """A format: its main address, the ``use`` that programs make of it, and the same for each of the other feeds.

    ``more`` are addresses that belong to it.
    """

    name: str
    path: str
    use: str
    parts: tuple[Address, ...]
    more: tuple[Address, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class FormatGroup:
    """Formats for one purpose, below the heading ``name``; ``anchor`` is its id in the page."""

    anchor: str
    name: str
    lead: str
    formats: tuple[MachineFormat, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class _Kind:
    name: Phrase
    use: Phrase
    path: _PathOf
    schema: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class _Group:
    anchor: str
    name: Phrase
    lead: Phrase
    kinds: tuple[_Kind, ...]


def _feed(rendering: Rendering) -> _PathOf:
    return lambda slug, folder: feed_path(slug, rendering, folder)


def _status(document: str) -> _PathOf:
    return lambda _, folder: f"/{folder}api/v2/{document}.json"


def _reminder(channel: str) -> _PathOf:
    return lambda _, folder: reminder_path(CHANNELS[channel], folder)


_JSON: Final = _Kind(
    name=phrase("JSON"),
    use=phrase("Every occurrence, with its start and end in UTC and in local time; for scripts and dashboards."),
    path=json_path,
    schema=FEED_SCHEMA_PATH,
)
_SINGLE_EVENTS: Final = _Kind(
    name=phrase("Single events (iCalendar)"),
    use=phrase("Every occurrence as an event of its own, in UTC; for programs that don’t expand recurring events."),
    path=_feed(Rendering.EXPANDED),
)
_MAINTNOTE: Final = _Kind(
    name=phrase("MAINTNOTE (iCalendar)"),
    use=phrase(
        "Maintenance notices as network providers send them; for tools that keep track of the maintenance of suppliers."
    ),
    path=_feed(Rendering.MAINTNOTE),
)

_GROUPS: Final = (
    _Group(
        anchor="calendar-data",
        name=phrase("Calendar data"),
        lead=phrase("Everything that the calendar shows, for scripts and for tools that keep track of maintenance."),
        kinds=(
            _JSON,
            _SINGLE_EVENTS,
            _MAINTNOTE,
            _Kind(
                name=phrase("Atom"),
                use=phrase("Announcements with every update; for feed readers, chat and automation."),
                path=atom_path,
            ),
        ),
    ),
    _Group(
        anchor="deployments",
        name=phrase("Deployments and alerts"),
        lead=phrase("When changes may run, and when alerts can stay silent. Times are in UTC."),
        kinds=(
            _Kind(
                name=phrase("Change calendar (iCalendar)"),
                use=phrase("The times at which planned changes may run; for AWS Systems Manager and SUSE Manager."),
                path=lambda slug, _: change_calendar_path(slug),
            ),
            _Kind(
                name=phrase("Prometheus Alertmanager"),
                use=phrase("Time intervals for routes: mute alerts during maintenance, or hold back during a freeze."),
                path=lambda slug, _: interop_path("alertmanager", slug),
            ),
            _Kind(
                name=phrase("Argo CD"),
                use=phrase("Sync windows of a project: open during maintenance windows, closed during change freezes."),
                path=lambda slug, _: interop_path("argocd", slug),
            ),
            _Kind(
                name=phrase("Google Kubernetes Engine"),
                use=phrase("Maintenance windows and exclusions of a cluster, where Google’s limits allow them."),
                path=lambda slug, _: interop_path("gke", slug),
            ),
        ),
    ),
    _Group(
        anchor="status-page",
        name=phrase("Status page"),
        lead=phrase("In the shape of Statuspage’s API, version 2, for tools that read such status pages."),
        kinds=(
            _Kind(
                name=phrase("Summary"),
                use=phrase("The state of each environment, with the maintenance that is in progress or ahead."),
                path=_status("summary"),
            ),
            _Kind(
                name=phrase("All maintenance"),
                use=phrase("Windows and changes with all updates, also past ones, the latest first."),
                path=_status("scheduled-maintenances"),
            ),
            _Kind(
                name=phrase("Upcoming maintenance"),
                use=phrase("What has not begun yet."),
                path=_status("scheduled-maintenances/upcoming"),
            ),
            _Kind(
                name=phrase("Maintenance in progress"),
                use=phrase("What takes place at this moment."),
                path=_status("scheduled-maintenances/active"),
            ),
        ),
    ),
    _Group(
        anchor="texts",
        name=phrase("Texts for support"),
        lead=phrase("Reminders in words, which say what the calendar says. Copy them, or let a program fetch them."),
        kinds=(
            _Kind(
                name=phrase("Knowledge base (HTML)"),
                use=phrase(
                    "A fragment to include in an article: the regular times, the next dates, freezes and announcements."
                ),
                path=_reminder("knowledge-base"),
            ),
            _Kind(
                name=phrase("Tickets (Markdown)"),
                use=phrase("For macros and automatic replies in ticketing systems that format Markdown."),
                path=_reminder("ticket"),
            ),
            _Kind(
                name=phrase("Tickets (plain text)"),
                use=phrase("For email, and for systems that show texts as they are."),
                path=_reminder("ticket-text"),
            ),
            _Kind(
                name=phrase("Telephone (text)"),
                use=phrase("To be read out or recorded, in 30 seconds at most."),
                path=_reminder("phone"),
            ),
            _Kind(
                name=phrase("Telephone (SSML)"),
                use=phrase("The same for speech synthesis."),
                path=_reminder("phone-ssml"),
            ),
            _Kind(
                name=phrase("Telephone (TwiML)"),
                use=phrase("The same for Twilio and compatible telephone systems, which fetch it with GET."),
                path=_reminder("phone-twiml"),
            ),
        ),
    ),
)


def format_groups(
    feeds: tuple[Subscription, ...], language: Language, folder: str, published: Container[str]
) -> Iterator[FormatGroup]:
    """The groups of which something is ``published``, in the language whose folder that is; ``feeds`` has them all."""
    for group in _GROUPS:
        formats = (_format(kind, feeds, language, folder, published) for kind in group.kinds)
        listed = tuple(each for each in formats if each is not None)
        if listed:
            yield FormatGroup(
                anchor=group.anchor, name=language.say(group.name), lead=language.say(group.lead), formats=listed
            )


def _format(
    kind: _Kind, feeds: tuple[Subscription, ...], language: Language, folder: str, published: Container[str]
) -> MachineFormat | None:
    """The format, or ``None`` where no feed has it."""
    names: dict[str, str] = {}
    for feed in feeds:
        names.setdefault(kind.path(feed.slug, folder), feed.name)
    addresses = [Address(name=name, path=path.removeprefix("/")) for path, name in names.items() if path in published]
    if not addresses:
        return None
    main, *parts = addresses
    schema = Address(name=language.say("JSON Schema"), path=kind.schema.removeprefix("/"))
    return MachineFormat(
        name=language.say(kind.name),
        path=main.path,
        use=language.say(kind.use),
        parts=tuple(parts),
        more=(schema,) if kind.schema else (),
    )


def subscriber_formats(
    slug: str, folder: str, language: Language, *, with_maintnote: bool
) -> tuple[MachineFormat, ...]:
    """The formats of a feed whose files all lie in that ``folder``, which is a subscriber's own."""
    return tuple(
        MachineFormat(
            name=language.say(kind.name),
            path=f"{folder}{kind.path(slug, '').rpartition('/')[2]}",
            use=language.say(kind.use),
            parts=(),
            more=(),
        )
        for kind in (_JSON, _SINGLE_EVENTS, *((_MAINTNOTE,) if with_maintnote else ()))
    )
