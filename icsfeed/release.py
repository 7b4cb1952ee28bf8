"""What decides, besides schedule, record and instant, which bytes are published: this icsfeed and its libraries."""

from __future__ import annotations

import hashlib
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Final

from icsfeed import __version__

_PACKAGE: Final = Path(__file__).parent
_LIBRARIES: Final = ("icalendar", "feedgen", "holidays", "lxml", "python-dateutil", "tzdata")
"""Those that write feeds, or work out the times in them."""

_NO_CONTENT: Final = frozenset({".pyc", ".md"})
_DIGEST_DIGITS: Final = 12


@cache
def release_name() -> str:
    """The release that runs, such as ``0.2.0 3f2a9c01d4e5``: another name wherever it might word a feed otherwise."""
    digest = hashlib.sha256()
    for file in sorted(file for file in _PACKAGE.rglob("*.*") if file.suffix not in _NO_CONTENT and file.is_file()):
        digest.update(f"{file.relative_to(_PACKAGE).as_posix()}\n".encode())
        digest.update(file.read_bytes())
    for library in _LIBRARIES:
        digest.update(f"{library} {_version(library)}\n".encode())
    return f"{__version__} {digest.hexdigest()[:_DIGEST_DIGITS]}"


def _version(library: str) -> str:
    try:
        return version(library)
    except PackageNotFoundError:
        return ""
