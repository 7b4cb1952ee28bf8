"""What a person sees where standard output takes less than icsfeed has to say."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests import launching
from tests.cli.running import NOW, SCHEDULE
from tests.cli.running import run_as_is as in_process

ROOT = Path(__file__).parents[2]
FULL = Path("/dev/full")


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with two schedules to stand in."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "schedule.toml").write_text(SCHEDULE.replace("Scheduled", "Żółte"), encoding="utf-8")
    (tmp_path / "old.toml").write_text(SCHEDULE.replace("06:00:00", "05:00:00"), encoding="utf-8")
    return tmp_path


def run(*arguments: str, encoding: str = "utf-8", stdout: int = subprocess.PIPE) -> subprocess.CompletedProcess[bytes]:
    environment = os.environ | {"PYTHONPATH": str(ROOT), "PYTHONIOENCODING": encoding}
    clock = ("--now", NOW) if "--help" not in arguments else ()
    command = [sys.executable, "-m", "icsfeed", *arguments, *clock]
    return subprocess.run(command, env=environment, stdout=stdout, stderr=subprocess.PIPE, check=False)


def test_characters_that_a_terminal_lacks_are_replaced() -> None:
    """It was a traceback: times have a dash, moved dates an arrow, and names what their author wrote."""
    table = run("upcoming", "--days", "11", encoding="ascii")
    assert (table.returncode, table.stderr) == (0, b"")
    row = next(line for line in table.stdout.decode("ascii").splitlines() if "12-03" in line)
    assert [cell.strip() for cell in row.split("|")[1:3]] == ["Thu 2026-12-03 02:00-06:00 EST", "???te maintenance"]
    moved = run("diff", "old.toml", encoding="cp1252")
    assert (moved.returncode, moved.stderr[:8]) == (0, b"warning:")
    first = (
        "~ maintenance thursday: 44 Thursdays move, Thu 2026-12-03 to Thu 2027-12-23: 02:00–05:00 -> 02:00–06:00 "
        "America/Toronto"
    )
    assert moved.stdout.splitlines()[0] == first.encode("cp1252")


PRINTING_JSON = (
    ("upcoming", "--days", "11", "--json"),
    ("emergency", "list", "--json"),
    ("emergency", "show", "1", "--json"),
    ("subscriber", "list", "--json"),
)


@pytest.fixture
def announced(folder: Path) -> Path:
    """The folder with a change and a subscriber whose names no encoding but UTF-8 has."""
    change = ("--summary", "Żółte", "--environment", "production", "--duration", "1h", "--reason", "→ 🛠")
    assert in_process("emergency", "announce", *change, "--now", NOW).status == 0
    assert in_process("subscriber", "add", "Żółte", "--now", NOW).status == 0
    return folder


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "cp1252", "utf-16"])
def test_json_is_utf_8_whatever_the_encoding_of_the_terminal(announced: Path, encoding: str) -> None:
    """It lost characters: "Żółte" became "???te"."""
    environment = os.environ | {"PYTHONIOENCODING": encoding}
    for arguments in PRINTING_JSON:
        status, printed = launching.run(*arguments, "--now", NOW, folder=announced, environment=environment)
        assert status == 0
        assert "Żółte" in json.dumps(json.loads(printed), ensure_ascii=False)
        assert printed == in_process(*arguments, "--now", NOW).stdout


def test_an_interpreter_that_starts_with_another_encoding_prints_json_in_utf_8(announced: Path) -> None:
    arguments = PRINTING_JSON[0]
    printed = run(*arguments, encoding="ascii")
    assert (printed.returncode, printed.stderr) == (0, b"")
    assert announced == Path.cwd()
    assert printed.stdout.decode("utf-8") == in_process(*arguments, "--now", NOW).stdout


@pytest.mark.skipif(not FULL.exists(), reason="this system has no device that is always full")
@pytest.mark.parametrize("arguments", [("build", "all"), ("check",), ("upcoming",), ("--help",), ("check", "--json")])
def test_a_full_disk_is_reported_in_one_line(arguments: tuple[str, ...]) -> None:
    with FULL.open("wb") as full:
        result = run(*arguments, stdout=full.fileno())
    assert (result.returncode, result.stderr) == (
        1,
        b"icsfeed: standard output can't be written: no space left on device\n",
    )


def test_a_closed_pipe_is_silent() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    try:
        result = run("build", "all", stdout=writing)
    finally:
        os.close(writing)
    assert (result.returncode, result.stderr) == (1, b"")


def test_a_command_may_start_without_a_standard_output() -> None:
    """``icsfeed manual policy >&-`` used to end in an AttributeError."""
    command = f"'{sys.executable}' -m icsfeed manual policy >&-"
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    result = subprocess.run(["/bin/sh", "-c", command], env=environment, stderr=subprocess.PIPE, check=False)
    assert (result.returncode, result.stderr) == (0, b"")
