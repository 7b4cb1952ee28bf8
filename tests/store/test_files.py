"""Files are replaced in one step, and keep their permissions and owner."""

from __future__ import annotations

import os
import stat
import sys
import threading
from pathlib import Path

import pytest

from icsfeed.store.files import write_new, write_whole

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="permissions and pipes are POSIX's")


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.mark.parametrize("permissions", [0o600, 0o640, 0o664])
def test_a_replaced_file_keeps_its_permissions(tmp_path: Path, permissions: int) -> None:
    """A private file became readable by everybody once."""
    path = tmp_path / "all.ics"
    path.write_bytes(b"old")
    path.chmod(permissions)
    write_whole(path, b"new")
    assert (path.read_bytes(), mode(path)) == (b"new", permissions)


def test_a_new_file_gets_the_permissions_of_the_umask(tmp_path: Path) -> None:
    (folder := tmp_path / "folder").mkdir()
    before = os.umask(0o027)
    try:
        write_whole(folder / "whole", b"1")
        write_new(folder / "new", b"2")
    finally:
        os.umask(before)
    assert [(path.name, mode(path)) for path in sorted(folder.iterdir())] == [("new", 0o640), ("whole", 0o640)]


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can change a file's owner")
def test_a_replaced_file_keeps_its_owner(tmp_path: Path) -> None:
    path = tmp_path / "all.ics"
    path.touch()
    os.chown(path, 1234, 5678)
    write_whole(path, b"new")
    assert (path.stat().st_uid, path.stat().st_gid) == (1234, 5678)


def test_a_symbolic_link_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "real").write_bytes(b"old")
    (tmp_path / "link").symlink_to("real")
    write_whole(tmp_path / "link", b"new")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real").read_bytes() == b"new"


def test_a_pipe_receives_the_content_under_any_name(tmp_path: Path) -> None:
    """/dev/stdout may lead to a name that can't be opened, and a process substitution has no other name."""
    named = tmp_path / "pipe"
    os.mkfifo(named)
    writer = threading.Thread(target=write_whole, args=(named, b"content"))
    writer.start()
    assert named.read_bytes() == b"content"
    writer.join()
    reading, writing = os.pipe()
    write_whole(Path(f"/dev/fd/{writing}"), b"content")
    os.close(writing)
    assert os.read(reading, 100) == b"content"
    os.close(reading)


def test_a_pipe_without_a_reader_is_a_broken_pipe_and_not_an_unwritable_file() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    try:
        with pytest.raises(BrokenPipeError):
            write_whole(Path(f"/dev/fd/{writing}"), b"content")
    finally:
        os.close(writing)
