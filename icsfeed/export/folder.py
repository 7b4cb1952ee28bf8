"""A folder, such as a web server's root: each file is put in its place in one step."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from icsfeed.export.files import SiteFile
from icsfeed.export.targets import ExportError
from icsfeed.store.files import UnwritableFileError, write_whole

_LOCK: Final = ".icsfeed/lock"


class Folder:
    """The folder at ``path``, which is made where it is missing. No link in it is followed."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __str__(self) -> str:
        return str(self._path)

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Keep other exports away meanwhile."""
        lock = self._place(_LOCK)
        try:
            file = lock.open("a")
        except OSError as error:
            raise self._refusal(error) from error
        with file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                msg = f"another export to {self._path} is under way; try again when it is done"
                raise ExportError(msg) from None
            yield

    def read(self, name: str) -> bytes | None:
        """A file's bytes."""
        try:
            return (self._path / name).read_bytes()
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            raise self._refusal(error) from error

    def sizes(self, names: frozenset[str]) -> dict[str, int]:
        """The sizes of those that are there; what is no plain file has none that fits."""
        found = {}
        for name in names:
            with suppress(OSError):
                stat = os.lstat(self._path / name)
                found[name] = stat.st_size if os.path.isfile(self._path / name) else -1  # noqa: PTH113
        return found

    def write(self, file: SiteFile) -> None:
        """Put a file in its place in one step."""
        place = self._place(file.name)
        if place.is_symlink():
            msg = f"{place} is a link, and exports follow none; take it away"
            raise ExportError(msg)
        try:
            write_whole(place, file.body)
        except UnwritableFileError as error:
            msg = f"{error}; the rest of {self._path} is as it was, and the next export goes on from there"
            raise ExportError(msg) from error

    def remove(self, name: str) -> None:
        """Take a file away, and the folders that are empty then."""
        place = self._path / name
        try:
            place.unlink(missing_ok=True)
            for folder in place.parents:
                if folder == self._path:
                    break
                with suppress(OSError):
                    folder.rmdir()
        except OSError as error:
            raise self._refusal(error) from error

    def _place(self, name: str) -> Path:
        """Where a file of that name goes, with the folders to it made; never through a link out of this folder."""
        place = self._path / name
        try:
            place.parent.mkdir(parents=True, exist_ok=True)
            within = place.parent.resolve(strict=True).is_relative_to(self._path.resolve(strict=True))
        except OSError as error:
            raise self._refusal(error) from error
        if not within:
            msg = f"{place.parent} leads out of {self._path}, and exports follow no links; take it away"
            raise ExportError(msg)
        return place

    def _refusal(self, error: OSError) -> ExportError:
        return ExportError(f"{self._path} can't be written: {(error.strerror or str(error)).lower()}")
