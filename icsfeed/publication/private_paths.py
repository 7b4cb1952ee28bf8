"""Private paths: what lies below ``/private/TOKEN/``, and how it is sent."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from icsfeed.domain.tokens import PRIVATE_PREFIX
from icsfeed.ical.series import Rendering
from icsfeed.publication.representations import NO_SNIFFING, PAGE, Headers

MAINTNOTE_SUFFIX: Final = ".maintnote.ics"
RENDERINGS: Final = {
    ".ics": Rendering.SERIES,
    ".expanded.ics": Rendering.EXPANDED,
    MAINTNOTE_SUFFIX: Rendering.MAINTNOTE,
}
SUFFIXES: Final = (*RENDERINGS, ".json")
"""The forms in which subscribers get their feed."""

_FOLDER: Final = r"(?P<folder>(?:[a-z]{2,3}(?:-[a-z0-9]{2,8})?/)?)"
_FEED: Final = rf"(?P<slug>[a-z0-9-]{{1,60}})(?P<suffix>{'|'.join(map(re.escape, SUFFIXES))})"
_A_NAME: Final = re.compile(rf"{_FOLDER}(?:{_FEED})?")
_A_FILE: Final = re.compile(rf"{PRIVATE_PREFIX}[^/]+/({_FOLDER}(?:{_FEED}|index\.html)(?:\.gz|\.br)?)")

CACHE_CONTROL: Final = ("Cache-Control", "private, max-age=60, stale-if-error=86400")
"""Only the client may cache a private feed."""

HEADERS: Final[Headers] = (
    # The address is the secret: it is not sent to other sites, and not indexed.
    ("Referrer-Policy", "no-referrer"),
    ("X-Robots-Tag", "noindex, nofollow"),
    NO_SNIFFING,
)
"""The headers of everything at a private path."""

PAGE_HEADERS: Final[Headers] = (
    # Nothing of it stays in a shared browser.
    ("Cache-Control", "private, no-store"),
    *HEADERS,
    *(header for header in PAGE if header not in HEADERS),
)
"""Those of a customer's page, besides its Content-Security-Policy."""


@dataclass(frozen=True, kw_only=True, slots=True)
class PrivateFile:
    """What a private path leads to: a feed in the form of the ``suffix`` or, without one, the page.

    It is in the language whose ``folder`` that is.
    """

    slug: str
    suffix: str = ""
    folder: str = ""

    @classmethod
    def named(cls, name: str, slug: str) -> PrivateFile | None:
        """The file of that name for subscribers of the feed; ``None`` where none can have it."""
        match = _A_NAME.fullmatch(name)
        if match is None or match["slug"] not in {None, slug}:
            return None
        return cls(slug=slug, suffix=match["suffix"] or "", folder=match["folder"])

    @property
    def is_page(self) -> bool:
        return not self.suffix

    @property
    def is_maintnote(self) -> bool:
        return self.suffix == MAINTNOTE_SUFFIX

    @property
    def name(self) -> str:
        return self.folder if self.is_page else f"{self.folder}{self.slug}{self.suffix}"

    @property
    def public_path(self) -> str:
        """Where the feed would be, were it public."""
        return f"/{self.folder}feeds/{self.slug}{self.suffix}"

    def label(self, *, is_secret: bool) -> str:
        """The path for metrics, without its token; without the feed's name where that ``is_secret``, too."""
        name = f"{self.folder}{{feed}}{self.suffix}" if is_secret and not self.is_page else self.name
        return f"{PRIVATE_PREFIX}{{token}}/{name}"


def is_private(path: str) -> bool:
    """Whether the path needs a token."""
    return path.startswith(PRIVATE_PREFIX)


def parse_private(path: str) -> tuple[str, str]:
    """The token in a private path, and the name below its folder; ``/``, which no file has, where it has no folder."""
    token, slash, name = path.removeprefix(PRIVATE_PREFIX).partition("/")
    return token, name if slash else "/"


def masked(path: str) -> str:
    """A private path without its token, for logs and reports."""
    match = _A_FILE.fullmatch(path)
    return f"{PRIVATE_PREFIX}{{token}}/{match[1]}" if match else f"{PRIVATE_PREFIX}{{token}}"
