"""The site: every page by its path, rendered when it is first requested."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Final

from icsfeed.domain.schedule import Calendar
from icsfeed.publication.editions import Edition
from icsfeed.publication.pages.colors import palette
from icsfeed.publication.pages.language_site import HTML, Site, environment_path
from icsfeed.publication.pages.machine_page import MACHINES_PATH, machines_page
from icsfeed.publication.pages.months import CALENDAR_PATH, month_path, months_of, year_path
from icsfeed.publication.pages.rendering import assets, environment
from icsfeed.publication.pages.subscriptions import qr_makers
from icsfeed.publication.representations import FOR_EVER, Maker, Representation
from icsfeed.words.languages import Language

_ROBOTS: Final = b"User-agent: *\nAllow: /\n"


def page_makers(editions: Sequence[Edition], published: Mapping[str, Maker]) -> Iterator[tuple[str, Maker]]:
    """Every page, and the assets that pages load, by path; the first of the ``editions`` has the root.

    ``published`` is what programs read, by path: a page lists it.

    Of now, pages state no more than the date in the calendar's zone.
    """
    first = editions[0]
    calendar = first.situation.schedule.calendar
    look = assets(calendar.color)
    yield f"/{look.style}", partial(_asset, look.style_content, "text/css; charset=utf-8")
    yield f"/{look.script}", partial(_asset, look.script_content, "text/javascript; charset=utf-8")
    yield "/robots.txt", partial(Representation, body=_ROBOTS, content_type="text/plain; charset=utf-8", dated=False)
    yield "/404.html", partial(missing_page, calendar, first.base_url, first.languages)
    for edition in editions:
        site = Site(edition=edition, look=look)
        yield from _language_makers(site)
        yield f"/{site.folder}{MACHINES_PATH}", partial(machines_page, site, published)


def _language_makers(site: Site) -> Iterator[tuple[str, Maker]]:
    root, situation = f"/{site.folder}", site.situation
    yield root, site.home
    environments = situation.schedule.environments
    if len(environments) > 1:
        for each in environments:
            yield f"{root}{environment_path(each)}", replace(site, environment=each).home
    yield f"{root}embed/", site.embed
    yield f"{root}{CALENDAR_PATH}", partial(site.year, site.today.year, CALENDAR_PATH)
    for year in situation.published_years:
        yield f"{root}{year_path(year)}", partial(site.year, year, year_path(year))
    for first in months_of(situation.published_years):
        yield f"{root}{month_path(first)}", partial(site.month, first)
    yield from qr_makers(situation.schedule, site.folder, site.base)


def _asset(content: bytes, content_type: str) -> Representation:
    return Representation(body=content, content_type=content_type, dated=False, cache_control=FOR_EVER)


def missing_page(calendar: Calendar, base: str, languages: tuple[Language, ...]) -> Representation:
    """The page that servers and static hosts show at any path that does not exist; it loads nothing.

    ``base`` is the address or path of the site, without the final slash.
    """
    style = environment().get_template("missing.css").render(palette=palette(calendar.color))
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    text = (
        environment()
        .get_template("missing.html")
        .render(style=style, policy=policy, languages=languages, base=base, calendar=calendar)
    )
    return Representation(
        body=text.encode(), content_type=HTML, dated=False, security=f"{policy}; frame-ancestors 'none'"
    )
