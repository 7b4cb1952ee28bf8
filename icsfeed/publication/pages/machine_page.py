"""The page of what programs read: data, change calendars, badges, and texts for support."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from icsfeed.publication.badges.images import badge_path
from icsfeed.publication.pages.language_site import Site
from icsfeed.publication.pages.machine_formats import format_groups
from icsfeed.publication.pages.subscriptions import subscriptions
from icsfeed.publication.reminders.channels import CHANNELS
from icsfeed.publication.reminders.makers import reminder_path
from icsfeed.publication.representations import Maker, Representation
from icsfeed.words.events import label_line
from icsfeed.words.phrases import phrase

MACHINES_PATH: Final = "machines/"
"""Below the folder of the language."""

_ALT: Final = phrase("Maintenance status")


@dataclass(frozen=True, kw_only=True, slots=True)
class Badge:
    """The badge at a ``path`` below the site's root, of an environment or of all.

    ``markdown`` embeds it, as a link to the page of what it shows; paths in it are in braces.
    """

    name: str
    path: str
    markdown: str


def machines_page(site: Site, published: Mapping[str, Maker]) -> Representation:
    """The page in one language; what it leads to is ``published``, by path."""
    feeds = subscriptions(site.situation.schedule, site.language, site.folder, site.base)
    preview = published.get(reminder_path(CHANNELS["ticket-text"], site.folder))
    return site.render(
        "machines.html",
        MACHINES_PATH,
        (),
        groups=tuple(format_groups(feeds, site.language, site.folder, published)),
        badges=tuple(each for each in _badges(site) if f"/{each.path}" in published),
        preview=preview().body.decode() if preview is not None else "",
    )


def _badges(site: Site) -> Iterator[Badge]:
    yield _badge(site, site.language.say("All environments"), "")
    for each in site.situation.schedule.environments:
        yield _badge(site, each.name, each.id)


def _badge(site: Site, name: str, environment: str) -> Badge:
    path = badge_path(site.folder, environment).removeprefix("/")
    alt = site.language.say(_ALT)
    alt = label_line(alt, environment, site.language) if environment else alt
    return Badge(name=name, path=path, markdown=f"[![{alt}]({{{path}}})]({{{site.folder}}})")
