"""File names that contain a token.

A private feed's address is its secret, and the manifest often lies where everybody can read it. It therefore holds a
digest in place of each such name: enough to recognize a file that an earlier export wrote, and of no other use.
"""

from __future__ import annotations

import hashlib
from typing import Final

from icsfeed.domain.tokens import PRIVATE_PREFIX
from icsfeed.publication.private_paths import masked

FOLDER: Final = PRIVATE_PREFIX.removeprefix("/")
_DIGEST_PREFIX: Final = f"{FOLDER}#/"
"""No token contains a "#"."""


def is_secret(name: str) -> bool:
    """Whether a file's name contains a token; files directly in the folder of private feeds have none."""
    return "/" in name.removeprefix(FOLDER) and name.startswith(FOLDER)


def manifest_name(name: str) -> str:
    """The name under which the manifest lists a file."""
    if not is_secret(name):
        return name
    # A name read from a folder may have any encoding.
    return _DIGEST_PREFIX + hashlib.sha256(name.encode(errors="surrogateescape")).hexdigest()[:32]


def display_name(name: str) -> str:
    """The name of a file, or of a folder (it ends in a slash), in reports and messages."""
    return masked(f"/{name}").removeprefix("/") if is_secret(name) else name
