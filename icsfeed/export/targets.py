"""The destination of an export: a folder, or a bucket of an object store."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from typing import Protocol

from icsfeed.export.files import SiteFile


class Target(Protocol):
    """A destination. All names are relative to it, with slashes.

    Each method raises an ``UnavailableError`` if the destination can't be read or written. Every file there is whole
    even then, and the next export completes the site.
    """

    def __str__(self) -> str:
        """The destination in messages."""

    def locked(self) -> AbstractContextManager[None]:
        """Keep other exports out meanwhile.

        Raises:
            ConflictError: if another export is running.
        """

    def read(self, name: str, *, max_bytes: int) -> bytes | None:
        """The file's bytes; ``None`` if there is no such file. Of a longer file than ``max_bytes``, more than that."""

    def sizes(self, names: frozenset[str], *, folder: str = "") -> dict[str, int]:
        """The sizes in bytes of those ``names`` that exist; -1 for anything that is not a file.

        ``folder`` (with its slash) adds the files in all of its subfolders.
        """

    def read_manifest(self) -> bytes | None:
        """The current manifest, as ``read`` returns files; ``None`` if there is none."""

    def write_manifest(self, content: bytes) -> None:
        """Replace the manifest.

        Raises:
            ConflictError: if another export has written it since it was read.
        """

    def write(self, files: Sequence[SiteFile], on_written: Callable[[], None]) -> None:
        """Replace each file in one step, in the given order; ``on_written`` is called after each."""

    def remove(self, names: Sequence[str]) -> None:
        """Remove the files that exist."""
