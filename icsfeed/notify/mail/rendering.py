"""Renders mails: the same sentences as plain text, and as HTML that needs no style sheet to be read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from icsfeed.domain.schedule import Calendar
from icsfeed.domain.texts import plain_line
from icsfeed.publication.pages.colors import Palette, palette
from icsfeed.words.events import label_line
from icsfeed.words.labeled_texts import LabeledText
from icsfeed.words.languages import Language

_TEMPLATES: Final = Path(__file__).parent / "templates"
_SIGNATURE: Final = "-- "
"""The line before a signature (RFC 3676, section 4.3): what follows is not quoted in answers."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Brand:
    """The vendor, as mails show it: ``logo`` is an https URL or empty, since nothing else would be fetched safely."""

    name: str
    calendar: str
    logo: str
    palette: Palette
    support_url: str


@dataclass(frozen=True, kw_only=True, slots=True)
class MailLink:
    label: str
    url: str


def brand_of(calendar: Calendar) -> Brand:
    """The brand of a calendar whose texts are in the language of the mail."""
    return Brand(
        name=plain_line(calendar.vendor or calendar.name),
        calendar=plain_line(calendar.name),
        logo=calendar.logo if calendar.logo.startswith("https://") else "",
        palette=palette(calendar.color),
        support_url=calendar.support_url,
    )


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def html_mail(template: str, language: Language, brand: Brand, **context: object) -> str:
    """The mail as HTML; all values are escaped as text."""
    return (
        _environment()
        .get_template(template)
        .render(language=language, say=language.say, say_count=language.say_count, brand=brand, **context)
    )


def plain_mail(paragraphs: Iterable[str], footer: Iterable[str]) -> str:
    """The paragraphs that are not empty, and the footer as a signature."""
    return "\n\n".join([*filter(None, paragraphs), "\n".join([_SIGNATURE, *filter(None, footer)])]) + "\n"


def plain_links(links: Iterable[MailLink], language: Language) -> Iterator[str]:
    return (label_line(link.label, link.url, language) for link in links)


def plain_lines(texts: Iterable[LabeledText], language: Language) -> str:
    """A line for each of the texts; lines of a text after its first are indented."""
    return "\n".join(label_line(each.label, each.text.replace("\n", "\n  "), language) for each in texts)
