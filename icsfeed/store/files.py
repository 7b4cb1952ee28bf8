"""Writes files atomically: a reader sees the old content or the new, never a part of it. Reads only regular ones."""

from __future__ import annotations

import contextlib
import os
import stat
import sys
from collections.abc import Generator
from pathlib import Path
from typing import BinaryIO, Final

from icsfeed.domain.errors import RefusedError, UnavailableError

_NEW_FILE_MODE: Final = 0o666  # minus the umask
_PRIVATE_FILE_MODE: Final = 0o600


def open_regular(path: Path, *, max_bytes: int) -> BinaryIO:
    """Open the file at ``path``, or the one that it links to, for reading; opening and reading it can't wait for ever.

    Raises:
        OSError: where it can't be opened.
        UnavailableError: where it is no regular file, such as a pipe or a device, or has more than ``max_bytes``.
    """
    _check_regular(path.stat(), max_bytes)  # opening a device may already have effects
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    try:
        _check_regular(os.fstat(descriptor), max_bytes)
        return os.fdopen(descriptor, "rb")
    except BaseException:
        os.close(descriptor)
        raise


def _check_regular(status: os.stat_result, max_bytes: int) -> None:
    if stat.S_ISDIR(status.st_mode):
        raise IsADirectoryError
    if not stat.S_ISREG(status.st_mode):
        msg = "this is a pipe, a socket or a device; name a regular file, which can be read again and again"
        raise UnavailableError(msg)
    if status.st_size > max_bytes:
        msg = f"the file has {status.st_size:,} bytes; at most {max_bytes:,} are read again and again"
        raise UnavailableError(msg)


def write_whole(path: Path, content: bytes) -> None:
    """Replace the file at ``path`` in one step, by renaming a sibling; permissions and owner stay as they were.

    Raises:
        UnavailableError: where the file can't be written; nothing has changed then.
        BrokenPipeError: where it is a pipe whose reader has gone.
    """
    with _unavailable_errors(path):
        exists = path.exists()
        if exists and not path.is_file():
            path.write_bytes(content)  # a device or a pipe can't be replaced; a folder raises an error
            return
        target = path.resolve()
        sibling = target.with_name(f".{target.name}.{os.getpid()}.part")
        try:
            _write(sibling, content, "wb", mode=_PRIVATE_FILE_MODE if exists else _NEW_FILE_MODE)
            if exists:
                _copy_permissions(sibling, target)
            sibling.replace(target)
        finally:
            sibling.unlink(missing_ok=True)


def write_new(path: Path, content: bytes) -> None:
    """Create the file at ``path``.

    Raises:
        RefusedError: where the file exists already.
        UnavailableError: where it can't be written; nothing has changed then.
    """
    with _unavailable_errors(path):
        if path.is_dir():
            raise IsADirectoryError
        try:
            _write(path, content, "xb")
        except FileExistsError:
            raise
        except OSError:
            path.unlink(missing_ok=True)
            raise


def _write(path: Path, content: bytes, open_mode: str, *, mode: int = _NEW_FILE_MODE) -> None:
    with open(path, open_mode, opener=lambda name, flags: os.open(name, flags, mode)) as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _copy_permissions(path: Path, model: Path) -> None:
    """Give ``path`` the permissions of ``model`` and, where the system allows it, its owner."""
    stat_of_model = model.stat()
    if sys.platform != "win32":
        with contextlib.suppress(PermissionError):
            os.chown(path, stat_of_model.st_uid, stat_of_model.st_gid)
    path.chmod(stat.S_IMODE(stat_of_model.st_mode))


@contextlib.contextmanager
def _unavailable_errors(path: Path) -> Generator[None]:
    try:
        yield
    except BrokenPipeError:
        raise
    except FileExistsError:
        msg = f"{path} exists already; it was left as it is"
        raise RefusedError(msg) from None
    except OSError as error:
        msg = f"{path} can't be written: {(error.strerror or 'it is a folder').lower()}"
        raise UnavailableError(msg) from error
