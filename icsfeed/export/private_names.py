"""Names with a token in them: who knows one can read the feed, so nothing that others can read says it.

The manifest often lies where everybody can read it. It has a digest in the place of each such name: what an export
wrote is known again when it is found there, and only then.
"""

from __future__ import annotations

import hashlib
from typing import Final

from icsfeed.publication.private import PREFIX, masked

FOLDER: Final = PREFIX.removeprefix("/")
_NOTED: Final = f"{FOLDER}#/"
"""No token has that character."""


def is_secret(name: str) -> bool:
    """Whether a file's name has a token in it; what lies beside the tokens' folders has none."""
    return "/" in name.removeprefix(FOLDER) and name.startswith(FOLDER)


def noted_as(name: str) -> str:
    """What the manifest calls the file of that name."""
    if not is_secret(name):
        return name
    # What is found in a folder may be named in any encoding.
    return _NOTED + hashlib.sha256(name.encode(errors="surrogateescape")).hexdigest()[:32]


def shown_as(name: str) -> str:
    """What reports and messages call the file of that name, or the folder, whose name ends in a slash."""
    return masked(f"/{name}").removeprefix("/") if is_secret(name) else name
