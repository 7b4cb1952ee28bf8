"""Files written whole: what a reader finds is the old content or the new, never half."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

from icsfeed.domain.errors import IcsfeedError


class UnwritableFileError(IcsfeedError):
    """A file that can't be written; whatever it held before is whole."""


def write_whole(path: Path, content: bytes) -> None:
    """Put ``content`` at ``path`` in one step, through a sibling that is renamed.

    Raises:
        UnwritableFileError: where the disk refuses; nothing has changed then.
    """
    with _refusals(path):
        target = path.resolve()
        if target.exists() and not target.is_file():
            target.write_bytes(content)  # a device or a pipe; a folder refuses
            return
        sibling = target.with_name(f".{target.name}.{os.getpid()}.part")
        try:
            _write(sibling, content, "wb")
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


def _write(path: Path, content: bytes, mode: str) -> None:
    with path.open(mode) as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


@contextlib.contextmanager
def _refusals(path: Path) -> Iterator[None]:
    try:
        yield
    except FileExistsError:
        msg = f"{path} is there already; it was left as it is"
        raise UnwritableFileError(msg) from None
    except OSError as error:
        msg = f"{path} can't be written: {(error.strerror or 'it is a folder').lower()}"
        raise UnwritableFileError(msg) from error
