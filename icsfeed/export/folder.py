"""A folder, such as a web server's root: the files are written beside it first, and then each is put in its place."""

from __future__ import annotations

import fcntl
import os
import stat
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from icsfeed.export.files import SiteFile
from icsfeed.export.manifest import NAME as MANIFEST
from icsfeed.export.manifest import OWN_FOLDER
from icsfeed.export.private_names import shown_as
from icsfeed.export.targets import ExportError

_LOCK: Final = f"{OWN_FOLDER}/lock"
_PARTS: Final = f"{OWN_FOLDER}/parts"
_A_SECOND: Final = 1_000_000_000


class Folder:
    """The folder at ``path``, which is made where it is missing. It may be a link; no link within it is followed."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._root = os.path.realpath(path)
        self._folders: set[str] = set()

    def __str__(self) -> str:
        return str(self._path)

    @contextmanager
    def locked(self) -> Generator[None]:
        """Keep other exports away until this one ends, however it ends."""
        self._folders.clear()
        with self._refusals():
            lock = os.open(self._place(_LOCK), os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o666)
        try:
            self._take(lock)
            with self._refusals():
                self._clear()
            try:
                yield
            finally:
                with suppress(OSError):
                    self._clear()
        finally:
            os.close(lock)

    def read(self, name: str) -> bytes | None:
        """A file's bytes."""
        with self._refusals():
            place = self._place(name, make=False)
            try:
                return Path(place).read_bytes() if stat.S_ISREG(os.lstat(place).st_mode) else None
            except FileNotFoundError:
                return None

    def sizes(self, names: frozenset[str], *, folder: str = "") -> dict[str, int]:
        """The sizes of those that are there."""
        found: dict[str, int] = {}
        with self._refusals():
            if folder and self._is_way(folder.removesuffix("/"), make=False):
                found.update(self._in_folders_of(folder))
            for name in names:
                try:
                    there = os.lstat(self._place(name, make=False))
                except FileNotFoundError:
                    continue
                found[name] = _size(there)
        return found

    def _in_folders_of(self, folder: str) -> Iterator[tuple[str, int]]:
        """The sizes of all that is two levels below; a link on the way there is refused."""
        with os.scandir(f"{self._root}/{folder}") as there:
            folders = [f"{folder}{each.name}" for each in there if each.is_symlink() or each.is_dir()]
        for each in folders:
            self._is_way(each, make=False)
            with os.scandir(f"{self._root}/{each}") as files:
                yield from ((f"{each}/{file.name}", _size(file.stat(follow_symlinks=False))) for file in files)

    def read_manifest(self) -> bytes | None:
        """The manifest."""
        return self.read(MANIFEST)

    def write_manifest(self, content: bytes) -> None:
        """Put the manifest in its place; that it survives a power failure is worth waiting for the disk."""
        with self._refusals():
            part = self._part("manifest")
            with open(part, "xb") as file:  # noqa: PTH123  (here and below: a Path for each file costs as much again)
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            os.replace(part, self._place(MANIFEST))  # noqa: PTH105

    def write(self, files: Sequence[SiteFile], written: Callable[[], None]) -> None:
        """Write all of them beside the site and then, when nothing can fail any more, put each in its place.

        Nothing waits for the disk: a process that is killed leaves each file whole, and what a power failure takes
        has not its size in the manifest, so the next export writes it again.
        """
        with self._refusals():
            moves = []
            for number, file in enumerate(files):
                place, part = self._place(file.name), self._part(str(number))
                with open(part, "xb") as staged:  # noqa: PTH123
                    staged.write(file.body)
                _tell_apart(part, place)
                moves.append((part, place))
                written()
            for part, place in moves:
                os.replace(part, place)  # noqa: PTH105

    def remove(self, names: Sequence[str]) -> None:
        """Take files away, and the folders that are empty then."""
        with self._refusals():
            for name in names:
                place = self._place(name, make=False)
                with suppress(FileNotFoundError):
                    os.unlink(place)  # noqa: PTH108
                for folder in Path(name).parents[:-1]:
                    with suppress(OSError):
                        os.rmdir(os.path.join(self._root, folder))  # noqa: PTH106, PTH118

    def _place(self, name: str, *, make: bool = True) -> str:
        """Where a file of that name is, or goes; the folders to it are made, unless only to look."""
        self._is_way(name.rpartition("/")[0], make=make)
        return f"{self._root}/{name}"

    def _is_way(self, folder: str, *, make: bool) -> bool:
        """Whether all folders to there are there; a link or a file among them is refused."""
        if folder in self._folders:
            return True
        if folder and not self._is_way(folder.rpartition("/")[0], make=make):
            return False
        place = f"{self._root}/{folder}" if folder else self._root
        try:
            mode = os.lstat(place).st_mode
        except FileNotFoundError:
            if not make:
                return False
            os.makedirs(place)  # noqa: PTH103
        else:
            if not stat.S_ISDIR(mode):
                what = "a link, and exports follow none" if stat.S_ISLNK(mode) else "no folder"
                way = self._path / shown_as(f"{folder}/").strip("/")
                msg = f"{way} is {what}; move it away, or export to another place"
                raise ExportError(msg)
        self._folders.add(folder)
        return True

    def _take(self, lock: int) -> None:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            msg = f"another export to {self._path} is under way; try again when it is done"
            raise ExportError(msg) from None

    def _part(self, name: str) -> str:
        """Where a file is written before it has its place. No two exports are here at once."""
        return self._place(f"{_PARTS}/{name}")

    def _clear(self) -> None:
        """Take away what an export left that was killed."""
        parts = Path(self._place(f"{_PARTS}/any", make=False)).parent
        if parts.exists():
            for part in parts.iterdir():
                part.unlink()
            parts.rmdir()
        self._folders.discard(_PARTS)

    @contextmanager
    def _refusals(self) -> Generator[None]:
        try:
            yield
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
            msg = f"{self._path} can't be written: {reason}; every file there is whole, and the next export goes on"
            raise ExportError(msg) from error


def _size(there: os.stat_result) -> int:
    return there.st_size if stat.S_ISREG(there.st_mode) else -1


def _tell_apart(part: str, place: str) -> None:
    """Date the file later than the one it replaces, in whole seconds: by these and by size servers tell files apart."""
    with suppress(FileNotFoundError):
        before = os.lstat(place).st_mtime_ns // _A_SECOND
        if os.lstat(part).st_mtime_ns // _A_SECOND <= before:
            later = (before + 1) * _A_SECOND
            os.utime(part, ns=(later, later))
