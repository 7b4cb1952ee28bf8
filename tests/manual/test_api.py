"""The examples of the API's topic: a shell runs them one after the other, against a real server."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from icsfeed.store.schedule_file import example_path
from tests.manual.documents import ROOT, TOPICS
from tests.required import require
from tests.web.servers import serving, until

TOPIC = TOPICS["api"]
SESSION = re.compile(r"^\$ ((?:[^\n]|\n(?=    ))*)\n(.*?)(?=^\$ |\Z)", re.MULTILINE | re.DOTALL)


def script() -> tuple[str, list[tuple[str, str]]]:
    """All commands as one script, which prints a line before each, and each with what it is to print."""
    (preparation,) = TOPIC.blocks("sh")
    sessions = [pair for block in TOPIC.blocks("console") for pair in SESSION.findall(block.text)]
    commands = "".join(f"echo '== {number}'\n{command}\n" for number, (command, _) in enumerate(sessions))
    return preparation.text + commands, sessions


@pytest.mark.usefixtures("no_database")
def test_the_examples_print_what_they_are_to_print(tmp_path: Path) -> None:
    require(None if shutil.which("curl") else "curl is not installed")
    schedule = tmp_path / "schedule.toml"
    schedule.write_bytes(example_path().read_bytes())
    commands, sessions = script()
    command = f'icsfeed() {{ "{sys.executable}" -m icsfeed "$@"; }}\nPYTHONPATH="{ROOT}"; export PYTHONPATH\n'
    with serving(schedule, "--workers", "1") as server:
        until(lambda: server.get("/api/v1/").status_code != 503)
        text = command + commands.replace("http://localhost:8000", server.url)
        result = subprocess.run(["/bin/bash", "-c", text], cwd=tmp_path, capture_output=True, text=True, check=False)
    outputs = re.split(r"^== \d+\n", result.stdout, flags=re.MULTILINE)[1:]
    assert len(outputs) == len(sessions) > 10, result.stderr
    for (session, expected), output in zip(sessions, outputs, strict=True):
        pattern = re.escape(expected.strip()).replace("…", ".*?")
        assert re.fullmatch(pattern, output.strip(), re.DOTALL), f"{session}\n{output}"
