"""Files written whole."""

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
def test_who_may_read_a_file_stays_as_it_was(tmp_path: Path, permissions: int) -> None:
    """Written over by a new file, a private one became everybody's."""
    path = tmp_path / "all.ics"
    path.write_bytes(b"old")
    path.chmod(permissions)
    write_whole(path, b"new")
    assert (path.read_bytes(), mode(path)) == (b"new", permissions)


def test_a_new_file_is_as_the_user_has_new_files(tmp_path: Path) -> None:
    before = os.umask(0o027)
    try:
        write_whole(tmp_path / "whole", b"1")
        write_new(tmp_path / "new", b"2")
    finally:
        os.umask(before)
    assert [(path.name, mode(path)) for path in sorted(tmp_path.iterdir())] == [("new", 0o640), ("whole", 0o640)]


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only the superuser may give files away")
def test_whose_a_file_is_stays_so(tmp_path: Path) -> None:
    path = tmp_path / "all.ics"
    path.touch()
    os.chown(path, 1234, 5678)
    write_whole(path, b"new")
    assert (path.stat().st_uid, path.stat().st_gid) == (1234, 5678)


def test_a_link_stays_one(tmp_path: Path) -> None:
    (tmp_path / "real").write_bytes(b"old")
    (tmp_path / "link").symlink_to("real")
    write_whole(tmp_path / "link", b"new")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real").read_bytes() == b"new"


def test_a_pipe_gets_the_content_under_whatever_name(tmp_path: Path) -> None:
    """The name that /dev/stdout leads to can't be opened, and a process substitution has no other."""
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


def test_a_pipe_that_nobody_reads_is_no_bad_file() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    try:
        with pytest.raises(BrokenPipeError):
            write_whole(Path(f"/dev/fd/{writing}"), b"content")
    finally:
        os.close(writing)
