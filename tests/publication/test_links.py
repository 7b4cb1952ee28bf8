"""A crawl of the publication: whatever text links to is there, and whatever is there is linked to."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cache
from html import unescape
from urllib.parse import unquote, urljoin, urlsplit

import pytest

from icsfeed.domain.situation import Situation
from icsfeed.publication.publishing import publish
from icsfeed.publication.representations import Representation
from tests.publication.pages.stories import BUSY, NOON, SCHEDULE

SITE = "https://maintenance.example.com/ops"
OWN = re.compile(rf"(?:https|webcal)://{re.escape(SITE.partition('://')[2])}(/[^\s\"'<>()\\|&]*)?")
UNLINKED = re.compile(
    r"/(404\.html|robots\.txt|(fr/)?embed/"  # for hosts, crawlers and frames
    r"|schemas/webhook-1\.json"  # for those who get webhooks
    r"|(fr/)?calendar/|feeds/[a-z]+\.aws\.ics|interop/all/[a-z]+\.yml)"  # other names of the same bytes
)


@cache
def published(*, is_live: bool) -> Mapping[str, Representation]:
    schedule = replace(SCHEDULE, calendar=replace(SCHEDULE.calendar, url=SITE))
    situation = Situation(schedule=schedule, record=BUSY, now=NOON)
    return publish(situation, changed_at=NOON, is_live=is_live).representations


def text_of(representation: Representation) -> str | None:
    """Its text as a person or program reads it; ``None`` where it has none."""
    content_type = representation.content_type
    if not re.match(r"text/|image/svg\+xml|application/(\w+\+)?(json|xml|yaml)", content_type):
        return None
    text = representation.body.decode()
    return text.replace("\r\n ", "") if content_type.startswith("text/calendar") else text


def links_in(path: str, representation: Representation) -> Iterator[str]:
    """The paths of the site that a text leads to, with their fragments."""
    text = text_of(representation)
    if text is None:
        return
    readable = unquote(unescape(text))
    for match in OWN.finditer(readable):
        yield (match[1] or "/").rstrip(".,;:!]")
    if representation.content_type.startswith("text/html"):
        for link in re.findall(r'(?:href|src)="([^"]*)"', text):
            address = urlsplit(urljoin(f"https://here{path}", unescape(link)))
            if address.netloc == "here" and not address.scheme.startswith("data"):
                yield f"{address.path}#{address.fragment}" if address.fragment else address.path


@pytest.mark.parametrize("is_live", [True, False], ids=["served", "exported"])
def test_every_link_leads_somewhere_and_every_path_is_linked_to(*, is_live: bool) -> None:
    site = published(is_live=is_live)
    waiting, visited, broken = ["/"], set[str](), set[tuple[str, str]]()
    while waiting:
        path = waiting.pop()
        if path in visited:
            continue
        visited.add(path)
        for link in links_in(path, site[path]):
            target, _, fragment = link.partition("#")
            # Every host redirects an address of a folder that lacks the slash, as Statuspage's have it.
            target = f"{target}/" if f"{target}/" in site else target
            if target not in site or (fragment and f'id="{fragment}"' not in site[target].body.decode()):
                broken.add((path, link))
            else:
                waiting.append(target)
    assert broken == set()
    assert {path for path in site if path not in visited and not UNLINKED.fullmatch(path)} == set()


def test_each_format_is_in_the_crawl() -> None:
    """A crawl that looks into HTML alone would pass without the others."""
    site = published(is_live=True)
    types = {site[path].content_type.partition(";")[0] for path in site if list(links_in(path, site[path]))}
    assert types >= {"text/html", "text/calendar", "application/json", "application/atom+xml"}
