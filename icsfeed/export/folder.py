"""A folder, such as a web server's root. Files are first written next to the site, then moved into place."""

from __future__ import annotations

import fcntl
import os
import stat
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from icsfeed.domain.errors import ConflictError, RefusedError, UnavailableError
from icsfeed.export.files import SiteFile
from icsfeed.export.manifest import NAME as MANIFEST
from icsfeed.export.manifest import OWN_FOLDER
from icsfeed.export.manifest_parsing import MAX_MANIFEST_BYTES
from icsfeed.export.private_names import display_name

_LOCK: Final = f"{OWN_FOLDER}/lock"
_PARTS: Final = f"{OWN_FOLDER}/parts"
_NANOSECONDS_PER_SECOND: Final = 1_000_000_000


class Folder:
    """The folder at ``path``, created if it is missing. The folder may be a link; links within it are refused."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._root = os.path.realpath(path)
        self._checked_folders: set[str] = set()
        self._new_folders: set[str] = set()
        """Those that this object has created: nobody else's files are in them."""

    def __str__(self) -> str:
        return str(self._path)

    @contextmanager
    def locked(self) -> Generator[None]:
        """Keep other exports out; the lock ends with the process, however it ends."""
        self._checked_folders.clear()
        self._new_folders.clear()
        with self._translated_errors():
            lock = os.open(self._path_of(_LOCK), os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o666)
        try:
            self._acquire(lock)
            with self._translated_errors():
                self._remove_parts()
            try:
                yield
            finally:
                with suppress(OSError):
                    self._remove_parts()
        finally:
            os.close(lock)

    def read(self, name: str, *, max_bytes: int) -> bytes | None:
        with self._translated_errors():
            path = self._path_of(name, create=False)
            try:
                if not stat.S_ISREG(os.lstat(path).st_mode):
                    return None
                with open(path, "rb") as file:  # noqa: PTH123  (a Path for each file would take as long as the rest)
                    return file.read(max_bytes + 1)
            except FileNotFoundError:
                return None

    def sizes(self, names: frozenset[str], *, folder: str = "") -> dict[str, int]:
        sizes: dict[str, int] = {}
        with self._translated_errors():
            if folder and self._check_folder(folder.removesuffix("/"), create=False):
                sizes.update(self._sizes_in_subfolders(folder))
            missing_folders: set[str] = set()
            for name in names - sizes.keys():
                parent = name.rpartition("/")[0]
                if parent in missing_folders:
                    continue
                if not self._check_folder(parent, create=False):
                    missing_folders.add(parent)
                    continue
                with suppress(FileNotFoundError):
                    sizes[name] = _size(os.lstat(f"{self._root}/{name}"))
        return sizes

    def _sizes_in_subfolders(self, folder: str) -> Iterator[tuple[str, int]]:
        """The files below the subfolders, at any depth: those of a private feed in another language lie deeper."""
        with os.scandir(f"{self._root}/{folder}") as entries:
            folders = [f"{folder}{entry.name}" for entry in entries if entry.is_symlink() or entry.is_dir()]
        while folders:
            each = folders.pop()
            self._check_folder(each, create=False)
            with os.scandir(f"{self._root}/{each}") as entries:
                for entry in entries:
                    name = f"{each}/{entry.name}"
                    if entry.is_dir(follow_symlinks=False):
                        folders.append(name)
                    yield name, _size(entry.stat(follow_symlinks=False))

    def read_manifest(self) -> bytes | None:
        return self.read(MANIFEST, max_bytes=MAX_MANIFEST_BYTES)

    def write_manifest(self, content: bytes) -> None:
        """Replace the manifest, and wait for the disk: it must survive a power failure."""
        with self._translated_errors():
            part = self._part("manifest")
            with open(part, "xb") as file:  # noqa: PTH123
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            os.replace(part, self._path_of(MANIFEST))  # noqa: PTH105

    def write(self, files: Sequence[SiteFile], on_written: Callable[[], None]) -> None:
        """Write all files next to the site and then, when nothing can fail any more, move each into place.

        Nothing waits for the disk. If the process is killed, each file is whole. A file that a power failure cuts off
        doesn't have the size that the manifest lists, so the next export writes it again.
        """
        with self._translated_errors():
            moves = []
            parts = self._part("")
            for number, file in enumerate(files):
                path, part = self._path_of(file.name), f"{parts}{number}"
                _write_new(part, file.body)
                if file.name.rpartition("/")[0] not in self._new_folders:
                    _date_later(part, path)
                moves.append((part, path))
                on_written()
            for part, path in moves:
                os.replace(part, path)  # noqa: PTH105

    def remove(self, names: Sequence[str]) -> None:
        """Remove files, and the folders that they leave empty."""
        with self._translated_errors():
            for name in names:
                path = self._path_of(name, create=False)
                with suppress(FileNotFoundError):
                    os.unlink(path)  # noqa: PTH108
                for folder in Path(name).parents[:-1]:
                    with suppress(OSError):
                        os.rmdir(os.path.join(self._root, folder))  # noqa: PTH106, PTH118

    def _path_of(self, name: str, *, create: bool = True) -> str:
        """The path of a file; its folders are created if asked."""
        self._check_folder(name.rpartition("/")[0], create=create)
        return f"{self._root}/{name}"

    def _check_folder(self, folder: str, *, create: bool) -> bool:
        """Whether the folder exists, with all folders on the way to it; a link or a file among them is refused."""
        if folder in self._checked_folders:
            return True
        parent = folder.rpartition("/")[0]
        if folder and not self._check_folder(parent, create=create):
            return False
        path = f"{self._root}/{folder}" if folder else self._root
        try:
            mode = os.lstat(path).st_mode
        except FileNotFoundError:
            if not create:
                return False
            (os.mkdir if folder else os.makedirs)(path)
            self._new_folders.add(folder)
        else:
            if not stat.S_ISDIR(mode):
                problem = "is a link, and exports don't follow links" if stat.S_ISLNK(mode) else "is not a folder"
                place = self._path / display_name(f"{folder}/").strip("/")
                msg = f"{place} {problem}; move it away, or export to another destination"
                raise RefusedError(msg)
        self._checked_folders.add(folder)
        return True

    def _acquire(self, lock: int) -> None:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            msg = f"another export to {self._path} is running; try again when it is done"
            raise ConflictError(msg) from None

    def _part(self, name: str) -> str:
        """Where a file is written first; the lock keeps other exports out of there."""
        return self._path_of(f"{_PARTS}/{name}")

    def _remove_parts(self) -> None:
        """Remove the leftovers of an export that was killed."""
        parts = Path(self._path_of(f"{_PARTS}/any", create=False)).parent
        if parts.exists():
            for part in parts.iterdir():
                part.unlink()
            parts.rmdir()
        self._checked_folders.discard(_PARTS)

    @contextmanager
    def _translated_errors(self) -> Generator[None]:
        try:
            yield
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
            msg = (
                f"{self._path} can't be written: {reason}; every file there is whole, "
                "and the next export continues from there"
            )
            raise UnavailableError(msg) from error


def _size(status: os.stat_result) -> int:
    return status.st_size if stat.S_ISREG(status.st_mode) else -1


def _write_new(path: str, body: bytes) -> None:
    """Write a new file in as few system calls as possible."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o666)
    try:
        written = os.write(descriptor, body)
        while written < len(body):  # a disk that is nearly full; the next call says so
            written += os.write(descriptor, body[written:])
    finally:
        os.close(descriptor)


def _date_later(part: str, path: str) -> None:
    """Date the file later than the one that it replaces: servers derive ETags from whole seconds and the size."""
    with suppress(FileNotFoundError):
        before = os.lstat(path).st_mtime_ns // _NANOSECONDS_PER_SECOND
        if os.lstat(part).st_mtime_ns // _NANOSECONDS_PER_SECOND <= before:
            later = (before + 1) * _NANOSECONDS_PER_SECOND
            os.utime(part, ns=(later, later))
