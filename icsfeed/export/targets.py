"""Where a site can be written: a folder, or a bucket of an object store."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from typing import Protocol

from icsfeed.domain.errors import IcsfeedError
from icsfeed.export.files import SiteFile


class ExportError(IcsfeedError):
    """A destination that can't be written; each file there is whole, and the next export goes on from there."""


class Target(Protocol):
    """A destination. All names are relative to it, with slashes.

    Whatever can't be done is an ``ExportError``.
    """

    def __str__(self) -> str:
        """What messages call it."""

    def locked(self) -> AbstractContextManager[None]:
        """Keep other exports away meanwhile, or be refused by one that is at it."""

    def read(self, name: str) -> bytes | None:
        """A file's bytes; ``None`` where there is none, or no file."""

    def sizes(self, names: frozenset[str], *, folder: str = "") -> dict[str, int]:
        """The sizes in bytes of those that are there; of what is no file, -1.

        So are those of all that is in the folders of a ``folder``, if one is named (with its slash).
        """

    def read_manifest(self) -> bytes | None:
        """The manifest as it is now; ``None`` where there is none."""

    def write_manifest(self, content: bytes) -> None:
        """Put the manifest in its place, unless another export has written it since it was read."""

    def write(self, files: Sequence[SiteFile], written: Callable[[], None]) -> None:
        """Put each file in its place in one step, in their order; ``written`` hears of each."""

    def remove(self, names: Sequence[str]) -> None:
        """Take files away, where they are there."""
