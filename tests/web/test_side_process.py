"""A process beside the workers: while it is wanted, again when it dies, and never longer than the server."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog
from structlog.testing import LogCapture

from icsfeed.web.side_process import SideProcess, SideWork
from tests.web.servers import PATIENCE, ROOT, until
from tests.web.side_works import PIDS


@pytest.fixture
def pid_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "pids"
    path.touch()
    monkeypatch.setenv(PIDS, str(path))
    return path


@pytest.fixture
def wishes() -> dict[str, bool]:
    return {"wanted": True}


@pytest.fixture
def log() -> LogCapture:
    return LogCapture()


@pytest.fixture
def side(pid_file: Path, wishes: dict[str, bool], log: LogCapture) -> Iterator[SideProcess]:
    del pid_file
    work = SideWork(name="noter", function="tests.web.side_works:note_pid", is_wanted=lambda: wishes["wanted"])
    side = SideProcess(work, log=structlog.wrap_logger(None, processors=[log]))
    yield side
    side.stop()


def pids(path: Path) -> list[int]:
    return [int(line) for line in path.read_text("ascii").split()]


def is_alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text("utf-8").rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


def test_it_runs_while_it_is_wanted(
    side: SideProcess, pid_file: Path, wishes: dict[str, bool], log: LogCapture
) -> None:
    wishes["wanted"] = False
    side.start()
    wishes["wanted"] = True
    until(lambda: len(pids(pid_file)) == 1)
    wishes["wanted"] = False
    until(lambda: not is_alive(pids(pid_file)[0]))
    wishes["wanted"] = True
    until(lambda: len(pids(pid_file)) == 2)
    side.stop()
    assert not is_alive(pids(pid_file)[1])
    assert log.entries == []


def test_it_is_started_again_when_it_dies(side: SideProcess, pid_file: Path, log: LogCapture) -> None:
    side.start()
    until(lambda: len(pids(pid_file)) == 1)
    os.kill(pids(pid_file)[0], signal.SIGKILL)
    until(lambda: len(pids(pid_file)) == 2)
    assert log.entries == [{"event": "noter died", "status": -9, "again_in": 2.0, "log_level": "error"}]
    side.restart()
    until(lambda: len(pids(pid_file)) == 3)
    assert len(log.entries) == 1


def test_it_is_started_again_after_a_pause_when_it_ends_unasked(log: LogCapture) -> None:
    """One that ended with status 0 was started again at once, over and over, and no log said so."""
    work = SideWork(name="noter", function="tests.web.side_works:end_at_once", is_wanted=lambda: True)
    side = SideProcess(work, log=structlog.wrap_logger(None, processors=[log]))
    side.start()
    until(lambda: len(log.entries) == 2)
    side.stop()
    assert log.entries == [
        {"event": "noter ended unasked", "status": 0, "again_in": 2.0, "log_level": "warning"},
        {"event": "noter ended unasked", "status": 0, "again_in": 4.0, "log_level": "warning"},
    ]


def test_one_that_hangs_is_replaced(pid_file: Path, log: LogCapture) -> None:
    work = SideWork(
        name="toucher",
        function="tests.web.side_works:keep_touching",
        is_wanted=lambda: True,
        pulse=lambda: pid_file.stat().st_mtime_ns,
        silent_seconds=3,
    )
    side = SideProcess(work, log=structlog.wrap_logger(None, processors=[log]))
    side.start()
    try:
        until(lambda: len(pids(pid_file)) == 1)
        time.sleep(4)
        assert log.entries == []
        os.kill(pids(pid_file)[0], signal.SIGSTOP)
        until(lambda: len(pids(pid_file)) == 2)
    finally:
        side.stop()
    assert [(each["event"], each.get("silent_seconds")) for each in log.entries] == [
        ("toucher killed", 3),
        ("toucher died", None),
    ]


def test_it_ends_with_a_killed_parent(pid_file: Path) -> None:
    program = """
import time, structlog
from icsfeed.web.side_process import SideProcess, SideWork
if __name__ == "__main__":
    work = SideWork(name="noter", function="tests.web.side_works:note_pid", is_wanted=lambda: True)
    SideProcess(work, log=structlog.get_logger()).start()
    time.sleep(3600)
"""
    with subprocess.Popen([sys.executable, "-c", program], cwd=ROOT) as parent:
        until(lambda: len(pids(pid_file)) == 1)
        parent.kill()
        parent.wait(PATIENCE)
    until(lambda: not is_alive(pids(pid_file)[0]))
