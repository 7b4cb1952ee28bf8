"""Where a site can be written: a folder, or a bucket of an object store."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Protocol

from icsfeed.domain.errors import IcsfeedError
from icsfeed.export.files import SiteFile


class ExportError(IcsfeedError):
    """A destination that can't be written; what it shows is whole."""


class Target(Protocol):
    """A destination. All names are relative to it, with slashes."""

    def __str__(self) -> str:
        """What messages call it."""

    def locked(self) -> AbstractContextManager[None]:
        """Keep other exports away meanwhile.

        Raises:
            ExportError: where another one is at it.
        """

    def read(self, name: str) -> bytes | None:
        """A file's bytes; ``None`` where there is none."""

    def sizes(self, names: frozenset[str]) -> dict[str, int]:
        """The sizes in bytes of those of the files that are there."""

    def write(self, file: SiteFile) -> None:
        """Put a file in its place in one step."""

    def remove(self, name: str) -> None:
        """Take a file away, where it is there."""
