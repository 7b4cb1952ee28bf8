"""Files written whole: what a reader finds is the old content or the new, never half."""

from __future__ import annotations

import contextlib
import os
import stat
import sys
from collections.abc import Generator
from pathlib import Path
from typing import Final

from icsfeed.domain.errors import UnavailableError

_NEW: Final = 0o666  # less what the umask takes
_PRIVATE: Final = 0o600


def write_whole(path: Path, content: bytes) -> None:
    """Put ``content`` at ``path`` in one step, through a sibling that is renamed; who may read it stays as it was.

    Raises:
        UnwritableFileError: where the disk refuses; nothing has changed then.
        BrokenPipeError: where it is a pipe that nobody reads to the end.
    """
    with _refusals(path):
        there = path.exists()
        if there and not path.is_file():
            path.write_bytes(content)  # a device or a pipe, which may have no other name; a folder refuses
            return
        target = path.resolve()
        sibling = target.with_name(f".{target.name}.{os.getpid()}.part")
        try:
            _write(sibling, content, "wb", mode=_PRIVATE if there else _NEW)
            if there:
                _let_in_the_same(sibling, target)
            sibling.replace(target)
        finally:
            sibling.unlink(missing_ok=True)


def write_new(path: Path, content: bytes) -> None:
    """Put ``content`` at ``path``, where nothing may be yet.

    Raises:
        UnwritableFileError: where something is there, or the disk refuses; nothing has changed then.
    """
    with _refusals(path):
        if path.is_dir():
            raise IsADirectoryError
        try:
            _write(path, content, "xb")
        except FileExistsError:
            raise
        except OSError:
            path.unlink(missing_ok=True)
            raise


def _write(path: Path, content: bytes, how: str, *, mode: int = _NEW) -> None:
    with open(path, how, opener=lambda name, flags: os.open(name, flags, mode)) as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _let_in_the_same(path: Path, model: Path) -> None:
    """Give ``path`` the permissions of ``model`` and, where that is allowed, its owner."""
    stat_of_model = model.stat()
    if sys.platform != "win32":
        with contextlib.suppress(PermissionError):
            os.chown(path, stat_of_model.st_uid, stat_of_model.st_gid)
    path.chmod(stat.S_IMODE(stat_of_model.st_mode))


@contextlib.contextmanager
def _refusals(path: Path) -> Generator[None]:
    try:
        yield
    except BrokenPipeError:
        raise
    except FileExistsError:
        msg = f"{path} is there already; it was left as it is"
        raise UnavailableError(msg) from None
    except OSError as error:
        msg = f"{path} can't be written: {(error.strerror or 'it is a folder').lower()}"
        raise UnavailableError(msg) from error
