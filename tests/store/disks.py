"""Small disks and read-only folders, for tests that run as a user who may mount them."""

from __future__ import annotations

import contextlib
import os
import subprocess
from collections.abc import Generator
from pathlib import Path

import pytest

FILL = "fill"


@contextlib.contextmanager
def small_disk(folder: Path, size: str = "1m") -> Generator[Path]:
    """Mount a disk of that size at ``folder``."""
    with _mounted(folder, "-t", "tmpfs", "-o", f"size={size}", "tmpfs"):
        yield folder


@contextlib.contextmanager
def read_only_view(folder: Path, view: Path) -> Generator[Path]:
    """Mount the folder a second time at ``view``, read-only, as a container sees a folder of its host."""
    with _mounted(view, "--bind", str(folder)):
        subprocess.run(["mount", "-o", "remount,bind,ro", view], check=True)  # noqa: S607  (the system's)
        yield view


@contextlib.contextmanager
def _mounted(folder: Path, *options: str) -> Generator[None]:
    folder.mkdir()
    done = subprocess.run(["mount", *options, folder], capture_output=True, check=False)  # noqa: S607  (the system's)
    if done.returncode != 0:
        pytest.skip("this user may not mount anything here")
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", folder], check=True)  # noqa: S607  (the system's)


def fill(folder: Path) -> None:
    """Fill the disk of that folder."""
    descriptor = os.open(folder / FILL, os.O_CREAT | os.O_WRONLY)
    with contextlib.suppress(OSError):
        while True:
            os.write(descriptor, bytes(4096))
    os.close(descriptor)


def empty(folder: Path) -> None:
    """Free the space that ``fill`` took."""
    (folder / FILL).unlink()
