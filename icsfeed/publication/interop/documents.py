"""What a format makes of a feed, and what it has no place for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from icsfeed.domain.feeds import Feed
from icsfeed.domain.texts import one_line, quoted
from icsfeed.publication.interop.yaml_text import yaml_text
from icsfeed.services.interop import FeedTimes
from icsfeed.words.languages import ENGLISH


@dataclass(frozen=True, kw_only=True, slots=True)
class InteropDocument:
    """The bytes in a format; ``warnings`` say what they leave out, and why.

    One that ``is_refused`` consists of comments that say why the format can't have the feed.
    """

    body: bytes
    content_type: str
    warnings: tuple[str, ...] = ()
    is_refused: bool = False


_YAML: Final = "application/yaml"
"""RFC 9512."""


def yaml_document(
    feed: Feed, system: str, *, notes: Iterable[str], value: object, warnings: Iterable[str]
) -> InteropDocument:
    """The value as YAML, after comments: what it is, the ``notes``, and the ``warnings``."""
    left_out = tuple(warnings)
    comments = (_title(feed, system), *notes, *left_out)
    return InteropDocument(body=yaml_text(comments, value), content_type=_YAML, warnings=left_out)


def refusal(feed: Feed, system: str, reasons: Iterable[str]) -> InteropDocument:
    """A document of comments alone, which is empty YAML: its address stays, and what fetches it finds no value."""
    why = tuple(reasons)
    comments = (_title(feed, system), f"{system} can't have this feed:", *why)
    return InteropDocument(body=yaml_text(comments, None), content_type=_YAML, warnings=why, is_refused=True)


def minutes_note(times: FeedTimes, system: str) -> Iterator[str]:
    """A note on what becomes of seconds, where a time has some."""
    if times.is_rounded:
        yield f"{system} knows whole minutes: one in which changes may run for some seconds only counts as closed."


def apart_warning(times: FeedTimes) -> Iterator[str]:
    """Why a feed never opens, where each of several environments does so at other times."""
    if times.apart:
        names = ENGLISH.join([quoted(one_line(name)) for name in times.apart])
        yield (
            f"The environments of this feed, {names}, are never open for planned changes at the same time; take the "
            "feed of one environment."
        )


def _title(feed: Feed, system: str) -> str:
    return f"{quoted(one_line(feed.name))} for {system}"
